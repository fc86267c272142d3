"""Files that may be pickles, by the names that PyTorch, joblib, NumPy and Python itself load; and how to walk one."""

from __future__ import annotations

import re

from truename._lazy import pattern
from truename.blob import Blob
from truename.formats.pytorch import Walked

_PACKED = r"(?:\.(?:gz|gzip|z|bz2|lzma|xz|lz4|zst))?"
_OBJECTS = rf"(?:pkl|pickle|dill|joblib|pck|pcl|p|sav){_PACKED}"
# What programs save with PyTorch (many write model_best.pth.tar, which is not a tar), and archives of it.
_TORCH = r"(?:bin|pt|pth|ckpt|th|pyth|torch)(?:\.tar)?|pt2|ptl|distcp|nemo|mar"
_OTHERS = r"npz|npy|dat|data|pdparams|pdopt|model|mdl"  # NumPy, Paddle, gensim
_PICKLE = pattern(rf".+\.(?:{_TORCH}|{_OTHERS}|{_OBJECTS})|(?:.*/)?\.metadata", re.IGNORECASE)
_OF_SENTENCEPIECE = pattern(r"(?:.*/)?[\w.-]*(?:tokenizer|spiece|sentencepiece|spm|bpe)[\w.-]*\.model", re.IGNORECASE)
_OF_OBJECTS = pattern(rf".+\.{_OBJECTS}", re.IGNORECASE)


def may_be_pickle(path: str) -> bool:
    """Whether a loader of pickles, or of archives of them, takes files of this name."""
    return _PICKLE.fullmatch(path) is not None and _OF_SENTENCEPIECE.fullmatch(path) is None


def is_of_objects(path: str) -> bool:
    """Whether a file is a pickle of whatever its program needs, and not a set of weights, by its name."""
    return _OF_OBJECTS.fullmatch(path) is not None


def walk_file(blob: Blob, *, objects: bool) -> Walked:
    """Walk all pickles of a file, whatever its suffix promises; its tensors are not looked at.

    Args:
        blob: the file.
        objects: whether its name is that of a pickle, and not that of weights of any format.

    Raises:
        FormatError: it is a broken archive or array.
    """
    from truename.formats.pytorch.members import walk_any  # a check of another format does not pay for it

    return walk_any(blob, objects=objects)
