"""A 140 GB model of 80 layers, read by its headers, against reading it with the format's own library.

The shards are sparse files: headers are written, the data is a hole. Each side runs in a process of its own, which
reports its peak resident memory.

    python benchmarks/sparse_folder.py
"""

from __future__ import annotations

import json
import math
import os
import resource
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HIDDEN, INNER, VOCABULARY, LAYERS, KEY_VALUE, SHARDS = 8192, 28672, 32000, 80, 1024, 15

LAYER = {
    "input_layernorm": (HIDDEN,),
    "self_attn.q_proj": (HIDDEN, HIDDEN),
    "self_attn.k_proj": (KEY_VALUE, HIDDEN),
    "self_attn.v_proj": (KEY_VALUE, HIDDEN),
    "self_attn.o_proj": (HIDDEN, HIDDEN),
    "post_attention_layernorm": (HIDDEN,),
    "mlp.gate_proj": (INNER, HIDDEN),
    "mlp.up_proj": (INNER, HIDDEN),
    "mlp.down_proj": (HIDDEN, INNER),
}
CONFIG = {
    "model_type": "llama",
    "architectures": ["LlamaForCausalLM"],
    "hidden_size": HIDDEN,
    "intermediate_size": INNER,
    "num_hidden_layers": LAYERS,
    "num_attention_heads": 64,
    "num_key_value_heads": 8,
    "vocab_size": VOCABULARY,
    "max_position_embeddings": 4096,
    "torch_dtype": "bfloat16",
}


def write(folder: Path) -> tuple[int, int]:
    """Write the model; returns the bytes of all files, and those of headers and JSON files."""
    shapes: dict[str, tuple[int, ...]] = {"model.embed_tokens.weight": (VOCABULARY, HIDDEN)}
    for layer in range(LAYERS):
        shapes |= {f"model.layers.{layer}.{name}.weight": shape for name, shape in LAYER.items()}
    shapes |= {"model.norm.weight": (HIDDEN,), "lm_head.weight": (VOCABULARY, HIDDEN)}
    names = list(shapes)
    weight_map: dict[str, str] = {}
    small = total = 0
    for shard in range(SHARDS):
        file = f"model-{shard + 1:05}-of-{SHARDS:05}.safetensors"
        header: dict[str, object] = {"__metadata__": {"format": "pt"}}
        position = 0
        for name in names[len(names) * shard // SHARDS : len(names) * (shard + 1) // SHARDS]:
            end = position + math.prod(shapes[name]) * 2
            header[name] = {"dtype": "BF16", "shape": shapes[name], "data_offsets": [position, end]}
            position = end
            weight_map[name] = file
        text = json.dumps(header, separators=(",", ":")).encode()
        with (folder / file).open("wb") as out:
            out.write(struct.pack("<Q", len(text)) + text)
            out.truncate(8 + len(text) + position)
        small += 8 + len(text)
        total += position
    for file, content in (
        ("config.json", CONFIG),
        ("model.safetensors.index.json", {"metadata": {"total_size": total}, "weight_map": weight_map}),
    ):
        small += (folder / file).write_text(json.dumps(content))
    return total + small, small


def ours(folder: str) -> tuple[int, int]:
    """Tensors and bytes read by truename: documents, index and headers."""
    from truename.blob import Blob
    from truename.declared import declared_facts, read_declared
    from truename.formats import find_checkpoints, read_checkpoint
    from truename.sources import FolderSource

    source = FolderSource(folder)
    opened: list[Blob] = []

    def open_counted(path: str) -> Blob:
        opened.append(source.open(path))
        return opened[-1]

    declared_facts(read_declared(source.files, open_counted))
    header = read_checkpoint(find_checkpoints(source.files)[0], open_counted)
    return len(header.tensors), sum(blob.bytes_read for blob in opened)


def library(folder: str) -> tuple[int, int]:
    """Tensors and their shapes by safe_open; it maps the files and does not say what it reads."""
    from safetensors import safe_open

    shapes: dict[str, list[int]] = {}
    for path in sorted(Path(folder).glob("*.safetensors")):
        with safe_open(path, "np") as file:
            shapes |= {name: file.get_slice(name).get_shape() for name in file.keys()}  # noqa: SIM118
    return len(shapes), 0


def child(side: str, folder: str) -> None:
    """Run one side and print its figures as JSON."""
    run = {"ours": ours, "library": library}[side]
    tensors, read = run(folder)
    start = time.perf_counter()
    run(folder)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # KiB on Linux, bytes on macOS
    resident = peak if sys.platform == "darwin" else peak * 1024
    print(json.dumps({"tensors": tensors, "read": read, "seconds": seconds, "resident": resident}))


def main() -> None:
    """Print what both sides take."""
    with tempfile.TemporaryDirectory() as folder:
        total, small = write(Path(folder))
        on_disk = sum(os.stat(entry).st_blocks * 512 for entry in Path(folder).iterdir())
        found = {}
        for side in ("ours", "library"):
            command = [sys.executable, __file__, side, folder]
            found[side] = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    mine, theirs = found["ours"], found["library"]
    print(f"model: {total / 1e9:.0f} GB in {SHARDS} shards, {mine['tensors']} tensors ({on_disk / 1e6:.1f} MB on disk)")
    print(f"headers and JSON files   {small:>12,} bytes")
    print(f"read by truename         {mine['read']:>12,} bytes   {mine['read'] / small:.3f} x")
    for name, figures in (("truename", mine), ("safe_open", theirs)):
        print(f"{name:10} {figures['seconds'] * 1e3:8.1f} ms warm   {figures['resident'] / 1e6:6.1f} MB resident")
    ratios = mine["seconds"] / theirs["seconds"], mine["resident"] / theirs["resident"]
    print(f"truename takes {ratios[0]:.2f} x the time and {ratios[1]:.2f} x the memory of safe_open")


if __name__ == "__main__":
    if len(sys.argv) == 3:
        child(sys.argv[1], sys.argv[2])
    else:
        main()
