"""Real repositories with a known type: the names in their weight index, and the type that their config declares."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from truename.architecture import abstract_architecture
from truename.dara.features import features_of
from truename.formats.header import Tensor, WeightsHeader
from truename.lab.training.prototypes import Example

_INDICES = ("model.safetensors.index.json", "pytorch_model.bin.index.json")


def real_models(folder: Path, known: Collection[str]) -> Iterator[tuple[str, Example]]:
    """Every repository below ``folder`` with a weight index and a declared type that is one of ``known``.

    Their shards are not there, so that names speak alone. A repository whose configuration lies counts against us.
    """
    for repository in sorted(path for path in folder.iterdir() if path.is_dir()):
        config = _object(repository / "config.json")
        index = next((found for name in _INDICES if (found := _object(repository / name))), {})
        names = index.get("weight_map")
        model_type = config.get("model_type")
        if not isinstance(names, dict) or not names or model_type not in known:
            continue
        classes = config.get("architectures") or [""]
        features = features_of(abstract_architecture(_header(names)))
        yield repository.name, Example(str(model_type), str(classes[0]), "", repository.name, features, features)


def _header(names: Mapping[str, Any]) -> WeightsHeader:
    unknown = Tensor(None, None, None)
    return WeightsHeader("safetensors", ("model.safetensors",), dict.fromkeys(map(str, names), unknown), {}, {})


def _object(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
