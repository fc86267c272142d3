"""Read some shards of very many, and infer the others from the index and their sizes.

A model of hundreds of shards repeats a few kinds of tensors hundreds of times. Where a sample is asked for, of more
than ``SAMPLED_ABOVE`` shards these are read: the first, the last, and enough others that every kind (a name without its
numbers: ``model.layers.#.mlp.experts.#.up_proj.weight``) was seen. A tensor of another shard is taken to have the dtype
and shape of its kind, if all that were seen agree. Whether that is so is not left to hope: the tensors of a shard must
fill its file, but for as many bytes as a header of these names takes. A shard that they do not fill is read as well.
What sizes cannot tell, a sample does not see: matrices of half the rows in a type of twice the width. That is why it
is not the default.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from truename.formats.header import Tensor, WeightIndex, WeightsHeader

_NUMBER = re.compile(r"(?:(?<=\.)|^)\d+(?=\.|$)")
# An entry of a header as the common writers make it, without name, dtype, sizes and offsets. One more comma than there
# are, and the braces around the whole.
_ENTRY = len(':{"dtype":"","shape":[],"data_offsets":[,]},')
_BRACES = len("{}") - len(",")
_PADDING = 8  # spaces behind the header, at most

ReadAll = Callable[[Sequence[str]], Iterable[WeightsHeader]]


def read_sample(
    shards: Sequence[str], sizes: Mapping[str, int], index: WeightIndex, read: ReadAll
) -> tuple[list[WeightsHeader], tuple[str, ...]]:
    """Headers of all shards, and which of them were inferred.

    Args:
        shards: paths of all shards, in order.
        sizes: of each, in bytes.
        index: which shard holds which tensor.
        read: reads the headers of shards.
    """
    names: dict[str, list[str]] = {shard: [] for shard in shards}
    for name, shard in index.weight_map.items():
        if shard in names:
            names[shard].append(name)
    kinds = {shard: {kind_of(name) for name in held} for shard, held in names.items()}
    headers = {header.files[0]: header for header in read(choose(shards, kinds))}
    seen = _seen(headers.values())
    metadata = max((_metadata_bytes(header.metadata) for header in headers.values()), default=0)
    inferred: dict[str, WeightsHeader] = {}
    for shard in shards:
        if shard not in headers and (header := _infer(shard, names[shard], sizes[shard], seen, metadata)) is not None:
            inferred[shard] = header
    rest = [shard for shard in shards if shard not in headers and shard not in inferred]
    headers |= {header.files[0]: header for header in read(rest)}
    together = headers | inferred
    return [together[shard] for shard in shards if shard in together], tuple(inferred)


def kind_of(name: str) -> str:
    """A tensor's name without the numbers of layers and experts."""
    return _NUMBER.sub("#", name)


def choose(shards: Sequence[str], kinds: Mapping[str, set[str]]) -> list[str]:
    """The first, the last, and others until every kind of tensor is in one of them."""
    chosen = dict.fromkeys((shards[0], shards[-1]))
    lacking = set().union(*kinds.values()).difference(*(kinds[shard] for shard in chosen))
    while lacking:
        best = max(shards, key=lambda shard: len(kinds[shard] & lacking))
        chosen[best] = None
        lacking -= kinds[best]
    return list(chosen)


def _seen(headers: Iterable[WeightsHeader]) -> dict[str, Tensor | None]:
    """The tensor of each kind; None where those of a kind differ."""
    seen: dict[str, Tensor | None] = {}
    for header in headers:
        for name, tensor in header.tensors.items():
            kind = kind_of(name)
            if seen.setdefault(kind, tensor) != tensor:
                seen[kind] = None
    return seen


def _infer(
    shard: str, names: Sequence[str], size: int, seen: Mapping[str, Tensor | None], metadata: int
) -> WeightsHeader | None:
    """A shard's header from the kinds of its tensors, None where they and a header do not make up its file.

    Args:
        shard: its path.
        names: of its tensors.
        size: of its file.
        seen: the tensor of each kind.
        metadata: bytes that a header's metadata takes at most.
    """
    tensors: dict[str, Tensor] = {}
    for name in names:
        tensor = seen.get(kind_of(name))
        if tensor is None or tensor.stored_bytes is None:
            return None
        tensors[name] = tensor
    data = sum(tensor.stored_bytes or 0 for tensor in tensors.values())
    header = size - data - 8
    least = _BRACES + sum(_entry_bytes(name, tensor) for name, tensor in tensors.items())
    # Offsets have one digit at least, and as many as the length of the data at most.
    most = least + len(names) * 2 * (len(str(data)) - 1) + metadata + _PADDING
    if not names or not least <= header <= most:
        return None
    return WeightsHeader("safetensors", (shard,), tensors, {}, {})


def _entry_bytes(name: str, tensor: Tensor) -> int:
    """Bytes of a tensor's entry in a header whose offsets have one digit each."""
    shape = ",".join(map(str, tensor.shape or ()))
    return _ENTRY + len(msgspec.json.encode(name)) + len(tensor.dtype or "") + len(shape) + 2


def _metadata_bytes(metadata: Mapping[str, str]) -> int:
    return len(b'"__metadata__":,') + len(msgspec.json.encode(dict(metadata))) if metadata else 0
