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

    Attributes:
        name: canonical path, with block numbers as written.
        operation: what it does.
        parameters: the role of each tensor (``weight``, ``bias`` ...) and its shape as unpacked, outputs first;
            None where the shape is not known.
    """

    name: str
    operation: Operation
    parameters: Mapping[str, tuple[int, ...] | None]


class Block(msgspec.Struct, frozen=True):
    """A numbered sequence of like parts: ``model.layers`` with count 32 and the layers of one of them.

    Where members differ (sliding and full attention, dense and sparse), each kind is a variant.

    Attributes:
        path: model.layers.
        count: how many members it has.
        variants: the kinds of its members.
    """

    path: str
    count: int
    variants: tuple[BlockVariant, ...]


class BlockVariant(msgspec.Struct, frozen=True):
    """One kind of member of a block.

    Attributes:
        count: how many members of that kind there are.
        layers: paths relative to the member.
        blocks: numbered parts inside: experts.
    """

    count: int
    layers: tuple[Layer, ...]
    blocks: tuple[Block, ...] = ()


class AbstractArchitecture(msgspec.Struct, frozen=True):
    """The layers outside repeated blocks, the blocks, and connections between layers where a graph shows them.

    Attributes:
        layers: outside repeated blocks.
        blocks: repeated, with their counts.
        connections: layer -> layer, by name; empty if only a header was there.
        operators: with connections, each layer: its operation, or without tensors ONNX's word.
    """

    layers: tuple[Layer, ...]
    blocks: tuple[Block, ...]
    connections: tuple[tuple[str, str], ...] = ()
    operators: Mapping[str, str] = {}
