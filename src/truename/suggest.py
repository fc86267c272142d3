"""Names that fit: composed of what the files show, and findings mended without losing the author's own words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

from truename.compiled_tables import table
from truename.errors import UsageError
from truename.evidence import Evidence, gather
from truename.facts import (
    ACTIVE_PARAMETERS,
    ADAPTER_RANK,
    CASED,
    CONTEXT_LENGTH,
    ENCODER_PARAMETERS,
    EXPERTS,
    EXPERTS_PER_TOKEN,
    EXTENDED_CONTEXT_LENGTH,
    FORMATS,
    GGUF_FILE_TYPE,
    GGUF_TENSOR_TYPES,
    IMAGE_SIZE,
    IS_ADAPTER,
    MODEL_TYPE,
    PARAMETERS,
    PATCH_SIZE,
    QUANTISATION_BITS,
    ROPE_SCALING,
    STORAGE_DTYPES,
    TENSOR_MODEL_TYPES,
    Origin,
)
from truename.findings import Finding
from truename.formats.dtypes import FULL_PRECISION
from truename.names import Claims, Role, parse_name
from truename.names.elements import Element
from truename.names.lexicon import lexicon, squeeze
from truename.rules.shared import storage
from truename.rules.shared.families import squash
from truename.rules.shared.product_lines import declared_bases
from truename.sources import Target, open_source
from truename.units import abbreviate_count
from truename.vocabulary import Family, vocabulary

Style = Literal["hub", "gguf", "timm"]
STYLES: tuple[Style, ...] = ("hub", "gguf", "timm")
_SIZES = (Role.SIZE_WORD, Role.PARAMETERS, Role.MIXTURE)
_TOLERANCE = 0.03  # between a count and that of the releases with a size word
_CONTEXT_UNIT = 1024
_SIGNS = re.compile(r"[^A-Za-z0-9]+")


def suggest_name(model: Target | Evidence, style: Style = "hub", base: str | None = None) -> str | None:
    """A name that says what the files are and no more.

    What the files cannot show (task, language, alignment) is left out. Every convention has its own form:

    - ``hub``: family, size, active parameters, extended context, adapter, quantisation and packaging with hyphens
      (``Qwen2-7.6B-GPTQ-Int4``, ``bert-base-uncased``).
    - ``gguf``: a file name of the grammar in ggml's ``docs/gguf.md``: ``Qwen2-7.6B-v1.0-F16.gguf``.
    - ``timm``: architecture, size, patch and image with underscores: ``vit_base_patch16_224``; of images only.

    Args:
        model: a folder's path, a model's id on the Hub, an address, a source, or the evidence of one.
        style: the convention.
        base: words of the author's own, a brand or the name of a base model, that the name begins with instead of the
            family's title; what it says of sizes is not said again. In timm's style it becomes the tag.

    Returns:
        The name; None where the files show too little: no family for ``hub``, no count for ``gguf``, no image model
        for ``timm``.

    Raises:
        TargetError: there is no model at the target.
        UsageError: there is no such style, or the target is empty.
    """
    if style not in STYLES:
        raise UsageError(f"there is no naming convention {style!r}; choose one of {', '.join(STYLES)}")
    evidence = model if isinstance(model, Evidence) else gather(open_source(model))
    if style == "hub":
        return _hub(evidence, base)
    if style == "gguf":
        return _gguf(evidence, base)
    return _timm(evidence, base)


def with_suggestion(finding: Finding, claims: Claims) -> Finding:
    """The finding with a name that lacks its fault, where it has none and the evidence says what is right.

    Only the wrong element is replaced; every other word of the author's stays.
    """
    if finding.suggestion is not None or finding.claim is None or finding.evidence is None:
        return finding
    element = next((e for e in claims.parsed.elements if e.span == (finding.claim.start, finding.claim.end)), None)
    word = None if element is None else _right_word(element, finding.evidence.value)
    if element is None or word is None:
        return finding
    end = _end_of_family(element, claims.parsed.elements)
    name = claims.name[: element.start] + _styled_like(element.text, claims.name, word) + claims.name[end:]
    return msgspec.structs.replace(finding, suggestion=name)


def _end_of_family(element: Element, elements: Sequence[Element]) -> int:
    """Where the family's name ends: ``Qwen2-VL`` is one family, though VL is an element of its own."""
    after = next((e for e in elements if e.start >= element.end), None)
    if element.role not in (Role.FAMILY, Role.BRAND) or after is None or after.role is not Role.MODALITY:
        return element.end
    return after.end if squeeze(element.text + after.text) in lexicon().modal else element.end


def type_word(model_type: str) -> str:
    """What names call a model type: ``Qwen2`` for ``qwen2``, ``GPT-NeoX`` for ``gpt_neox``."""
    family = _family(model_type)
    title = family.title if family is not None else model_type
    return re.sub(r"[\s_/]+", "-", re.split(r",| and |\(", title)[0].strip())


