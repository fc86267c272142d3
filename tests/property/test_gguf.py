"""GGUF headers: what is written is read, in both byte orders; any bytes give a header or a named error."""

from __future__ import annotations

import contextlib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from truename.blob import MemoryBlob
from truename.errors import WeightsError
from truename.formats.gguf.ggml_types import GGML_TYPES
from truename.formats.gguf.reader import read_gguf
from truename.testing import gguf_bytes

NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
KEYS = NAMES.filter(lambda key: key != "general.alignment" and not key.startswith("GGUF."))
NUMBERS = st.integers(0, 2**32 - 1)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
VALUES = st.booleans() | NUMBERS | TEXTS | st.lists(NUMBERS, max_size=5) | st.lists(TEXTS, max_size=40)
KINDS = st.sampled_from([kind.name for kind in GGML_TYPES.values()])
BLOCKS = {kind.name: kind.block for kind in GGML_TYPES.values()}


@st.composite
def tensors(draw: Any) -> dict[str, tuple[str, tuple[int, ...]]]:
    found: dict[str, tuple[str, tuple[int, ...]]] = {}
    for name in draw(st.lists(NAMES, unique=True, max_size=5)):
        kind = draw(KINDS)
        outer = draw(st.lists(st.integers(1, 4), max_size=3))
        found[name] = (kind, (*outer, draw(st.integers(1, 3)) * BLOCKS[kind]))
    return found


@given(tensors(), st.dictionaries(KEYS, VALUES, max_size=6), st.sampled_from("<>"))
def test_what_is_written_is_read(
    specs: dict[str, tuple[str, tuple[int, ...]]], metadata: dict[str, Any], byte_order: str
) -> None:
    header, hole = gguf_bytes(specs, metadata, byte_order=byte_order)
    blob = MemoryBlob("m.gguf", header + bytes(hole))
    found = read_gguf(blob)
    assert {name: (t.dtype, t.shape) for name, t in found.tensors.items()} == specs
    assert sum(-(-(t.stored_bytes or 0) // 32) * 32 for t in found.tensors.values()) == hole
    assert found.metadata.keys() - {"GGUF.version", "GGUF.byte_order"} == metadata.keys()
    for key, value in metadata.items():
        if isinstance(value, str):
            assert found.metadata[key] == value
        elif type(value) is int:
            assert found.metadata[key] == str(value)
    assert blob.bytes_read <= len(header) + 65_536


@given(st.binary(max_size=200))
def test_any_bytes_give_a_header_or_a_named_error(data: bytes) -> None:
    for front in (b"", b"GGUF\x03\0\0\0", b"GGUF\x03\0\0\0" + bytes([1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0])):
        with contextlib.suppress(WeightsError):
            read_gguf(MemoryBlob("m.gguf", front + data))


@given(tensors(), st.data())
def test_a_changed_byte_gives_a_header_or_a_named_error(
    specs: dict[str, tuple[str, tuple[int, ...]]], data: st.DataObject
) -> None:
    header, hole = gguf_bytes(specs, {"a": "b", "tags": ["x", "y"], "n": [1, 2]})
    changed = bytearray(header + bytes(hole))
    changed[data.draw(st.integers(0, len(header) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(WeightsError):
        read_gguf(MemoryBlob("m.gguf", bytes(changed)))
