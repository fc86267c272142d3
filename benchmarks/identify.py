"""How long a structure takes to identify, against a plain comparison with every prototype.

Run: ``python benchmarks/identify.py``. The alternative is what the index stands for: the weighted Jaccard similarity of
the query's words with each prototype's set, in plain Python, over the same names.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

from truename.architecture import abstract_architecture
from truename.dara import Identification, identify
from truename.dara.features import features_of
from truename.dara.identify import packaged
from truename.dara.index import Index
from truename.formats.header import Tensor, WeightsHeader
from truename.testing.family_tensors import layout_tensors

BERT = {"model_type": "bert", "num_hidden_layers": 12, "hidden_size": 768, "intermediate_size": 3072}
MIXTURE = {"model_type": "mixtral", "num_hidden_layers": 32, "num_local_experts": 104}


def main() -> None:
    """Print the time of both and their ratio, on a small and on a large header, by names and by shapes."""
    index = packaged().types
    sets, weights, totals = prototypes(index), index.weights.tolist(), index.totals.tolist()
    for title, config in (("BERT-base", BERT), ("mixture of 104 experts", MIXTURE)):
        header = header_of(config)
        names = features_of(abstract_architecture(header)).names
        query = frozenset(index.postings.look_up(names).columns.tolist())
        ours = best(partial(identified, header))
        plain = best(partial(compared, weights, totals, sets, query))
        bare = nameless(header)
        noise = best(partial(identified, bare))
        print(f"{title}, {len(header.tensors):,} tensors: {ours:.2f} ms by names, {noise:.2f} ms by shapes")
        print(f"  comparison with all {len(sets):,}: {plain:.2f} ms, {plain / ours:.1f} times ours")


def identified(header: WeightsHeader) -> Identification:
    """What the header's structure is, the abstract architecture included."""
    return identify(abstract_architecture(header))


def prototypes(index: Index) -> list[frozenset[int]]:
    """Every set of the index as a set of positions of words."""
    sets: list[set[int]] = [set() for _ in index.totals]
    postings = index.postings
    for at, number in enumerate(postings.lists.tolist()):
        for member in postings.sets[postings.starts[number] : postings.starts[number + 1]].tolist():
            sets[member].add(at)
    return [frozenset(members) for members in sets]


def compared(weights: list[float], totals: list[float], sets: list[frozenset[int]], query: frozenset[int]) -> float:
    """The similarity of the nearest set, by going through all of them."""
    total = sum(weights[at] for at in query)
    nearest = 0.0
    for members, own in zip(sets, totals, strict=True):
        common = sum(weights[at] for at in query & members)
        nearest = max(nearest, common / (total + own - common))
    return nearest


def header_of(config: dict[str, Any]) -> WeightsHeader:
    """The header of a configuration."""
    tensors = {name: Tensor(dtype, shape, None) for name, (dtype, shape) in layout_tensors(config).items()}
    return WeightsHeader("safetensors", ("model.safetensors",), tensors, {}, {})


def nameless(header: WeightsHeader) -> WeightsHeader:
    """The same with names that say nothing."""
    tensors = {f"t{number:06}": header.tensors[name] for number, name in enumerate(sorted(header.tensors))}
    return WeightsHeader("safetensors", ("model.safetensors",), tensors, {}, {})


def best(function: Callable[[], object], times: int = 15) -> float:
    """The best of several runs, in milliseconds; the first run warms up."""
    function()
    found = []
    for _ in range(times):
        began = time.perf_counter()
        function()
        found.append(time.perf_counter() - began)
    return 1000 * min(found)


if __name__ == "__main__":
    main()