def _right_word(element: Element, value: object) -> str | None:
    """What the element would have to say; None where the evidence does not settle that."""
    if isinstance(value, tuple | list):
        value = value[0] if len(value) == 1 else None
    if element.role is Role.FAMILY:
        return type_word(value) if isinstance(value, str) and _family(value) is not None else None
    if element.role is Role.QUANTISATION and isinstance(value, str):
        return table("rules/precision")["method_aliases"].get(value, value) if value != "none" else None
    if element.role is Role.BITS and isinstance(value, int | float) and float(value).is_integer():
        return re.sub(r"\d+(?:\.\d+)?", str(int(value)), element.text, count=1)
    return None


def _styled_like(text: str, name: str, word: str) -> str:
    if text.islower():
        word = word.lower()
    return word.replace("-", "_") if name.count("_") > name.count("-") else word


def _family(model_type: str) -> Family | None:
    """The family whose own type it is or extends, the closest that has a title; else the only one that has the type."""
    found = squash(model_type)
    families = [f for f in vocabulary().families.values() if not f.brand]
    titled = [f for f in families if found.startswith(squash(f.key)) and (f.title != f.key or found == squash(f.key))]
    near = [f for f in titled if model_type in f.model_types]
    proper = [f for f in near if f.title != f.key]
    if near:
        return max(proper or near, key=lambda f: len(squash(f.key)))
    having = [f for f in families if model_type in f.model_types]
    return having[0] if len(having) == 1 else None


def _model_type(evidence: Evidence) -> str | None:
    """The declared type unless the tensors settle on another; the tensors' only type where none is declared."""
    declared = evidence.value(MODEL_TYPE)
    tensors = tuple(evidence.value(TENSOR_MODEL_TYPES, ()))
    if len(tensors) == 1 and (declared is None or squash(str(declared)) not in {squash(t) for t in tensors}):
        nested = {squash(str(fact.value)) for fact in evidence.all(MODEL_TYPE)}
        return str(declared) if squash(tensors[0]) in nested else tensors[0]
    return None if declared is None else str(declared)


def _hub(evidence: Evidence, base: str | None) -> str | None:
    model_type = _model_type(evidence)
    if base is None and evidence.value(IS_ADAPTER) and len(bases := declared_bases(evidence)) == 1:
        base = bases[0].rpartition("/")[2]
    if base is None and model_type is None:
        return None
    told = {e.role for e in parse_name(base).elements} if base else set()
    sizes = [] if told.intersection(_SIZES) else list(_sizes(evidence, model_type))
    stem = base or type_word(model_type or "")
    # models that are named by size words are written in lower case: bert-base-uncased, whisper-small
    parts = [stem.lower() if not base and sizes and sizes[0].islower() else stem, *sizes]
    parts += _endings(evidence, told)
    return "-".join(part for part in parts if part)


def _sizes(evidence: Evidence, model_type: str | None) -> Iterator[str]:
    count, active = evidence.value(PARAMETERS), evidence.value(ACTIVE_PARAMETERS)
    family = None if model_type is None else _family(model_type)
    if count and (word := _size_word(evidence, family, int(count))):
        yield word
        if evidence.value(CASED) is not None and family is not None and "uncased" not in family.aliases:
            yield "cased" if evidence.value(CASED) else "uncased"
    elif count:
        yield abbreviate_count(int(count))
        if active and active < count * 0.9:
            yield f"A{abbreviate_count(int(active))}"


def _size_word(evidence: Evidence, family: Family | None, count: int) -> str | None:
    """``base`` where the releases of that name have that count; not for models that are named by counts."""
    if family is None or family.generative:
        return None
    counts = {count, int(evidence.value(ENCODER_PARAMETERS) or count)}
    near = (w for w, sizes in family.sizes.items() for s in sizes for c in counts if abs(c - s) <= _TOLERANCE * s)
    return next(near, None)


def _endings(evidence: Evidence, told: set[Role]) -> Iterator[str]:
    extended, trained = evidence.value(EXTENDED_CONTEXT_LENGTH), evidence.value(CONTEXT_LENGTH)
    # other kinds of scaling count from the trained length in some configurations and from the extended in others
    is_longer = trained and extended and extended > trained and evidence.value(ROPE_SCALING) == "yarn"
    if Role.CONTEXT not in told and is_longer and extended and extended % _CONTEXT_UNIT == 0:
        yield f"{extended // _CONTEXT_UNIT}k"
    if Role.ADAPTER not in told and evidence.value(IS_ADAPTER):
        yield "LoRA" if evidence.value(ADAPTER_RANK) else "adapter"
    formats = tuple(evidence.value(FORMATS, ()))
    if Role.QUANTISATION not in told and (fact := storage.method_fact(evidence)):
        yield from _quantisation(storage.method(fact) or "", evidence)
    if Role.PACKAGING not in told and len(formats) == 1 and formats[0] in ("gguf", "onnx", "mlx", "openvino"):
        yield formats[0] if formats[0] == "openvino" else formats[0].upper()


