"""Every way in which a zip archive of weights can be wrong, one class each.

WeightsError
└── ZipError
    ├── ZipDirectoryError          the central directory
    │   ├── NoDirectoryError           no end record, or bytes behind it
    │   ├── DirectoryRangeError        the directory does not lie just before its end record
    │   ├── DirectoryTooLargeError     more bytes or entries than are read
    │   ├── DirectoryEntryError        an entry is cut off or has no signature
    │   ├── EntryCountError            another number of entries than the end record says
    │   ├── Zip64Error                 the 64-bit records are cut off or contradict themselves
    │   └── MultiDiskError             part of an archive of several files
    └── ZipEntryError              one entry
        ├── EntryNameError             absolute, with '..', backslashes or bytes that are no text
        ├── DuplicateEntryError        two entries of one name
        ├── EntryEncryptedError
        ├── EntryOverlapError          two entries share bytes (a zip bomb, or a second face)
        ├── EntryRangeError            reaches out of the file
        ├── EntryCompressionError      neither stored nor deflated
        ├── EntryTooLargeError         says that it unpacks to more than is read of its kind
        ├── EntrySizeError             unpacks to another number of bytes than it says
        ├── LocalHeaderError           the entry's own header is not what the directory says
        └── EntryMissingError          an entry that the format needs is not there
"""

from __future__ import annotations

from truename.errors import WeightsError


class ZipError(WeightsError):
    """A file breaks the zip format."""


class ZipDirectoryError(ZipError):
    """The central directory is wrong."""


class NoDirectoryError(ZipDirectoryError):
    """The file does not end with the end record of a zip."""


class DirectoryRangeError(ZipDirectoryError):
    """The central directory does not lie just before its end record."""


class DirectoryTooLargeError(ZipDirectoryError):
    """The central directory has more bytes or entries than are read."""


class DirectoryEntryError(ZipDirectoryError):
    """An entry of the central directory is cut off or has no signature."""


class EntryCountError(ZipDirectoryError):
    """The directory holds another number of entries than its end record says."""


class Zip64Error(ZipDirectoryError):
    """The 64-bit records are cut off or contradict themselves."""


class MultiDiskError(ZipDirectoryError):
    """The archive is part of one that is spread over several files."""


class ZipEntryError(ZipError):
    """One entry is wrong.

    Attributes:
        entry: its name.
    """

    def __init__(self, path: str, entry: str, problem: str) -> None:
        self.entry = entry
        name = entry if len(entry) <= 120 else entry[:120] + "…"
        super().__init__(path, f"entry {name!r} {problem}")


class EntryNameError(ZipEntryError):
    """The name is absolute, climbs out of the archive, or is no text."""


class DuplicateEntryError(ZipEntryError):
    """Two entries have one name."""


class EntryEncryptedError(ZipEntryError):
    """The entry says that it is encrypted."""


class EntryOverlapError(ZipEntryError):
    """The entry shares bytes with another."""


class EntryRangeError(ZipEntryError):
    """The entry reaches out of the file."""


class EntryCompressionError(ZipEntryError):
    """The entry is neither stored nor deflated, or its stream is broken."""


class EntryTooLargeError(ZipEntryError):
    """The entry says that it unpacks to more than is read of its kind."""


class EntrySizeError(ZipEntryError):
    """The entry unpacks to another number of bytes than it says."""


class LocalHeaderError(ZipEntryError):
    """The entry's own header is not what the directory says."""


class EntryMissingError(ZipEntryError):
    """An entry that the format needs is not there."""
