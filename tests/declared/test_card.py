"""Front matter of model cards, as people write it and as nobody should."""

from __future__ import annotations

import pytest

from truename.blob import Blob, MemoryBlob
from truename.declared.card import MAX_CARD_BYTES, read_card
from truename.errors import DeclaredError


def matter(text: str) -> object:
    found = read_card(MemoryBlob("README.md", f"---\n{text}\n---\n# Title\n".encode()))
    return None if found is None else found.data


CARDS: dict[str, tuple[str, object]] = {
    "words stay words": (
        "a: no\nb: yes\nc: 2020-01-01\nd: 1.10\ne: null\nf: ~\ng:",
        {"a": "no", "b": "yes", "c": "2020-01-01", "d": "1.10", "e": "null", "f": "~", "g": ""},
    ),
    "lists": ("a:\n- x\n- y\nb: [z]", {"a": ["x", "y"], "b": ["z"]}),
    "a key twice": ("a: x\na: y", {"a": "y"}),
    "tabs": ("a:\n\t- x\nb:\ty", {"a": ["x"], "b": "y"}),
    "quotes and colons": ("a: 'x: y'\nb: \"z\"", {"a": "x: y", "b": "z"}),
    "keys that are no strings": ("[1, 2]: x\nb: y", {"b": "y"}),
    "comments": ("# only\na: x # this", {"a": "x"}),
    "empty": ("", None),
    "only comments": ("# nothing", None),
    "any script": ("language: 中文\ntags: [日本語]", {"language": "中文", "tags": ["日本語"]}),
}


@pytest.mark.parametrize(("text", "expected"), CARDS.values(), ids=CARDS)
def test_front_matter(text: str, expected: object) -> None:
    assert matter(text) == expected


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"# Title\n\n---\na: b\n---\n",
        b"from x import y\ncard = '''---\na: b\n---\n",
        b"--- a: b ---",
        b"----\na: b\n----\n",
    ],
)
def test_no_front_matter(data: bytes) -> None:
    assert read_card(MemoryBlob("README.md", data)) is None


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf---\na: b\n---\n",
        b"---\r\na: b\r\n---\r\n# T",
        b"\n\n---\na: b\n---",
        b"---  \na: b\n--- \n",
        b"---\na: b\n...\n",
    ],
)
def test_line_ends_and_blanks(data: bytes) -> None:
    found = read_card(MemoryBlob("README.md", data))
    assert found is not None
    assert found.data == {"a": "b"}


LAUGHS = "\n".join(["a0: &a0 [x, x]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10))])

BAD: dict[str, tuple[bytes, str]] = {
    "never closed": (b"---\na: b\n", "no line '---' ends"),
    "invalid UTF-8": (b"---\na: \xff\n---\n", "not valid UTF-8"),
    "a list": (b"---\n- a\n---\n", "no mapping"),
    "a word": (b"---\nhello\n---\n", "no mapping"),
    "no YAML": (b"---\na: [b\n---\n", "cannot be read in line"),
    "a tag": (b"---\na: b: c\n---\n", "cannot be read in line 2"),
    "a control character": (b"---\na: \x01\n---\n", "cannot be read"),
    "a billion laughs": (f"---\n{LAUGHS}\n---\n".encode(), "aliases"),
    "an alias to itself": (b"---\na: &a [*a]\n---\n", "aliases"),
    # from 6.0.4 on PyYAML counts brackets itself, in words of its own
    "brackets without end": (b"---\n" + b"[" * 100_000 + b"\n---\n", "nest"),
    "dashes without end": (b"---\n" + b"- " * 100_000 + b"x\n---\n", "nested too deep"),
    "keys without end": (b"---\n" + b"? " * 100_000 + b"x\n---\n", "nested too deep"),
}


@pytest.mark.parametrize(("data", "problem"), BAD.values(), ids=BAD)
def test_bad_front_matter(data: bytes, problem: str) -> None:
    with pytest.raises(DeclaredError) as caught:
        read_card(MemoryBlob("README.md", data))
    assert problem in str(caught.value)
    assert "\n" not in str(caught.value)


def test_tags_of_yaml_make_no_objects() -> None:
    assert matter("a: !!python/object/apply:os.system ['true']") == {"a": ["true"]}


class HugeBlob(Blob):
    """A card of 50 MB that is made as it is read."""

    def __init__(self, head: bytes) -> None:
        super().__init__("README.md", 50_000_000)
        self._head = head

    def _read(self, offset: int, length: int) -> bytes:
        return (self._head[offset : offset + length]).ljust(length, b"x")


def test_a_huge_card_is_read_at_its_head() -> None:
    blob = HugeBlob(b"---\na: b\n---\n")
    found = read_card(blob)
    assert found is not None
    assert found.data == {"a": "b"}
    assert blob.bytes_read < 20_000
    plain = HugeBlob(b"# Title")
    assert read_card(plain) is None
    assert plain.bytes_read < 20_000


def test_a_huge_card_that_never_closes() -> None:
    blob = HugeBlob(b"---\na: b\n")
    with pytest.raises(DeclaredError, match="no line"):
        read_card(blob)
    assert blob.bytes_read <= MAX_CARD_BYTES


def test_tables_of_results_are_passed_over() -> None:
    results = "".join(f"  - task:\n      type: x\n    value: {n}\n" for n in range(2000))
    text = f"a: x\nmodel-index:\n- name: y\n  results:\n{results}\nb: z"
    assert matter(text) == {"a": "x", "b": "z"}
