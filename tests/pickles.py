"""Pickles put together opcode by opcode, and files of PyTorch around them: no torch is needed."""

from __future__ import annotations

import io
import math
import struct
import tarfile
import zipfile
from collections.abc import Mapping, Sequence

STOP = b"."
WIDTHS = {"FloatStorage": 4, "HalfStorage": 2, "BFloat16Storage": 2, "LongStorage": 8, "ByteStorage": 1}


def text(value: str) -> bytes:
    raw = value.encode()
    return b"X" + struct.pack("<I", len(raw)) + raw


def number(value: int) -> bytes:
    if 0 <= value < 256:
        return b"K" + bytes([value])
    if -(2**31) <= value < 2**31:
        return b"J" + struct.pack("<i", value)
    raw = value.to_bytes(16, "little", signed=True)
    return b"\x8a" + bytes([len(raw)]) + raw


def name(dotted: str) -> bytes:
    module, _, last = dotted.rpartition(".")
    return f"c{module}\n{last}\n".encode()


def many(*items: bytes) -> bytes:
    return b"(" + b"".join(items) + b"t"


def sizes(values: Sequence[int]) -> bytes:
    return many(*map(number, values))


def call(function: str, *args: bytes) -> bytes:
    return name(function) + many(*args) + b"R"


def mapping(items: Mapping[str, bytes]) -> bytes:
    return b"}(" + b"".join(text(key) + value for key, value in items.items()) + b"u"


def sequence(*items: bytes) -> bytes:
    return b"](" + b"".join(items) + b"e"


def storage(key: str, elements: int, kind: str = "FloatStorage", *more: bytes) -> bytes:
    return many(text("storage"), name(f"torch.{kind}"), text(key), text("cpu"), number(elements), *more) + b"Q"


def strides(shape: Sequence[int]) -> list[int]:
    return [math.prod(shape[axis + 1 :]) for axis in range(len(shape))]


def tensor(
    key: str,
    shape: Sequence[int],
    kind: str = "FloatStorage",
    *,
    offset: int = 0,
    stride: Sequence[int] | None = None,
    elements: int | None = None,
) -> bytes:
    held = math.prod(shape) if elements is None else elements
    stride = strides(shape) if stride is None else stride
    hooks = call("collections.OrderedDict")
    args = (storage(key, held, kind), number(offset), sizes(shape), sizes(stride), b"\x89", hooks)
    return call("torch._utils._rebuild_tensor_v2", *args)


def stream(value: bytes) -> bytes:
    return b"\x80\x02" + value + STOP


def archive(pickle: bytes, storages: Mapping[str, int], *, folder: str = "archive/", method: int = 0) -> bytes:
    """A zip as ``torch.save`` writes it, with so many zero bytes for each storage."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as file:
        file.writestr(f"{folder}data.pkl", pickle)
        file.writestr(f"{folder}byteorder", b"little")
        for key, length in storages.items():
            file.writestr(f"{folder}data/{key}", bytes(length))
        file.writestr(f"{folder}version", b"3\n")
    return buffer.getvalue()


def legacy(value: bytes, storages: Mapping[str, tuple[int, int]], *, keys: bytes | None = None) -> bytes:
    """A stream as ``torch.save`` wrote it before 1.6; storages by key: elements and bytes of one."""
    machine = mapping({"protocol_version": number(1001), "little_endian": b"\x88"})
    listed = sequence(*map(text, storages)) if keys is None else keys
    magic = b"\x8a\x0a" + (0x1950A86A20F9469CFC6C).to_bytes(10, "little")
    data = b"".join(struct.pack("<q", elements) + bytes(elements * width) for elements, width in storages.values())
    return b"".join(map(stream, (magic, number(1001), machine, value, listed))) + data


def tar(members: Mapping[str, bytes], format: int = tarfile.USTAR_FORMAT) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=format) as file:
        for member, data in members.items():
            entry = tarfile.TarInfo(member)
            entry.size = len(data)
            file.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()


def old_tar(shapes: Mapping[str, Sequence[int]], pickle: bytes | None = None) -> bytes:
    """A checkpoint as PyTorch wrote it before 0.2: each tensor with a storage of its own."""
    storages, tensors = [stream(number(len(shapes)))], [stream(number(len(shapes)))]
    for key, shape in enumerate(shapes.values()):
        count = math.prod(shape)
        storages += [stream(many(number(key), text("cpu"), name("torch.FloatStorage")))]
        storages += [struct.pack("<q", count), bytes(4 * count)]
        tensors += [stream(many(number(100 + key), number(key), name("torch.FloatTensor")))]
        tensors += [struct.pack("<2i", len(shape), 0), struct.pack(f"<{len(shape)}q", *shape)]
        tensors += [struct.pack(f"<{len(shape)}q", *strides(shape)), struct.pack("<q", 0)]
    value = mapping({key: number(100 + at) + b"Q" for at, key in enumerate(shapes)})
    root = stream(value) if pickle is None else pickle
    return tar({"storages": b"".join(storages), "tensors": b"".join(tensors), "pickle": root})


WEIGHTS = {"embed.weight": tensor("0", (5, 4)), "norm.weight": tensor("1", (4,), "HalfStorage")}
STORAGES = {"0": 80, "1": 8}
SMALL = archive(stream(mapping(WEIGHTS)), STORAGES)
SMALL_LEGACY = legacy(mapping(WEIGHTS), {"0": (20, 4), "1": (4, 2)})


def dtype(code: str, *, flags: int = 0, size: int = -1) -> bytes:
    """A dtype as NumPy's own pickles build it."""
    state = many(
        number(3), text("|" if code == "O" else "<"), b"N", b"N", b"N", number(size), number(size), number(flags)
    )
    return call("numpy.dtype", text(code), b"\x89", b"\x88") + state + b"b"


def wrapped(code: str, shape: Sequence[int], *, padded: bool = True, more: bytes = b"", element: bytes = b"") -> bytes:
    """joblib's description of an array, behind which the array's bytes stand."""
    state = {
        "subclass": name("numpy.ndarray"),
        "shape": sizes(shape),
        "order": text("C"),
        "dtype": element or dtype(code, flags=63 if code == "O" else 0),
        "allow_mmap": b"\x88",
    }
    if padded:
        state["numpy_array_alignment_bytes"] = number(16)
    items = b"".join(text(key) + value for key, value in state.items())
    return name("joblib.numpy_pickle.NumpyArrayWrapper") + b")\x81}(" + items + more + b"ub"


def array(code: str, shape: Sequence[int], data: bytes, *, padding: int = 5) -> bytes:
    """An array as joblib writes it: described, padded and raw."""
    return wrapped(code, shape) + bytes([padding]) + b"\xff" * padding + data


def npy(descr: str, shape: str, data: bytes) -> bytes:
    """One array of NumPy in a file of its own."""
    header = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + data
