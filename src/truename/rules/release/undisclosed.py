"""REL001: a known release under a name of one's own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from truename.evidence.evidence import Evidence
from truename.evidence.known_releases import release_values
from truename.facts import (
    ADAPTER_BASE,
    ARCHITECTURES,
    BASE_MODELS,
    CARD_MENTIONS,
    FIRST_TOKEN,
    HIDDEN_SIZE,
    IS_ADAPTER,
    LAST_TOKENS,
    LAYERS,
    LICENCE,
    MODEL_TYPE,
    ORIGINAL_NAME,
    OWN_WORK,
    TAGS,
    TOKENIZER_CLASS,
    VOCABULARY_SIZE,
    Fact,
)
from truename.findings import Finding, ReasonKind, Severity
from truename.names.claims import Claims
from truename.names.elements import Role
from truename.releases import SHAPE, Release, differences, releases_in_use
from truename.rules.rule import Case, Decision, Rule, cannot_tell
from truename.rules.shared.product_lines import BASE_KEYS, claims_of_base, declared_bases, lines, mentioned, origin
from truename.rules.shared.release_names import release_words
from truename.rules.shared.releases import (
    FIT_KEYS,
    blocks_of,
    family_words,
    fitting,
    gives_family,
    goes_with,
    is_rewritten,
    named,
    only_letters,
    rows_apart,
    short,
)
from truename.vocabulary import vocabulary

LARGE = 10**9  # parameters in the blocks; below it people train a known shape anew, to learn how
FEW_ROWS = 64  # that people add to a vocabulary for a format of their own
SMALL = 10**7  # below it models are toys, which are alike

_QWEN3_8B: dict[str, Any] = {
    "layers": 36, "hidden_size": 4096, "intermediate_size": 12_288, "heads": 32, "key_value_heads": 8,
    "vocabulary_size": 151_936, "rope_theta": 1_000_000.0, "context_length": 40_960,
}  # fmt: skip
_STABLELM: dict[str, Any] = {
    "layers": 32, "hidden_size": 2560, "intermediate_size": 6912, "heads": 32, "key_value_heads": 32,
    "vocabulary_size": 50_304, "rope_theta": 10_000.0, "context_length": 4096,
}  # fmt: skip
_BERT: dict[str, Any] = {
    "layers": 12,
    "hidden_size": 768,
    "intermediate_size": 3072,
    "heads": 12,
    "vocabulary_size": 30_522,
}


class UndisclosedRelease(Rule):
    """The structure is exactly that of a known release, and neither the name nor the card says so.

    A brand of one's own is welcome, but a release brings its licence, its prompt format and its known faults with it,
    and whoever trusts ``our own artificial intelligence`` does not get any of them told. One mention is enough: in the
    name, the text of the card, its tags, its base models or its licence.

    The structure counts with its vocabulary: a common shape with other words is anybody's own, but for the few rows
    that a chat format adds to a large release. Of an adapter the base model counts. Equal structure does not prove
    equal weights, so this is a note. It is a warning where the configuration bears a type and a class that nobody knows
    over every value of the release, and where a card that names no family claims the training for itself, both for
    models that nobody trains by the way.
    """

    code, slug, since = "REL001", "undisclosed-release", "0.2"
    topic = "a known release"
    needs_files = True  # what fits is looked up in the files' own evidence
    needs = frozenset({HIDDEN_SIZE, LAYERS, VOCABULARY_SIZE})
    reads = (
        FIT_KEYS
        | BASE_KEYS
        | {
            ARCHITECTURES,
            IS_ADAPTER,
            CARD_MENTIONS,
            OWN_WORK,
            TAGS,
            LICENCE,
            ORIGINAL_NAME,
            TOKENIZER_CLASS,
            FIRST_TOKEN,
            LAST_TOKENS,
        }
    )
    flagged = (
        Case("Logics", expect=Severity.WARNING, model_type="logics", card_mentions=(), **_QWEN3_8B),
        Case("Logics", expect=Severity.NOTE, model_type="logics", card_mentions=("qwen",), **_QWEN3_8B),
        Case(
            "Logics",
            expect=Severity.NOTE,
            model_type="logics",
            architectures=("Qwen3ForCausalLM",),
            card_mentions=(),
            **_QWEN3_8B,
        ),
        Case("Ada", expect=Severity.NOTE, model_type="qwen3", card_mentions=(), **_QWEN3_8B),
        Case("Ada", expect=Severity.NOTE, model_type="qwen3", **_QWEN3_8B),
        Case("Ada", expect=Severity.NOTE, is_adapter=True, adapter_base="Qwen/Qwen3-8B", card_mentions=()),
        Case(
            "Ada",
            expect=Severity.NOTE,
            model_type="qwen3",
            card_mentions=(),
            **_QWEN3_8B | {"vocabulary_size": 151_944},
        ),
        Case(
            "Minha-IA",
            expect=Severity.WARNING,
            model_type="stablelm_epoch",
            card_mentions=(),
            own_work="its own artificial intelligence",
            original_name="stabilityai/stablelm-zephyr-3b",
            **_STABLELM,
        ),
        Case(
            "Ada",
            expect=Severity.NOTE,
            model_type="llama",
            card_mentions=(),
            original_name="somebody/Vega-Korean-10.8B",
            **_QWEN3_8B | {"vocabulary_size": 40_960},
        ),
        Case(
            "Ada", expect=Severity.NOTE, model_type="bert", card_mentions=(), own_work="trained from scratch", **_BERT
        ),
    )
    confirmed = (
        Case("Ada-qwen3", model_type="qwen3", card_mentions=(), **_QWEN3_8B),
        Case("Ada-llama", model_type="qwen3", card_mentions=(), **_QWEN3_8B),  # which family it is others judge
        Case("Adaqwen", model_type="qwen3", card_mentions=(), **_QWEN3_8B),
        Case("Ada", model_type="qwen3", card_mentions=("qwen",), own_work="our own model", **_QWEN3_8B),
        Case("Ada", model_type="qwen3", card_mentions=(), licence="tongyi-qianwen", tags=("qwen3",), **_QWEN3_8B),
        Case("Ada", is_adapter=True, adapter_base="Qwen/Qwen3-8B", card_mentions=("qwen",)),
        Case("Ada", model_type="qwen3", card_mentions=("qwen",), **_QWEN3_8B | {"vocabulary_size": 151_944}),
        Case("WeDLM-8B-Base", model_type="wedlm", card_mentions=(), **_QWEN3_8B),
    )
    undecided = (
        Case("Ada", model_type="qwen3", card_mentions=(), **_QWEN3_8B | {"vocabulary_size": 64_000}),
        Case("Ada", model_type="budgie", card_mentions=(), own_work="our own model", **_BERT | {"layers": 7}),
        Case("Ada"),
        Case("Ada", is_adapter=True, **_QWEN3_8B),
        Case("Ada", is_adapter=True, adapter_base="Qwen/Qwen3-8B"),
        Case("Ada", is_adapter=True, adapter_base="me/checkpoint", card_mentions=()),
    )

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        if evidence.value(IS_ADAPTER):
            return self._of_adapter(claims, evidence)
        values = release_values(evidence)
        for key, field in ((HIDDEN_SIZE, "hidden_size"), (LAYERS, "layers"), (VOCABULARY_SIZE, "vocabulary_size")):
            if field not in values:
                return cannot_tell(evidence.why_missing(key))
        fits = [release for release in fitting(evidence) if blocks_of(release) >= SMALL]
        extended = () if fits else extended_by_few(evidence)
        fits = fits or [release for release in extended if is_large(release)]
        if not fits:
            if (made_from := undisclosed_origin(claims, evidence)) is not None:
                message = f"the configuration was made from that of {made_from.value}, which neither name nor card says"
                return self.flag([self.finding(Severity.NOTE, message, fact=made_from)])
            text = "no known release has this structure; a newer one may"
            return cannot_tell(ReasonKind.UNKNOWN_TO_TRUENAME, text)
        fact = evidence.get(HIDDEN_SIZE)
        own = named(claims)
        if gives_family(claims) or (own is not None and not rows_apart(own, values, SHAPE)):
            return self.passed(fact)
        words = frozenset[str]().union(*map(family_words, fits))
        in_name = mentions(words, (claims.name,))
        keys = frozenset(evidence.value(CARD_MENTIONS, ()) or ())
        disclosed = in_name or any(r.family in keys for r in fits) or mentions(words, texts(evidence))
        hidden = is_rewritten(evidence)
        if in_name or (disclosed and not hidden):
            return self.passed(fact)
        if extended and disclosed:
            return self.passed(fact)
        if extended:
            return self.flag([self._extended(evidence, fits)])
        return self.flag([self._found(evidence, certain(fits, evidence), disclosed, hidden)])

    def _of_adapter(self, claims: Claims, evidence: Evidence) -> Decision:
        """Of an adapter the base model decides; its configuration is read by programs, the card by people."""
        fact = evidence.get(ADAPTER_BASE)
        keys = frozenset[str]() if fact is None else mentioned(str(fact.value))
        if fact is None or len(keys) != 1:
            text = "the files hold an adapter, and its base model decides the structure"
            return cannot_tell(ReasonKind.ADAPTER, text)
        line = next(line for line in lines() if line.key in keys)
        said = [claims.name, *map(str, evidence.value(TAGS, ()) or ()), str(evidence.value(LICENCE) or "")]
        said += [*map(str, evidence.value(CARD_MENTIONS, ()) or ()), *map(str, evidence.value(BASE_MODELS, ()) or ())]
        if gives_family(claims) or mentions(line.keys | {only_letters(line.title)}, said):
            return self.passed(fact)
        if evidence.get(CARD_MENTIONS) is None:
            return cannot_tell(ReasonKind.NOT_DECLARED, "there is no card that could name the base model")
        message = f"the adapter is for {fact.value} ({line.title}), which neither name nor card mentions"
        return self.flag([self.finding(Severity.NOTE, message, fact=fact)])

    def _extended(self, evidence: Evidence, fits: Sequence[Release]) -> Finding:
        """A release with tokens of one's own: what people add to teach it a format."""
        more = (evidence.value(VOCABULARY_SIZE) or 0) - (fits[0].vocabulary_size or 0)
        message = f"the structure is that of {short(fits)} with {more} more rows in its vocabulary"
        why = "the name and the card do not mention its family"
        return self.finding(Severity.NOTE, f"{message}; {why}", fact=evidence.get(VOCABULARY_SIZE))

    def _found(self, evidence: Evidence, fits: Sequence[Release], disclosed: bool, hidden: bool) -> Finding:
        who, shared = short(fits), len(fits)
        message = f"the structure is exactly that of {who}"
        message += "" if shared == 1 else f", which {shared} releases share"
        fact: Fact[Any] | None = evidence.get(MODEL_TYPE) or evidence.get(HIDDEN_SIZE)
        if disclosed:
            text = f"{message}; the configuration calls it {evidence.value(MODEL_TYPE)!r}, and the name does not say so"
            return self.finding(Severity.NOTE, text, fact=fact)
        severity, card = Severity.NOTE, evidence.get(CARD_MENTIONS)
        why = "neither the name nor the card mentions its family" if card else "the name does not mention its family"
        if card is not None and any(map(is_large, fits)):
            if hidden and any(is_in_every_value(release, evidence) for release in fits):
                severity = Severity.WARNING
                why = f"the configuration calls it {evidence.value(MODEL_TYPE)!r}, and {why}"
            elif (work := evidence.get(OWN_WORK)) is not None and not families_of(card):
                severity, fact = Severity.WARNING, work
                why = f"the card claims {work.value!r} and mentions no family"
        return self.finding(severity, f"{message}; {why}", fact=fact)


