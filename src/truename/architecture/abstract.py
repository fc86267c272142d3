"""The abstract architecture (APTM): typed layers, their connections, repeated blocks with their counts.

Term and idea: Jiang et al. 2025, section on DARA. Here it comes from a weights header, or from a graph.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import msgspec


class Operation(StrEnum):
    """What a layer does, as far as its tensors show."""

    EMBEDDING = "embedding"
    POSITION_EMBEDDING = "position_embedding"
    LINEAR = "linear"
    CONVOLUTION = "convolution"
    NORM = "norm"
    BATCH_NORM = "batch_norm"
    RECURRENT = "recurrent"
    STATE_SPACE = "state_space"
    ROUTER = "router"
    PARAMETER = "parameter"  # a bare tensor: a token, a scale, a bias table


class Layer(msgspec.Struct, frozen=True):
    """One layer: the tensors that share a prefix.

    ``parameters`` maps each tensor's role (``weight``, ``bias`` ...) to its shape as unpacked, outputs first;
    None where the shape is not known.
    """

    name: str  # canonical path, with block numbers as written
    operation: Operation
    parameters: Mapping[str, tuple[int, ...] | None]


class Block(msgspec.Struct, frozen=True):
    """A numbered sequence of like parts: ``model.layers`` with count 32 and the layers of one of them.

    Where members differ (sliding and full attention, dense and sparse), each kind is a variant.
    """

    path: str  # model.layers
    count: int
    variants: tuple[BlockVariant, ...]


class BlockVariant(msgspec.Struct, frozen=True):
    """One kind of member of a block."""

    count: int
    layers: tuple[Layer, ...]  # paths relative to the member
    blocks: tuple[Block, ...] = ()  # numbered parts inside: experts


class AbstractArchitecture(msgspec.Struct, frozen=True):
    """The layers outside repeated blocks, the blocks, and connections between layers where a graph shows them."""

    layers: tuple[Layer, ...]
    blocks: tuple[Block, ...]
    connections: tuple[tuple[str, str], ...] = ()  # layer -> layer, by name; empty if only a header was there
    operators: Mapping[str, str] = {}  # with connections, each layer: its operation, or without tensors ONNX's word
