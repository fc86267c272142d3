"""The storages that the pickles of PyTorch name by persistent ids."""

from __future__ import annotations

from typing import Any

from truename.formats.pytorch import PyTorchError, PyTorchFault
from truename.formats.pytorch.pickled import Global, Storage


class Storages:
    """The storages that a stream names by persistent ids."""

    def __init__(self, path: str) -> None:
        self._path = path
        self.by_key: dict[str, Storage] = {}
        self.roots: dict[str, int] = {}  # key -> bytes, of whole storages

    def load(self, identity: Any) -> Any:
        """The stand-in of ``('storage', class, key, place, elements, view)``; of ``('module', class, ...)`` the class.

        Raises:
            FormatError: it is not a storage.
        """
        if type(identity) is not tuple or len(identity) not in (5, 6) or identity[0] != "storage":
            if type(identity) is tuple and len(identity) >= 2 and identity[0] == "module":  # and its source
                return identity[1]
            raise PyTorchError(self._path, PyTorchFault.STORAGE_FORM, "has a persistent id that is not a storage")
        kind, key, elements = identity[1], identity[2], identity[4]
        if type(kind) is not Global or type(key) is not str or type(elements) is not int or elements < 0:
            raise PyTorchError(self._path, PyTorchFault.STORAGE_FORM, "has a persistent id that is not a storage")
        dtype, width = kind.value or ("", 1)
        if len(identity) == 6 and (view := identity[5]) is not None:
            if type(view) is not tuple or len(view) != 3 or type(view[0]) is not str or type(view[2]) is not int:
                raise PyTorchError(self._path, PyTorchFault.STORAGE_FORM, "has a view of a storage that is none")
            self.roots.setdefault(key, elements * width)
            return Storage(f"{key}/{view[0]}", dtype or None, width, view[2])
        known = self.by_key.get(key)
        if known is None or known.dtype != (dtype or None):
            known = self.by_key[key] = Storage(key, dtype or None, width, elements)
            self.roots[key] = elements * width
        return known
