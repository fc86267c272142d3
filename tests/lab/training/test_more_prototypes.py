"""Prototypes that a trained classifier gets behind its training."""

from __future__ import annotations

import msgspec
import numpy as np

from small_classifier import CONFIGS, header, model, of
from truename.architecture import abstract_architecture
from truename.dara import identify
from truename.dara.model import Linear
from truename.formats.header import WeightsHeader
from truename.lab.training.more_prototypes import pruned, with_prototypes
from truename.lab.training.specimen import Specimen


def with_norms() -> WeightsHeader:
    """A Llama with norms of queries and keys, which the small classifier was not shown."""
    tensors = {name: ("F32", t.shape) for name, t in header("llama", 512, 4).tensors.items()}
    for word in ("q_norm", "k_norm"):
        tensors |= {f"model.layers.{n}.self_attn.{word}.weight": ("F32", (64,)) for n in range(4)}
    return of(tensors)


def specimen(model_type: str) -> Specimen:
    return Specimen(model_type, f"{model_type}Model", "task", "made", "saved", "Made", "1", with_norms)


def test_a_switch_that_is_shown_later_is_known_then() -> None:
    before = identify(abstract_architecture(with_norms()), model=model()).model_type
    known = with_prototypes(model(), [specimen("llama")])
    after = identify(abstract_architecture(with_norms()), model=known).model_type
    assert after.labels == ("llama",)
    assert after.nearest[0].similarity > before.nearest[0].similarity


def test_what_is_known_stays_as_it_was() -> None:
    known = with_prototypes(model(), [specimen("llama")])
    for model_type in CONFIGS:
        found = abstract_architecture(header(model_type, 640, 10))
        assert identify(found, model=known) == identify(found, model=model())


def test_labels_that_nobody_trained_and_sets_that_are_there_add_nothing() -> None:
    same = msgspec.structs.replace(specimen("llama"), header=lambda: header("llama", 512, 4))
    known = with_prototypes(model(), [specimen("zork"), same])
    assert len(known.types.totals) == len(model().types.totals)
    assert len(known.entries.names) == len(model().entries.names)


def test_small_weights_are_pruned_and_large_ones_say_the_same() -> None:
    linear = Linear(
        np.array([3, 5, 9], np.uint32), np.array([0, 2, 3, 4], np.uint32), np.array([0, 1, 1, 0], np.uint16),
        np.array([50, 4, -3, -70], np.int8), np.zeros(2, np.float32),
    )  # fmt: skip
    less = pruned(linear, 5)
    assert less.words.tolist() == [3, 9]
    assert less.starts.tolist() == [0, 1, 2]
    assert less.margins([3, 9]).tolist() == [(50 - 70) / (100 * 2**0.5), 0.0]
