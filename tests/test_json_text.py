"""JSON of others: the same errors whatever the decoder raises."""

from __future__ import annotations

import msgspec
import pytest

import truename.report.json as report_json
from truename.json_text import _STEP, JsonError, NotUtf8Error, TooDeepError, check_utf8, decode_json, decode_json_as


class Pair(msgspec.Struct):
    a: int


class Refusing:
    """A decoder or an encoder that refuses everything."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def decode(self, _: object) -> object:
        raise self.error

    def encode(self, _: object) -> bytes:
        raise self.error


REFUSALS = [
    UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"),
    UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed"),
    msgspec.DecodeError("Invalid UTF-8 encoded string"),
    msgspec.ValidationError("Number out of range"),
    msgspec.EncodeError("surrogates not allowed"),
    ValueError("too many digits"),
    OverflowError("too large"),
]


def test_what_is_read() -> None:
    assert decode_json('{"a": "\u00e9\U0001f600"}'.encode()) == {"a": "\u00e9\U0001f600"}
    assert decode_json("[null]") == [None]
    assert decode_json_as(b'{"a": 1}', msgspec.json.Decoder(Pair)) == Pair(1)


@pytest.mark.parametrize("error", REFUSALS, ids=lambda error: type(error).__name__)
def test_every_refusal_of_a_decoder_is_one_error(error: Exception) -> None:
    with pytest.raises(JsonError) as raised:
        decode_json_as(b"{}", Refusing(error))  # type: ignore[arg-type]
    assert type(raised.value) is JsonError


def test_a_decoder_that_goes_no_deeper() -> None:
    with pytest.raises(TooDeepError):
        decode_json_as(b"{}", Refusing(RecursionError()))  # type: ignore[arg-type]
    with pytest.raises(TooDeepError):
        decode_json(b"[" * 100_000)


@pytest.mark.parametrize("error", REFUSALS, ids=lambda error: type(error).__name__)
def test_whatever_an_encoder_refuses_surrogates_with(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_json, "_ENCODER", Refusing(error))
    assert report_json.line_json({"file": "caf\udce9.json"}) == '{"file":"caf\\\\udce9.json"}\n'


@pytest.mark.parametrize(
    ("text", "position"),
    [
        (b'{"a": "m\xe9"}', 8),
        (b'{"a\xff": 1}', 3),
        (b"\xff", 0),
        (b"\xc3", 0),
        (b"{ \xc3", 2),
        (b"no JSON \xff either", 8),
        (b'{"unread": "\xff"}', 12),
        (b'"\xed\xa0\x80"', 1),
        (b" " * (_STEP - 1) + b"\xc3", _STEP - 1),
        (b" " * (_STEP - 1) + b"\xc3(", _STEP - 1),
        (b" " * (_STEP - 2) + b"\xc3\xa9" + b"\xff", _STEP),
        (b" " * (_STEP - 1) + b"\xc3\xa9" + b"\xff", _STEP + 1),
        (b" " * (3 * _STEP) + b"\xff", 3 * _STEP),
        ('"\ud800"', 1),
    ],
    ids=lambda value: repr(value[-12:]) if isinstance(value, (str, bytes)) else str(value),
)
def test_what_is_not_utf8_is_said_before_anything_else(text: bytes | str, position: int) -> None:
    with pytest.raises(NotUtf8Error, match=f"not UTF-8 at byte {position}$") as raised:
        decode_json_as(text, msgspec.json.Decoder(Pair))
    assert raised.value.position == position
    if isinstance(text, bytes):
        with pytest.raises(UnicodeDecodeError) as known:
            text.decode()
        assert known.value.start == position


def test_characters_across_two_steps_are_utf8() -> None:
    for before in range(_STEP - 4, _STEP + 1):
        check_utf8(b" " * before + "\U0001f600\u00e9".encode() * 3)
