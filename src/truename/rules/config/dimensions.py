"""CFG001: the dimensions that the configuration declares, against the shapes of the tensors."""

from __future__ import annotations

from typing import Any

from truename.evidence.evidence import Evidence
from truename.facts import (
    DECODER_LAYERS,
    ENCODER_LAYERS,
    EXPERTS,
    HEAD_SIZE,
    HEADS,
    HIDDEN_SIZE,
    INTERMEDIATE_SIZE,
    KEY_SIZE,
    KEY_VALUE_HEADS,
    LAYERS,
    MISSING_LAYERS,
    MODEL_TYPE,
    QUERY_SIZE,
    TOTAL_BYTES,
    VOCABULARY_SIZE,
    Fact,
    Key,
    Origin,
)
from truename.findings import Finding, ReasonKind, Severity
from truename.names.claims import Claims
from truename.rules.rule import Case, Decision, Rule, cannot_tell
from truename.rules.shared.configured import (
    CONFIGURED_KEYS,
    both,
    counts_otherwise,
    has_declared_structure,
    is_composed,
    not_compared,
    source_of,
)
from truename.rules.shared.families import is_recognisable
from truename.rules.shared.unread import undeclared, unmeasured

PADDING = 1024  # rows of an embedding that writers add to or leave out of the declared vocabulary
PREDICTION_LAYERS = 3  # further layers that predict further tokens, and which not every configuration counts

_KEYS: tuple[Key[int], ...] = (LAYERS, HIDDEN_SIZE, INTERMEDIATE_SIZE, VOCABULARY_SIZE, EXPERTS)
_WORDS = {
    LAYERS: "layers",
    HIDDEN_SIZE: "a hidden size of",
    INTERMEDIATE_SIZE: "an intermediate size of",
    VOCABULARY_SIZE: "tokens",
    EXPERTS: "experts",
}


_SIDES: tuple[Key[int], ...] = (ENCODER_LAYERS, DECODER_LAYERS)


def _said(key: Key[int], value: int) -> Fact[int]:
    return Fact(key, value, Origin.DECLARED, "config.json")


def _type(name: str) -> dict[str, Any]:
    return {"model_type": name, "tensor_model_types": (name,)}


