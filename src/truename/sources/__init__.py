"""Where a model's files come from: sources list files and hand out bytes, and never interpret them.

What needs a network (``hub``, ``listing``, ``modelscope``, ``http``) is imported when a target first needs it.
"""

from truename.sources.file_blob import FileBlob
from truename.sources.folder import FileSource, FolderSource
from truename.sources.resolve import Target, open_source
from truename.sources.source import Distant, Source

__all__ = ["Distant", "FileBlob", "FileSource", "FolderSource", "Source", "Target", "open_source"]
