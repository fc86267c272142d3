"""JSON that others wrote: first the text, then the JSON, and errors of our own for both.

What a decoder raises changes with its version: for text that is not UTF-8 it is a ``UnicodeDecodeError`` of msgspec
0.20 and a ``DecodeError`` of 0.23, and that is a ``ValueError`` only since 0.21. No behaviour may hang on it.
"""

from __future__ import annotations

from codecs import getincrementaldecoder
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")

# Whatever a decoder or an encoder of JSON refuses a text or a value with. To be caught together, never told apart.
REFUSALS = (msgspec.MsgspecError, ValueError, OverflowError, RecursionError)

_ANY: msgspec.json.Decoder[Any] = msgspec.json.Decoder()
_STEP = 2**20  # bytes that are checked at a time: as text, all of them could take four times their memory


class JsonError(ValueError):
    """A text is not JSON, or not of the form that is asked for; its reader says which file that was."""


class NotUtf8Error(JsonError):
    """A text is not UTF-8.

    Attributes:
        position: the first byte that is wrong, counted from 0.
    """

    def __init__(self, position: int) -> None:
        self.position = position
        super().__init__(f"not UTF-8 at byte {position}")


class TooDeepError(JsonError):
    """A text is nested deeper than a decoder goes."""

    def __init__(self) -> None:
        super().__init__("nested too deep")


def decode_json(text: bytes | str) -> Any:
    """The content of a JSON text, of any type.

    Raises:
        NotUtf8Error: it is not UTF-8, whatever else is wrong with it.
        TooDeepError: it is nested too deep.
        JsonError: it is not JSON.
    """
    return decode_json_as(text, _ANY)


def decode_json_as(text: bytes | str, decoder: msgspec.json.Decoder[T]) -> T:
    """The content of a JSON text in the form that ``decoder`` asks for.

    Raises:
        NotUtf8Error: it is not UTF-8, whatever else is wrong with it.
        TooDeepError: it is nested too deep.
        JsonError: it is not JSON, or is of another form.
    """
    if not text.isascii():  # most are, and some are decoded by the hundred thousand
        check_utf8(text)
    try:
        return decoder.decode(text)
    except RecursionError:
        raise TooDeepError from None
    except REFUSALS as error:
        raise JsonError(str(error)) from None


def check_utf8(text: bytes | str) -> None:
    """Refuse what is not UTF-8, or no text that can be written as such.

    Raises:
        NotUtf8Error: it is not; its position is that of a character where ``text`` is a string.
    """
    try:
        if isinstance(text, str):
            text.encode()
            return
        if len(text) <= _STEP:
            text.decode()
            return
    except (UnicodeEncodeError, UnicodeDecodeError) as error:
        raise NotUtf8Error(error.start) from None
    decoder = getincrementaldecoder("utf-8")()
    for start in range(0, len(text), _STEP):
        kept = len(decoder.getstate()[0])  # the beginning of a character that the last step ended in
        end = start + _STEP
        try:
            decoder.decode(text[start:end], end >= len(text))
        except UnicodeDecodeError as error:
            raise NotUtf8Error(start - kept + error.start) from None
