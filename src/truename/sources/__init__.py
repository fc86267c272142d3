"""Where a model's files come from: sources list files and hand out bytes, and never interpret them.

Those that need a network are imported when first used.
"""

from typing import TYPE_CHECKING

from truename.sources.file_blob import FileBlob
from truename.sources.folder import FileSource, FolderSource
from truename.sources.resolve import open_source
from truename.sources.source import Distant, Source

if TYPE_CHECKING:
    from truename.sources.hub import Hub, HubSource
    from truename.sources.listing import hub_listing, hub_records

__all__ = [
    "Distant",
    "FileBlob",
    "FileSource",
    "FolderSource",
    "Hub",
    "HubSource",
    "Source",
    "hub_listing",
    "hub_records",
    "open_source",
]

_HOME = {"Hub": "hub", "HubSource": "hub", "hub_listing": "listing", "hub_records": "listing"}


def __getattr__(name: str) -> object:
    """Import what needs a network when it is first used."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
