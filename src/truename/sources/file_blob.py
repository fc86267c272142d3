"""A file on disk as a blob: ranges of bytes by position, never through a symbolic link, never from a device."""

from __future__ import annotations

import os
import stat

from truename.blob import Blob
from truename.errors import TargetNotFoundError

# O_NONBLOCK: opening a FIFO that replaced a file must not hang. Windows has none of these flags but O_BINARY.
_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_BINARY", 0)
)


class FileBlob(Blob):
    """The bytes of one regular file.

    Args:
        path: the file's name for messages, relative to the model's root.
        location: where it lies; its last part must not be a symbolic link.

    Raises:
        TargetNotFoundError: the file is gone, cannot be read, or is no regular file.
    """

    def __init__(self, path: str, location: str) -> None:
        self._descriptor = -1
        try:
            self._descriptor = os.open(location, _FLAGS)
        except OSError as error:
            raise TargetNotFoundError(path, f"cannot be read ({error.strerror})") from None
        status = os.fstat(self._descriptor)
        if not stat.S_ISREG(status.st_mode):
            self.close()
            raise TargetNotFoundError(path, "is no regular file")
        super().__init__(path, status.st_size)

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
        """Close the file."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __del__(self) -> None:
        self.close()
