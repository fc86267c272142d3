"""What card, adapter and tokenizer declare, and what the list of files says of an adapter."""

from __future__ import annotations

import re
from typing import Any

from truename.declared.declared import Declared
from truename.declared.dimensions import language_sections
from truename.declared.values import MAX_TEXT, Collector, Found, Section, keys
from truename.facts import BASE_MODEL_RELATION, IS_ADAPTER, Fact, Origin

MAX_WIDTH = 1 << 20  # of a vector
MAX_RANKS = 64  # of one adapter
_ID = re.compile(r"[0-9]{1,9}")
_NO_LENGTH = 10**9  # tokenizers without a limit write 10^30
_MAIN_COMPONENTS = ("transformer", "unet", "prior", "transformer_2")
_LOWERS = frozenset({"Lowercase"})
_MAY_LOWER = frozenset({"Precompiled", "Replace"})  # a compiled table can fold case, and nothing shows it


_DIFFUSERS_WEIGHTS = "diffusion_pytorch_model."  # what diffusers calls the weights of every module


def main_config(declared: Declared) -> Section | None:
    """The configuration of the model itself; of a diffusion pipeline that of its transformer or UNet.

    A pipeline that was pushed flat has the config.json of some text encoder at its root: that is not the model's.
    """
    if declared.model_index is not None:
        parts = [declared.components[name] for name in _MAIN_COMPONENTS if name in declared.components]
        if parts:
            return Section.of(parts[0])
        if declared.config is not None and "_class_name" not in declared.config.data:
            return None
    return None if declared.config is None else Section.of(declared.config)


def add_architecture(collector: Collector, declared: Declared, config: Section | None) -> None:
    """Add model types, architecture classes, dtype and the original name."""
    if config is not None:
        parts = tuple(part for part in (*language_sections(config)[:-1], config.inner("encoder")) if part is not None)
        for section in (config, *parts):
            collector.add("model_type", collector.text([section], "model_type"))
        collector.add("architectures", collector.texts([config, *parts], "architectures"))
        dtype = collector.text([config, *parts], "torch_dtype", "dtype")
        if dtype is not None and (word := str(dtype.value).removeprefix("torch.").lower()) != "auto":
            collector.add("compute_dtype", dtype, word)
        ties = [(p, tie) for p in (config, *parts) if isinstance(tie := p.look("tie_word_embeddings"), bool)]
        if len({tie for _, tie in ties}) == 1:  # loaders differ in which of several they follow
            collector.add("tied_embeddings", Found(ties[0][1], ties[0][0], "tie_word_embeddings"))
        origin = collector.text([config], "_name_or_path")
        if origin is not None and str(origin.value).strip("./"):
            collector.add("original_name", origin)
    _add_flat_config(collector, declared)
    main = None if config is None else collector.text([config], "_class_name")
    if declared.model_index is None:
        collector.add("diffusers_class", main)
        return
    index = Section.of(declared.model_index)
    collector.add("diffusers_class", main or _class_in_index(index))  # the main component's first
    collector.add("diffusers_class", collector.text([index], "_class_name"))


def _add_flat_config(collector: Collector, declared: Declared) -> None:
    """Add the type of a config.json that lies beside the weights of a diffusers model and is not of diffusers' form."""
    if declared.config is None or "_class_name" in declared.config.data:
        return
    if any(path.startswith(_DIFFUSERS_WEIGHTS) for path in declared.full_weights):
        collector.add("flat_config", collector.text([Section.of(declared.config)], "model_type"))


def _class_in_index(index: Section) -> Found | None:
    """The class of the main component: ``"transformer": ["diffusers", "SD3Transformer2DModel"]``."""
    for component in _MAIN_COMPONENTS:
        entry = index.look(component)
        if isinstance(entry, list) and len(entry) == 2 and isinstance(entry[1], str) and entry[1]:
            return Found(entry[1][:MAX_TEXT], index, component)
    return None


