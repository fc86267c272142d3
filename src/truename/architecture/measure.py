"""What a weights header says of its model, as facts. A fact that cannot be known is left out, never guessed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from truename.architecture import dimensions
from truename.architecture.abstract import AbstractArchitecture, Block
from truename.architecture.build import abstract_architecture
from truename.architecture.canonical import canonical_header, shows_model_type
from truename.architecture.counting import Counts, count
from truename.architecture.dimensions import Dimension
from truename.architecture.gguf import gguf_facts, gguf_file_facts, gguf_settings, is_gguf
from truename.architecture.modalities import inputs_of
from truename.architecture.model_config import Settings, settings
from truename.architecture.packing import Unpacked, Unpacker, Use, format_of
from truename.architecture.parts import is_per_layer_table, is_projection, may_be_of_mixture, part_of
from truename.architecture.quantisation import quantisation_config
from truename.architecture.signatures import tensor_model_types
from truename.architecture.stacks import Stacks, depth, experts_of, find_stacks, missing_numbers, widths
from truename.architecture.templates import TensorGroup, group_tensors, templates
from truename.architecture.ties import find_ties
from truename.declared.declared import Declared
from truename.facts import FACTS, Fact, Origin
from truename.formats.dtypes import DTYPE_BITS, FULL_PRECISION
from truename.formats.header import WeightsHeader

EXPERTS_PER_TOKEN = (
    "num_experts_per_tok",
    "num_experts_per_token",
    "experts_per_token",
    "moe_topk",
    "moe_top_k",
    "moe_k",
    "top_k_experts",
    "num_selected_experts",
)
_KINDS = 20_000  # distinct kinds of tensors; a real model has tens or hundreds, and more are not worth the time


def measure(
    header: WeightsHeader, declared: Declared, architecture: AbstractArchitecture | None = None
) -> tuple[Fact[Any], ...]:
    """Every measure that the tensors of ``header`` give.

    Args:
        header: the tensors; shapes may be unknown, then only names speak.
        declared: the configuration, for what no header says: ties, bits of packed weights, experts per token.
        architecture: that of ``header``, where it has been built already.

    Returns:
        Facts with origin ``weights``; each says in ``detail`` which tensor or which sum it is.
    """
    return tuple(_Measure(header, declared, architecture or abstract_architecture(header)).facts())


class _Measure:
    """The measures of one header."""

    def __init__(self, header: WeightsHeader, declared: Declared, architecture: AbstractArchitecture) -> None:
        self._stored = header
        self._header = header = canonical_header(header)
        self._settings: Settings = settings(declared)
        if is_gguf(header):
            self._settings = gguf_settings(self._stored, self._settings)
        self._groups = group_tensors(header)
        names = templates(self._groups)
        self._quantisation = quantisation_config(declared)
        unpacker = Unpacker(header.tensors, names, self._quantisation)
        kinds = self._groups if len(self._groups) <= _KINDS else ()
        self._unpacking: list[tuple[TensorGroup, Unpacked]] = [(g, unpacker.unpack(g)) for g in kinds]
        self._architecture = architecture
        self._stacks: Stacks = find_stacks(architecture)
        self._model_types: frozenset[str] = frozenset()
        if shows_model_type(header):
            weights = (g.template for g, u in self._unpacking if u.use is Use.WEIGHT)
            self._model_types = tensor_model_types(frozenset(weights))
        self._file = header.files[0] if len(header.files) == 1 else None
        self._shapes_known = all(g.shape is not None for g in self._groups) and bool(self._groups)

    def facts(self) -> Iterator[Fact[Any]]:
        """All of them."""
        yield self._fact("tensors", len(self._stored.tensors), "all tensors of the header")
        if is_gguf(self._stored):
            yield from gguf_facts(self._stored)
            yield from gguf_file_facts(self._stored)
        if len(self._groups) > _KINDS or self._stored.missing_files:  # some shards show neither depth nor sums
            return
        yield from self._structure()
        yield from self._sizes()
        yield from self._named_parts()
        if self._shapes_known:
            yield from self._counted()
        else:
            yield from self._quantisation_by_name()

    def _fact(self, key: str, value: Any, detail: str, *, declared: bool = False) -> Fact[Any]:
        """A fact of the tensors. Where a number of the configuration takes part in it, it is declared."""
        if declared:
            return Fact(FACTS[key], value, Origin.DECLARED, self._settings.file, detail)
        return Fact(FACTS[key], value, Origin.WEIGHTS, self._file, detail)

    def _structure(self) -> Iterator[Fact[Any]]:
        stacks = self._stacks
        if stacks.main is not None and (layers := depth(stacks.main)):
            yield self._fact("layers", layers, f"{stacks.main.path}.#")
            yield self._fact("bare_model", "." not in stacks.main.path, f"{stacks.main.path}.#")
            if gaps := missing_numbers(self._header.tensors, stacks.main.path):
                yield self._fact("missing_layers", gaps, f"{stacks.main.path}.#")
        for key, block in (("encoder_layers", stacks.encoder), ("decoder_layers", stacks.decoder)):
            if block is not None and (layers := depth(block)):
                yield self._fact(key, layers, f"{block.path}.#")
        if (experts := self._experts()) is not None:
            yield self._fact("experts", experts, "experts of one layer")
        elif self._is_dense():
            yield self._fact("dense", True, f"one feed-forward network in each of {stacks.sides[0].path}.#")

    def _is_dense(self) -> bool:
        """Whether nothing in the names speaks of a mixture, and the feed-forward network of every layer is seen."""
        if not self._shapes_known or not self._stacks.sides:
            return False
        if any(may_be_of_mixture(group.template) for group in self._groups):
            return False
        return all(dimensions.has_feed_forward(side) for side in self._stacks.sides)

    def _experts(self) -> int | None:
        block = self._stacks.main or self._stacks.decoder
        return experts_of(block) if block is not None else None

    def _sizes(self) -> Iterator[Fact[Any]]:
        found: list[Dimension | None] = [*self._stack_sizes()]
        found.append(dimensions.vocabulary_size(self._unpacking))
        found.append(dimensions.context_length(self._groups))
        found.append(dimensions.output_rows(self._unpacking))
        found += dimensions.patch_and_image(self._groups, self._settings)
        projected = {
            width
            for group, unpacked in self._unpacking
            if unpacked.shape is not None and len(unpacked.shape) == 2 and is_projection(group.template)
            for width in unpacked.shape
        }
        if projected:
            yield self._fact("other_widths", tuple(sorted(projected)), "projections behind the model")
        for dimension in found:
            if dimension is not None:
                yield self._fact(dimension.key, dimension.value, dimension.detail, declared=dimension.declared)

    def _stack_sizes(self) -> list[Dimension]:
        """Sizes of the main stack; of an encoder and a decoder only those that both have."""
        stacks = self._stacks
        found = [self._block_sizes(side) for side in stacks.sides]
        if len(found) < 2:
            return found[0] if found else []
        other = {(d.key, d.value) for d in found[1]}
        return [d for d in found[0] if (d.key, d.value) in other]

    def _block_sizes(self, block: Block) -> list[Dimension]:
        found = []
        size = widths(block)
        if len(size) == 1:
            found.append(Dimension("hidden_size", next(iter(size)), f"width of the norms of {block.path}.#"))
        if self._experts() is None and (dimension := dimensions.intermediate_size(block)) is not None:
            found.append(dimension)
        return found + dimensions.heads(block, self._settings, "llama" in self._model_types)

    def _named_parts(self) -> Iterator[Fact[Any]]:
        parts = [(g, part_of(g.template)) for g, u in self._unpacking if u.use is Use.WEIGHT]
        words = any(p.token_embedding for _, p in parts)  # a diffusion model's proj_out is no head of words
        heads = sorted({p.head for _, p in parts if p.head is not None and (words or p.head != "proj_out")})
        pretraining = sorted({p.head for _, p in parts if p.head is not None and p.pretraining})
        yield self._fact("head_tensors", tuple(heads), "names of tensors beside the base model")
        yield self._fact("pretraining_heads", tuple(pretraining), "names of tensors beside the base model")
        inputs, all_seen = inputs_of(self._groups, self._stacks, self._architecture)
        if inputs:
            yield self._fact("modalities", inputs, "names of tensors and the kernels of convolutions")
        if all_seen and self._shapes_known:
            yield self._fact("all_inputs_seen", True, "every stack of layers and every kernel")
        if self._model_types:
            yield self._fact("tensor_model_types", tuple(sorted(self._model_types)), "names of all tensors")

    def _counted(self) -> Iterator[Fact[Any]]:
        ties = find_ties(self._unpacking, self._settings)
        per_token = self._settings.whole(*EXPERTS_PER_TOKEN)
        experts = self._experts() or (self._settings.whole("num_local_experts", "num_experts", "n_routed_experts"))
        counts = count(self._unpacking, ties, experts, per_token)
        yield from self._counts(counts, per_token, experts)
        yield from self._storage(counts)

    def _counts(self, counts: Counts, per_token: int | None, experts: int | None) -> Iterator[Fact[Any]]:
        shards = len(self._header.files)
        where = "sum over the header" if shards <= 1 else f"sum over {shards} shards"
        rows = (
            ("parameters", counts.total, f"{where}; packed weights unpacked, buffers and tied copies left out"),
            ("stored_parameters", counts.stored, f"{where}, as stored"),
            ("non_embedding_parameters", counts.non_embedding, "parameters less token embeddings and output head"),
            ("active_parameters", counts.active, f"all but the experts, and {per_token} of {experts} experts"),
            ("language_model_parameters", counts.language_model, "parameters less vision and audio towers"),
            ("effective_parameters", self._effective(counts), "parameters less tables of tokens, also per layer"),
            ("encoder_parameters", counts.encoder, "parameters less the task head"),
            ("tied_parameters", counts.tied, "parameters with the tied embedding counted twice"),
        )
        for key, value, detail in rows:
            if value is not None and value > 0:
                # how many experts a token uses is in no tensor
                yield self._fact(key, value, detail, declared=key == "active_parameters" and per_token is not None)

    def _effective(self, counts: Counts) -> int | None:
        """What a nested model computes with: only where it has a table of tokens for every layer."""
        per_layer = sum(
            unpacked.elements * (group.count - group.shared)
            for group, unpacked in self._unpacking
            if unpacked.use is Use.WEIGHT and is_per_layer_table(group.template)
        )
        if not per_layer or counts.total is None or counts.non_embedding is None:
            return None
        towers = counts.total - counts.language_model if counts.language_model else 0
        return counts.non_embedding - per_layer - towers

    def _storage(self, counts: Counts) -> Iterator[Fact[Any]]:
        dtypes = Counter[str]()
        for group in self._groups:
            if group.dtype is not None:
                dtypes[group.dtype] += group.stored_bytes
        total = sum(group.stored_bytes for group in self._groups)
        order = sorted(dtypes, key=lambda dtype: (-dtypes[dtype], dtype))
        yield self._fact("storage_dtypes", tuple(order), "by bytes, most first")
        yield self._fact("total_bytes", total, "sum over all tensors")
        if counts.total:
            bits = round(8 * counts.weight_bytes / counts.total, 3)
            yield self._fact("bits_per_weight", bits, "bytes of weights and their scales by parameters")
        if counts.method is not None:
            yield from self._method(counts.method, counts.bits, counts.how)
        elif order and all(dtype in FULL_PRECISION for dtype in order[:1]) and not counts.unexplained:
            yield self._fact("quantisation_method", "none", f"stored as {order[0]}")
            if self._quantisation is not None:  # left over from another state of the weights: its bits are not theirs
                yield self._fact("quantisation_bits", DTYPE_BITS[order[0]], f"stored as {order[0]}, not packed")

    def _quantisation_by_name(self) -> Iterator[Fact[Any]]:
        """Without shapes: names still give a quantised layout away, but not its absence."""
        methods = Counter[str]()
        for _, unpacked in self._unpacking:
            if unpacked.method:
                methods[unpacked.method] += 1
        if methods:
            yield from self._method(methods.most_common(1)[0][0], None, None)

    def _format(self) -> str | None:
        """What most packed weights are, where their layout shows it."""
        found = Counter[str]()
        for group, unpacked in self._unpacking:
            if unpacked.method and (form := format_of(unpacked)) is not None:
                found[form] += unpacked.elements * group.count
            elif unpacked.method:
                found[""] += unpacked.elements * group.count
        return found.most_common(1)[0][0] or None if found else None

    def _method(self, method: str, bits: float | None, how: str | None) -> Iterator[Fact[Any]]:
        example = next((g.example for g, u in self._unpacking if u.method == method), None)
        yield self._fact("quantisation_method", method, f"layout of {example}")
        if (form := self._format()) is not None:
            yield self._fact("quantisation_format", form, f"layout of {example}")
        if bits and how:
            yield self._fact("quantisation_bits", bits, how)
