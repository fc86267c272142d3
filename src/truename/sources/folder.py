"""A model in a folder on this machine."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Mapping

from truename.blob import Blob
from truename.errors import EmptyTargetError, TargetError, TargetNotFoundError, UnsafePathError
from truename.sources.file_blob import FileBlob
from truename.sources.paths import check_path, unsafe_because

MAX_FILES = 20_000  # the largest model repositories hold a few thousand
MAX_DEPTH = 12
MAX_ENTRIES = 200_000  # what is looked at, hidden and refused entries included

# fmt: off
WEIGHT_SUFFIXES = frozenset({
    ".safetensors", ".bin", ".pt", ".pth", ".ckpt", ".gguf", ".ggml", ".onnx", ".h5", ".hdf5", ".keras", ".msgpack",
    ".tflite", ".pb", ".npz", ".npy", ".mlmodel", ".nemo", ".llamafile", ".ot", ".pkl", ".joblib", ".engine", ".exl2",
    ".pdparams", ".params", ".mar", ".task", ".litertlm", ".index", ".distcp",
})
# What weights are in as well, where a file is named alone: beside a model such files are anything.
ALONE_SUFFIXES = WEIGHT_SUFFIXES | {".tar", ".gz", ".tgz", ".pickle", ".t7", ".pt2"}
MODEL_FILES = frozenset({
    "config.json", "adapter_config.json", "model_index.json", "modules.json", "tokenizer_config.json",
    "tokenizer.json", "quantize_config.json", "quant_config.json", "params.json", "open_clip_config.json",
    "config_sentence_transformers.json", "generation_config.json", "preprocessor_config.json", "hparams.yaml",
    "config.yaml",
})
# fmt: on


class FolderSource:
    """The files of a model folder. Hidden entries (``.git``, ``.cache``) are not part of the model.

    A symbolic link to a file is followed where it stays inside the folder, or inside the ``blobs`` folder of the same
    repository in the Hub client's cache (``models--owner--name/snapshots/<revision>/x -> ../../blobs/<hash>``).
    Every other link, and everything that is no regular file, is left out of ``files`` and named in ``refused``.

    Args:
        path: the folder.
        name: the model's name; without it the folder's own name (for a cached snapshot: ``owner/name``).

    Raises:
        TargetNotFoundError: there is no such folder.
        EmptyTargetError: it holds no file that a model could consist of.
        TargetError: it holds more files than a model does, or cannot be listed.
    """

    def __init__(self, path: str | os.PathLike[str], name: str | None = None) -> None:
        self.target = os.fspath(path)
        if "\0" in self.target or not os.path.lexists(self.target):
            raise TargetNotFoundError(self.target, "there is no such folder")
        if not os.path.isdir(self.target):
            raise TargetNotFoundError(self.target, "is not a folder; give the folder that holds the model")
        self._root = os.path.realpath(self.target)
        self._blobs = _cache_blobs(self._root)
        self.name = name if name is not None else _own_name(self.target, self._blobs)
        self.refused: dict[str, str] = {}  # path -> why it is not among the files, as the end of a sentence
        self._locations: dict[str, str] = {}
        self._files = dict(sorted(self._walk()))
        if not any(map(is_model_file, self._files)):
            raise EmptyTargetError(self.target, self._nothing_here())

    @property
    def files(self) -> Mapping[str, int]:
        """Path to size in bytes of every file, sorted by path."""
        return self._files

    def open(self, path: str) -> Blob:
        """The bytes of one of ``files``.

        Raises:
            UnsafePathError: the path would leave the model, or is a link that does.
            TargetNotFoundError: there is no such file.
        """
        check_path(self.target, path)
        if why := self.refused.get(path):
            raise UnsafePathError(self.target, f"{path} {why}")
        if path not in self._files:
            raise TargetNotFoundError(self.target, f"holds no file {path[:200]!r}")
        location = os.path.realpath(self._locations[path])  # again: a folder may have become a link since the walk
        if not self._inside(location):
            raise UnsafePathError(self.target, f"{path} leads out of the model's folder")
        return FileBlob(path, location)

    def _walk(self) -> Iterator[tuple[str, int]]:
        """Every regular file with its size, in no order; bounded in depth and number."""
        pending = [("", 0)]
        seen = found = 0
        while pending:
            prefix, depth = pending.pop()
            for entry in self._entries(prefix):
                seen += 1
                if found >= MAX_FILES or seen > MAX_ENTRIES:
                    raise TargetError(self.target, f"holds more than {found:,} files; give the folder of one model")
                if entry.name.startswith("."):
                    continue
                path = prefix + entry.name
                if entry.is_dir(follow_symlinks=False):
                    if depth >= MAX_DEPTH:
                        raise TargetError(
                            self.target, f"has folders nested more than {MAX_DEPTH} deep; give the folder of one model"
                        )
                    pending.append((path + "/", depth + 1))
                elif (size := self._admit(path, entry)) is not None:
                    found += 1
                    yield path, size

    def _entries(self, prefix: str) -> Iterator[os.DirEntry[str]]:
        try:
            with os.scandir(os.path.join(self._root, prefix)) as entries:
                yield from entries
        except OSError as error:
            if not prefix:
                raise TargetError(self.target, f"the folder cannot be listed ({error.strerror})") from None
            self.refused[prefix.rstrip("/")] = f"cannot be listed ({error.strerror})"

    def _admit(self, path: str, entry: os.DirEntry[str]) -> int | None:
        """The size of a file that may be read; None, with the reason noted, of anything else."""
        location = entry.path
        try:
            if entry.is_symlink():
                location = os.path.realpath(entry.path)
                status = os.stat(location, follow_symlinks=False)
                if not self._inside(location):
                    self.refused[path] = "is a symbolic link out of the model's folder"
                    return None
            else:
                status = entry.stat(follow_symlinks=False)
        except OSError as error:
            self.refused[path] = f"cannot be read ({error.strerror})"
            return None
        why = unsafe_because(path)
        if why is None and not stat.S_ISREG(status.st_mode):
            why = "is no regular file"
        if why is not None:
            self.refused[path] = why
            return None
        self._locations[path] = location
        return status.st_size

    def _inside(self, location: str) -> bool:
        """Whether a resolved location lies in the folder, or in the cache's blobs of the same repository."""
        if location.startswith(self._root.rstrip(os.sep) + os.sep):
            return True
        return self._blobs is not None and os.path.dirname(location) == self._blobs

    def _nothing_here(self) -> str:
        if self.refused:
            path, why = next(iter(sorted(self.refused.items())))
            return f"holds no model file that may be read ({path} {why})"
        if not self._files:
            return "the folder is empty; give a folder with a config.json or a weights file"
        return "holds no file that a model could consist of (no config.json, no weights); give the model's folder"