def add_adapter(collector: Collector, declared: Declared) -> None:
    """Add what the adapter's configuration says, and whether the repository is an adapter and no more."""
    if declared.adapter_config is not None:
        section = Section.of(declared.adapter_config)
        collector.add("adapter_base", collector.text([section], "base_model_name_or_path"))
        method = collector.text([section], "peft_type")
        pruned = method is not None and str(method.value).lower() == "adalora"
        collector.add("adapter_method", method, str(method.value).lower() if method is not None else None)
        # AdaLoRA begins with init_r, prunes each pair on its own, and never looks at r.
        collector.add("adapter_rank", collector.number([section], ["init_r" if pruned else "r"]))
        collector.add("adapter_alpha", collector.number([section], ["lora_alpha"]))
        collector.add("adapter_targets", collector.texts([section], "target_modules"))
        _add_other_ranks(collector, section)
    if declared.full_weights:
        file = declared.full_weights[0]
        collector.facts.append(Fact(IS_ADAPTER, False, Origin.FILES, file, "weights of a whole model are there"))
    elif declared.adapter_files:
        file = declared.adapter_files[0]
        collector.facts.append(Fact(IS_ADAPTER, True, Origin.FILES, file, "and no weights of a whole model"))


def _add_other_ranks(collector: Collector, section: Section) -> None:
    """Add the ranks of ``rank_pattern``: ``{"q_proj": 8}``."""
    pattern = section.look("rank_pattern")
    if isinstance(pattern, dict):
        ranks = tuple(dict.fromkeys(rank for rank in pattern.values() if type(rank) is int and rank > 0))
        if ranks:
            collector.add("adapter_other_ranks", Found(ranks[:MAX_RANKS], section, "rank_pattern"))


def add_card(collector: Collector, declared: Declared) -> None:
    """Add what the card's front matter declares."""
    if declared.card is None:
        return
    card = [Section.of(declared.card)]
    bases = collector.texts(card, "base_model")
    collector.add("base_models", bases)
    languages = collector.texts(card, "language", "languages")
    if languages is not None:
        collector.add("languages", languages, tuple(dict.fromkeys(word.lower() for word in languages.value)))
    for fact, key in (("datasets", "datasets"), ("tags", "tags")):
        collector.add(fact, collector.texts(card, key))
    for key in ("pipeline_tag", "library_name"):
        collector.add(key, collector.text(card, key))
    collector.add("licence", _licence(collector, card))
    _add_relation(collector, declared, collector.text(card, "base_model_relation"), bases)


def _licence(collector: Collector, card: list[Section]) -> Found | None:
    """The licence; of one that the Hub calls ``other``, its name."""
    licence = collector.text(card, "license", "licence") if isinstance(card[0].look("license"), str) else None
    named = collector.text(card, "license_name") if isinstance(card[0].look("license_name"), str) else None
    return named or licence


def _add_relation(collector: Collector, declared: Declared, relation: Found | None, bases: Found | None) -> None:
    """The relation as declared, else as the Hub concludes it; not its fallback, finetune, which nothing shows."""
    if relation is not None:
        collector.add("base_model_relation", relation, str(relation.value).lower())
    elif bases is None:
        return
    elif declared.adapter_config is not None:
        detail = "implied by the adapter's configuration"
        collector.facts.append(Fact(BASE_MODEL_RELATION, "adapter", Origin.FILES, declared.adapter_config.file, detail))
    elif len(bases.value) > 1:
        collector.add("base_model_relation", bases, "merge", ", implied by several base models")
    elif any(fact.key == "quantisation_method" for fact in collector.facts):
        collector.add("base_model_relation", bases, "quantized", ", implied by the declared quantisation")


