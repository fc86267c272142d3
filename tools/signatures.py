"""Write ``architecture/signatures.json`` from transformers' own model classes and from ``signatures.toml``.

Run as ``python tools/signatures.py`` with torch and transformers installed. Every buildable class of the automatic
mappings is built on the meta device with its default configuration and with each of its switches turned, and its
tensors are named as ``save_pretrained`` names them.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import signal
import sys
import time
import tomllib
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from truename.architecture.buffers import is_buffer
from truename.architecture.signatures import structure_of
from truename.architecture.templates import TensorGroup
from truename.testing.transformers_shapes import saved_templates

ROOM = Path(__file__).parents[1] / "src" / "truename" / "architecture"
MAPPINGS = (
    "MODEL_MAPPING", "MODEL_FOR_PRETRAINING_MAPPING", "MODEL_FOR_CAUSAL_LM_MAPPING", "MODEL_FOR_MASKED_LM_MAPPING",
    "MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING", "MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING",
    "MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING", "MODEL_FOR_IMAGE_CLASSIFICATION_MAPPING", "MODEL_FOR_CTC_MAPPING",
    "MODEL_FOR_SPEECH_SEQ_2_SEQ_MAPPING", "MODEL_FOR_TOKEN_CLASSIFICATION_MAPPING",
    "MODEL_FOR_QUESTION_ANSWERING_MAPPING",
)  # fmt: skip
LAYERS = 8  # enough for every pattern of unlike layers
SECONDS = 20  # for one class with one configuration
BUDGET = 30.0  # seconds for the switches of one model type
OVERRIDES: tuple[dict[str, Any], ...] = (
    {"q_lora_rank": None}, {"first_k_dense_replace": 0}, {"embedding_size": 64}, {"word_embed_proj_dim": 64},
    {"n_shared_experts": None}, {"q_lora_rank": None, "first_k_dense_replace": 0}, {"type_vocab_size": 0},
    {"decoder_sparse_step": 2}, {"num_experts": 0}, {"feed_forward_proj": "gated-gelu"},
    {"new_decoder_architecture": True, "num_ln_in_parallel_attn": 1}, {"max_position_embeddings": 0},
)  # fmt: skip


class _TooLong(Exception):
    """One class took more than its time."""


def main() -> int:
    """Build everything and write the table."""
    warnings.filterwarnings("ignore")
    table: dict[str, dict[str, set[str]]] = {}
    for model_type, prefix, names in itertools.chain(_built(), _written()):
        structure = structure_of(names)
        prefixes = table.setdefault(structure.digest, {}).setdefault(model_type, set())
        prefixes.update(p for p in (prefix, structure.prefix) if p)
    rows = [
        f"{json.dumps(digest)}: {json.dumps({t: sorted(types[t]) for t in sorted(types)})}"
        for digest, types in sorted(table.items())
    ]
    (ROOM / "signatures.json").write_text("{\n" + ",\n".join(rows) + "\n}\n", encoding="utf-8")
    return 0


def _written() -> Iterator[tuple[str, str, frozenset[str]]]:
    """The structures written by hand: models whose code lives in their own repository, and older layouts."""
    for entry in tomllib.loads((ROOM / "signatures.toml").read_text(encoding="utf-8"))["structure"]:
        names = frozenset(name for line in entry["templates"] for name in expand(line))
        for model_type in entry["model_types"]:
            yield model_type, entry.get("prefix", ""), names


def expand(line: str) -> Iterator[str]:
    """``a.{b,c}.d`` -> ``a.b.d``, ``a.c.d``; braces may nest."""
    start = line.find("{")
    if start < 0:
        yield line
        return
    depth, end, cuts = 0, start, [start]
    for end in range(start, len(line)):
        depth += (line[end] == "{") - (line[end] == "}")
        if line[end] == "," and depth == 1:
            cuts.append(end)
        if depth == 0:
            break
    cuts.append(end)
    for left, right in itertools.pairwise(cuts):
        yield from expand(line[:start] + line[left + 1 : right] + line[end + 1 :])


def _built() -> Iterator[tuple[str, str, frozenset[str]]]:
    """Model type, base model's prefix and templates of every class that can be built."""
    from transformers import CONFIG_MAPPING
    from transformers.models.auto import modeling_auto

    mappings = [getattr(modeling_auto, name) for name in MAPPINGS if hasattr(modeling_auto, name)]
    for model_type in list(CONFIG_MAPPING.keys()):
        started = time.monotonic()
        count = 0
        for item in _of_type(model_type, CONFIG_MAPPING[model_type], mappings):
            count += 1
            yield item
        print(f"{model_type}: {count} in {time.monotonic() - started:.1f} s", file=sys.stderr, flush=True)


def _of_type(model_type: str, config_class: Any, mappings: list[Any]) -> Iterator[tuple[str, str, frozenset[str]]]:
    classes = []
    for mapping in mappings:
        with contextlib.suppress(KeyError, ImportError, AttributeError, ValueError):
            found = mapping[config_class]
            classes += list(found) if isinstance(found, tuple | list) else [found]
    classes = list(dict.fromkeys(classes))
    seen: set[frozenset[str]] = set()
    for index, model_class in enumerate(classes):
        try:
            prefix = getattr(model_class, "base_model_prefix", "")
        except ImportError:  # a placeholder for a class that needs one more library
            continue
        for names in _variants(model_class, config_class, full=index < 2):
            if names not in seen:
                seen.add(names)
                yield model_type, prefix, names


def _variants(model_class: Any, config_class: Any, full: bool) -> Iterator[frozenset[str]]:
    """The templates with the default configuration and, where ``full``, with its switches turned."""
    base = _templates(model_class, config_class, {})
    if base is None:
        return
    yield base
    if not full:
        return
    default = config_class()
    switches = [
        {key: not value}
        for key, value in vars(default).items()
        if isinstance(value, bool) and not key.startswith(("_", "output_", "use_cache", "return_", "is_", "tie_"))
    ]
    telling = []
    ends = time.monotonic() + BUDGET
    for change in [*switches, *(o for o in OVERRIDES if all(hasattr(default, k) for k in o))]:
        names = _templates(model_class, config_class, change) if time.monotonic() < ends else None
        if names is not None and names != base:
            telling.append(change)
            yield names
    for one, other in itertools.islice(itertools.combinations(telling, 2), 120):
        names = _templates(model_class, config_class, one | other) if time.monotonic() < ends else None
        if names is not None:
            yield names


def _templates(model_class: Any, config_class: Any, change: dict[str, Any]) -> frozenset[str] | None:
    signal.alarm(SECONDS)
    try:
        names = saved_templates(model_class, config_class, change, LAYERS)
    except Exception:  # noqa: BLE001 - hundreds of third-party classes, each failing in its own way: left out
        return None
    finally:
        signal.alarm(0)
    groups = [TensorGroup(name, None, None, 1, 0, name) for name in names]
    return frozenset(g.template for g in groups if not is_buffer(g, names))


def _alarm(*_: object) -> None:
    raise _TooLong


if __name__ == "__main__":
    signal.signal(signal.SIGALRM, _alarm)
    sys.exit(main())