def extended_by_few(evidence: Evidence) -> tuple[Release, ...]:
    """The releases that the model is but for a few more rows of its vocabulary, as tokens of a chat format add."""
    values = release_values(evidence)
    types = [str(fact.value) for fact in evidence.all(MODEL_TYPE)]
    return tuple(
        release
        for release, fields in releases_in_use().nearest(values)
        if fields == ("vocabulary_size",)
        and goes_with(release, types)
        and any(0 < value - (release.vocabulary_size or value) <= FEW_ROWS for value in values["vocabulary_size"])
    )


def undisclosed_origin(claims: Claims, evidence: Evidence) -> Fact[str] | None:
    """The model of somebody that a configuration was made from, where no word of its name is told to anybody.

    Only a name of the form ``owner/name`` that claims a family or a size is one; folders have other names.
    """
    fact = evidence.get(ORIGINAL_NAME)
    owner, slash, name = str(fact.value if fact else "").strip("/").partition("/")
    if fact is None or not slash or "/" in name or not owner or line_of_origin(evidence) is not None:
        return None
    made_from = claims_of_base(name)
    if not made_from.of(Role.PARAMETERS, Role.MIXTURE):
        return None
    words = frozenset(word for part in release_words(made_from.parsed) if len(word := only_letters(part)) > 2)
    lines = mentioned(name)
    if not words or mentions(words | lines, (claims.name, *texts(evidence))):
        return None
    return fact


