"""Hand-built bad checkpoints of PyTorch, each with its own named error; and payloads, none of which may run."""

from __future__ import annotations

import contextlib
import os
import pickle
import struct
import time
import tracemalloc
from collections import OrderedDict
from pathlib import Path
from typing import Any

import pytest

import pickles as p
from faults import assert_fault, raises_fault
from truename.blob import MemoryBlob
from truename.errors import Fault, WeightsError
from truename.formats.archives import ZipFault
from truename.formats.header import WeightsHeader
from truename.formats.pytorch import MAX_OPCODES, PyTorchError, PyTorchFault
from truename.formats.pytorch.feed import MAX_PICKLE_BYTES
from truename.formats.pytorch.opcodes import MAX_CONTAINERS
from truename.formats.pytorch.reader import read_pytorch
from truename.formats.pytorch.state_dict import MAX_CONTAINERS as STATE_CONTAINERS
from truename.formats.read import read_file

ONE = p.tensor("0", (2, 3))
HOOKS = p.call("collections.OrderedDict")
DEEP = 120_000


def zipped(pickle: bytes, **storages: int) -> bytes:
    return p.archive(pickle, {key.removeprefix("s"): length for key, length in storages.items()})


def held(value: bytes) -> bytes:
    """A checkpoint with one tensor, which is to be wrong."""
    return zipped(p.stream(p.mapping({"a": value})), s0=24)


def rebuilt(*args: bytes) -> bytes:
    return held(p.call("torch._utils._rebuild_tensor_v2", *args))


def identity(*parts: bytes) -> bytes:
    return zipped(p.stream(p.many(*parts) + b"Q"), s0=24)


STORAGE = p.storage("0", 6)

