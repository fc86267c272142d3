"""Which folders of a target are models of their own, and which are parts of one model.

A model's own documents decide: a folder with a configuration that names a whole model is one. A folder without
documents is one where its name does not say that it is a part (``text_encoder``), a format (``onnx``) or a state
(``checkpoint-500``) of the model around it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any

from truename.declared.documents import read_object
from truename.errors import FileError, SeveralModelsError, TargetNotFoundError, UnsafePathError
from truename.formats import find_checkpoints
from truename.sources.file_names import is_part, tells_nothing, without_storage
from truename.sources.folder import FORMAT_FOLDERS, is_model_file
from truename.sources.source import Source, is_distant

MAX_LOOKED_AT = 256  # folders whose configuration is read
_SHOWN = 5
_WHOLE = ("adapter_config.json", "model_index.json", "modules.json", "params.json", "open_clip_config.json")
_CACHED = "models--"


def refuse_several(source: Source) -> None:
    """Refuse a target that is a folder of models, and not one.

    Raises:
        SeveralModelsError: no file of a model lies in the folder itself, and folders in it are models.
    """
    models = models_within(source)
    if not models:
        return
    if len(models) == 1:
        raise SeveralModelsError(source.target, f"holds one model, {models[0]}; check that folder", models)
    raise SeveralModelsError(source.target, f"holds {len(models):,} models; {_what_to_do(source, models)}", models)


def refuse_several_gguf(source: Source, files: tuple[str, ...]) -> None:
    """Refuse a folder whose GGUF files are of different models; of a repository elsewhere no file can be named.

    Args:
        source: the folder.
        files: one file of each model, the main one first.

    Raises:
        SeveralModelsError: the folder is on this machine.
    """
    if not is_distant(source):
        shown = ", ".join(files[:_SHOWN]) + (", …" if len(files) > _SHOWN else "")
        raise SeveralModelsError(source.target, f"holds GGUF files of different models ({shown}); name one", files)


def models_within(source: Source) -> tuple[str, ...]:
    """The folders of a source that are models of their own; none where the source is one model."""
    if any("/" not in path and is_model_file(path) for path in source.files):
        return ()
    folders = folders_of_models(source.files)
    cached = sorted({folder.partition("/")[0] for folder in folders if folder.startswith(_CACHED)})
    if cached:
        return tuple(cached)
    named = [folder for folder in folders if folder.rpartition("/")[2].lower() not in FORMAT_FOLDERS]
    whole = [folder for folder in named[:MAX_LOOKED_AT] if _is_whole(folder, source)]
    bare = [folder for folder in folders if folder not in whole and not _is_inner(folder)]
    if not whole and len({without_storage(folder.rpartition("/")[2]) for folder in bare}) < 2:
        return ()
    found = tuple(sorted({*whole, *bare}))
    return () if len(found) == 1 and _is_inner(found[0]) else found


def folders_of_models(files: Iterable[str]) -> tuple[str, ...]:
    """The uppermost folders that hold a file of a model, sorted; the root is an empty text."""
    holding = sorted({path.rpartition("/")[0] for path in files if is_model_file(path)})
    known = frozenset(holding)
    return tuple(folder for folder in holding if not _is_below(folder, known))


def _is_below(folder: str, others: Set[str]) -> bool:
    parts = folder.split("/") if folder else []
    return any("/".join(parts[:depth]) in others for depth in range(len(parts)))


def _is_inner(folder: str) -> bool:
    """Whether a folder's name says that it is a part, a format or a state of the model around it."""
    name = folder.rpartition("/")[2]
    return is_part(name) or tells_nothing(name)


def _is_whole(folder: str, source: Source) -> bool:
    """Whether a folder holds what only a whole model has."""
    if any(f"{folder}/{name}" in source.files for name in _WHOLE):
        return True
    path = f"{folder}/config.json"
    if path not in source.files:
        return False
    try:
        config: Mapping[str, Any] = read_object(path, source.files[path], source.open).data
    except (FileError, TargetNotFoundError, UnsafePathError):
        return not _is_inner(folder)
    if "_class_name" in config:  # a module of a pipeline
        return not _is_inner(folder)
    names_one = bool(config.get("model_type") or config.get("architectures"))
    return names_one and not is_part(folder.rpartition("/")[2]) and bool(find_checkpoints(_inside(folder, source)))


def _inside(folder: str, source: Source) -> dict[str, int]:
    start = f"{folder}/"
    return {path.removeprefix(start): size for path, size in source.files.items() if path.startswith(start)}


def _what_to_do(source: Source, models: Sequence[str]) -> str:
    if is_distant(source):
        shown = ", ".join(models[:_SHOWN]) + (", …" if len(models) > _SHOWN else "")
        return f"download it and name one of its folders ({shown})"
    return f"name one, or `truename scan --folder {source.target} --out TABLE`"
