"""NAM001: names without content."""

from __future__ import annotations

import re
from collections.abc import Sequence

from truename.compiled_tables import table
from truename.evidence.evidence import Evidence
from truename.facts import MODEL_TYPE, PARAMETERS, QUANTISATION_METHOD
from truename.findings import ReasonKind, Severity
from truename.names.claims import Claims
from truename.names.elements import Role
from truename.rules.rule import Case, Decision, Rule, does_not_apply
from truename.rules.shared.product_lines import BASE_KEYS, declared_bases
from truename.units import abbreviate_count

# roles of elements that say what a model is or what it is for
TELLING = frozenset(Role) - {
    Role.OTHER, Role.VERSION, Role.REUSE, Role.TRAINING, Role.SIZE_WORD, Role.CHARACTERISTIC, Role.CONTEXT,
    Role.STAGE, Role.DATE, Role.DIGEST, Role.STEPS, Role.EPOCHS, Role.SEED, Role.RUN, Role.RANK, Role.MERGE,
    Role.UNCENSORED, Role.DATA_COUNT, Role.QUANTISATION_DETAIL, Role.IMATRIX, Role.SHARD, Role.SIDECAR, Role.MODALITY,
    Role.EMBEDDING_SIZE,
}  # fmt: skip
_WORD = re.compile(r"[^\W_]+")
_JOB = re.compile(r"\d{4,}")


class SaysNothing(Rule):
    """The name does not say what the model is.

    Of 8,744 names that people labelled, 6 % say nothing: ``test-model``, ``results``, ``1``, or the number
    of a training job. Nobody finds such a model, and nobody can tell one checkpoint from the next. A brand of one's
    own is a name; only general words, numbers and single letters are meant here.
    """

    code, slug, since = "NAM001", "says-nothing", "0.1"
    topic = "anything"
    reads = BASE_KEYS | {QUANTISATION_METHOD, MODEL_TYPE, PARAMETERS}
    flagged = (
        Case("1", expect=Severity.NOTE, base_models=("Gryphe/MythoMax-L2-13b",)),
        Case("my_config", expect=Severity.NOTE, model_type="speech-encoder-decoder"),
        Case("test-model", expect=Severity.NOTE, model_type="llama", parameters=1_100_048_384),
        Case("checkpoint-500", expect=Severity.NOTE),
        Case("autonlp-au_topics-452311620", expect=Severity.NOTE),
    )
    confirmed = (
        Case("bert-base-uncased"),
        Case("Aelan"),
        Case("e5-base"),
        Case("autotrain-bert-emotion"),
    )
    undecided = ()  # the name alone decides
    not_applicable = (Case(""), Case("-"), Case("_."))

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        model = claims.parsed.model
        telling = False
        for item in claims.items:
            if item.role in TELLING:
                telling = True
                break
        if telling and not ends_in_number(model):
            return self.passed()  # most names
        words = words_of(model)
        if not words:
            return does_not_apply(ReasonKind.NO_CLAIM, "there is no name")
        if is_job(words) and not claims.of(Role.FAMILY, Role.BRAND):
            message = f"the name {model!r} is that of a training job, made up of its project and its number"
        elif not telling and all(map(is_bare, words)):
            message = f"the name {model!r} does not say what the model is"
        else:
            return self.passed()
        return self.flag([self.finding(Severity.NOTE, message, suggestion=suggested(evidence))])


def words_of(model: str) -> list[str]:
    """The words and numbers of a name, in lower case."""
    return _WORD.findall(model.lower())


def ends_in_number(model: str) -> bool:
    """Whether the last sign of a name that is a letter or a number is an ASCII digit."""
    last = next(filter(str.isalnum, reversed(model)), "")
    return last.isascii() and last.isdigit()


def is_bare(word: str) -> bool:
    """Whether a word is general, a number or a single letter; ``e5`` and ``r1`` are brands."""
    general = table("rules/generic_words")["words"]
    stem = word.rstrip("0123456789")
    return len(word) == 1 or word.isdigit() or word in general or (stem in general and stem != "a") or stem == "v"


def is_job(words: Sequence[str]) -> bool:
    """Whether a trainer made the name of these words up and ended it with the number of the job."""
    return (
        len(words) > 1
        and words[0] in table("rules/generic_words")["trainers"]
        and _JOB.fullmatch(words[-1]) is not None
    )


def suggested(evidence: Evidence) -> str | None:
    """A name from what is known: the base model, or the type and the size."""
    if len(bases := declared_bases(evidence)) == 1:
        method = str(evidence.value(QUANTISATION_METHOD) or "none")
        return bases[0].rpartition("/")[2] + ("-finetuned" if method == "none" else f"-{method}")
    kind, count = evidence.value(MODEL_TYPE), evidence.value(PARAMETERS)
    return f"{kind}-{abbreviate_count(count)}" if kind and count else None
