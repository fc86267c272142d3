"""Dimensions as config.json declares them, of the language model where there are several models in one."""

from __future__ import annotations

from typing import Any

from truename.declared.values import Collector, Found, Section, keys


def language_sections(config: Section) -> tuple[Section, ...]:
    """Where the language model's dimensions stand, the nested parts before the configuration itself."""
    return (*_nested(config, "language"), config)


def vision_sections(config: Section) -> tuple[Section, ...]:
    """Where the vision tower's dimensions stand."""
    return (*_nested(config, "vision"), config)


def add_dimensions(collector: Collector, config: Section) -> None:
    """Add every dimension that config.json declares."""
    sections = language_sections(config)
    diffusers = isinstance(config.look("_class_name"), str)
    for fact, names in keys()["dimensions"].items():
        if diffusers and fact in ("head_size", "vocabulary_size"):
            continue  # attention_head_dim of a UNet is a number of heads
        collector.add(fact, collector.number(sections, names))
    if collector.number(sections, keys()["dimensions"]["layers"]) is None:
        _add_stages(collector, config)
    _add_multi_query(collector, sections)
    _add_stacks(collector, config)
    _add_experts(collector, sections)
    if not diffusers:  # a diffusion model's patches and samples are of latents, not of pixels
        for fact in ("patch_size", "image_size"):
            collector.add(fact, _side(collector, vision_sections(config), fact))


def add_details(collector: Collector, config: Section) -> None:
    """Add what tells releases of one structure apart: norms, mel bins, special tokens."""
    sections = language_sections(config)
    for section in sections:
        for name in keys()["details"]["norm_epsilon"]:
            if isinstance(value := section.look(name), float) and 0 < value < 1:
                collector.add("norm_epsilon", Found(value, section, name))
                break
        else:
            continue
        break
    collector.add("mel_bins", collector.number([config], keys()["details"]["mel_bins"]))
    for section in sections:
        first, last = section.look("bos_token_id"), section.look("eos_token_id")
        if type(first) is int and first >= 0:
            collector.add("first_token", Found(first, section, "bos_token_id"))
        ends = tuple(last) if isinstance(last, list) else (last,)
        if ends and all(type(end) is int and end >= 0 for end in ends):
            collector.add("last_tokens", Found(ends, section, "eos_token_id"))
        if first is not None or last is not None:
            break


def _nested(config: Section, kind: str) -> tuple[Section, ...]:
    found = (config.inner(name) for name in keys()["sections"][kind])
    return tuple(section for section in found if section is not None)


def _add_stages(collector: Collector, config: Section) -> None:
    """Swin, ConvNeXt and their kin: blocks for each stage."""
    depths = config.look("depths")
    if isinstance(depths, list) and depths and all(type(d) is int and 0 <= d < 10_000 for d in depths):
        collector.add("layers", Found(sum(depths), config, "depths"), how=", summed")


def _add_multi_query(collector: Collector, sections: tuple[Section, ...]) -> None:
    """Key-value heads of the families that declare them by a switch."""
    if any(fact.key == "key_value_heads" for fact in collector.facts):
        return
    for section in sections:
        if section.look("multi_query_attention") is True:  # ChatGLM
            collector.add("key_value_heads", collector.number([section], ["multi_query_group_num"]))
            return
        if section.look("multi_query") is True and not section.look("new_decoder_architecture"):  # Falcon, StarCoder
            collector.add("key_value_heads", Found(1, section, "multi_query"))
            return


def _add_stacks(collector: Collector, config: Section) -> None:
    """Both stacks of an encoder-decoder."""
    encoder, decoder = config.inner("encoder"), config.inner("decoder")
    names = keys()["dimensions"]["layers"]
    if encoder is not None and decoder is not None:
        collector.add("encoder_layers", collector.number([encoder], names))
        collector.add("decoder_layers", collector.number([decoder], names))
    elif config.look("is_encoder_decoder") is True or "num_decoder_layers" in config.data:
        # T5 counts its encoder as num_layers, BART and Marian theirs as encoder_layers.
        collector.add(
            "encoder_layers", collector.number([config], ["encoder_layers", "num_encoder_layers", "num_layers"])
        )
        collector.add("decoder_layers", collector.number([config], ["decoder_layers", "num_decoder_layers"]))


def _add_experts(collector: Collector, sections: tuple[Section, ...]) -> None:
    table = keys()["experts"]
    for section in sections:
        if any(section.look(switch) is False for switch in table["switches"]):
            continue
        experts = collector.number([section], table["experts"], least=2)
        if experts is not None:
            collector.add("experts", experts)
            collector.add("experts_per_token", collector.number([section], table["experts_per_token"]))
            return


def _side(collector: Collector, sections: tuple[Section, ...], name: str) -> Found | None:
    """The side of a square, declared as a number, as [height, width] or as an object of both."""
    for section in sections:
        if (value := section.look(name)) is None:
            continue
        side = _square(value)
        if side is not None:
            return Found(side, section, name)
        if not isinstance(value, (list, dict)):
            collector.reject(section, name, value, "a number of pixels")
    return None


def _square(value: Any) -> int | None:
    if isinstance(value, dict):
        value = [value.get("height"), value.get("width")]
    if isinstance(value, list):
        sides = set(map(str, value[-2:]))  # a video model's comes as [frames, height, width]
        value = value[-1] if value and len(sides) == 1 else None
    return value if type(value) is int and 0 < value < 1_000_000 else None
