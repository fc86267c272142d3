"""What the tensors of image and diffusion models show that timm's and diffusers' configurations declare too."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from truename.declared.declared import Declared, Document
from truename.facts import (
    BLOCK_CHANNELS,
    CLASSES,
    CROSS_ATTENTION_SIZE,
    FEATURES,
    IMAGE_ARCHITECTURE,
    INPUT_CHANNELS,
    Fact,
    Key,
    Origin,
)
from truename.formats.header import Tensor, WeightsHeader

_COMPONENTS = ("transformer", "unet")
_DOWN = re.compile(r"(?:encoder\.)?down_blocks\.(\d{1,3})\.resnets\.0\.conv2\.weight")
_INPUTS = ("conv_in.weight", "encoder.conv_in.weight", "pos_embed.proj.weight")
_CLASSIFIERS = ("fc", "head", "classifier", "head.fc", "head.l")
_FIRST = ("conv1", "conv_stem", "patch_embed.proj", "stem.0", "features.conv0", "conv_proj")
_MOST = 1 << 24
_WIDENED = frozenset({"I2VGenXLUNet"})  # takes an image beside the latents, which its in_channels do not count

Tensors = Mapping[str, Tensor]


def image_facts(header: WeightsHeader, declared: Declared) -> Iterator[Fact[Any]]:
    """The dimensions of a diffusers module or a timm model, as declared and as measured.

    Nothing where no configuration is one of the two: what the names of tensors mean rests on it.
    """
    document = _document(declared)
    if document is None or not header.shapes_known:
        return
    of = _of_diffusers if isinstance(document.data.get("_class_name"), str) else _of_timm
    yield from of(document, header)


def _document(declared: Declared) -> Document | None:
    """The configuration of the main module: of diffusers' or timm's form."""
    found = [declared.components[name] for name in _COMPONENTS if name in declared.components]
    document = found[0] if found else declared.config
    if document is None:
        return None
    if isinstance(document.data.get("_class_name"), str):
        return document
    timm = isinstance(document.data.get("architecture"), str) and "model_type" not in document.data
    return document if timm else None


def _of_diffusers(document: Document, header: WeightsHeader) -> Iterator[Fact[Any]]:
    data, tensors = document.data, header.tensors
    blocks = {int(found[1]): t.shape[0] for n, t in tensors.items() if (found := _DOWN.fullmatch(n)) and t.shape}
    said = data.get("block_out_channels")
    if blocks and sorted(blocks) == list(range(len(blocks))):
        yield _measured(BLOCK_CHANNELS, tuple(blocks[n] for n in range(len(blocks))), header, "down_blocks.#.resnets.0")
    if isinstance(said, list) and said and all(_is_size(width) for width in said):
        yield _declared(BLOCK_CHANNELS, tuple(said), document, "block_out_channels")
    first = next((tensors[name] for name in _INPUTS if name in tensors), None)
    counted = data["_class_name"] not in _WIDENED
    if counted and first is not None and first.shape is not None and len(first.shape) == 4:
        yield _measured(INPUT_CHANNELS, first.shape[1], header, "inputs of the first layer")
    yield from _said(INPUT_CHANNELS, document, "in_channels")
    widths = {
        t.shape[1] for n, t in tensors.items() if n.endswith(".attn2.to_k.weight") and t.shape and len(t.shape) == 2
    }
    if len(widths) == 1:
        yield _measured(CROSS_ATTENTION_SIZE, widths.pop(), header, "inputs of attn2.to_k")
    yield from _said(CROSS_ATTENTION_SIZE, document, "cross_attention_dim")


def _of_timm(document: Document, header: WeightsHeader) -> Iterator[Fact[Any]]:
    data, tensors = document.data, header.tensors
    settings = data.get("pretrained_cfg")
    settings = settings if isinstance(settings, dict) else {}
    yield _declared(IMAGE_ARCHITECTURE, str(data["architecture"])[:200], document, "architecture")
    yield from _said(CLASSES, document, "num_classes")
    yield from _said(FEATURES, document, "num_features")
    size = settings.get("input_size")
    if isinstance(size, list) and len(size) == 3 and _is_size(size[0]):
        yield _declared(INPUT_CHANNELS, size[0], document, "pretrained_cfg.input_size")
    classifier = _named(tensors, settings.get("classifier"), _CLASSIFIERS)
    if classifier is not None and classifier.shape is not None and len(classifier.shape) in (2, 4):
        yield _measured(CLASSES, classifier.shape[0], header, "outputs of the classifier")
        width = data.get("num_features")
        if any(tensor.shape and tensor.shape[0] == width for tensor in tensors.values()):
            yield _measured(FEATURES, width, header, "outputs of a layer")  # a head may have a layer of another width
        else:
            yield _measured(FEATURES, classifier.shape[1], header, "inputs of the classifier")
    first = _named(tensors, settings.get("first_conv"), _FIRST)
    if first is not None and first.shape is not None and len(first.shape) == 4:
        yield _measured(INPUT_CHANNELS, first.shape[1], header, "channels of the first convolution")


def _named(tensors: Tensors, said: Any, usual: tuple[str, ...]) -> Tensor | None:
    """The weight of a layer that the configuration names, else of one with a usual name."""
    names = (said,) if isinstance(said, str) else usual
    return next((tensors[f"{name}.weight"] for name in names if f"{name}.weight" in tensors), None)


def _said(key: Key[int], document: Document, name: str) -> Iterator[Fact[Any]]:
    if _is_size(value := document.data.get(name)):
        yield _declared(key, value, document, name)


def _is_size(value: Any) -> bool:
    return type(value) is int and 0 < value < _MOST


def _declared(key: Key[Any], value: Any, document: Document, detail: str) -> Fact[Any]:
    return Fact(key, value, Origin.DECLARED, document.file, detail)


def _measured(key: Key[Any], value: Any, header: WeightsHeader, detail: str) -> Fact[Any]:
    return Fact(key, value, Origin.WEIGHTS, header.files[0] if len(header.files) == 1 else None, detail)
