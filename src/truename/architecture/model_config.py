"""config.json as the measures need it: one look-up over the top level and the nested text configuration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from truename.declared.declared import Declared

_NESTED = ("text_config", "llm_config", "language_config", "thinker_config", "text_cfg")
_DTYPES = {
    "float32": 4, "float": 4, "float16": 2, "half": 2, "bfloat16": 2, "float64": 8, "float8_e4m3fn": 1,
    "float8_e5m2": 1,
}  # fmt: skip


class Settings(msgspec.Struct, frozen=True):
    """A view of config.json: the top level first, then what describes its language model."""

    top: Mapping[str, Any]
    nested: tuple[Mapping[str, Any], ...] = ()
    file: str = "config.json"

    def get(self, *keys: str) -> Any:
        """The value of the first of ``keys`` that is there and not null, outer levels first."""
        for level in (self.top, *self.nested):
            for key in keys:
                if level.get(key) is not None:
                    return level[key]
        return None

    def whole(self, *keys: str) -> int | None:
        """Like ``get``, where the value is a whole number above zero and not absurdly large."""
        value = self.get(*keys)
        return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**40 else None

    @property
    def model_type(self) -> str | None:
        """config.json's own model_type."""
        value = self.top.get("model_type")
        return value if isinstance(value, str) else None

    @property
    def dtype_bytes(self) -> int | None:
        """Bytes of one element in the declared dtype."""
        value = self.get("torch_dtype", "dtype")
        return _DTYPES.get(value.removeprefix("torch.")) if isinstance(value, str) else None


def settings(declared: Declared) -> Settings:
    """The settings of ``declared``; empty where there is no config.json."""
    if declared.config is None or not isinstance(declared.config.data, Mapping):
        return Settings({})
    top = declared.config.data
    nested = []
    for key in _NESTED:
        level = top.get(key)
        if isinstance(level, Mapping):
            nested.append(level)
            nested += [inner for k in _NESTED if isinstance(inner := level.get(k), Mapping)]
    return Settings(top, tuple(nested), declared.config.file)
