"""FIL003: names that a pickle imports beyond what tensors need."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from truename.compiled_tables import table
from truename.evidence.evidence import Evidence
from truename.facts import OTHER_UNSAFE_GLOBALS, UNREAD_PICKLES, UNSAFE_GLOBALS, ImportedName
from truename.findings import Finding, ReasonKind, Severity
from truename.names.claims import Claims
from truename.rules.rule import Case, Decision, Rule, cannot_tell, does_not_apply

SHOWN = 3  # names in a message


class UnsafeGlobal(Rule):
    """The weights import something that weights do not need.

    A checkpoint of PyTorch is a pickle, a program that its loader runs. A few names build tensors; whoever loads
    ``os.system`` or ``builtins.exec`` runs what the file's author wrote, at once and with the rights of the user. Such
    a file is no model, whatever its name says.

    Names of modules that run code or reach files and the network are errors. Any other name outside of truename's list
    is a warning: most are classes of the program that saved the model, their code runs when it is loaded, and
    ``torch.load`` refuses them by default. Nothing is imported or called to find this out.

    Every pickle of the folder counts, whichever set of weights is loaded by default: one behind another in a file, one
    within an array of objects or within the bytes of another, one that is compressed, and every member of an archive.
    A file that could not be walked to its end never passes.

    A layer of Keras that keeps a function as marshalled code counts as a name outside of the list: Keras runs it where
    it is told that the file is safe, and older versions without being told.

    In pickles of objects, such as ``training_args.bin`` or a ``.joblib`` of scikit-learn, classes are not a fault: only
    names that run code or reach files and the network are. Where such a pickle imports a function of a package that is
    in no list, this rule does not decide.
    """

    code, slug, since = "FIL003", "unsafe-global", "0.2"
    topic = "its files"
    needs = frozenset({UNSAFE_GLOBALS, OTHER_UNSAFE_GLOBALS})
    reads = frozenset({UNREAD_PICKLES})
    about_files = True
    flagged = (
        Case(
            "bert-base-uncased",
            expect=Severity.ERROR,
            unsafe_globals=(ImportedName("os.system", "byte 52 of archive/data.pkl"),),
        ),
        Case(
            "llama-7b",
            expect=Severity.ERROR,
            unsafe_globals=(ImportedName("builtins.exec", "byte 2 of pytorch_model.bin"),),
        ),
        Case(
            "llama-7b", expect=Severity.ERROR, unsafe_globals=(ImportedName("torch.hub.load", "byte 9 of a/data.pkl"),)
        ),
        Case(
            "bert-base-uncased",
            expect=Severity.ERROR,
            unsafe_globals=(),
            other_unsafe_globals=(ImportedName("subprocess.Popen", "byte 40 of training_args.bin"),),
        ),
        Case(
            "iris",
            expect=Severity.ERROR,
            unsafe_globals=(),
            other_unsafe_globals=(
                ImportedName("collections.OrderedDict.__init__.__globals__", "byte 40 of model.pkl"),
            ),
        ),
        Case(
            "iris",
            expect=Severity.ERROR,
            unsafe_globals=(),
            other_unsafe_globals=(ImportedName("sklearn.utils.os.system", "byte 40 of model.joblib"),),
        ),
        Case(
            "yolov8n",
            expect=Severity.WARNING,
            unsafe_globals=(ImportedName("models.yolo.Model", "byte 30 of best/data.pkl"),),
        ),
    )
    confirmed = (
        Case("bert-base-uncased", unsafe_globals=()),
        Case("resnet50", unsafe_globals=(), tensors=320),
        Case("llama-7b", unsafe_globals=(), formats=("pytorch", "safetensors")),
        Case(
            "bert-base-uncased",
            unsafe_globals=(),
            other_unsafe_globals=(
                ImportedName("transformers.training_args.TrainingArguments", "byte 9 of training_args.bin"),
                ImportedName("builtins.getattr", "byte 60 of training_args.bin"),
            ),
        ),
        Case(
            "iris",
            unsafe_globals=(),
            other_unsafe_globals=(
                ImportedName("sklearn.linear_model._logistic.LogisticRegression", "byte 2 of model.joblib"),
                ImportedName("joblib.numpy_pickle.NumpyArrayWrapper", "byte 90 of model.joblib"),
                ImportedName("numpy.random._pickle.__randomstate_ctor", "byte 150 of model.joblib"),
            ),
        ),
    )
    undecided = (
        Case("llama-7b", unsafe_globals=(), unread_pickles=("global_step100/rank_64.pt",)),
        Case("llama-7b", unread_pickles=("pytorch_model.bin",)),
        Case(
            "iris",
            unsafe_globals=(),
            other_unsafe_globals=(ImportedName("helpers.text.clean", "byte 40 of model.pkl"),),
        ),
    )
    not_applicable = (Case("bert-base-uncased"), Case("llama-7b", formats=("safetensors",)))

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        findings = list(self._findings(evidence))
        if findings:
            return self.flag(findings)
        if unread := evidence.value(UNREAD_PICKLES):
            text = f"not every pickle could be read to its end ({shown(unread)})"
            return cannot_tell(ReasonKind.UNREAD_FILE, text)
        objects = evidence.value(OTHER_UNSAFE_GLOBALS) or ()
        if unknown := [one for one in objects if is_unjudged(one.name)]:
            text = f"pickled objects import functions that are in no list of harmless ones ({shown(unknown)})"
            return cannot_tell(ReasonKind.UNKNOWN_TO_TRUENAME, text)
        fact = evidence.get(UNSAFE_GLOBALS)
        if fact is None:
            return does_not_apply(ReasonKind.NO_SUCH_FILE, "there is no pickle")
        return self.passed(fact)

    def _findings(self, evidence: Evidence) -> Iterator[Finding]:
        if (fact := evidence.get(UNSAFE_GLOBALS)) is not None:
            dangerous = [one for one in fact.value if is_dangerous(one.name)]
            others = [one for one in fact.value if not is_dangerous(one.name)]
            for severity, found in ((Severity.ERROR, dangerous), (Severity.WARNING, others)):
                if found:
                    message = f"the weights import {shown(found)} when they are loaded"
                    yield self.finding(severity, message, fact=fact)
        objects = evidence.get(OTHER_UNSAFE_GLOBALS)
        if objects is not None and (found := [one for one in objects.value if is_fault_of_objects(one.name)]):
            message = f"pickled objects import {shown(found)} when they are loaded"
            yield self.finding(Severity.ERROR, message, fact=objects)


def shown(found: Sequence[object]) -> str:
    """The first few, and how many more there are."""
    more = f" and {len(found) - SHOWN:,} more" if len(found) > SHOWN else ""
    return ", ".join(map(str, found[:SHOWN])) + more


def is_fault_of_objects(name: str) -> bool:
    """Whether a pickle of objects has no business with a global."""
    return is_dangerous(name) and not is_ordinary(name) and not is_unjudged(name)


def is_dangerous(name: str) -> bool:
    """Whether a global, ``os.system``, runs code or reaches files and the network."""
    return is_hidden(name) or (is_listed(name, "dangerous") and not is_listed(name, "mild"))


def is_hidden(name: str) -> bool:
    """Whether a global is reached through what belongs to Python itself, or to another module than it says.

    Such as the attribute ``__globals__`` of any function, or ``os`` of any module that imports it.
    """
    parts = name.split(".")
    reached = frozenset(table("rules/dangerous_globals")["reached"])
    inner = [part for part in parts[1:] if part.startswith("__") and part.endswith("__")]
    return not reached.isdisjoint(parts[1:]) or (bool(inner) and parts != ["copyreg", inner[-1]])


def is_ordinary(name: str) -> bool:
    """Whether an ordinary object of Python is rebuilt with a global that is dangerous in weights."""
    return is_listed(name, "ordinary") and not is_hidden(name)


def is_unjudged(name: str) -> bool:
    """Whether a global is a function, by its small letter, of a package that is in no list; or a method of a class."""
    if is_hidden(name):
        return False
    if is_listed(name, "unjudged"):
        return True
    if is_dangerous(name):
        return False
    *owners, last = name.split(".")
    if last.lstrip("_")[:1].isupper() or is_listed(name, "mild"):
        return False
    methods = any(part.lstrip("_")[:1].isupper() for part in owners)
    return methods or not is_listed(name, "builders")


def is_listed(name: str, kind: str) -> bool:
    """Whether a global is or lies below a name of that kind in the table."""
    parts = name.split(".")
    modules = frozenset(table("rules/dangerous_globals")[kind])
    return any(".".join(parts[:length]) in modules for length in range(1, len(parts) + 1))
