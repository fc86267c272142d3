"""A whole name: owner, model and revision, then the elements of the model part."""

from __future__ import annotations

from truename.names.parsed import ParsedName
from truename.names.reader import read
from truename.names.relabel import relabel

_SCHEMES = ("hf-hub:", "hf_hub:", "local-dir:", "hf://", "file://")
_PATH_STARTS = ("/", "./", "../", "~/")


def parse_name(name: str, *, learned: bool = True) -> ParsedName:
    """Read a model's name into its elements.

    Understands ``name``, ``owner/name``, ``owner/name/folder``, ``owner/name@revision``, the prefixes that model
    loaders use (``hf-hub:``), timm's ``arch.tag`` and names of GGUF files. A path that begins with ``/``, ``./``,
    ``../`` or ``~/`` stands for its last part. Any text is a name; the time is linear in its length.

    Args:
        name: the text as it was given.
        learned: whether the learned part decides the kinds of what claims nothing; claims are the same without it.

    Returns:
        The elements in order, without overlap; their spans count from the start of ``name``.
    """
    start = next(len(s) for s in _SCHEMES if name.startswith(s)) if name.startswith(_SCHEMES) else 0
    end = name.find("@", start)
    revision = name[end + 1 :] or None if end >= 0 else None
    if end < 0:
        end = len(name)
    while end > start and name[end - 1] == "/":
        end -= 1
    owner = None
    if name.startswith(_PATH_STARTS, start):
        start = name.rfind("/", start, end) + 1
    elif (slash := name.find("/", start, end)) >= 0:
        owner = name[start:slash]
        start = slash + 1
    chunks, elements, alternatives = read(name, start, end)
    if learned:
        grammar = elements
        elements, alternatives = relabel(chunks, elements, alternatives)
    else:
        grammar = None
    model = name[start:end]
    return ParsedName(name, owner, model, revision, elements, alternatives, grammar)
