"""Every way in which an HDF5 file can be wrong, one class each.

WeightsError
├── Hdf5Error
│   ├── NoHdf5Error              the signature is not there
│   ├── SuperblockError          the first block: its version, its sizes
│   ├── FileCutError             the file ends before its own superblock says
│   ├── AddressError             something lies outside of the file
│   ├── StructureError           what lies at an address is not what must be there
│   ├── ObjectHeaderError        an object's messages
│   ├── DataspaceError           a shape: its rank, its sizes
│   ├── DatatypeError            a type that is not described in full
│   ├── DataLayoutError          data outside of the file, or of another size than the shape needs
│   ├── LinkNameError            a link's name: empty, too long, not UTF-8, twice, or with a slash
│   ├── LinkCycleError           a group that holds itself
│   ├── ExternalLinkError        a link or data in another file, which is never followed
│   ├── GroupDepthError          groups nested deeper than any real model's
│   ├── TooManyObjectsError      more objects, links or blocks than any real model has
│   └── HeapError                a name or a value outside of its heap
└── UnsupportedFormatError
    └── Hdf5UnsupportedError     a part of HDF5 that no model uses
"""

from __future__ import annotations

from truename.errors import UnsupportedFormatError, WeightsError


class Hdf5Error(WeightsError):
    """A file breaks the HDF5 format."""


class NoHdf5Error(Hdf5Error):
    """The signature is not there."""


class SuperblockError(Hdf5Error):
    """The superblock has a version or sizes that do not exist."""


class FileCutError(Hdf5Error):
    """The file ends before its own superblock says."""


class AddressError(Hdf5Error):
    """Something lies outside of the file."""


class StructureError(Hdf5Error):
    """What lies at an address is not what must be there."""


class ObjectHeaderError(Hdf5Error):
    """An object's messages are wrong."""


class DataspaceError(Hdf5Error):
    """A shape is wrong."""


class DatatypeError(Hdf5Error):
    """A type is not described in full."""


class DataLayoutError(Hdf5Error):
    """Data lies outside of the file, or has another size than the shape needs."""


class LinkNameError(Hdf5Error):
    """A link's name is wrong."""


class LinkCycleError(Hdf5Error):
    """A group holds itself."""


class ExternalLinkError(Hdf5Error):
    """A link or data lies in another file."""


class GroupDepthError(Hdf5Error):
    """Groups are nested deeper than any real model's."""


class TooManyObjectsError(Hdf5Error):
    """There are more objects, links or blocks than any real model has."""


class HeapError(Hdf5Error):
    """A name or a value lies outside of its heap."""


class Hdf5UnsupportedError(UnsupportedFormatError):
    """The file uses a part of HDF5 that truename does not read."""
