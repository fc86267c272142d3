"""The distance between two structures, and where they differ."""

from __future__ import annotations

from truename.architecture import AbstractArchitecture, abstract_architecture
from truename.dara.features import compare
from truename.formats.header import Tensor, WeightsHeader


def architecture(**shapes: tuple[int, ...]) -> AbstractArchitecture:
    tensors = {name.replace("__", "."): Tensor("F32", shape, None) for name, shape in shapes.items()}
    return abstract_architecture(WeightsHeader("safetensors", ("m",), tensors, {}, {}))


BLOCK = {"h__0__up__weight": (256, 64), "h__0__down__weight": (64, 256), "h__0__norm__weight": (64,)}


def test_a_model_is_at_no_distance_from_itself() -> None:
    found = compare(architecture(**BLOCK), architecture(**BLOCK))
    assert (found.overall, found.differences) == (0, ())


def test_a_wider_sister_is_at_no_distance_but_differs() -> None:
    wider = {name: tuple(2 * extent for extent in shape) for name, shape in BLOCK.items()}
    found = compare(architecture(**BLOCK), architecture(**wider))
    assert found.overall == 0
    assert [d.path for d in found.differences] == ["h.#.up", "h.#.down", "h.#.norm"]


def test_a_layer_that_one_has_is_told() -> None:
    more = {**BLOCK, "h__0__gate__weight": (256, 64)}
    found = compare(architecture(**BLOCK), architecture(**more))
    assert [(d.path, d.first, d.second) for d in found.differences] == [("h.#.gate", None, "1 × weight 256×64")]
    assert 0 < found.overall < 1


def test_nothing_in_common_is_one() -> None:
    found = compare(architecture(a__0__x__weight=(8, 8)), architecture(b__c__weight=(5,)))
    assert found.names == 1
