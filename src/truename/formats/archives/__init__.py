"""Zip and tar archives, listed without unpacking."""

from __future__ import annotations

from enum import auto

from truename.errors import Fault


class TarFault(Fault):
    """How a tar can be wrong. The layout is that of POSIX.1-2001 (ustar and pax) and of GNU's long names."""

    TRUNCATED = auto()  # the archive ends within a header or a member
    HEADER = auto()  # a header's checksum is wrong
    NUMBER = auto()  # a size is no number, or below zero
    NAME = auto()  # a member's name is absolute, climbs out of the archive, or is no text
    LINK = auto()  # a member is a link, a device or a pipe
    RECORD = auto()  # an extended header breaks its form, or is too long
    TOO_MANY_MEMBERS = auto()  # more members than any real archive of weights
    DUPLICATE_MEMBER = auto()  # two members have one name
    TAR_IN_TAR = auto()  # a member is a tar itself
    NO_WEIGHTS = auto()  # no member is a weights file
    COMPRESSED = auto()  # the whole archive is compressed, so that no part of it can be read alone


class ZipFault(Fault):
    """How a zip of weights can be wrong. What is said of an entry has its name in ``part``."""

    # the central directory is wrong:
    NO_DIRECTORY = auto()  # the file does not end with the end record of a zip
    DIRECTORY_RANGE = auto()  # the central directory does not lie just before its end record
    DIRECTORY_TOO_LARGE = auto()  # the central directory has more bytes or entries than are read
    DIRECTORY_ENTRY = auto()  # an entry of the central directory is cut off or has no signature
    ENTRY_COUNT = auto()  # the directory holds another number of entries than its end record says
    ZIP64 = auto()  # the 64-bit records are cut off or contradict themselves
    MULTI_DISK = auto()  # the archive is part of one that is spread over several files
    # one entry is wrong:
    ENTRY_NAME = auto()  # the name is absolute, climbs out of the archive, or is no text
    DUPLICATE_ENTRY = auto()  # two entries have one name
    ENTRY_ENCRYPTED = auto()  # the entry says that it is encrypted
    ENTRY_OVERLAP = auto()  # the entry shares bytes with another
    ENTRY_RANGE = auto()  # the entry reaches out of the file
    ENTRY_COMPRESSION = auto()  # the entry is neither stored nor deflated, or its stream is broken
    ENTRY_TOO_LARGE = auto()  # the entry says that it unpacks to more than is read of its kind
    ENTRY_SIZE = auto()  # the entry unpacks to another number of bytes than it says
    LOCAL_HEADER = auto()  # the entry's own header is not what the directory says
    ENTRY_MISSING = auto()  # an entry that the format needs is not there
