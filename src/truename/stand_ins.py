"""What lies in a file's place while its content is not here: a pointer, a server's refusal, a part of a download."""

from __future__ import annotations

import re

HEAD_BYTES = 512  # what is looked at; a pointer is shorter
_LONGEST_REFUSAL = 4_096  # bytes of a server's sentence

_LFS = (b"version https://git-lfs.github.com/spec/", b"version https://hawser.github.com/spec/")
# Patterns are compiled when a file is met that needs them, which is seldom.
_LFS_SIZE = rb"\nsize (\d{1,18})\b"
_XET = b"# xet version"
_ANNEX = rb"(?:\.\./)*(?:\.git)?/annex/objects/"
_PAGE = rb"(?i)(?:\xef\xbb\xbf)?\s*<(?:!doctype html|html|head|body)\b"
_XML_ERROR = rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,200}\?>\s*)?<Error\b"
_REFUSAL = (
    rb"(?i)(?:entry|repository|file|not) (?:not )?found\b|404\b|403\b|401\b|invalid (?:username|credentials)"
    rb"|unauthorized\b|forbidden\b|access (?:to|denied)\b|too many requests\b|\{\s*\"(?:error|detail|message)\"\s*:"
)
# What programs call a file while they download it, and what aria2 keeps beside it.
UNFINISHED = (".incomplete", ".part", ".partial", ".crdownload", ".download", ".filepart", ".aria2")
AGAIN = "download it again"


def pointer(head: bytes) -> str | None:
    """Whose pointer a file is, as the end of a sentence; None where it is none.

    Args:
        head: its first ``HEAD_BYTES`` bytes, or all that it has.
    """
    if head.startswith(_LFS):
        found = re.search(_LFS_SIZE, head)
        size = f", which has {int(found[1]):,} bytes" if found else ""
        return f"is a Git LFS pointer and not the file itself{size}; run `git lfs pull`"
    if head.startswith(_XET):
        return f"is a Git Xet pointer and not the file itself; {AGAIN}"
    if re.match(_ANNEX, head):
        return "is a git-annex pointer and not the file itself; run `git annex get`"
    return None


def stand_in(head: bytes, size: int) -> str | None:
    """What a file that should hold data holds instead, as the end of a sentence; None where that cannot be said.

    Args:
        head: its first ``HEAD_BYTES`` bytes, or all that it has.
        size: of the file, in bytes.
    """
    if not size:
        return f"is empty; {AGAIN}"
    if (said := pointer(head)) is not None:
        return said
    if re.match(_PAGE, head):
        return f"is a web page and not the file itself; {AGAIN}"
    if re.match(_XML_ERROR, head) or (size <= _LONGEST_REFUSAL and re.match(_REFUSAL, head)):
        return f"is a server's refusal and not the file itself; {AGAIN}"
    if len(head) >= HEAD_BYTES and not head.strip(b"\0"):
        return f"begins with {len(head):,} zeros, as a download that has not come so far; {AGAIN}"
    return None


def finished_name(path: str) -> str | None:
    """The name that a file will have when its download has ended; None for a file that is no part of a download."""
    return next((path.removesuffix(end) for end in UNFINISHED if path.endswith(end) and path != end), None)
