"""Is this pre-trained model what its name says?

    >>> from truename import check
    >>> report = check("models/llama-7b")  # doctest: +SKIP
    >>> [(f.code, f.message) for f in report.findings]  # doctest: +SKIP

One model: ``check`` compares its name with its files, ``inspect`` shows what the files hold, ``identify`` says what it
is by its structure, ``suggest_name`` and ``propose_names`` say what it could be called, ``explain`` shows why one rule
decided as it did. Two models: ``compare``. Names alone: ``parse_name`` and ``normalise_name``. ``open_source`` opens a
model once for several of these, ``select_rules`` chooses what a check looks at.

What ``__init__.pyi`` lists is public and keeps its meaning within a major version; the rest may change. Names are
imported when first used, so that ``import truename`` costs next to nothing.

Types, each explained by its own help, as in ``help(truename.Finding)``:

- AbstractArchitecture: The layers outside repeated blocks, the blocks, and connections between layers where a graph ...
- AccessError: The model is there, and this reader may not read it
- Basis: What an identification was made from
- Blob: Random access to the bytes of one file; counts what was read
- Block: A numbered sequence of like parts: ``model.layers`` with count 32 and the layers of one of them
- BlockVariant: One kind of member of a block
- Branch: One node of the tree of blocks
- Case: An example: a name and the facts of its files
- Claim: One checkable statement of a name
- ClaimSpan: The part of the name (start inclusive, end exclusive, in characters) that makes a claim
- Claims: All checkable statements of one name
- Config: What a project has settled for every check in it
- Confirmation: A claim that the files bear out; without a claim, a check of the files that they passed
- Convention: The study's four naming conventions
- Decision: How a rule ended for one model
- Derivation: How a value was computed, where a rule has to weigh it
- Difference: A block, or the part outside blocks, that is not the same; None where it is not there
- Distance: Jaccard distances between the features of two models, 0 (the same but for sizes) to 1
- Element: One naming element: ``name[start:end] == text``
- EmptyTargetError: The target holds no file that a model could consist of
- Evidence: Facts by key, and why a fact is not there where that is known
- EvidenceRef: What was found instead, and where
- Explanation: Why a rule decided as it did
- Fact: One fact and where it was read
- FailedTarget: A target of a call that could not be checked
- FileError: One file of the model is not what it must be
- Finding: One claim that the files contradict, or one fault between the files
- Grounds: What a confirmation rests on
- Identification: The answers to all questions, from one structure
- InspectedFact: A fact with all that is known of its origin
- Inspection: Everything that the files of one model show, whatever it is called
- JudgedClaim: A claim of the name with its outcome over all rules that judged it
- Key: The key of a fact, which is also its name in reports. ``T`` is the type of the fact's value
- Kind: The thirteen naming elements
- Labelled: A label of a prediction set
- Layer: One layer: the tensors that share a prefix
- MissingExtraError: A command needs an optional dependency
- ModelIgnore: Rules that are not run for some models, with the reason
- ModelPart: One part of a model of several: a module of a pipeline, one graph of a program, an image encoder beside it
- ModelReport: Everything that a check found out about one model
- NamingPolicy: What a project asks of the names of its models. What is empty asks for nothing
- Neighbour: A known label and how like its structure is, 0 to 1
- Operation: What a layer does, as far as its tensors show
- Origin: Where a fact comes from, strongest first
- Outcome: How a rule, or a claim of the name, ended for one model; the first that occurs decides for a claim
- Outcomes: How many rules ended in each way. They add up to the rules that ran
- ParsedName: A name read into its elements, in order and without overlap. Spans count from the start of ``name``
- Prediction: The answer to one question
- Proposal: A name, and what a check would say of it
- Question: What is asked of a structure
- Reason: Why something is not decided: a kind for code, and a clause for people
- ReasonKind: Why a rule did not decide. Code looks at the kind, people read the text
- Regenerated: The shapes of a model, written anew from a few dimensions
- Report: The models of one call
- ReportedElement: A naming element as reported
- ReportedFact: A fact as reported
- Role: What an element says within its kind: the unit in which it can be checked
- Rule: One fault a name or its files can have. Stateless; one instance serves every model
- Severity: How bad a finding is, worst first
- Source: One model's files
- TargetError: The thing to check is unusable
- TargetNotFoundError: There is nothing at the target
- TruenameError: Base of every error that truename raises on purpose
- UnavailableError: The network or a server fails, and nothing can be said of the model
- Undecided: A rule that did not decide, and why
- UnsafePathError: A file name inside the model points out of its folder
- UsageError: The call cannot be carried out as it was made
- Verdict: The answer to the question whether a model is what its name says
- VerdictKind: What a report says of the model as a whole, worst first
- WeighedFact: A fact that a rule may look at

"""

from __future__ import annotations

__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """Import a public name when it is first used."""
    if name == "__all__":
        value: object = [*sorted(_read_homes()), "__version__"]
    else:
        from importlib import import_module

        home = None if name.startswith("__") else _read_homes().get(name)
        if home is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """What is called. The types are in ``__all__``: ``help`` prints each that is here whole, with all it inherits."""
    homes = _read_homes()
    return sorted(name for name in {*globals(), *homes} if name.islower() or name not in homes)


def _read_homes() -> dict[str, str]:
    """Public name -> its module, as ``__init__.pyi`` has it: ``from truename.api import check as check``."""
    with open(f"{__path__[0]}/__init__.pyi", encoding="ascii") as stub:
        lines = [line.split() for line in stub if line.startswith("from truename")]
    return {words[3]: words[1] for words in lines}