def line_of_origin(evidence: Evidence) -> Any:
    """The product line that other rules hold against the name."""
    return origin(evidence)[0]


def texts(evidence: Evidence) -> Iterator[str]:
    """What people read besides the name: base models, tags, licence, and the families in the text of the card."""
    yield from declared_bases(evidence)
    yield from map(str, evidence.value(TAGS, ()) or ())
    yield str(evidence.value(LICENCE) or "")
    yield from map(str, evidence.value(CARD_MENTIONS, ()) or ())


def families_of(mentioned: Fact[tuple[str, ...]]) -> tuple[str, ...]:
    """The families among the words that a card mentions; first words of names of releases may be any words."""
    return tuple(key for key in mentioned.value if key in vocabulary().families)


def mentions(words: frozenset[str], said: Sequence[str] | Iterator[str]) -> bool:
    """Whether a text names one of the words, joined to others or not."""
    return any(word in only_letters(text) for text in said for word in words)


def certain(fits: Sequence[Release], evidence: Evidence) -> Sequence[Release]:
    """Of several the one that the configuration was made from, where it says so; else those with its settings."""
    made_from = str(evidence.value(ORIGINAL_NAME) or "").rstrip("/").rpartition("/")[2].lower()
    if same := [release for release in fits if made_from and release.id.rpartition("/")[2].lower() == made_from]:
        return same
    return [release for release in fits if is_in_every_value(release, evidence)] or fits


def is_in_every_value(release: Release, evidence: Evidence) -> bool:
    """Whether the settings and special tokens that are known of a release are the model's too."""
    if differences(release, release_values(evidence)):
        return False
    first, last = evidence.value(FIRST_TOKEN), evidence.value(LAST_TOKENS)
    if first is not None and release.first_token is not None and first != release.first_token:
        return False
    return not last or not release.last_tokens or not set(last).isdisjoint(release.last_tokens)


def is_large(release: Release) -> bool:
    """Whether a release is of a kind and a size that nobody trains by the way."""
    family = vocabulary().families.get(release.family)
    return family is not None and blocks_of(release) >= LARGE and (family.generative or family.brand)