CASES: dict[str, tuple[bytes, Fault]] = {
    "nothing at all": (b"", PyTorchFault.PICKLE_TRUNCATED),
    "a protocol and no more": (b"\x80\x02", PyTorchFault.PICKLE_TRUNCATED),
    "no STOP": (zipped(b"\x80\x02}"), PyTorchFault.PICKLE_TRUNCATED),
    "an empty pickle": (zipped(b""), PyTorchFault.PICKLE_TRUNCATED),
    "a string beyond the end": (zipped(b"\x80\x02X\xff\xff\xff\x7fabc"), PyTorchFault.PICKLE_TRUNCATED),
    "a string of 2^63": (zipped(b"\x80\x04\x8d" + b"\xff" * 7 + b"\x7fabc"), PyTorchFault.PICKLE_TRUNCATED),
    "bytes beyond the end": (zipped(b"\x80\x03B\xff\xff\xff\xff"), PyTorchFault.PICKLE_TRUNCATED),
    "a number cut off": (zipped(b"\x80\x02J\x01\x02"), PyTorchFault.PICKLE_TRUNCATED),
    "a line without its end": (zipped(b"\x80\x02cos"), PyTorchFault.PICKLE_TRUNCATED),
    "a frame cut off": (zipped(b"\x80\x04\x95\x01"), PyTorchFault.PICKLE_TRUNCATED),
    "a byte that is not an opcode": (zipped(b"\x80\x02\xff."), PyTorchFault.UNKNOWN_OPCODE),
    "text in place of a pickle": (zipped(b"?<html>"), PyTorchFault.UNKNOWN_OPCODE),
    "an array of joblib without a shape": (
        b"\x80\x02" + p.name("joblib.numpy_pickle.NumpyArrayWrapper") + b")\x81}b.",
        PyTorchFault.ARRAY,
    ),
    "an array of joblib in a frame": (
        b"\x80\x04\x95" + struct.pack("<Q", 9_999) + p.array("u1", (4,), bytes(4)) + b".",
        PyTorchFault.FRAME,
    ),
    "a name by EXT1": (zipped(b"\x80\x02\x82\x05)R."), PyTorchFault.EXTENSION),
    "a name by EXT2": (zipped(b"\x80\x02\x83\x05\x00)R."), PyTorchFault.EXTENSION),
    "a name by EXT4": (zipped(b"\x80\x02\x84\x05\x00\x00\x00)R."), PyTorchFault.EXTENSION),
    "protocol 6": (zipped(b"\x80\x06N."), PyTorchFault.UNKNOWN_PROTOCOL),
    "STOP on an empty stack": (zipped(b"\x80\x02."), PyTorchFault.STACK),
    "a tuple without its mark": (zipped(b"\x80\x02t."), PyTorchFault.STACK),
    "a call of nothing": (zipped(b"\x80\x02)R."), PyTorchFault.STACK),
    "pop of nothing": (zipped(b"\x80\x020."), PyTorchFault.STACK),
    "a triple of two": (zipped(b"\x80\x02NN\x87."), PyTorchFault.STACK),
    "an object without its mark": (zipped(b"\x80\x02o."), PyTorchFault.STACK),
    "an instance without its mark": (zipped(b"ios\nsystem\n."), PyTorchFault.STACK),
    "an object without its class": (zipped(b"\x80\x02(o."), PyTorchFault.STACK),
    "a key without a value": (zipped(b"\x80\x02}(Nu."), PyTorchFault.STACK),
    "memo of nothing": (zipped(b"\x80\x02q\x00."), PyTorchFault.STACK),
    "memo never stored": (zipped(b"\x80\x02h\x07."), PyTorchFault.MEMO),
    "memo of text never stored": (zipped(b"g7\n."), PyTorchFault.MEMO),
    "memo under a number below zero": (zipped(b"Np-1\n."), PyTorchFault.MEMO),
    "a call with a list": (zipped(b"\x80\x02cos\nsystem\n]R."), PyTorchFault.OPERAND),
    "items of a number": (zipped(b"\x80\x02K\x01NNs."), PyTorchFault.OPERAND),
    "an append to a number": (zipped(b"\x80\x02K\x01Na."), PyTorchFault.OPERAND),
    "a name of numbers": (zipped(b"\x80\x04K\x01K\x02\x93."), PyTorchFault.OPERAND),
    "a line of 2,000 bytes": (zipped(b"c" + b"a" * 2000 + b"\n."), PyTorchFault.TEXT_LINE),
    "a number that is none": (zipped(b"Iabc\n."), PyTorchFault.TEXT_LINE),
    "a float that is none": (zipped(b"Fabc\n."), PyTorchFault.TEXT_LINE),
    "a string without quotes": (zipped(b"Sabc\n."), PyTorchFault.PICKLE_STRING),
    "a string that is no UTF-8": (zipped(b"\x80\x02X\x01\0\0\0\xff."), PyTorchFault.PICKLE_STRING),
    "a name that is no UTF-8": (zipped(b"c\xff\n\xff\n."), PyTorchFault.PICKLE_STRING),
    "a number of 300 digits": (zipped(b"L" + b"9" * 300 + b"L\n."), PyTorchFault.NUMBER_TOO_LARGE),
    "a number of 200 bytes": (zipped(b"\x80\x02\x8a\xc8" + b"\x7f" * 200 + b"."), PyTorchFault.NUMBER_TOO_LARGE),
    "a number of 100,000 bytes": (
        zipped(b"\x80\x02\x8b" + struct.pack("<I", 100_000) + b"\x7f" * 100_000 + b"."),
        PyTorchFault.NUMBER_TOO_LARGE,
    ),
    "more opcodes than are read": (zipped(b"N" * (MAX_OPCODES + 1) + b"."), PyTorchFault.TOO_MANY_OPCODES),
    "more lists than are read": (
        zipped(b"\x80\x02(" + b"]" * (MAX_CONTAINERS + 1) + b"t."),
        PyTorchFault.TOO_MANY_OPCODES,
    ),
    "a pickle without an end": (b"\x80\x02" + b"C\xff" + bytes(255) * 130_000, PyTorchFault.UNKNOWN_OPCODE),
    "a stream of more than is read": (
        b"\x80\x03B" + struct.pack("<I", 2**31) + bytes(MAX_PICKLE_BYTES + 1),
        PyTorchFault.PICKLE_TOO_LARGE,
    ),
    "a data.pkl of more than is read": (
        p.archive(bytes(MAX_PICKLE_BYTES + 1), {}, method=8),
        ZipFault.ENTRY_TOO_LARGE,
    ),
    "a zip without a pickle": (p.archive(b"N.", {}).replace(b"data.pkl", b"data.pkx"), ZipFault.ENTRY_MISSING),
    "a persistent id of text": (zipped(b"P0\n."), PyTorchFault.STORAGE_FORM),
    "a persistent id of a number": (zipped(b"K\x01Q."), PyTorchFault.STORAGE_FORM),
    "a persistent id of three": (identity(p.text("storage"), b"N", b"N"), PyTorchFault.STORAGE_FORM),
    "something else in place of a storage": (
        identity(p.text("system"), p.name("torch.nn.Linear"), p.text("a"), p.text("b"), b"N"),
        PyTorchFault.STORAGE_FORM,
    ),
    "a storage of less than nothing": (held(p.tensor("0", (2, 3), elements=-6)), PyTorchFault.STORAGE_FORM),
    "a storage whose key is a tuple": (
        identity(p.text("storage"), p.name("torch.FloatStorage"), b")", b"N", b"K\x01"),
        PyTorchFault.STORAGE_FORM,
    ),
    "a view that is none": (
        held(p.storage("0", 6, "FloatStorage", p.number(1))),
        PyTorchFault.STORAGE_FORM,
    ),
    "a storage that is not there": (held(p.tensor("7", (2, 3))), PyTorchFault.STORAGE_MISSING),
    "a storage named by a path": (held(p.tensor("../../etc/passwd", (2, 3))), PyTorchFault.STORAGE_MISSING),
    "a storage that is too short": (held(p.tensor("0", (2, 4))), PyTorchFault.STORAGE_SIZE),
    "a storage that is too long": (held(p.tensor("0", (2, 2))), PyTorchFault.STORAGE_SIZE),
    "a 70B model in 24 bytes": (held(p.tensor("0", (35_000_000_000,), "HalfStorage")), PyTorchFault.STORAGE_SIZE),
    "three arguments": (rebuilt(STORAGE, p.number(0), p.sizes([2, 3])), PyTorchFault.TENSOR_SHAPE),
    "a shape of text": (rebuilt(STORAGE, p.number(0), p.text("23"), p.sizes([3, 1])), PyTorchFault.TENSOR_SHAPE),
    "a shape with a tuple inside": (
        rebuilt(STORAGE, p.number(0), p.many(p.sizes([2])), p.sizes([1])),
        PyTorchFault.TENSOR_SHAPE,
    ),
    "a size below zero": (rebuilt(STORAGE, p.number(0), p.sizes([-2, -3]), p.sizes([3, 1])), PyTorchFault.TENSOR_SHAPE),
    "a size of a truth value": (rebuilt(STORAGE, p.number(0), b"\x88\x85", p.sizes([1])), PyTorchFault.TENSOR_SHAPE),
    "a size above 2^63": (rebuilt(STORAGE, p.number(0), p.sizes([2**63]), p.sizes([0])), PyTorchFault.TENSOR_SHAPE),
    "a product above 2^63": (
        rebuilt(STORAGE, p.number(0), p.sizes([2**40, 2**40]), p.sizes([0, 0])),
        PyTorchFault.TENSOR_SHAPE,
    ),
    "an overflow behind a zero": (
        rebuilt(STORAGE, p.number(0), p.sizes([2**40, 2**40, 0]), p.sizes([0, 0, 0])),
        PyTorchFault.TENSOR_SHAPE,
    ),
    "65 dimensions": (rebuilt(STORAGE, p.number(0), p.sizes([1] * 65), p.sizes([1] * 65)), PyTorchFault.TENSOR_SHAPE),
    "an offset below zero": (rebuilt(STORAGE, p.number(-1), p.sizes([2]), p.sizes([1])), PyTorchFault.TENSOR_FORM),
    "a stride too few": (rebuilt(STORAGE, p.number(0), p.sizes([2, 3]), p.sizes([1])), PyTorchFault.TENSOR_FORM),
    "a stride below zero": (rebuilt(STORAGE, p.number(0), p.sizes([2]), p.sizes([-1])), PyTorchFault.TENSOR_FORM),
    "no storage": (rebuilt(b"N", p.number(0), p.sizes([2]), p.sizes([1])), PyTorchFault.TENSOR_FORM),
    "an offset out of the storage": (
        rebuilt(STORAGE, p.number(1), p.sizes([2, 3]), p.sizes([3, 1])),
        PyTorchFault.TENSOR_RANGE,
    ),
    "a stride out of the storage": (
        rebuilt(STORAGE, p.number(0), p.sizes([2, 3]), p.sizes([4, 1])),
        PyTorchFault.TENSOR_RANGE,
    ),
    "more tensors than are read": (
        zipped(
            p.stream(ONE + b"q\x000]q\x01(" + b"h\x00" * 100_001 + b"e"),
            s0=24,
        ),
        PyTorchFault.TOO_MANY_TENSORS,
    ),
    "a name of 12 MB": (
        zipped(
            b"\x80\x02" + ONE + b"q\x000" + p.text("k" * 12_000_000) + b"q\x010](" + b"}h\x01h\x00s" * 40_000 + b"e."
        ),
        PyTorchFault.TENSOR_NAME,
    ),
    "a name of 2,000 characters in a flat mapping": (
        zipped(p.stream(p.mapping({"k" * 2_000: ONE}))),
        PyTorchFault.TENSOR_NAME,
    ),
    "a tensor below a name of 2,000 characters": (
        zipped(p.stream(p.mapping({"k" * 2_000: p.sequence(ONE), "a": b"N"}))),
        PyTorchFault.TENSOR_NAME,
    ),
    "names of 100 MB together": (
        zipped(
            b"\x80\x02"
            + ONE
            + b"q\x000}"
            + p.text("\U0001f600" + "p" * 1_000)
            + b"}("
            + b"".join(p.text(f"{n:x}") + b"h\x00" for n in range(99_000))
            + b"us."
        ),
        PyTorchFault.TOO_MANY_TENSORS,
    ),
    "more lists of lists than are looked into": (
        zipped(b"\x80\x02" + ONE + b"q\x000(" + b")\x85" * (STATE_CONTAINERS + 1) + b"h\x00t."),
        PyTorchFault.TOO_MANY_TENSORS,
    ),
    "another protocol of the stream": (
        p.legacy(p.mapping({}), {}).replace(p.number(1001), p.number(1002), 1),
        PyTorchFault.LEGACY,
    ),
    "storages that are no list": (p.legacy(p.mapping({}), {}, keys=b"}"), PyTorchFault.LEGACY),
    "storages listed as numbers": (p.legacy(p.mapping({}), {}, keys=p.sequence(b"K\x01")), PyTorchFault.LEGACY),
    "a pointer of Git LFS": (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n", PyTorchFault.LEGACY),
    "a stream without a storage": (p.legacy(p.mapping({"a": ONE}), {}), PyTorchFault.STORAGE_MISSING),
    "a stream cut within its data": (
        p.legacy(p.mapping({"a": ONE}), {"0": (6, 4)})[:-1],
        PyTorchFault.STORAGE_SIZE,
    ),
    "a page of HTML": (b"<!doctype html><html></html>", PyTorchFault.NOT_PYTORCH),
    "another program's .bin": (b"lmgg" + bytes(100), PyTorchFault.NOT_PYTORCH),
}


@pytest.mark.parametrize(("data", "code"), CASES.values(), ids=CASES)
def test_a_bad_file_has_its_own_code(data: bytes, code: Fault) -> None:
    with pytest.raises(WeightsError) as caught:
        read_pytorch(MemoryBlob("bad.bin", data))
    assert_fault(caught.value, code)
    assert str(caught.value).startswith("bad.bin: ")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500


def test_every_code_has_a_case() -> None:
    elsewhere = {PyTorchFault.EXPORTED_PROGRAM, PyTorchFault.PACKED}  # see tests/formats and test_pickle_streams
    assert set(PyTorchFault) - elsewhere <= {code for _, code in CASES.values()}


class Payload:
    """Unpickled, it creates a file."""

    def __init__(self, function: Any, *args: Any) -> None:
        self._made = (function, args)

    def __reduce__(self) -> tuple[Any, ...]:
        return self._made


def payloads(file: Path) -> dict[str, bytes]:
    """Pickles whose loading would create ``file``; the name of the global that does it stands first."""
    shell = f"touch {file}"
    code = f"open({str(file)!r}, 'w').close()"
    line = shell.encode()
    short = b"\x8c" + bytes([len(line)]) + line
    made = {
        f"posix.system reduced, protocol {protocol}": pickle.dumps({"a": Payload(os.system, shell)}, protocol)
        for protocol in range(6)
    }
    state = pickle.dumps(Payload(exec, code), 2)[2:-1]
    made |= {
        "builtins.exec reduced": pickle.dumps(Payload(exec, code)),
        "builtins.eval reduced": pickle.dumps(OrderedDict(a=[Payload(eval, code)])),
        "os.system by GLOBAL": b"cos\nsystem\n(X" + struct.pack("<I", len(line)) + line + b"tR.",
        "os.system by STACK_GLOBAL": b"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c"
        + bytes([len(line)])
        + line
        + b"\x85R.",
        "os.system by names from the memo": (
            b"\x80\x04\x8c\x06system\x940\x8c\x02os\x940h\x01h\x00\x93" + short + b"\x85R."
        ),
        "os.system by escaped text": b"S'\\x6f\\x73'\nS'sys\\x74em'\n\x93S'" + line + b"'\n\x85R.",
        "os.system by INST": b"(S'" + line + b"'\nios\nsystem\n.",
        "os.system by OBJ": b"(cos\nsystem\nS'" + line + b"'\no.",
        "os.system by NEWOBJ": b"\x80\x02cos\nsystem\nS'" + line + b"'\n\x85\x81.",
        "os.system by NEWOBJ_EX": b"\x80\x04cos\nsystem\nS'" + line + b"'\n\x85}\x92.",
        "builtins.exec within BUILD": b"\x80\x02ctorch.nn.modules.linear\nLinear\n)\x81" + state + b"b.",
        "builtins.exec within a key": b"\x80\x02}" + state + b"Ns.",
        "builtins.exec dropped at once": b"\x80\x02" + state + b"0}.",
        "builtins.exec within a persistent id": b"\x80\x02(X\x07\0\0\0storage" + state + b"NNK\x00tQ.",
        "builtins.exec before the stream breaks": b"\x80\x02" + state + b"\xff",
        "torch.storage._load_from_bytes reduced": (
            b"\x80\x03ctorch.storage\n_load_from_bytes\nC" + bytes([len(line)]) + line + b"\x85R."
        ),
        "torch.hub.load by a dotted name": (b"\x80\x04\x8c\x17torch.nn.modules.linear\x8c\x0etorch.hub.load\x93)R."),
        "runpy._run_code as the function of a tensor": (
            b"\x80\x02ctorch._tensor\n_rebuild_from_type_v2\n(crunpy\n_run_code\nctorch\nTensor\n)}tR."
        ),
    }
    return made


def kept(data: bytes) -> WeightsHeader | PyTorchError:
    try:
        return read_pytorch(MemoryBlob("bad.bin", data))
    except PyTorchError as error:
        return error


FRAMES = {
    "in a zip": p.archive,
    "in a stream": lambda pickle, _: (
        p.stream(b"\x8a\x0a" + (0x1950A86A20F9469CFC6C).to_bytes(10, "little")) + p.stream(p.number(1001)) + pickle
    ),
    "alone": lambda pickle, _: pickle,
}


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
@pytest.mark.parametrize("payload", payloads(Path("x")))
def test_a_payload_never_runs_and_is_named(payload: str, frame: Any, tmp_path: Path) -> None:
    file = tmp_path / "ran"
    found = kept(frame(payloads(file)[payload], {}))
    assert not file.exists()
    unsafe = found.unsafe_globals if isinstance(found, WeightsHeader) else found.unsafe
    assert any(payload.startswith(one.name) or one.name.endswith(payload.split()[0]) for one in unsafe), unsafe


def test_the_payloads_are_live(tmp_path: Path) -> None:
    """One that did nothing would prove nothing."""
    ran = 0
    for number, name in enumerate(payloads(tmp_path)):
        if name.startswith(("torch", "runpy")) or any(word in name for word in ("persistent", "BUILD", "NEW")):
            continue  # these need a registry, torch, a loader of storages, or a class in place of a function
        file = tmp_path / str(number)
        with contextlib.suppress(pickle.UnpicklingError, TypeError, AttributeError):
            pickle.loads(payloads(file)[name])  # noqa: S301 - our own payload, which creates a file in a test's folder
        assert file.exists(), name
        ran += 1
    assert ran >= 15


def test_tensors_beside_a_payload_are_read() -> None:
    value = p.mapping({"a": ONE, "hook": p.call("os.system", p.text("true")), "b": p.tensor("1", (4,))})
    header = read_pytorch(MemoryBlob("a.bin", zipped(p.stream(value), s0=24, s1=16)))
    assert list(header.tensors) == ["a", "b"]
    (unsafe,) = header.unsafe_globals
    assert (unsafe.name, unsafe.stream) == ("os.system", "archive/data.pkl")
    assert p.stream(value)[unsafe.offset :].startswith(b"cos\nsystem\n")


@pytest.mark.parametrize(
    ("open", "close"),
    [(b"(" * DEEP, b""), (b"]" * DEEP, b"a" * (DEEP - 1)), (b")" + b"\x85" * DEEP, b""), (b"}" * DEEP, b"")],
)
def test_depth_does_not_recurse(open: bytes, close: bytes) -> None:
    kept(zipped(b"\x80\x02" + open + close + b"."))


def test_calls_of_calls_are_freed_without_recursion() -> None:
    data = b"\x80\x02cos\nx\nq\x00)R" + b"q\x010h\x00h\x01\x85R" * DEEP + b"."
    assert len(read_pytorch(MemoryBlob("a.bin", zipped(data))).tensors) == 0


def test_a_list_that_holds_itself() -> None:
    data = b"\x80\x02]q\x00h\x00ah\x00a" + p.text("x") + b"a" + ONE + b"a."
    assert list(read_pytorch(MemoryBlob("a.bin", zipped(data, s0=24))).tensors) == ["3"]


def test_numbers_with_one_hash_are_no_keys() -> None:
    """Whole numbers could be chosen so that every lookup compares with all others."""
    modulus = 2**61 - 1
    keys = b"".join(p.number(modulus * n) + b"N" for n in range(1, 20_000))
    assert len(read_pytorch(MemoryBlob("a.bin", zipped(b"\x80\x02}(" + keys + b"u."))).tensors) == 0


def test_lists_of_lists_double_no_work() -> None:
    """Forty lists, each twice in the next: 2^40 paths to one tensor."""
    levels = b"".join(b"](h\x00h\x00eq\x000" for _ in range(40))
    data = b"\x80\x02" + ONE + b"q\x000" + levels + b"h\x00."
    assert len(read_pytorch(MemoryBlob("a.bin", zipped(data, s0=24))).tensors) == 2


def test_long_keys_of_what_is_no_tensor_are_no_fault() -> None:
    value = p.mapping({"vocabulary": p.mapping({"w" * 5_000: p.sequence(p.number(1))}), "a": ONE})
    assert list(read_pytorch(MemoryBlob("a.bin", zipped(p.stream(value), s0=24))).tensors) == ["a"]


def seconds(data: bytes) -> tuple[float, int]:
    """How long the processor takes for a file, and the tensors it has."""
    start = time.process_time()
    found = len(read_pytorch(MemoryBlob("a.bin", data)).tensors)
    return time.process_time() - start, found


BIG = b"}q\x01(" + b"".join(p.text(f"k{n:x}") + b"N" for n in range(100_000)) + b"u0"
PAIRS = b"]q\x01(" + b"".join(p.text(f"k{n:x}") + b"N\x86" for n in range(100_000)) + b"e0"
ORDERED, SIZE, OTHER = (p.name(one) + b"q\x020(" for one in ("collections.OrderedDict", "torch.Size", "mine.Net"))
PARTS = p.text("_parameters") + b"q\x030" + p.text("_buffers") + b"q\x040"
FLAT = b"}q\x01(" + b"".join(p.text(f"k{n:x}") + b"h\x00" for n in range(90_000)) + p.text("z") + b"}u0"
KEYS = ("state_dict", "model", "module", "state", "net", "network", "params", "ema", "teacher", "student", "backbone")
AGAIN: dict[str, tuple[bytes, int]] = {
    "a mapping that is handed to 50,000 calls": (BIG + ORDERED + b"h\x02h\x01\x85R" * 50_000, 1),
    "pairs that are handed to 50,000 calls": (PAIRS + ORDERED + b"h\x02h\x01\x85R" * 50_000, 1),
    "a size of 100,000 that is handed to 20,000 calls": (PAIRS + SIZE + b"h\x02h\x01\x85R" * 20_000, 1),
    "the members of one module in 20,000": (
        BIG + PARTS + OTHER + b"h\x02)R}h\x03h\x01sh\x04h\x01sb" * 20_000,
        1,
    ),
    "one mapping under every key of seven levels": (
        FLAT
        + b"".join(
            b"}q" + bytes([level + 2]) + b"(" + b"".join(p.text(k) + b"h" + bytes([level + 1]) for k in KEYS) + b"u0"
            for level in range(7)
        )
        + b"(h\x08",
        90_001,
    ),
}


@pytest.mark.parametrize(("stream", "count"), AGAIN.values(), ids=AGAIN)
def test_what_is_reached_again_and_again_is_taken_once(stream: bytes, count: int) -> None:
    """Each took more than ten seconds once, or a gigabyte: 100,000 members, taken anew by every call or way."""
    took, found = seconds(zipped(b"\x80\x02" + ONE + b"q\x000" + stream + b"h\x00t.", s0=24))
    assert found == count
    assert took < 5  # many times what it takes


def test_escapes_count_as_opcodes() -> None:
    data = p.stream((b"S'" + b"\\x41" * 15_000 + b"'\n0") * (1 + MAX_OPCODES // 15_000) + b"N")
    with raises_fault(PyTorchFault.TOO_MANY_OPCODES):
        read_pytorch(MemoryBlob("a.bin", data))


def test_long_names_are_not_kept_again_and_again() -> None:
    """A name of two thousand characters from two of the memo: kept by each of 20,000 opcodes, it was 40 MB."""
    modules = b"".join(p.text(f"{n:x}" + "m" * 990) + b"q" + bytes([n]) + b"0" for n in range(200))
    names = p.text("n" * 1_000) + b"q\xff0"
    pairs = b"".join(b"h" + bytes([n]) + b"h\xff\x93" for n in range(200))
    tracemalloc.start()
    found = read_pytorch(MemoryBlob("a.bin", b"\x80\x04" + modules + names + b"(" + pairs * 100 + b"t."))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(found.unsafe_globals) == 200
    assert peak < 5_000_000


def test_the_opcodes_of_all_pickles_of_a_file_count_together() -> None:
    """An old tar has a pickle for each storage: here each has as many opcodes as a quarter of a file may have."""
    many = b"N0" * (MAX_OPCODES // 8)
    count, width = p.stream(p.number(8)), struct.pack("<q", 0)
    one = b"\x80\x02" + many + p.many(p.number(1), p.text("cpu"), p.name("torch.FloatStorage")) + b"."
    data = p.tar({"storages": count + (one + width) * 8, "tensors": p.stream(p.number(0)), "pickle": p.stream(b"}")})
    with raises_fault(PyTorchFault.TOO_MANY_OPCODES):
        read_file(MemoryBlob("old.pth", data), "pytorch")