def _quantisation(method: str, evidence: Evidence) -> Iterator[str]:
    """``GPTQ-Int4``, ``bnb-4bit``, ``FP8``: each method as its own releases write it."""
    method = table("rules/precision")["method_aliases"].get(method, method)
    bits = evidence.value(QUANTISATION_BITS)
    if method == "gguf":  # the format is said as packaging
        return
    yield method if method in ("bnb", "auto-round") else method.upper()
    if isinstance(bits, int | float) and float(bits).is_integer() and not any(c.isdigit() for c in method):
        yield f"Int{bits:g}" if method in ("gptq", "awq") else f"{bits:g}bit"


def _gguf(evidence: Evidence, base: str | None) -> str | None:
    """BaseName, SizeLabel and Version are what the grammar asks for; a point is no letter of a BaseName."""
    count, model_type = evidence.value(PARAMETERS), _model_type(evidence)
    stem = base or (type_word(model_type) if model_type else None)
    if not count or stem is None:
        return None
    words = [word for word in _SIGNS.split(_without_sizes(stem)) if word]
    # after a digit the grammar takes digits only: 4x becomes two words
    words = [part for word in words for part in (re.findall(r"[0-9]+|[A-Za-z][A-Za-z0-9]*", word))]
    if not words:
        return None
    parts = ["-".join(words), _size_label(evidence, int(count)), "v1.0"]
    if encoding := _encoding(evidence):
        parts.append(encoding)
    if evidence.value(IS_ADAPTER):
        parts.append("LoRA")
    return "-".join(parts) + ".gguf"


def _without_sizes(stem: str) -> str:
    parsed = parse_name(stem)
    text = parsed.model
    offset = parsed.name.find(text)
    for element in reversed(parsed.elements):
        if element.role in (*_SIZES, Role.ACTIVE_PARAMETERS):
            text = text[: element.start - offset] + text[element.end - offset :]
    return text


def _size_label(evidence: Evidence, count: int) -> str:
    """As gguf-py rounds it: a mixture as experts times the shared and one expert's parameters."""
    experts, used = evidence.value(EXPERTS), evidence.value(EXPERTS_PER_TOKEN)
    active = evidence.value(ACTIVE_PARAMETERS)
    if experts and used and active and experts > used and active < count:
        one = (count - active) / (experts - used)
        return f"{experts}x{_rounded(round(active - used * one + one))}"
    return _rounded(count)


def _rounded(count: int) -> str:
    """Two digits at least: 1_235_814_400 is ``1.2B``, 7_241_732_096 ``7.2B``, 12_247_782_400 ``12B``."""
    power, unit = next(((p, u) for p, u in ((12, "T"), (9, "B"), (6, "M")) if count > 10**p), (3, "K"))
    scaled = count / 10**power
    return f"{scaled:.{1 if round(scaled) < 10 else 0}f}{unit}"


def _encoding(evidence: Evidence) -> str | None:
    if isinstance(declared := evidence.value(GGUF_FILE_TYPE), str) and re.fullmatch(r"\w+", declared):
        return declared
    fact = storage.method_fact(evidence)
    if fact is not None and storage.method(fact) == "gguf":
        types = (types.value[0] for types in evidence.all(GGUF_TENSOR_TYPES) if types.file == fact.file)
        return next(types, None)
    dtypes = evidence.value(STORAGE_DTYPES, ()) if evidence.get(STORAGE_DTYPES, Origin.WEIGHTS) else ()
    return str(dtypes[0]) if dtypes and fact is None and dtypes[0] in FULL_PRECISION else None


def _timm(evidence: Evidence, base: str | None) -> str | None:
    model_type, count = _model_type(evidence), evidence.value(PARAMETERS)
    family = None if model_type is None else _family(model_type)
    if model_type is None or family is None or family.modality != "vision":
        return None
    parts = [_SIGNS.sub("_", type_word(model_type).lower())]
    if count:
        parts.append(_size_word(evidence, family, int(count)) or abbreviate_count(int(count)).lower())
    for key, prefix in ((PATCH_SIZE, "patch"), (IMAGE_SIZE, "")):
        if isinstance(evidence.value(key), int):
            parts.append(f"{prefix}{evidence.value(key)}")
    name = "_".join(parts).replace(".", "_")
    return f"{name}.{_SIGNS.sub('_', base).strip('_').lower()}" if base and _SIGNS.sub("", base) else name
