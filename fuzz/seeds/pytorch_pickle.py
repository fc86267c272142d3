"""Pickles alone, in an archive that is always whole: what the fuzzer changes is the stream of opcodes."""

from __future__ import annotations

import pickle
import struct
from collections import OrderedDict

import pickles as p

READER = "pytorch"


def _entry(name: bytes, data: bytes, offset: int) -> tuple[bytes, bytes]:
    """An entry of a zip, stored, and its line in the directory."""
    sizes = struct.pack("<3L2H", 0, len(data), len(data), len(name), 0)
    local = b"PK\3\4" + struct.pack("<5H", 20, 0, 0, 0, 0) + sizes + name + data
    line = b"PK\1\2" + struct.pack("<6H", 20, 20, 0, 0, 0, 0) + sizes + struct.pack("<3H2L", 0, 0, 0, 0, offset) + name
    return local, line


def wrap(data: bytes) -> bytes:
    """An archive with ``data`` as its pickle and two storages; far quicker than ``zipfile``."""
    body, directory = b"", b""
    for name, part in ((b"a/data.pkl", data), (b"a/data/0", bytes(80)), (b"a/data/1", bytes(8))):
        local, line = _entry(name, part, len(body))
        body, directory = body + local, directory + line
    return body + directory + b"PK\5\6" + struct.pack("<4H2LH", 0, 0, 3, 3, len(directory), len(body), 0)


def seeds() -> dict[str, bytes]:
    """Streams of all protocols: opcodes for text, containers, objects and tensors."""
    plain = {"a": [1, 2.5, None, True, b"x", "y" * 300], "b": {1, 2}, "c": (1, (2, 3), frozenset({4}), 2**70)}
    made = {f"plain{protocol}": pickle.dumps(plain, protocol) for protocol in range(6)}
    made |= {f"ordered{protocol}": pickle.dumps(OrderedDict(a=Exception("x")), protocol) for protocol in (0, 2, 4)}
    state = p.mapping({"_parameters": p.mapping(p.WEIGHTS)})
    return made | {
        "weights": p.stream(p.mapping(p.WEIGHTS)),
        "module": p.stream(p.name("torch.nn.modules.linear.Linear") + b")\x81" + state + b"b"),
        "inst": b"(S'ls'\nios\nsystem\n.",
        "obj": b"(cos\nsystem\nS'ls'\no.",
    }
