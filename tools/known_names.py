"""Write the owners and releases that others imitate: ``python tools/known_names.py --data DIR``.

Reads the ids of known releases (``releases/releases.jsonl.gz``) that a registry has, and writes
``truename/names/known_names.json``: their owners, and their names without the owner,
each once, in the forms in which names are compared. Run it again when the grammar changes.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from pathlib import Path

from train_names import DEFAULT
from truename.names import parse_name
from truename.names.look_alikes import FILE, forms_of

KINDS = ("hf", "hf-guess")  # ids of a registry; the rest are names inside libraries


def ids_of(data: Path) -> list[str]:
    """The ids of the releases."""
    with gzip.open(data / "releases" / "releases.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = map(json.loads, file)
        return sorted({row["id"] for row in rows if row["id_kind"] in KINDS and row["id"].count("/") == 1})


def main() -> int:
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path(DEFAULT))
    ids = ids_of(parser.parse_args().data)
    owners = sorted({one.partition("/")[0] for one in ids}, key=str.lower)
    names = sorted({one.partition("/")[2] for one in ids}, key=str.lower)
    lines = [json.dumps([name, *forms_of(parse_name(name, learned=False))], ensure_ascii=False) for name in names]
    text = f'{{"owners": {json.dumps(owners)},\n"names": [\n' + ",\n".join(lines) + "\n]}\n"
    FILE.write_text(text, encoding="utf-8")
    print(f"wrote {FILE.name}: {len(owners):,} owners, {len(names):,} names")
    return 0


if __name__ == "__main__":
    sys.exit(main())
