"""Many models to a table: one row a model, in parts that survive a kill, resumable."""

from truename.scan.reports import entries_of
from truename.scan.scanning import ScanOptions, Summary, scan
from truename.scan.targets import Target, folders_in, lines_of, read_targets

__all__ = ["ScanOptions", "Summary", "Target", "entries_of", "folders_in", "lines_of", "read_targets", "scan"]
