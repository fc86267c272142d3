"""``truename config``: which settings hold here, and where each comes from."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from truename.cli.options import ConfigFile, Isolated
from truename.cli.output import Guard, write_text
from truename.report.visible import visible


def add_to(app: typer.Typer, guard: Guard) -> None:
    """Add the command to ``app``."""
    app.command()(guard(config))


def config(
    file: ConfigFile = None,
    isolated: Isolated = False,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON Schema of the settings instead, for editors.")
    ] = False,
) -> int:
    """Show the settings that hold in this folder, and where they come from."""
    import msgspec

    from truename.report.json import document_json
    from truename.settings import Config, load_settings, settings_schema

    if schema:
        write_text(document_json(settings_schema()))
        return 0
    settings = load_settings(file, isolated=isolated)
    where = "no file of settings: the defaults hold" if settings.file is None else f"settings: {settings.file}"
    lines = [visible(where)]
    for field in msgspec.structs.fields(Config):
        value = getattr(settings.config, field.name)
        origin = "default" if value == getattr(Config(), field.name) else "set"
        lines.append(f"  {field.encode_name:18} {origin:8} {visible(_shown(value))}")
    write_text("\n".join(lines) + "\n")
    return 0


def _shown(value: Any) -> str:
    """A value as TOML would write it, as far as one line holds it."""
    import msgspec

    plain = msgspec.to_builtins(value)
    if plain is None:
        return "-"
    return msgspec.json.encode(plain).decode()
