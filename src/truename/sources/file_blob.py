"""A file on disk as a blob: ranges of bytes by position, never through a symbolic link, never from a device."""

from __future__ import annotations

import errno
import os
import stat
from typing import NamedTuple

from truename.blob import Blob
from truename.errors import ChangedError, TargetNotFoundError

# O_NONBLOCK: opening a FIFO that replaced a file must not hang. Windows has none of these flags but O_BINARY.
_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_BINARY", 0)
)

_GONE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENXIO})  # removed, or a link or a FIFO in its place


class FileState(NamedTuple):
    """What tells that a file is still the one that was listed."""

    size: int  # bytes
    written: int  # when, in nanoseconds

    @classmethod
    def of(cls, status: os.stat_result) -> FileState:
        """The state that ``os.stat`` found."""
        return cls(status.st_size, status.st_mtime_ns)


class FileBlob(Blob):
    """The bytes of one regular file.

    Args:
        path: the file's name for messages, relative to the model's root.
        location: where it lies; its last part must not be a symbolic link.
        listed: how it was when the model's files were listed; by default how it is now.
        target: the model, for messages.

    Raises:
        TargetNotFoundError: the file is gone, cannot be read, or is no regular file.
        ChangedError: it is not as it was listed. ``close`` raises this where it changed since.
    """

    def __init__(self, path: str, location: str, listed: FileState | None = None, target: str | None = None) -> None:
        self._descriptor = -1
        self.path = path
        self._target = path if target is None else target
        try:
            self._descriptor = os.open(location, _FLAGS)
        except OSError as error:
            if listed is not None and error.errno in _GONE:
                raise self._changed() from None
            raise TargetNotFoundError(path, f"cannot be read ({error.strerror})") from None
        status = os.fstat(self._descriptor)
        if not stat.S_ISREG(status.st_mode):
            self._release()
            if listed is not None:
                raise self._changed()
            raise TargetNotFoundError(path, "is no regular file")
        super().__init__(path, status.st_size)
        self._state = FileState.of(status)
        if listed is not None and listed != self._state:
            self._release()
            raise self._changed()

    def _changed(self) -> ChangedError:
        return ChangedError(
            self._target, f"{self.path} changed while it was read; check again when nothing writes to it"
        )

    def _read(self, offset: int, length: int) -> bytes:
        data = os.pread(self._descriptor, length, offset)
        if len(data) == length or not data:
            return data
        parts = [data]  # a read of more than 2 GiB, or of a file that was cut while it was read
        while (length := length - len(data)) > 0:
            offset += len(data)
            if not (data := os.pread(self._descriptor, length, offset)):
                break
            parts.append(data)
        return b"".join(parts)

    def close(self) -> None:
        """Close the file.

        Raises:
            ChangedError: something wrote to it while it was open.
        """
        if self._descriptor < 0:
            return
        state = FileState.of(os.fstat(self._descriptor))
        self._release()
        if state != self._state:
            raise self._changed()

    def _release(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __del__(self) -> None:
        self._release()
