"""The other sets of weights of a folder against the main one: the same, a variant of it, or a contradiction."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from truename.architecture import canonical_header, gguf_file_facts, is_weight_of_model
from truename.budget import MAX_SECONDS_BESIDE, MAX_TENSORS_BESIDE, Budget
from truename.errors import FileError
from truename.facts import (
    BITS_PER_WEIGHT,
    FORMATS_AGREE,
    FORMATS_DIFFER,
    FORMATS_READ,
    GGUF_FILE_TYPE,
    GGUF_TENSOR_SHARES,
    GGUF_TENSOR_TYPES,
    QUANTISATION_BITS,
    QUANTISATION_METHOD,
    STORAGE_DTYPES,
    WEIGHT_VARIANTS,
    Fact,
    Key,
    Origin,
    SetDifference,
    Unlike,
)
from truename.findings import Reason, ReasonKind
from truename.formats import Checkpoint, Tensor, WeightsHeader, read_checkpoint
from truename.sources.source import Source, is_distant

MAX_COMPARED = 48  # further checkpoints that are read; the largest GGUF repositories hold some thirty
_MAX_DISTANT = 4  # ... where every read costs a round trip
_MAX_SHARDS = 64
_FORMATS = ("safetensors", "pytorch", "flax", "keras", "tensorflow", "gguf", "onnx")
# Converters change what is stored (a tied head twice, a pooler left out): such files may agree, and never differ.
_CONVERTED = frozenset({"gguf", "onnx"})
_FRONT = ("safetensors", "pytorch", "gguf")  # a few reads each
# The names under which a library loads a folder's one model. Files of other names may be other models.
_STEMS = ("model", "pytorch_model", "tf_model", "flax_model", "diffusion_pytorch_model", "diffusion_flax_model")
_NUMBERED = re.compile(r"[-_]\d{1,6}-of-\d{1,6}$")
_COMMON = 0.5  # share of the names of the smaller set: below it the sets are not of one model, or named differently
_LACKING = 0.01  # share of the elements that one side may lack: buffers, a pooler
_SHOWN = 3

# What is not said of a folder whose sets of weights differ in dtype: a name may speak of any of them.
STORAGE: frozenset[Key[Any]] = frozenset((STORAGE_DTYPES, BITS_PER_WEIGHT, QUANTISATION_METHOD, QUANTISATION_BITS))
# ... and what the tensors show, where the GGUF files of a folder hold several models.
_ALWAYS: frozenset[Key[Any]] = frozenset((GGUF_FILE_TYPE, GGUF_TENSOR_TYPES, GGUF_TENSOR_SHARES))

Shapes = Mapping[str, Tensor]


class Comparison(msgspec.Struct, frozen=True):
    """What came of reading the other sets of weights. Files are named by their first shard."""

    read: tuple[str, ...] = ()
    agree: tuple[str, ...] = ()
    differ: tuple[SetDifference, ...] = ()
    variants: tuple[str, ...] = ()  # the same tensors in another dtype, each with that dtype
    files: tuple[Fact[Any], ...] = ()  # facts of single GGUF files
    several_models: tuple[str, ...] = ()  # GGUF files of another model than the main one

    def facts(self) -> Iterator[Fact[Any]]:
        """The comparison as facts."""
        for key, value in {
            FORMATS_READ: self.read,
            FORMATS_AGREE: self.agree,
            FORMATS_DIFFER: self.differ,
            WEIGHT_VARIANTS: self.variants,
        }.items():
            if value:
                yield Fact(key, value, Origin.FILES)
        yield from self.files

    def why_silent(self, fact: Fact[Any], missing: Mapping[Key[Any], Reason]) -> Reason | None:
        """Why ``fact`` of the main set must not speak for the whole folder; None where it may."""
        of_one_file = fact.file is not None and fact.file.endswith(".gguf") and fact.key not in _ALWAYS
        if self.several_models and of_one_file:
            text = f"the GGUF files are of several models ({self.several_models[0]} is another)"
            return Reason(ReasonKind.AMBIGUOUS_FILES, text)
        return missing.get(fact.key) if fact.origin is Origin.WEIGHTS else None

    def missing(self) -> dict[Key[Any], Reason]:
        """Why there are no facts of how the weights are stored, where there are several sets of them."""
        if not self.variants:
            return {}
        text = f"there are several sets of the weights in different types ({', '.join(self.variants[:_SHOWN])})"
        return dict.fromkeys(STORAGE, Reason(ReasonKind.AMBIGUOUS_FILES, text))


def compare_checkpoints(
    main: Checkpoint | None,
    header: WeightsHeader | None,
    checkpoints: Iterable[Checkpoint],
    source: Source,
    budget: Budget | None = None,
) -> Comparison:
    """Read the headers of the checkpoints beside the main one, and hold them against it.

    A checkpoint that cannot be read is left out here: nothing of the main one hangs on it.
    """
    if main is None or header is None or not header.files:
        return Comparison()
    found = _Comparing(main, header)
    left = budget or Budget()
    left.limit_seconds(MAX_SECONDS_BESIDE)
    left.limit_tensors(MAX_TENSORS_BESIDE)

    def read(checkpoint: Checkpoint) -> WeightsHeader | None:
        try:
            return read_checkpoint(checkpoint, source.open, budget=left)
        except FileError:
            return None

    beside = _beside(main, checkpoints, is_distant(source))
    headers = source.map(read, beside) if is_distant(source) else map(read, beside)
    for checkpoint, other in zip(beside, headers, strict=True):
        if other is not None:
            found.add(checkpoint, other)
    return found.result()


def _beside(main: Checkpoint, checkpoints: Iterable[Checkpoint], distant: bool) -> list[Checkpoint]:
    formats = _FRONT if distant else _FORMATS
    found = [
        c
        for c in checkpoints
        if c is not main
        and c.component == main.component
        and c.format in formats
        and 0 < len(c.paths) <= _MAX_SHARDS
        and not is_adapter(c)
        and not is_sidecar(c)
    ]
    return found[: _MAX_DISTANT if distant else MAX_COMPARED]


class _Comparing:
    """The comparison while headers come in."""

    def __init__(self, main: Checkpoint, header: WeightsHeader) -> None:
        self._main = main
        self._header = header
        self._canonical: WeightsHeader | None = None
        self._read: list[str] = []
        self._agree: list[str] = []
        self._differ: list[SetDifference] = []
        self._variants: list[str] = []
        self._files: list[Fact[Any]] = []
        self._others: list[str] = []

    def add(self, checkpoint: Checkpoint, header: WeightsHeader) -> None:
        """Compare one more header."""
        if header.missing_files or not header.tensors:
            return
        name = checkpoint.paths[0]
        self._read.append(name)
        if header.format == "gguf" and _accompanies(header):
            return
        if header.format == "gguf":
            self._files += gguf_file_facts(header)
            if self._header.format == "gguf" and _gguf_model(header) != _gguf_model(self._header):
                self._others.append(name)
                return
        elif self._header.format == "gguf":
            return
        self._tensors(checkpoint, header, name)

    def _tensors(self, checkpoint: Checkpoint, header: WeightsHeader, name: str) -> None:
        if self._canonical is None:
            self._canonical = canonical_header(self._header)
        pair = _aligned(self._canonical.tensors, canonical_header(header).tensors)
        if pair is None:
            return
        main = self._main.paths[0] if self._main.paths else self._main.name
        if (found := _contradiction(*pair, name, main)) is not None:
            if (
                _is_default(checkpoint)
                and _is_default(self._main)
                and _CONVERTED.isdisjoint((header.format, self._header.format))
            ):
                self._differ.append(found)
            return
        self._agree.append(name)
        ours, theirs = _dominant(self._header), _dominant(header)
        if theirs != ours and (header.format == self._header.format or header.format not in _CONVERTED):
            self._variants.append(f"{name} {theirs}")

    def result(self) -> Comparison:
        """What was found."""
        return Comparison(
            tuple(self._read),
            tuple(self._agree),
            tuple(self._differ),
            tuple(self._variants),
            tuple(self._files),
            tuple(self._others),
        )


def is_adapter(checkpoint: Checkpoint) -> bool:
    """Whether a checkpoint holds adapter weights, by the name that peft gives them."""
    return checkpoint.name.rpartition("/")[2].startswith("adapter_model")


def is_sidecar(checkpoint: Checkpoint) -> bool:
    """Whether a GGUF file only accompanies a model: its image encoder, its draft head, its importance matrix."""
    words = checkpoint.name.rpartition("/")[2].lower().replace("_", "-").replace(".", "-").split("-")
    return checkpoint.format == "gguf" and not {"mmproj", "mtp", "imatrix"}.isdisjoint(words)


def _accompanies(header: WeightsHeader) -> bool:
    """Whether a GGUF file says of itself that it is no model of its own: an image encoder, an adapter."""
    said = header.metadata
    return said.get("general.architecture") == "clip" or said.get("general.type") in ("mmproj", "adapter", "imatrix")


def _gguf_model(header: WeightsHeader) -> tuple[str | None, ...]:
    """What tells one GGUF model from another; the same for every encoding of it."""
    arch = header.metadata.get("general.architecture", "")
    keys = ("block_count", "embedding_length", "feed_forward_length", "expert_count", "attention.head_count")
    return (arch, *(header.metadata.get(f"{arch}.{key}") for key in keys))


def _is_default(checkpoint: Checkpoint) -> bool:
    """Whether a library would take the checkpoint for the folder's one model."""
    stem = checkpoint.paths[0].rpartition("/")[2] if checkpoint.paths else checkpoint.name
    return _NUMBERED.sub("", stem.partition(".")[0]) in _STEMS


