"""FIL003: names that a pickle imports beyond what tensors need."""

from __future__ import annotations

from collections.abc import Iterator

from truename.compiled_tables import table
from truename.evidence.evidence import Evidence
from truename.facts import OTHER_UNSAFE_GLOBALS, UNREAD_PICKLES, UNSAFE_GLOBALS
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

    Every pickle of the folder counts, whichever set of weights is loaded by default. In pickles without weights, such
    as ``training_args.bin``, classes are no fault: only names that run code or reach files and the network are.
    """

    code, slug, since = "FIL003", "unsafe-global", "0.2"
    topic = "its files"
    needs = frozenset({UNSAFE_GLOBALS, OTHER_UNSAFE_GLOBALS})
    reads = frozenset({UNREAD_PICKLES})
    about_files = True
    flagged = (
        Case("bert-base-uncased", expect=Severity.ERROR, unsafe_globals=("os.system (byte 52 of archive/data.pkl)",)),
        Case("llama-7b", expect=Severity.ERROR, unsafe_globals=("builtins.exec (byte 2 of pytorch_model.bin)",)),
        Case("llama-7b", expect=Severity.ERROR, unsafe_globals=("torch.hub.load (byte 9 of a/data.pkl)",)),
        Case(
            "bert-base-uncased",
            expect=Severity.ERROR,
            unsafe_globals=(),
            other_unsafe_globals=("subprocess.Popen (byte 40 of training_args.bin)",),
        ),
        Case("yolov8n", expect=Severity.WARNING, unsafe_globals=("models.yolo.Model (byte 30 of best/data.pkl)",)),
    )
    confirmed = (
        Case("bert-base-uncased", unsafe_globals=()),
        Case("resnet50", unsafe_globals=(), tensors=320),
        Case("llama-7b", unsafe_globals=(), formats=("pytorch", "safetensors")),
        Case(
            "bert-base-uncased",
            unsafe_globals=(),
            other_unsafe_globals=(
                "transformers.training_args.TrainingArguments (byte 9 of training_args.bin)",
                "builtins.getattr (byte 60 of training_args.bin)",
            ),
        ),
    )
    undecided = (
        Case("llama-7b", unsafe_globals=(), unread_pickles=("global_step100/rank_64.pt",)),
        Case("llama-7b", unread_pickles=("pytorch_model.bin",)),
    )
    not_applicable = (Case("bert-base-uncased"), Case("llama-7b", formats=("safetensors",)))

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        findings = list(self._findings(evidence))
        if findings:
            return self.flag(findings)
        if unread := evidence.value(UNREAD_PICKLES):
            text = f"not every pickle could be read to its end ({shown(list(unread))})"
            return cannot_tell(ReasonKind.UNREAD_FILE, text)
        fact = evidence.get(UNSAFE_GLOBALS)
        if fact is None:
            return does_not_apply(ReasonKind.NO_SUCH_FILE, "there is no pickle")
        return self.passed(fact)

    def _findings(self, evidence: Evidence) -> Iterator[Finding]:
        if (fact := evidence.get(UNSAFE_GLOBALS)) is not None:
            dangerous = [name for name in fact.value if is_dangerous(name)]
            others = [name for name in fact.value if not is_dangerous(name)]
            for severity, names in ((Severity.ERROR, dangerous), (Severity.WARNING, others)):
                if names:
                    message = f"the weights import {shown(names)} when they are loaded"
                    yield self.finding(severity, message, fact=fact)
        if (fact := evidence.get(OTHER_UNSAFE_GLOBALS)) is not None:
            names = [name for name in fact.value if is_dangerous(name) and not is_listed(name, "ordinary")]
            if names:
                message = f"files beside the weights import {shown(names)} when they are loaded"
                yield self.finding(Severity.ERROR, message, fact=fact)


def shown(names: list[str]) -> str:
    """The first few names, and how many more there are."""
    more = f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more


def is_dangerous(name: str) -> bool:
    """Whether a global, ``os.system (byte 52 of ...)``, runs code or reaches files and the network."""
    return is_listed(name, "dangerous")


def is_listed(name: str, kind: str) -> bool:
    """Whether a global is or lies below a name of that kind in the table."""
    parts = name.partition(" ")[0].split(".")
    modules = frozenset(table("rules/dangerous_globals")[kind])
    return any(".".join(parts[:length]) in modules for length in range(1, len(parts) + 1))
