"""Where keys stand, in JSON and in front matter."""

from __future__ import annotations

import json

import pytest

from truename.blob import MemoryBlob
from truename.declared.positions import Position, positions_of

CONFIG = """{
  "architectures": ["LlamaForCausalLM"],
\t"hidden_size": 4096, "é": 1, "num_layers": 3,
  "text_config": {
    "hidden_size": 1024,
    "rope_scaling": {"factor": 2.0}
  },
  "layers": [{"hidden_size": 7}]
}
"""


def place(data: str | bytes, key_path: str, path: str = "config.json") -> Position | None:
    content = data.encode() if isinstance(data, str) else data
    return positions_of(MemoryBlob(path, content), [key_path]).get(key_path)


@pytest.mark.parametrize(
    ("key_path", "expected"),
    [
        ("architectures", (2, 3)),
        ("hidden_size", (3, 2)),
        ("num_layers", (3, 31)),
        ("text_config.hidden_size", (5, 5)),
        ("text_config.rope_scaling.factor", (6, 22)),
        ("text_config.rope_scaling.type", (6, 5)),  # its object is there
        ("layers", (8, 3)),
        ("absent", None),
        ("text_configuration", None),
    ],
)
def test_json(key_path: str, expected: tuple[int, int] | None) -> None:
    assert place(CONFIG, key_path) == expected


def test_the_last_of_two_equal_keys_counts_as_in_the_value_that_is_read() -> None:
    assert place('{"a": 1,\n"a": 2}', "a") == (2, 1)


def test_windows_line_ends_and_a_byte_order_mark() -> None:
    assert place(b"\xef\xbb\xbf" + CONFIG.replace("\n", "\r\n").encode(), "text_config.hidden_size") == (5, 5)


@pytest.mark.parametrize("one_line", [True, False])
def test_what_json_writes(one_line: bool) -> None:
    document = {"a\n": {'b/\\"': {"c": [1, {"d": None}]}}, "e": "\u2028", "z": True}
    text = json.dumps(document, indent=None if one_line else 1)
    assert place(text, "z") == (
        1 if one_line else text.count("\n"),
        text.splitlines()[-1 if one_line else -2].index('"z"') + 1,
    )


def test_front_matter() -> None:
    card = "\n---\nlicense: mit\nbase_model:\n- a/b\nmodel-index:\n  name: x\n---\n# Title\n"
    assert place(card, "license", "README.md") == (3, 1)
    assert place(card, "base_model", "README.md") == (4, 1)
    assert place(card, "model-index.name", "README.md") == (7, 3)


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b'{"a', b"\xff\xfe", b"[" * 100_000, b'{"b": *x}', b"---\nlicense: mit\n"],
)
def test_what_cannot_be_read_has_no_places(data: bytes) -> None:
    assert place(data, "a") is None
    assert place(data, "a", "README.md") is None
