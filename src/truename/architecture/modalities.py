"""What the tensors of a model take in: text, images, sound; and whether any part is left of which nothing is known."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, lru_cache

from truename.architecture.abstract import AbstractArchitecture
from truename.architecture.parts import part_of
from truename.architecture.stacks import Stacks
from truename.architecture.templates import TensorGroup
from truename.compiled_tables import table

_MEL_BINS = frozenset((64, 80, 96, 100, 128))  # of a spectrogram, the inputs of the first convolution over it
_SEQUENCE = 3  # dimensions of the kernel of a convolution over a sequence
_TEXT_WIDTH = 2
_CHANNELS = 3


def inputs_of(
    groups: Iterable[TensorGroup], stacks: Stacks, architecture: AbstractArchitecture
) -> tuple[tuple[str, ...], bool]:
    """The modalities that tensors show, and whether every stack and every odd tensor belongs to one of them.

    Args:
        groups: of the tensors.
        stacks: the main ones of the model.
        architecture: all repeated blocks.
    """
    found: set[str] = set()
    known = True
    second: list[str] = []  # convolutions behind a first one, which says what they are for
    for group in groups:
        kind = part_kind(group.template)
        if kind == "joining" or (kind == "vision" and _is_no_image(group)):
            known = False
        elif kind is not None:
            found.add(kind)
        elif part_of(group.template).token_embedding:
            found.add("text")
        elif group.shape is not None and len(group.shape) > _TEXT_WIDTH:
            if _hears(group):
                found.add("audio")
            elif group.template.endswith("conv2.weight"):
                second.append(group.template)
            elif not _is_narrow(group.template):
                known = False
    known = known and (not second or "audio" in found)
    main = {side.path for side in stacks.sides}
    for block in architecture.blocks:
        if block.path not in main and part_kind(f"{block.path}.#.weight") is None:
            known = False
    return tuple(kind for kind in ("text", "vision", "audio") if kind in found), known and bool(found) and bool(main)


def _is_no_image(group: TensorGroup) -> bool:
    """Whether a kernel over patches takes in another number of channels than an image has: a spectrogram has one."""
    return group.shape is not None and len(group.shape) > _SEQUENCE and group.shape[1] != _CHANNELS


def _hears(group: TensorGroup) -> bool:
    """Whether a tensor is the first convolution over a spectrogram (Whisper)."""
    shape = group.shape or ()
    return len(shape) == _SEQUENCE and shape[1] in _MEL_BINS and group.template.endswith("conv1.weight")


@lru_cache(maxsize=4096)
def part_kind(template: str) -> str | None:
    """Vision, audio, or joining, by the components of a path; None where none says so."""
    components = [component for component in template.lower().split(".") if component != "#"]
    for kind in ("audio", "vision", "joining"):
        words = _words(kind)
        if any(c in words or (_stem(c) in words) for c in components[:-1]):
            return kind
    return None


def _stem(component: str) -> str:
    """A component without what follows a number or the last underscore."""
    return component.rstrip("0123456789").rstrip("_")


def _is_narrow(template: str) -> bool:
    return not _words("narrow").isdisjoint(template.lower().replace("_exps", ".experts").split("."))


@cache
def _words(kind: str) -> frozenset[str]:
    return frozenset(table("architecture/modalities")[kind])
