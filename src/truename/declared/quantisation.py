"""How config.json or an older quantize_config.json declares that the weights are quantised."""

from __future__ import annotations

import re
from collections.abc import Iterator

from truename.declared.declared import Declared
from truename.declared.dimensions import language_sections
from truename.declared.values import Collector, Found, Section, keys

_WIDTH = re.compile(r"(?:int|uint|fp|float|w|nf|mxfp|nvfp|q)_?(\d{1,2})(?![0-9])", re.IGNORECASE)
_FOUR = ("load_in_4bit", "_load_in_4bit")
_EIGHT = ("load_in_8bit", "_load_in_8bit")
_GPTQ_ONLY = frozenset({"desc_act", "damp_percent", "true_sequential", "static_groups"})


def add_quantisation(collector: Collector, declared: Declared, config: Section | None) -> None:
    """Add the method and the bits of the first declaration that names a method."""
    for section, place in _declarations(declared, config):
        method = _method(collector, section, place)
        if method is None:
            continue
        collector.add("quantisation_method", method)
        bits, how = _bits(collector, section, str(method.value))
        collector.add("quantisation_bits", bits, how=how)
        return


def _declarations(declared: Declared, config: Section | None) -> Iterator[tuple[Section, str]]:
    """Every object that may declare quantisation, and the key under which it stood."""
    if config is not None:
        sections = language_sections(config)
        for section in (sections[-1], *sections[:-1]):  # the whole model's own before a part's
            for name in ("quantization_config", "compression_config", "quantization"):
                if (found := section.inner(name)) is not None:
                    yield found, name
    if declared.quantize_config is not None:
        yield Section.of(declared.quantize_config), declared.quantize_config.file


def _method(collector: Collector, section: Section, place: str) -> Found | None:
    """The method, by its name or by the keys that only one method writes."""
    four, eight = (any(section.look(name) is True for name in names) for names in (_FOUR, _EIGHT))
    named = collector.text([section], "quant_method", "quantization.quant_method")
    if named is not None:
        method = str(named.value).lower()
        method = keys()["quantisation"]["aliases"].get(method, method)
        if method == "bitsandbytes" and not (four or eight) and any(k in section.data for k in (*_FOUR, *_EIGHT)):
            return None  # both switches are off
        return Found(method, section, named.key)
    data = section.data
    if four or eight:
        return Found("bitsandbytes", section, next(name for name in (*_FOUR, *_EIGHT) if section.look(name) is True))
    for key, method in (("config_groups", "compressed-tensors"), ("w_bit", "awq"), ("zero_point", "awq")):
        if key in data:
            return Found(method, section, key)
    for key in ("quant_algo", "quantization.quant_algo"):
        if isinstance(section.look(key), str):
            return Found("modelopt", section, key)
    if "bits" in data:
        if place == "quantize_config.json" or _GPTQ_ONLY & data.keys():
            return Found("gptq", section, "bits")
        if "group_size" in data:
            return Found("mlx", section, "bits")
    return None


def _bits(collector: Collector, section: Section, method: str) -> tuple[Found | None, str]:
    table = keys()["quantisation"]
    if method == "bitsandbytes":
        for names, width in ((_FOUR, 4), (_EIGHT, 8)):
            if (name := next((n for n in names if section.look(n) is True), None)) is not None:
                return Found(width, section, name), ""
        return None, ""
    if method in table["bits_of"]:
        return Found(table["bits_of"][method], section, "quant_method"), ""
    if (groups := section.inner("config_groups")) is not None:
        return _bits_of_groups(groups), ""
    if method == "aqlm":
        return _bits_of_codebooks(collector, section)
    for name in table["bits_keys"]:
        width = section.look(name)
        if isinstance(width, (int, float)) and not isinstance(width, bool) and 0 < width <= 32:
            return Found(int(width) if float(width).is_integer() else width, section, name), ""
        if width is not None:
            collector.reject(section, name, width, "a number of bits")
    for name in table["word_keys"]:
        word = section.look(name)
        if isinstance(word, str) and (found := _WIDTH.search(word)) and 0 < int(found[1]) <= 32:
            return Found(int(found[1]), section, name), f": {word[:40]}"
    return None, ""


def _bits_of_groups(groups: Section) -> Found | None:
    """compressed-tensors: the width of the weights, where all groups agree."""
    found: dict[int, str] = {}
    for name in groups.data:
        width = groups.look(f"{name}.weights.num_bits") if "." not in name else None
        if type(width) is int and 0 < width <= 32:
            found.setdefault(width, f"{name}.weights.num_bits")
    if len(found) != 1:
        return None
    ((width, key),) = found.items()
    return Found(width, groups, key)


def _bits_of_codebooks(collector: Collector, section: Section) -> tuple[Found | None, str]:
    """AQLM: bits of all codebooks over the group of weights that they stand for."""
    parts = [collector.number([section], [name]) for name in ("nbits_per_codebook", "num_codebooks", "in_group_size")]
    if any(part is None for part in parts):
        return None, ""
    bits, codebooks, group = (part.value for part in parts if part is not None)
    width = bits * codebooks / group
    if not 0 < width <= 32:
        return None, ""
    value = int(width) if width.is_integer() else width
    return Found(value, section, "nbits_per_codebook"), f": {bits} x {codebooks} over {group} weights"