class FileSource:
    """One weights file that lies on its own, whatever its suffix.

    Args:
        path: the file. It is what the user asked for, so a symbolic link is followed.
        name: the model's name; without it the file's own, less the suffix of its format and a shard's number.

    Raises:
        TargetNotFoundError: there is no such file, or it is a folder.
    """

    def __init__(self, path: str | os.PathLike[str], name: str | None = None) -> None:
        self.target = os.fspath(path)
        if "\0" in self.target or not os.path.lexists(self.target):
            raise TargetNotFoundError(self.target, "there is no such file")
        self._location = os.path.realpath(self.target)
        if not os.path.isfile(self._location):
            raise TargetNotFoundError(self.target, "is not a file")
        self._file = os.path.basename(os.path.abspath(self.target))
        self.name = name if name is not None else file_name(self._file)
        self._files = {self._file: os.stat(self._location).st_size}

    @property
    def files(self) -> Mapping[str, int]:
        """The one file and its size in bytes."""
        return self._files

    def open(self, path: str) -> Blob:
        """The bytes of the one file.

        Raises:
            UnsafePathError: the path would leave the model.
            TargetNotFoundError: it is not the one file.
        """
        check_path(self.target, path)
        if path != self._file:
            raise TargetNotFoundError(self.target, f"is one file; there is no {path[:200]!r} beside it")
        return FileBlob(path, self._location)


def file_name(file: str) -> str:
    """``Llama-3.2-1B-Q4_K_M`` for ``Llama-3.2-1B-Q4_K_M-00001-of-00002.gguf``."""
    stem, suffix = os.path.splitext(file)
    if not stem or suffix.lower() not in ALONE_SUFFIXES:
        return file
    return re.sub(r"(?<=.)(?:[-_]\d{5}-of-\d{5}|\.tar)$", "", stem)


def is_model_file(path: str) -> bool:
    """Whether a model could consist of this file: weights, an index, or a configuration."""
    name = path.rpartition("/")[2].lower()
    return (
        name in MODEL_FILES or os.path.splitext(name)[1] in WEIGHT_SUFFIXES or (".index." in name and ".json" in name)
    )


def _cache_blobs(root: str) -> str | None:
    """The blobs folder of a snapshot in the Hub client's cache, None for any other folder."""
    snapshots = os.path.dirname(root)
    repository = os.path.dirname(snapshots)
    if os.path.basename(snapshots) != "snapshots" or not os.path.basename(repository).startswith("models--"):
        return None
    return os.path.join(repository, "blobs")


def _own_name(target: str, blobs: str | None) -> str:
    """The folder's name as written; a cached snapshot is named by its repository, not by its revision."""
    if blobs is not None:
        return os.path.basename(os.path.dirname(blobs)).removeprefix("models--").replace("--", "/")
    return os.path.basename(os.path.abspath(target))
