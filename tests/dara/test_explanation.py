"""Known structures under names of their own: recognised by what they write, with what was added named."""

from __future__ import annotations

from collections import Counter
from functools import cache, partial

import msgspec
import pytest

from small_classifier import CONFIGS, example, header, model, of
from truename.architecture import abstract_architecture
from truename.architecture.templates import template_of
from truename.dara import Basis, Identification, identify
from truename.dara.model import Model
from truename.formats.header import WeightsHeader
from truename.lab.training.calibration import calibrate
from truename.lab.training.program_training import with_programs
from truename.lab.training.programs import Tensors
from truename.lab.training.specimen import Specimen

SIZES = ((512, 4), (1024, 12), (256, 6), (768, 9))


def tensors(found: WeightsHeader) -> Tensors:
    counts = Counter((template_of(name), tensor.shape or ()) for name, tensor in found.tensors.items())
    return tuple((template, shape, number) for (template, shape), number in counts.items())


def _same(made: WeightsHeader) -> WeightsHeader:
    return made


@cache
def with_small_programs() -> Model:
    """The small classifier, which knows what its types write."""
    specimens = []
    for model_type in CONFIGS:
        for size in SIZES:
            made = header(model_type, *size)
            specimens.append(
                Specimen(
                    model_type, f"{model_type}Model", "task", "made", "saved", f"{model_type}Model", str(size),
                    partial(_same, made), partial(tensors, made),
                )
            )  # fmt: skip
    known = msgspec.structs.replace(with_programs(model(), specimens), weight=1.0)
    others = [
        msgspec.structs.replace(example(t, width, depth), group=f"{t} {width} {depth}")
        for t in CONFIGS
        for width in (384, 640, 896)
        for depth in (3, 5, 7, 8)
    ]
    return calibrate(known, others)


def found(names: WeightsHeader) -> Identification:
    return identify(abstract_architecture(names), error_rate=0.2, model=with_small_programs(), explain=True)


def with_other_words(names: WeightsHeader) -> WeightsHeader:
    words: dict[str, str] = {}

    def other(word: str) -> str:
        return word if word.isdigit() else words.setdefault(word, f"zork{len(words)}")

    return of({
        ".".join([*map(other, name.split(".")[:-1]), name.split(".")[-1]]): ("F32", tensor.shape)
        for name, tensor in names.tensors.items()
    })  # fmt: skip


@pytest.mark.parametrize("model_type", sorted(CONFIGS))
def test_every_word_renamed_is_recognised_by_what_it_writes(model_type: str) -> None:
    said = found(with_other_words(header(model_type, 1280, 10)))
    assert said.basis is Basis.SHAPES
    assert model_type in said.model_type.labels
    assert len(said.model_type.labels) < len(CONFIGS)
    assert said.regenerated is not None


def test_what_is_written_anew_is_said() -> None:
    said = found(header("llama", 1280, 10)).regenerated
    assert said is not None
    assert (said.label, said.width, said.left_over) == ("llama", 1280, 0)
    assert 10 in said.depths
    assert said.tensors == len(header("llama", 1280, 10).tensors)


@pytest.mark.parametrize("word", ["depth_router", "memory.gate", "zork"])
def test_tensors_that_no_model_of_the_type_has_are_named(word: str) -> None:
    names = header("llama", 640, 10)
    added = {f"model.layers.{n}.{word}.weight": ("F32", (1, 640)) for n in range(10)}
    said = found(of({name: ("F32", tensor.shape) for name, tensor in names.tensors.items()} | added))
    assert any(word in name for name in said.additions)
    assert said.model_type.nearest[0].label == "llama"


def test_nothing_was_added_to_a_known_structure() -> None:
    assert found(header("llama", 640, 10)).additions == ()


def test_what_nobody_writes_is_not_recognised() -> None:
    strange = {
        f"zork.{n}.{word}.weight": ("F32", (64 + at, 96)) for n in range(9) for at, word in enumerate("abcdefgh")
    }
    said = found(of(strange))
    assert not said.model_type.labels
    assert said.regenerated is None
