"""The variables of Keras files, and the part of HDF5 that they need."""

from __future__ import annotations

from enum import auto

from truename.errors import Fault


class Hdf5Fault(Fault):
    """How an HDF5 file can be wrong."""

    NO_HDF5 = auto()  # the signature is not there
    SUPERBLOCK = auto()  # the superblock has a version or sizes that do not exist
    FILE_CUT = auto()  # the file ends before its own superblock says
    ADDRESS = auto()  # something lies outside of the file
    STRUCTURE = auto()  # what lies at an address is not what must be there
    OBJECT_HEADER = auto()  # an object's messages are wrong
    DATASPACE = auto()  # a shape is wrong
    DATATYPE = auto()  # a type is not described in full
    DATA_LAYOUT = auto()  # data lies outside of the file, or has another size than the shape needs
    LINK_NAME = auto()  # a link's name is wrong
    LINK_CYCLE = auto()  # a group holds itself
    EXTERNAL_LINK = auto()  # a link or data lies in another file
    GROUP_DEPTH = auto()  # groups are nested deeper than any real model's
    TOO_MANY_OBJECTS = auto()  # there are more objects, links or blocks than any real model has
    HEAP = auto()  # a name or a value lies outside of its heap
    UNSUPPORTED = auto()  # the file uses a part of HDF5 that truename does not read


class KerasFault(Fault):
    """How a Keras file can be wrong above its container."""

    NO_WEIGHTS = auto()  # there are no weights in it; it may well be another good file
    ARCHIVE_KIND = auto()  # its weights lie in an archive that is not read
    COMPRESSED = auto()  # its weights are a compressed entry, which cannot be read in parts
    CONFIG = auto()  # the configuration of the layers is no JSON object
