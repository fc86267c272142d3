"""Architecture claims against declared model types: every contradiction by group, precision and recall.

Run: ``python benchmarks/architecture_claims.py [--data DIR]``. The truth is the list of names that a person read,
``tests/names/reviewed_contradictions.toml``. The alternative is the check that comes to mind first: a known model type
stands between the separators of the name, and none that does is the declared one.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import os
import re
import sys
import tomllib
from collections import defaultdict
from pathlib import Path

from truename.findings import Finding, Outcome
from truename.names import claims_of, parse_name
from truename.rules.architecture.family_against_config import FamilyAgainstConfig
from truename.rules.rule import Case
from truename.vocabulary import vocabulary

ROOT = Path(__file__).resolve().parents[1]
DEFAULT = os.environ.get("TRUENAME_DATA") or str(ROOT.parent / "shared" / "data")
REVIEWED = ROOT / "tests" / "names" / "reviewed_contradictions.toml"
RULE = FamilyAgainstConfig()
SHOWN = 3  # names of a group
Key = tuple[str, str]


def by_words(name: str, model_type: str) -> bool:
    """Whether the alternative calls the name a contradiction."""
    told = set(re.split(r"[-_./ ]", name.rpartition("/")[2].lower())) & vocabulary().known_model_types
    return bool(told) and model_type not in told


def scores(flagged: set[Key], true: set[Key], undecided: set[Key]) -> str:
    """Precision, strict and without what readers could disagree about, and recall."""
    hits, loose = len(flagged & true), len(flagged - undecided)
    strict = f"precision {hits / len(flagged):.3f} ({hits} of {len(flagged)})"
    return f"{strict}, without undecided {hits / loose:.3f}, recall {hits / len(true):.3f} ({hits} of {len(true)})"


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path(DEFAULT))
    with gzip.open(parser.parse_args().data / "ptm-naming" / "architectures.csv.gz", "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    here = {(row["name"], row["model_type"]) for row in rows}
    reviewed = tomllib.loads(REVIEWED.read_text(encoding="utf-8"))
    true = {(row[0], row[1]) for row in reviewed["contradictions"]} & here
    undecided = {(row[0], row[1]) for row in reviewed["undecided"]}

    outcomes: dict[Outcome, int] = dict.fromkeys(Outcome, 0)
    groups: dict[tuple[str, str], list[tuple[Key, Finding]]] = defaultdict(list)
    simple: set[Key] = set()
    for row in rows:
        key = (row["name"], row["model_type"])
        facts = Case(row["name"], model_type=row["model_type"], architectures=(row["architecture"],)).evidence()
        verdict = RULE.check(claims_of(parse_name(row["name"])), facts)
        outcomes[verdict.outcome] += 1
        for finding in verdict.findings:
            groups[finding.severity.value, finding.message].append((key, finding))
        if by_words(*key):
            simple.add(key)

    counts = ", ".join(f"{count:,} {outcome.value.replace('_', ' ')}" for outcome, count in outcomes.items())
    print(f"{len(rows):,} names: {counts}")
    for (severity, message), found in sorted(groups.items(), key=lambda group: (group[0][0], -len(group[1]))):
        names = ", ".join(key[0] for key, _ in found[:SHOWN])
        print(f"  {severity:7} {len(found):4}  {message}: {names}{' ...' if len(found) > SHOWN else ''}")
    flagged = {key for found in groups.values() for key, _ in found}
    print(f"ARC001: {scores(flagged, true, undecided)}")
    print(f"model types between separators: {scores(simple, true, undecided)}")
    for title, keys in (("missed", true - flagged), ("flagged and not true", flagged - true)):
        print(f"{title}: {', '.join(sorted(f'{name} is {kind}' for name, kind in keys)) or 'none'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
