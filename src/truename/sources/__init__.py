"""Where a model's files come from: sources list files and hand out bytes, and never interpret them."""

from truename.sources.file_blob import FileBlob
from truename.sources.folder import FileSource, FolderSource
from truename.sources.source import Source

__all__ = ["FileBlob", "FileSource", "FolderSource", "Source"]
