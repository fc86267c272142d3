"""A model in a folder on this machine."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Mapping

from truename.blob import Blob
from truename.errors import ChangedError, EmptyTargetError, TargetError, TargetNotFoundError, UnsafePathError
from truename.sources.file_blob import FileBlob, FileState
from truename.sources.file_names import encoding_in, is_part, shard_set, stem_of, tells_nothing, without_storage
from truename.sources.hub_cache import cached_name, file_of_blob, snapshot_above, without_broken_sets
from truename.sources.paths import check_path, unsafe_because
from truename.stand_ins import finished_name

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
    "config.yaml", "genai_config.json", "mlc-chat-config.json",
})
_DISTRIBUTED = ".metadata"
# What a folder says of its weights beside them.
DOCUMENTS = MODEL_FILES | {"README.md", "readme.md", "Readme.md", "hf_quant_config.json", "special_tokens_map.json"}
# Folders in which the files of a model are kept by their format; the model is the folder above.
FORMAT_FOLDERS = frozenset({"onnx", "gguf", "openvino", "coreml", "tflite", "safetensors", "pytorch", "flax", "mlx"})
# fmt: on


class FolderSource:
    """The files of a model folder. Hidden entries (``.git``, ``.cache``) are not part of the model.

    One is: ``.metadata``, the pickle that describes a distributed checkpoint of PyTorch.

    A symbolic link to a file is followed where it stays inside the folder, or inside the ``blobs`` folder of the same
    repository in the Hub client's cache (``models--owner--name/snapshots/<revision>/x -> ../../blobs/<hash>``).
    Every other link, and everything that is no regular file, is left out of ``files`` and named in ``refused``.

    Args:
        path: the folder.
        name: the model's name; without it the folder's own name (for a cached snapshot: ``owner/name``).
        target: what the user wrote, for messages.
        whole_sets: leave out shards whose siblings are not there: parts of a model were downloaded.

    Raises:
        TargetNotFoundError: there is no such folder.
        EmptyTargetError: it holds no file that a model could consist of.
        TargetError: it holds more files than a model does, or cannot be listed.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        name: str | None = None,
        *,
        target: str | None = None,
        whole_sets: bool = False,
    ) -> None:
        folder = os.fspath(path)
        self.target = folder if target is None else target
        if "\0" in folder or not os.path.lexists(folder):
            raise TargetNotFoundError(self.target, "there is no such folder")
        if not os.path.isdir(folder):
            raise TargetNotFoundError(self.target, "is not a folder; give the folder that holds the model")
        self._root = os.path.realpath(folder)
        cached = snapshot_above(self._root)
        self._blobs = None if cached is None else os.path.join(cached[0], "blobs")
        self.name = name if name is not None else _own_name(folder, self._root, cached)
        self.refused: dict[str, str] = {}  # path -> why it is not among the files, as the end of a sentence
        self._locations: dict[str, str] = {}
        self._states: dict[str, FileState] = {}
        found = dict(sorted(self._walk()))
        self._files = without_broken_sets(found) if whole_sets else found
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
            ChangedError: it is not as it was listed.
        """
        check_path(self.target, path)
        if why := self.refused.get(path):
            raise UnsafePathError(self.target, f"{path} {why}")
        if path not in self._files:
            raise TargetNotFoundError(self.target, f"holds no file {path[:200]!r}")
        try:
            location = os.path.realpath(self._locations[path])  # again: a folder may have become a link since the walk
        except OSError:  # a link that became a file between two looks at it
            raise ChangedError(self.target, f"{path} changed while it was read; check again") from None
        if not self._inside(location):
            raise UnsafePathError(self.target, f"{path} leads out of the model's folder")
        return FileBlob(path, location, self._states[path], self.target)

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
                if entry.name.startswith(".") and entry.name != _DISTRIBUTED:
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
        self._states[path] = FileState.of(status)
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
        if (part := next(filter(finished_name, self._files), None)) is not None:
            return f"holds no model file yet: {part} is a part of a download; finish the download"
        return "holds no file that a model could consist of (no config.json, no weights); give the model's folder"


class FileSource:
    """One weights file that was named, whatever its suffix: its shards, and what its folder says of it.

    The documents beside a file are its own where its name is one that libraries load from a folder, or no other set of
    weights lies there but variants of it. A part of a model (``text_encoder.safetensors``) has none.

    Args:
        path: the file. It is what the user asked for, so a symbolic link is followed.
        name: the model's name. Without it the file's own, less the suffix of its format and a shard's number; that of
            its folder (in the Hub client's cache: ``owner/name``) where the file's name tells nothing, with the
            encoding that it claims (``bert-base-int8`` for ``bert-base/model_int8.onnx``; of a GGUF file, the rules
            about such files look at that).
        target: what the user wrote, for messages.

    Attributes:
        file: its path among ``files``.
        folder: where the model's files lie.

    Raises:
        TargetNotFoundError: there is no such file, or it is a folder.
    """

    def __init__(self, path: str | os.PathLike[str], name: str | None = None, *, target: str | None = None) -> None:
        written = os.fspath(path)
        self.target = written if target is None else target
        if "\0" in written or not os.path.lexists(written):
            raise TargetNotFoundError(self.target, "there is no such file")
        location = os.path.realpath(written)
        if not os.path.isfile(location):
            raise TargetNotFoundError(self.target, "is not a file")
        folder, file = os.path.split(os.path.abspath(file_of_blob(os.path.abspath(written)) or written))
        self.folder, inside = _model_folder(folder)
        self.file = inside + file
        stem = file_name(file)
        self.name = name if name is not None else self._own_name(stem)
        self._locations = {self.file: location}
        if self.folder:
            self._locations |= self._neighbours(inside, file, stem)
        self._states = {path: FileState.of(os.stat(where)) for path, where in sorted(self._locations.items())}
        self._files = {path: state.size for path, state in self._states.items()}

    @property
    def files(self) -> Mapping[str, int]:
        """The file, the other shards of its set and the documents about it, each with its size in bytes."""
        return self._files

    def open(self, path: str) -> Blob:
        """The bytes of one of ``files``.

        Raises:
            UnsafePathError: the path would leave the model.
            TargetNotFoundError: it is none of them.
        """
        check_path(self.target, path)
        if path not in self._locations:
            raise TargetNotFoundError(self.target, f"is one file; there is no {path[:200]!r} of it")
        return FileBlob(path, self._locations[path], self._states[path], self.target)

    def _own_name(self, stem: str) -> str:
        if not tells_nothing(stem) or is_part(stem):
            return stem
        cached = snapshot_above(os.path.realpath(self.folder))
        if cached is not None and cached[1] == os.path.realpath(self.folder):
            folder = cached_name(cached[0])
        else:
            folder = os.path.basename(self.folder)
        claimed = "" if self.file.lower().endswith(".gguf") or encoding_in(folder) else encoding_in(stem)
        return "-".join(filter(None, (folder, claimed))) or stem

    def _neighbours(self, inside: str, file: str, stem: str) -> dict[str, str]:
        """Path to location of what belongs to the file."""
        beside = _regular_files(os.path.join(self.folder, inside))
        known = _set_of(file)
        found = {inside + name: where for name, where in beside.items() if _set_of(name) == known}
        if not is_part(stem) and (tells_nothing(stem) or not _others(stem, beside)):
            above = _regular_files(self.folder) if inside else beside
            found |= {name: where for name, where in above.items() if name in DOCUMENTS}
        return found


def _model_folder(folder: str) -> tuple[str, str]:
    """The folder of the model whose file lies in ``folder``, and the way from it to the file."""
    above, name = os.path.split(folder)
    if name.lower() in FORMAT_FOLDERS and os.path.isfile(os.path.join(above, "config.json")):
        return above, f"{name}/"
    return folder, ""


def _regular_files(folder: str) -> dict[str, str]:
    """Name to location of the files in a folder that may be read; a folder with very many has none."""
    cached = snapshot_above(os.path.realpath(folder))
    blobs = None if cached is None else os.path.join(cached[0], "blobs")
    found: dict[str, str] = {}
    try:
        with os.scandir(folder) as entries:
            for number, entry in enumerate(entries):
                if number >= MAX_FILES:
                    return {}
                location = os.path.realpath(entry.path) if entry.is_symlink() else entry.path
                inside = not entry.is_symlink() or os.path.dirname(location) in (os.path.realpath(folder), blobs)
                if inside and unsafe_because(entry.name) is None and os.path.isfile(location):
                    found[entry.name] = location
    except OSError:  # its files cannot be listed, and the one that was named may be read all the same
        return {}
    return found


def _set_of(file: str) -> tuple[str, str, str] | str:
    """What the shards of one set and their index have in common; the name of any other file."""
    if (found := shard_set(file)) is not None:
        return found[0], "", found[2]
    if file.endswith(".index.json"):
        stem, suffix = os.path.splitext(file.removesuffix(".index.json"))
        return stem, "", suffix
    return file


def _others(stem: str, beside: Iterable[str]) -> bool:
    """Whether weights of another model lie beside the file of that stem."""
    mine = without_storage(stem)
    return any(
        without_storage(other) != mine and not is_part(other) for other in map(file_name, filter(_is_weights, beside))
    )


def _is_weights(file: str) -> bool:
    return os.path.splitext(file.lower())[1] in WEIGHT_SUFFIXES


def file_name(file: str) -> str:
    """``Llama-3.2-1B-Q4_K_M`` for ``Llama-3.2-1B-Q4_K_M-00001-of-00002.gguf``."""
    return stem_of(file, ALONE_SUFFIXES)


def is_model_file(path: str) -> bool:
    """Whether a model could consist of this file: weights, an index, or a configuration."""
    name = path.rpartition("/")[2].lower()
    return (
        name in MODEL_FILES or os.path.splitext(name)[1] in WEIGHT_SUFFIXES or (".index." in name and ".json" in name)
    )


def _own_name(folder: str, root: str, cached: tuple[str, str] | None) -> str:
    """The folder's name as written; a cached snapshot is named by its repository, not by its revision."""
    if cached is not None and cached[1] == root:
        return cached_name(cached[0])
    return os.path.basename(os.path.abspath(folder))