class ConfigDimensions(Rule):
    """The configuration declares other dimensions than the tensors have.

    A loader builds the model that the configuration describes. Tensors of another width do not fit into it; layers that
    are declared and not there are filled with random numbers, and layers that are there and not declared are dropped
    without a word. A Llama of 22 layers that is published with the configuration of a 13B model cannot be loaded.

    Padded and slightly extended vocabularies pass, and so do layers that predict further tokens. What is compared are
    models of text whose tensors are exactly those of the declared type (for the number of layers, any with a token
    embedding and a type whose tensors are known), but for types that count otherwise; models of several models are
    compared where the configuration has a section for the language model.
    """

    code, slug, since = "CFG001", "config-dimensions", "0.1"
    topic = "its configuration"
    needs = frozenset(_KEYS)
    reads = CONFIGURED_KEYS | {
        MISSING_LAYERS,
        ENCODER_LAYERS,
        DECODER_LAYERS,
        HEADS,
        KEY_VALUE_HEADS,
        HEAD_SIZE,
        TOTAL_BYTES,
        QUERY_SIZE,
        KEY_SIZE,
    }
    about_files = True
    flagged = (
        Case(
            "llama-chat",
            expect=Severity.ERROR,
            layers=[22, _said(LAYERS, 40)],
            hidden_size=[2048, _said(HIDDEN_SIZE, 5120)],
            vocabulary_size=[32_000, _said(VOCABULARY_SIZE, 128_256)],
            **_type("llama"),
        ),
        Case(
            "some-model",
            expect=Severity.WARNING,
            layers=[32, _said(LAYERS, 24)],
            vocabulary_size=32_000,
            **_type("llama"),
        ),
        Case(
            "some-moe",
            expect=Severity.ERROR,
            experts=[4, _said(EXPERTS, 8)],
            vocabulary_size=32_000,
            **_type("mixtral"),
        ),
        Case(
            "some-model",
            expect=Severity.ERROR,
            layers=[32, _said(LAYERS, 32)],
            vocabulary_size=32_000,
            heads=_said(HEADS, 32),
            key_value_heads=_said(KEY_VALUE_HEADS, 32),
            query_size=4096,
            key_size=1024,
            **_type("llama"),
        ),
        Case(
            "some-model",
            expect=Severity.ERROR,
            layers=[32, _said(LAYERS, 32)],
            vocabulary_size=32_000,
            heads=_said(HEADS, 24),
            query_size=4096,
            **_type("llama"),
        ),
    )
    confirmed = (
        Case(
            "llama-8b",
            layers=[32, _said(LAYERS, 32)],
            vocabulary_size=128_256,
            heads=_said(HEADS, 32),
            key_value_heads=_said(KEY_VALUE_HEADS, 8),
            query_size=4096,
            key_size=1024,
            **_type("llama"),
        ),
        Case("llama-7b", layers=[32, _said(LAYERS, 32)], vocabulary_size=[32_000, _said(VOCABULARY_SIZE, 32_000)]),
        Case("pythia-70m", vocabulary_size=[50_304, _said(VOCABULARY_SIZE, 50_277)], **_type("gpt_neox")),
    )
    undecided = (
        Case("some-model", layers=[32, _said(LAYERS, 24)]),
        Case("some-model", layers=[62, _said(LAYERS, 61)], vocabulary_size=129_280),
        Case("some-model", hidden_size=[2048, _said(HIDDEN_SIZE, 5120)], vocabulary_size=32_000, model_type="new"),
        Case("some-model", layers=[30, _said(LAYERS, 36)], missing_layers=(6, 7), vocabulary_size=151_936),
        Case("some-eagle3", layers=[1, _said(LAYERS, 32)], vocabulary_size=32_000, architectures=("LlamaEagle3",)),
        Case("musicgen", vocabulary_size=[32_128, _said(VOCABULARY_SIZE, 2048)], model_type="musicgen"),
        Case("llama-7b", layers=[3, _said(LAYERS, 32)], missing_shards=("model-00002-of-00002.safetensors",)),
    )
    not_applicable = (
        Case("llama-7b", layers=32),
        Case("some-lora", is_adapter=True, layers=[1, _said(LAYERS, 32)]),
        Case("llama-7b-GGUF", gguf_architecture="llama", layers=[32, _said(LAYERS, 22)]),
    )

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        if (other := not_compared(evidence)) is not None:
            return other
        if not any(evidence.declared(key) for key in _KEYS):
            return undeclared(evidence.why_missing(MODEL_TYPE))
        pairs = [pair for key in _KEYS if (pair := both(evidence, key)) is not None]
        if not pairs:
            return unmeasured(evidence.why_missing(LAYERS))
        unlike = [pair for pair in pairs if not _agree(*pair)]
        findings = [self._found(*pair) for pair in unlike if _comparable(*pair, evidence)]
        if (heads := self._heads(evidence)) is not None:
            findings.append(heads)
        if findings:
            return self.flag(findings)
        if not unlike:
            return self.passed(pairs[0][1])
        declared, measured = unlike[0]
        word = str(declared.key).replace("_", " ")
        text = (
            f"{source_of(declared)} declares {declared.value:,} as {word} and the weights show {measured.value:,}, "
            "which may be of a part of the model"
        )
        return cannot_tell(ReasonKind.AMBIGUOUS_FILES, text)

    def _heads(self, evidence: Evidence) -> Finding | None:
        """Heads that do not divide the projections, or that have another width than is declared."""
        heads, queries = evidence.declared(HEADS), evidence.get(QUERY_SIZE, Origin.WEIGHTS)
        if heads is None or queries is None or heads.value < 1 or not _comparable(heads, queries, evidence):
            return None
        of_keys, keys = evidence.declared(KEY_VALUE_HEADS), evidence.get(KEY_SIZE, Origin.WEIGHTS)
        width = evidence.declared(HEAD_SIZE)
        told = f"{source_of(heads)} declares {heads.value:,} heads"
        if queries.value % heads.value:
            message = f"{told}; the query projection has {queries.value:,} outputs, which they do not divide"
            return self.finding(Severity.ERROR, message, fact=queries)
        each = queries.value // heads.value
        if width is not None and width.value != each:
            message = f"{told} of width {width.value:,}; the query projection has {queries.value:,} outputs"
            return self.finding(Severity.ERROR, message, fact=queries)
        if of_keys is not None and keys is not None and of_keys.value * each != keys.value:
            message = f"{told} and {of_keys.value:,} key-value heads, so of width {each:,}; "
            message += f"the key projection has {keys.value:,} outputs"
            return self.finding(Severity.ERROR, message, fact=keys)
        return None

    def _found(self, declared: Fact[int], measured: Fact[int]) -> Finding:
        more = declared.key == LAYERS and measured.value > declared.value
        severity = Severity.WARNING if more else Severity.ERROR
        message = f"{source_of(declared)} declares {_counted(declared)}; the tensors show {_counted(measured)}"
        return self.finding(severity, message, fact=measured)


def _counted(fact: Fact[int]) -> str:
    word = _WORDS[fact.key]
    return f"{word} {fact.value:,}" if word.endswith(" of") else f"{fact.value:,} {word}"


def _agree(declared: Fact[int], measured: Fact[int]) -> bool:
    surplus = measured.value - declared.value
    return 0 <= surplus <= PADDING if declared.key == VOCABULARY_SIZE else not surplus


def _comparable(declared: Fact[int], measured: Fact[int], evidence: Evidence) -> bool:
    """Whether both numbers are of the same thing, so that the difference is a fault."""
    if evidence.get(VOCABULARY_SIZE, Origin.WEIGHTS) is None and not _is_named_whole(declared, evidence):
        return False  # a tower, a head, a stage: a part of what is declared
    if any(evidence.get(key, Origin.WEIGHTS) is not None for key in _SIDES):
        return False
    if counts_otherwise(declared.key, evidence):
        return False
    if declared.key == LAYERS and measured.value in [f.value for k in _SIDES for f in evidence.all(k)]:
        return False  # a decoder alone, of a model that declares both sides
    section = (declared.key_path or "").rpartition(".")[0]
    if is_composed(evidence) and (not section or section == "decoder"):
        return False
    surplus = measured.value - declared.value
    if declared.key == LAYERS:
        if 0 < surplus <= PREDICTION_LAYERS or evidence.get(MISSING_LAYERS) is not None:
            return False
        return any(is_recognisable(str(fact.value)) for fact in evidence.all(MODEL_TYPE))
    if declared.key == VOCABULARY_SIZE and abs(surplus) <= PADDING:
        return False
    return has_declared_structure(evidence)


def _is_named_whole(declared: Fact[int], evidence: Evidence) -> bool:
    """Whether an index alone, which names every tensor and no shape, names those of the declared type."""
    shapes = evidence.get(TOTAL_BYTES, Origin.WEIGHTS)
    return declared.key == LAYERS and shapes is None and has_declared_structure(evidence)
