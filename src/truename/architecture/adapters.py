"""What the tensors of a LoRA adapter show: its pairs of matrices, their rank, the modules that they change.

A pair is two matrices whose product is added to a weight (Hu et al., LoRA, arXiv 2106.09685). Writers name them
``lora_A`` and ``lora_B`` (peft), ``lora_down`` and ``lora_up`` (kohya, diffusers) or ``lora_a`` and ``lora_b`` (GGUF,
MLX); MLX stores both with their inputs first. The rank is the side that both have.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from truename.facts import (
    ADAPTER_ALPHA,
    ADAPTER_BASE,
    ADAPTER_LAYERS,
    ADAPTER_MODULES,
    ADAPTER_PAIRS,
    ADAPTER_RANK,
    ADAPTER_RANKS,
    ADAPTER_WIDTHS,
    Fact,
    Origin,
)
from truename.formats.header import Tensor, WeightsHeader

_SIDE = re.compile(r"[._]lora(?:[._]embedding)?[._](?P<side>A|B|a|b|down|up)(?:\.[A-Za-z0-9_-]+)??(?:\.weight)?$")
_FIRST = frozenset({"A", "a", "down"})
_SCALES = (".alpha", ".dora_scale", ".lora_magnitude_vector", ".lora_magnitude_vector.weight")
_BASE = "ss_base_model_version"  # kohya's trainer: sdxl_base_v1-0, flux1 ...
_LONGEST = 512  # characters of a base's name
# Projections whose input is the hidden state of a block.
_READ_THE_STACK = frozenset(
    {
        "q_proj", "k_proj", "v_proj", "gate_proj", "up_proj", "qkv_proj", "query_key_value", "gate_up_proj", "Wqkv",
        "c_attn", "attn_q", "attn_k", "attn_v", "ffn_gate", "ffn_up", "query", "key", "value", "wqkv", "W_pack",
    }
)  # fmt: skip
_TOWER = re.compile(r"vision|visual|audio|image|encoder\.|text_model|unet|lora_te|lora_unet|decoder\.")
_BLOCK = re.compile(r"(?:^|[._])(?:layers?|h|blocks?|blk)[._](\d{1,4})[._]")
_SHOWN = 64  # modules; the largest adapters change a dozen kinds


def adapter_facts(header: WeightsHeader) -> Iterator[Fact[Any]]:
    """Facts of an adapter's tensors; none where there are no pairs."""
    pairs = _pairs(header)
    if not pairs:
        return
    file = header.files[0]
    ranks = Counter(rank for first, second in pairs.values() if (rank := _rank(first, second)) is not None)
    modules = tuple(sorted({_module(path) for path in pairs}))
    yield Fact(ADAPTER_PAIRS, len(pairs), Origin.WEIGHTS, file, "two matrices each")
    if ranks:
        counted = ", ".join(f"{rank}: {count:,} pairs" for rank, count in ranks.most_common(8))
        yield Fact(ADAPTER_RANKS, tuple(rank for rank, _ in ranks.most_common()), Origin.WEIGHTS, file, counted)
    if len(modules) <= _SHOWN:
        yield Fact(ADAPTER_MODULES, modules, Origin.WEIGHTS, file, "the last part of each name")
    if widths := _widths(pairs):
        yield Fact(ADAPTER_WIDTHS, widths, Origin.WEIGHTS, file, "inputs of the projections, most frequent first")
    stack = [path for path in pairs if not _TOWER.search(path)]
    if blocks := [int(found[1]) for path in stack if (found := _BLOCK.search(path)) is not None]:
        yield Fact(ADAPTER_LAYERS, max(blocks) + 1, Origin.WEIGHTS, file, "by the highest number of a block")
    yield from _stated(header)


def holds_only_adapter(header: WeightsHeader) -> bool:
    """Whether the tensors are pairs and hardly anything else: an adapter, under whatever name it lies there.

    A whole model with its adapter beside it has a weight for every pair.
    """
    pairs = len(_pairs(header))
    scales = sum(name.endswith(_SCALES) for name in header.tensors)
    return pairs > 2 * (len(header.tensors) - 2 * pairs - scales)


def _pairs(header: WeightsHeader) -> dict[str, tuple[Tensor, Tensor]]:
    """Path of the module that is changed, to its two matrices."""
    sides: dict[str, dict[bool, Tensor]] = {}
    for name, tensor in header.tensors.items():
        if "lora" in name and (found := _SIDE.search(name)) is not None:
            sides.setdefault(name[: found.start()], {})[found["side"] in _FIRST] = tensor
    return {path: (two[True], two[False]) for path, two in sides.items() if len(two) == 2}


def _rank(first: Tensor, second: Tensor) -> int | None:
    """The side that both matrices have where they meet; of two such sides the smaller."""
    if not first.shape or not second.shape or len(first.shape) < 2 or len(second.shape) < 2:
        return None
    a, b = first.shape, second.shape
    met = [a[0]] if a[0] == b[1] else []
    met += [a[1]] if a[1] == b[0] and len(a) == 2 else []
    return min(met, default=None)


def _widths(pairs: dict[str, tuple[Tensor, Tensor]]) -> tuple[int, ...]:
    """The inputs of the modules that read the main stack, most frequent first.

    The first matrix is (rank, inputs), in MLX (inputs, rank); which side is the rank the second matrix tells.
    """
    widths: Counter[int] = Counter()
    for path, (first, second) in pairs.items():
        if _module(path) not in _READ_THE_STACK or _TOWER.search(path):
            continue
        a, b = first.shape or (), second.shape or ()
        if len(a) != 2 or len(b) != 2:
            continue
        ranks = [at for at in (0, 1) if a[at] in b]  # sides of the first matrix that may be the rank
        if len(ranks) == 1:
            widths[a[1 - ranks[0]]] += 1
        elif ranks:
            widths[max(a)] += 1
    return tuple(width for width, _ in widths.most_common(8))


def _module(path: str) -> str:
    """``q_proj`` of ``base_model.model.model.layers.0.self_attn.q_proj``; kohya writes no dots."""
    last = path.removesuffix(".weight").rpartition(".")[2]
    return re.sub(r"^lora_(?:unet|te\d?|transformer)_(?:.*_\d+_)?", "", last)


def _stated(header: WeightsHeader) -> Iterator[Fact[Any]]:
    """What the file's own metadata says: kohya's ``ss_`` keys, GGUF's ``adapter.lora.alpha``."""
    base = str(header.metadata.get(_BASE, "")).strip()
    if base:
        yield Fact(ADAPTER_BASE, base[:_LONGEST], Origin.DECLARED, header.files[0], _BASE)
    for fact, key in (
        (ADAPTER_RANK, "ss_network_dim"),
        (ADAPTER_ALPHA, "ss_network_alpha"),
        (ADAPTER_ALPHA, "adapter.lora.alpha"),
    ):
        try:
            value = float(header.metadata.get(key, ""))
        except ValueError:
            continue
        if 0 < value < 2**31:
            whole = int(value) if value.is_integer() else value
            yield Fact(fact, whole, Origin.DECLARED, header.files[0], key)
