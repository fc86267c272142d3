"""The zoo: every model class that can be built, as saved, with several configurations: what DARA learns from.

Needs the extra ``zoo``. Nothing that checks a model imports this room.
"""

from truename.lab.zoo.corpus_file import read_entries, read_failures
from truename.lab.zoo.entry import Entry, TensorRow

__all__ = ["Entry", "TensorRow", "read_entries", "read_failures"]