def _dominant(header: WeightsHeader) -> str:
    stored = Counter[str]()
    for tensor in header.tensors.values():
        stored[tensor.dtype or "?"] += tensor.stored_bytes or 0
    return stored.most_common(1)[0][0] if stored else "?"


def _aligned(ours: Shapes, theirs: Shapes) -> tuple[Shapes, Shapes] | None:
    """Both sets under the same names; None where too few are common to both.

    One of them may have been saved with the base model's prefix (``bert.``) and the other without.
    """
    for strip_ours, strip_theirs in ((_same, _same), (_same, _stripped), (_stripped, _same), (_stripped, _stripped)):
        left, right = strip_ours(ours), strip_theirs(theirs)
        if len(left.keys() & right.keys()) >= _COMMON * min(len(left), len(right)):
            return left, right
    return None


def _same(tensors: Shapes) -> Shapes:
    return tensors


def _stripped(tensors: Shapes) -> Shapes:
    """Without the first component that most names share, and without its dot."""
    if not tensors:
        return tensors
    first = Counter(name.partition(".")[0] for name in tensors)
    word, count = first.most_common(1)[0]
    if 2 * count < len(tensors):
        return tensors
    return {name.removeprefix(f"{word}."): tensor for name, tensor in tensors.items()}


def _contradiction(ours: Shapes, theirs: Shapes, other: str, main: str) -> SetDifference | None:
    """What is different; None where nothing is that both would have to share."""
    unlike = [name for name, tensor in theirs.items() if name in ours and _clash(tensor, ours[name])]
    if unlike:
        one = unlike[0]
        shapes = f"{_shape(theirs[one])} here and {_shape(ours[one])} in {main}"
        text = f"has {len(unlike):,} tensors of another shape than {main}: {one[:120]} is {shapes}"
        return SetDifference(other, Unlike.SHAPES, text)
    for phrase, some, others in (("lacks {} tensors of", ours, theirs), ("has {} tensors more than", theirs, ours)):
        only = [name for name in some if name not in others and is_weight_of_model(name)]
        total = sum(_elements(tensor) for tensor in some.values())
        if sum(_elements(some[name]) for name in only) > _LACKING * total:
            text = f"{phrase.format(f'{len(only):,}')} {main}: {', '.join(n[:80] for n in only[:_SHOWN])}"
            return SetDifference(other, Unlike.NAMES, text)
    return None


def _clash(one: Tensor, other: Tensor) -> bool:
    """Whether two shapes of one tensor cannot be the same weights; how sides are ordered is not looked at."""
    if one.shape is None or other.shape is None or _may_be_packed(one) or _may_be_packed(other):
        return False
    return sorted(s for s in one.shape if s != 1) != sorted(s for s in other.shape if s != 1)


def _may_be_packed(tensor: Tensor) -> bool:
    return tensor.dtype is None or tensor.dtype[0] in "IU"


def _elements(tensor: Tensor) -> int:
    return math.prod(tensor.shape) if tensor.shape is not None else 0


def _shape(tensor: Tensor) -> str:
    return "×".join(map(str, tensor.shape or ())) or "a scalar"


_SUMS = (".in_sum2", ".counts")


def holds_importance_matrix(header: WeightsHeader) -> bool:
    """Whether ``header`` says that it is an importance matrix, or has the tensors of one alone."""
    if header.format != "gguf":
        return False
    said = header.metadata.get("general.type") == "imatrix"
    return said or (bool(header.tensors) and all(name.endswith(_SUMS) for name in header.tensors))
