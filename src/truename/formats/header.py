"""The nouns of every weights format: what a header and an index say, never a value of a tensor."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from truename.formats.graph import OperatorGraph


class UnsafeGlobal(msgspec.Struct, frozen=True):
    """Something that a pickle imports when it is loaded, and that building tensors does not need."""

    name: str  # module and name with a dot: os.system
    file: str
    offset: int  # of the opcode, in bytes from the start of the pickle's stream
    stream: str  # where the offset counts: the archive's entry, or the file itself

    def __str__(self) -> str:
        return f"{self.name} (byte {self.offset:,} of {self.stream})"


class Tensor(msgspec.Struct, frozen=True, gc=False):
    """One stored tensor.

    ``dtype`` uses safetensors' words (F32, BF16, I8, U32, F8_E4M3 ...) or the format's own where safetensors
    has none (``Q4_K``). ``None`` means that the source names the tensor and says no more (an index without shards).
    """

    dtype: str | None
    shape: tuple[int, ...] | None
    stored_bytes: int | None
    storage: str | None = None  # tensors with the same storage share their bytes (ties); None: a storage of its own


class WeightIndex(msgspec.Struct, frozen=True):
    """A weight index: which shard holds which tensor (``model.safetensors.index.json`` and its kin)."""

    file: str
    weight_map: Mapping[str, str]  # tensor -> shard, relative to the model's root
    total_size: int | None  # metadata.total_size in bytes, where it is a whole number; real ones say 0 now and then
    total_parameters: int | None  # metadata.total_parameters: self-reported


class WeightsHeader(msgspec.Struct, frozen=True):
    """The tensors of one checkpoint, over all its shards."""

    format: str  # safetensors, gguf, pytorch, onnx ...
    files: tuple[str, ...]  # relative to the model's root, in order
    tensors: Mapping[str, Tensor]
    file_of: Mapping[str, str]  # tensor name -> its file; empty where there is one file
    metadata: Mapping[str, str]  # the format's own key-value metadata, as text
    bytes_read: int = 0
    index: WeightIndex | None = None  # where the checkpoint has one
    graph: OperatorGraph | None = None  # where the format stores one: ONNX, TFLite
    unsafe_globals: tuple[UnsafeGlobal, ...] = ()  # what a pickle imports beyond the parts of tensors
    unwalked_files: tuple[str, ...] = ()  # files with pickles that could not all be walked to their end
    missing_files: tuple[str, ...] = ()  # shards that the numbering of the files asks for and that were not there
    inferred_files: tuple[str, ...] = ()  # shards whose tensors are those of their kin: see ``sampling``

    @property
    def shapes_known(self) -> bool:
        """Whether every tensor of the model has a shape; not so where a shard is missing."""
        return not self.missing_files and all(t.shape is not None for t in self.tensors.values())

    def file(self, tensor: str) -> str | None:
        """The file that holds ``tensor``."""
        return self.file_of.get(tensor) or (self.files[0] if self.files else None)