def add_modules(collector: Collector, declared: Declared) -> None:
    """Add the modules of sentence-transformers, and the length of the vectors that the last of them gives out."""
    if declared.modules is None:
        return
    section = Section.of(declared.modules)
    listed = [one for one in section.look("modules") or () if isinstance(one, dict)]
    kinds = tuple(kind.rpartition(".")[2][:MAX_TEXT] for one in listed if isinstance(kind := one.get("type"), str))
    if kinds:
        collector.add("sentence_modules", Found(kinds, section, "modules"))
    for document in reversed(declared.module_configs):
        module = Section.of(document)
        if "_Dense" in document.file:
            collector.add("embedding_size", collector.number([module], ["out_features"]))
            return
        if (width := collector.number([module], ["word_embedding_dimension", "embedding_dimension"])) is not None:
            modes = sum(module.look(key) is True for key in module.data if key.startswith("pooling_mode_"))
            collector.add("embedding_size", width, int(width.value) * max(1, modes))
            return


def add_dense(collector: Collector, config: Section) -> None:
    """Add that a model has no experts, where its type has none and no key of the configuration speaks of any."""
    kind = config.look("model_type")
    speaks = any(word in key.lower() for key in config.data for word in ("expert", "moe", "router"))
    if isinstance(kind, str) and kind in keys()["dense"]["types"] and not speaks:
        collector.add("dense", Found(True, config, "model_type"), how=f": {kind} has no experts")


def add_other_widths(collector: Collector, config: Section) -> None:
    """Add what else the configuration calls a width of vectors: of a projection, of a factor, of cuts."""
    sections = (config, *language_sections(config))
    found: dict[int, Found] = {}
    for section in sections:
        for name in keys()["widths"]["others"]:
            value = section.look(name)
            for one in value if isinstance(value, list) else (value,):
                if type(one) is int and 0 < one < MAX_WIDTH:
                    found.setdefault(one, Found(one, section, name))
    if found:
        collector.add("other_widths", next(iter(found.values())), tuple(found))


def add_tokenizer(collector: Collector, declared: Declared) -> None:
    """Add the tokenizer's length and whether it keeps the case of its input."""
    if declared.tokenizer_config is not None:
        section = Section.of(declared.tokenizer_config)
        if isinstance(kind := section.look("tokenizer_class"), str) and kind:
            collector.add("tokenizer_class", Found(kind[:MAX_TEXT], section, "tokenizer_class"))
        added = section.look("added_tokens_decoder")
        if isinstance(added, dict) and (ids := [int(key) for key in added if _ID.fullmatch(str(key))]):
            collector.add("tokenizer_last_token", Found(max(ids), section, "added_tokens_decoder"))
        length = section.look("model_max_length")
        if isinstance(length, float) and length.is_integer():
            length = int(length)
        if type(length) is int and 0 < length < _NO_LENGTH:
            collector.add("model_max_length", Found(length, section, "model_max_length"))
        elif length is not None and not (isinstance(length, (int, float)) and length >= _NO_LENGTH):
            collector.reject(section, "model_max_length", length, "a number of tokens")
        lower = section.look("do_lower_case")
        if isinstance(lower, bool):
            # A CTC tokenizer's switch is about what it writes, not about what it reads.
            if not str(section.look("tokenizer_class")).startswith("Wav2Vec2"):
                collector.add("cased", Found(not lower, section, "do_lower_case"))
            return
        if lower is not None:
            collector.reject(section, "do_lower_case", lower, "true or false")
    if declared.normalizer is not None:
        lowers = _lowers(declared.normalizer.data.get("normalizer"))
        if lowers is not None:
            collector.add("cased", Found(not lowers, Section.of(declared.normalizer), "normalizer"))


def _lowers(normalizer: Any, depth: int = 8) -> bool | None:
    """Whether a normalizer of tokenizer.json lowers the case, None where it cannot be told."""
    if normalizer is None:
        return False
    if not isinstance(normalizer, dict) or depth == 0:
        return None
    kind = normalizer.get("type")
    if kind == "Sequence":
        steps = normalizer.get("normalizers")
        found = [_lowers(step, depth - 1) for step in steps] if isinstance(steps, list) else [None]
        return True if True in found else None if None in found else False
    if kind == "BertNormalizer":
        lower = normalizer.get("lowercase")
        return lower if isinstance(lower, bool) else None
    if kind in _LOWERS:
        return True
    return None if kind in _MAY_LOWER else False
