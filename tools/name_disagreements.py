"""Where our reading of names and the labels disagree most: ``python tools/name_disagreements.py --data DIR``.

Prints the rows of ``docs/records/name_disagreements.md``, which people then read and sort. Within the development part
of the names weights are trained on three quarters and read the fourth, four times, so no label was seen. Needs
scikit-learn (extra ``train``).
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter, defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "benchmarks"))

from names import parts
from train_names import DEFAULT, train
from truename.names import Kind, ParsedName, parse_name
from truename.names.learned import BIT, KINDS, model, read_weights, use
from truename.names.relabel import is_open

MOST = 9  # words of a kind and a direction


def bearer(parsed: ParsedName, kind: Kind) -> str:
    """The word that carries a kind, or the one that speaks for it most."""
    carrying = [e.text for e in parsed.elements if e.kind is kind]
    if carrying:
        return carrying[0].lower()
    elements, k = parsed.claiming, KINDS.index(kind)
    kinds, open_ = sum({BIT[e.kind] for e in elements}), [i for i, e in enumerate(elements) if is_open(e)]
    scores = dict(zip(open_, model().scores(elements, open_, kinds), strict=True))
    best = max(open_, key=lambda i: scores[i][k], default=None)
    return "" if best is None else elements[best].text.lower()


def main() -> int:
    """Print the rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path(DEFAULT))
    shipped = read_weights()
    words: dict[tuple[Kind, str], Counter[str]] = defaultdict(Counter)
    examples: dict[tuple[Kind, str, str], str] = {}
    for taught, asked in parts(parser.parse_args().data, unseen=False):
        use(train(taught, "a part"))
        for row in asked:
            parsed = parse_name(row.name)
            found = {e.kind for e in parsed.elements}
            for kind in Kind:
                if (kind in found) == (str(kind) in row.elements):
                    continue
                sign = "+" if kind in found else "-"
                word = bearer(parsed, kind)
                words[kind, sign][word] += 1
                examples.setdefault((kind, sign, word), row.name.rpartition("/")[2])
    use(shipped)
    for kind in Kind:
        for sign in "+-":
            for word, count in words[kind, sign].most_common(MOST):
                print(f"| {kind} | {sign} | {word} | {count} | {examples[kind, sign, word]} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
