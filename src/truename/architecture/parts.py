"""What a tensor belongs to, told by its path: embedding, output head, expert, tower, task head."""

from __future__ import annotations

import re
from functools import cache, lru_cache

import msgspec

from truename.architecture.suffixes import ends_with
from truename.architecture.templates import template_of
from truename.compiled_tables import table

_EXPERT = re.compile(r"(?:^|\.)(?:experts|local_experts|moe_experts)\.|_exps\.")
_SHARED = re.compile(r"(?:^|\.)(?:shared_experts?|shared_mlp)\.")
_OF_MIXTURES = ("expert", "_exps", "router", "gating", ".moe", "_moe", "moe.")
_PER_LAYER = ("embed_tokens_per_layer.weight", "per_layer_token_embd.weight")
_PROJECTIONS = frozenset((
    "linear", "dense", "projection", "proj", "projector", "text_projection", "visual_projection", "vision_proj",
    "text_proj", "embedding_projection", "custom_text_proj", "embedding_proj_layer", "vector_linear",
))  # fmt: skip
_NUMBERED = re.compile(r"(?:^|\.)#")


class Part(msgspec.Struct, frozen=True):
    """What the tensors of one template belong to."""

    token_embedding: bool = False
    output_head: bool = False  # projects onto the vocabulary (or is part of the head that does)
    expert: bool = False  # a routed expert: used for some tokens only
    tower: bool = False  # vision, audio, or what joins them to the language model
    paired_text: bool = False
    head: str | None = None  # task head, by its word in heads.toml
    pretraining: bool = False


@lru_cache(maxsize=8192)
def part_of(template: str) -> Part:
    """What the tensors named ``template`` belong to. Told by the path alone."""
    names = table("architecture/parts")
    components = template.split(".")
    token = (len(components) > 1 and components[-2] in _set("token_embeddings") and components[-1] in _TABLE_ROLES) or (
        any(template.endswith(path) for path in names["token_embedding_paths"])
    )
    tower = not _set("towers").isdisjoint(components)
    path = _without_prefix(template)
    head, pretraining = (None, False) if tower else _head(path)
    return Part(
        token_embedding=token and not tower,
        output_head=not tower and f"{path}.".startswith(_output_heads()),
        expert=_EXPERT.search(template) is not None and _SHARED.search(template) is None,
        tower=tower,
        paired_text=not _set("paired_text").isdisjoint(components[:2]),
        head=head,
        pretraining=pretraining or (head == "lm_head" and ".dense." in f".{path}"),
    )


def may_be_of_mixture(template: str) -> bool:
    """Whether a path speaks of experts, or of what chooses among them, in any word that is known for it."""
    lower = template.lower()
    return any(word in lower for word in _OF_MIXTURES)


def is_per_layer_table(template: str) -> bool:
    """Whether a tensor is the table of tokens for every layer of a nested model (Gemma 3n), kept outside its memory."""
    return template.endswith(_PER_LAYER)


def is_projection(template: str) -> bool:
    """Whether a tensor leads from the model to the vectors that it gives out: of CLIP's halves, of ColBERT."""
    first, _, rest = template.removeprefix("model.").removesuffix(".weight").partition(".")
    return first in _PROJECTIONS and (not rest or rest == "#")


def is_weight_of_model(name: str) -> bool:
    """Whether every checkpoint of a model holds the tensor ``name``: no head, pooler, buffer, and no tied table."""
    template = template_of(name)
    part = part_of(template)
    aside = part.head is not None or part.output_head or part.token_embedding or "pooler" in template.split(".")
    return not aside and not ends_with(template, "buffers", "suffixes")


_TABLE_ROLES = frozenset({"weight", "qweight", "weight_packed"})


@cache
def _set(key: str) -> frozenset[str]:
    return frozenset(table("architecture/parts")[key])


def _without_prefix(template: str) -> str:
    """Heads lie at the root, beside the base model; some wrappers put one component before everything."""
    for wrapper in ("module.", "_orig_mod.", "language_model.", "llm.", "thinker."):
        template = template.removeprefix(wrapper)
    return template


@cache
def _output_heads() -> tuple[str, ...]:
    return tuple(f"{head}." for head in table("architecture/parts")["output_heads"])


@cache
def _heads() -> tuple[tuple[str, bool, tuple[str, ...]], ...]:
    return tuple(
        (head["word"], head.get("pretraining", False), tuple(f"{path}." for path in head["paths"]))
        for head in table("architecture/heads")["head"]
    )


def _head(path: str) -> tuple[str | None, bool]:
    if _NUMBERED.search(path.split(".", 1)[0]):
        return None, False
    dotted = f"{path}."
    return next(((word, pre) for word, pre, paths in _heads() if dotted.startswith(paths)), (None, False))
