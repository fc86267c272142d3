"""Plant lies of every kind in right names and count which are caught; write the table into docs/rules/rates.md.

usage: planted_lies.py [--show] [--only KIND] [--most NUMBER] [--save FILE] [--before FILE]

Every model of ``planted_models.py`` gets names with one claim more, which the files bear out (a true name) or not (a
lie), in the spellings that people use, at the places where they put them. A lie is caught where an error or a warning
concerns it that the true name does not have; a note counts apart. ``--show`` prints what was missed and what was
alarmed, ``--only`` and ``--most`` choose kinds and how many names of each; ``--save`` keeps the counts, and
``--before`` writes the table with saved ones beside.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from planted_models import ENCODINGS, MIXTURES, Planted, models
from truename.api import judge
from truename.evidence import Evidence, gather
from truename.facts import (
    DECODER_LAYERS,
    ENCODER_LAYERS,
    EXPERTS,
    HEADS,
    HIDDEN_SIZE,
    KEY_VALUE_HEADS,
    LAYERS,
    PARAMETERS,
)
from truename.findings import Severity
from truename.names import parse_name
from truename.rules.selection import select_rules
from truename.sources import open_source

import pages

PAGE = Path("docs/rules/rates.md")
MOST = 260  # names of each sort that are drawn of a kind
SEED = 17


class Name(msgspec.Struct, frozen=True):
    """A name over a model: a lie, or right."""

    kind: str
    text: str
    lie: bool


def at_places(model: Planted, word: str) -> Iterator[str]:
    """The name with a word behind its size, and at its end."""
    before, size, after = model.before, model.size, model.after
    middle = [part for part in (before, size, word, after) if part]
    end = [part for part in (before, size, after, word) if part]
    yield "-".join(middle)
    if middle != end:
        yield "-".join(end)


def said(kind: str, model: Planted, words: Iterable[str], lie: bool) -> Iterator[Name]:
    """Names with each word, at each place."""
    for word in words:
        for text in at_places(model, word):
            yield Name(kind, text, lie)


def varied(model: Planted) -> Iterator[tuple[str, Planted]]:
    """The model under names with a word more behind, that says nothing which is checked."""
    for tail in ("", "v2", "ft", "sft", "2507"):
        yield tail, msgspec.structs.replace(model, after="-".join(filter(None, (model.after, tail))))


def contexts(model: Planted) -> Iterator[Name]:
    """Lengths in thousands and in millions of tokens."""
    if model.config is None or model.kind not in ("decoder", "mixture") or model.container != "plain":
        return
    longest = model.config["max_position_embeddings"]
    for thousands in (4, 8, 16, 32, 64, 100, 128, 200, 256, 512):
        if thousands == 100:  # without the word it counts steps and examples as often
            if not longest / 1.25 < 100_000 < 2 * longest or longest >= 100_000:
                yield from said("context", model, ("100k-context", "ctx100k", "100K-ctx"), longest < 100_000)
            continue
        spelled = (f"{thousands}k", f"{thousands}K", f"{thousands}k-context", f"ctx{thousands}k", f"{thousands}K-ctx")
        if thousands * 1000 >= 2 * longest:
            yield from said("context", model, spelled, True)
        elif thousands * 1024 <= longest:
            yield from said("context", model, spelled, False)
    yield from said("context", model, ("1M", "1m", "2M-context", "1M-ctx", "long-1M", "262k", "1048k"), True)


def actives(model: Planted) -> Iterator[Name]:
    """Active parameters: a dense model has none."""
    if model.kind in ("decoder", "encoder", "image") and model.container in ("plain", "Q4_K_M", "w4a16"):
        words: tuple[str, ...] = (
            ("A3B", "A22B", "a3b", "A1B", "A0.5B", "A35B", "A400M") if model.size else ("A3B", "A12B")
        )
        yield from said("active", model, words, True)
        return
    if model.kind != "mixture":
        return
    right = next(active for before, size, *_, active in MIXTURES if (before, size) == (model.before, model.size))
    bare = msgspec.structs.replace(model, size=model.size.split("-A")[0] if "-A" in model.size else model.size)
    for billions in (right, round(right), 0.3, 8, 20, 70, 110, 240):
        lie = billions not in (right, round(right))
        if lie and right / 2.2 < billions < 2.2 * right:
            continue
        if bare.size.startswith("A"):
            yield Name("active", model.name.replace(bare.size, f"A{billions:g}B"), lie)
        else:
            words = (f"A{billions:g}B", f"{billions:g}B-active", f"a{billions:g}b", f"{billions:g}B-activated")
            for tail, changed in varied(bare):
                yield from said("active", changed, words if not tail else words[:1], lie)


def experts(model: Planted, evidence: Evidence) -> Iterator[Name]:
    """Experts in every spelling."""
    if model.container not in ("plain", "Q4_K_M") or model.kind not in ("decoder", "mixture"):
        return
    held = evidence.value(EXPERTS) or 0
    for count in (4, 8, 16, 60, 64, 128, 160):
        words = (f"{count}E", f"{count}experts", f"{count}-experts", f"{count}x", f"MoE-{count}E", f"experts-{count}")
        for word in (*words[:3], *words[4:]):
            if (word.endswith("E") and count % 8) or ("8x" in model.size and count < 8):  # of epochs; of what is used
                continue
            if count == held:
                for _, changed in varied(model):
                    yield from said("experts", changed, (word,), False)
            elif count > held + 2 or count < held:
                yield from said("experts", model, (word,), True)
    if model.kind == "decoder" and model.size[-1:] in ("b", "B"):
        for count in (2, 4, 8, 16):
            yield Name("experts", f"{model.before}-{count}x{model.size}", True)


def effective(model: Planted, evidence: Evidence) -> Iterator[Name]:
    """Effective sizes: what a nested model takes, never more than it has."""
    total = evidence.value(PARAMETERS)
    if model.kind == "nested":
        for billions in (1, 2, 3, 4, 6, 8, 12):
            lie = f"E{billions}B" != model.size
            for tail in ("it", "", "Instruct", "unsloth", "bf16", "it-v2", "my-tune", "2025", "sft", "dpo", "de",
                         "chat",
                         "v2", "ft", "med", "text", "pt", "it-sft", "it-dpo", "it-2025", "math", "law", "base", "hf",
                         "kto",
                         "it-my", "qat", "merged"):  # fmt: skip
                for written in (f"E{billions}B", f"e{billions}b"):
                    name = "-".join(part for part in (model.before, written, tail) if part)
                    yield Name("effective size", name, lie)
        return
    if model.kind != "decoder" or model.container not in ("plain", "Q4_K_M") or not total:
        return
    bare = msgspec.structs.replace(model, size="")
    for billions in (2, 4, 8, 12, 27):
        if billions * 10**9 > 2 * total:
            yield from said("effective size", bare, (f"E{billions}B", f"e{billions}b"), True)


def layers(model: Planted, evidence: Evidence) -> Iterator[Name]:
    """Layers in every spelling."""
    held = {evidence.value(key) for key in (LAYERS, ENCODER_LAYERS, DECODER_LAYERS)}
    if model.container not in ("plain", "Q4_K_M") or not model.kind.startswith(
        ("dec", "enc", "mix", "emb", "text", "ima")
    ):
        return
    if "L-4" in model.name or "L6" in model.name:
        return
    for count in (3, 5, 6, 10, 12, 18, 24, 29, 32, 36, 99):
        words: tuple[str, ...] = (f"{count}L", f"{count}-layers", f"{count}layers", f"L{count}", f"{count}Layer",
                 f"layers{count}",
                 f"{count}-layer", f"L-{count}", f"{count}_layers", f"layers-{count}", f"{count}l",
                 f"num_layers_{count}",
                 f"nlayers{count}", f"{count}-hidden-layers", f"depth-{count}", f"{count}blocks")  # fmt: skip
        if model.kind == "image":  # L is Large there, and depth a task
            words = tuple(
                word for word in words if "L" not in word.replace("Layer", "") and not word.startswith("depth")
            )
        elif count < 5:
            words = tuple(word for word in words if not word.startswith("L"))  # L3 is Llama 3
        if "xlm" in model.name:
            words = tuple(word for word in words if not re.fullmatch(r"\d+[Ll]", word))  # of languages
        yield from said("layers", model, words, count not in held)


def heads(model: Planted, evidence: Evidence) -> Iterator[Name]:
    """Attention heads in every spelling."""
    held = {fact.value for key in (HEADS, KEY_VALUE_HEADS) for fact in evidence.all(key)}
    if (
        model.container not in ("plain", "Q4_K_M")
        or not model.kind.startswith(("dec", "enc", "mix", "emb"))
        or "A-8" in model.name
    ):
        return
    for count in (4, 6, 8, 12, 16, 20, 32, 48):
        words = (f"{count}heads", f"{count}-heads", f"{count}-head", f"heads-{count}", f"heads{count}",
                 f"{count}_heads",
                 f"nheads{count}", f"num_heads_{count}", f"{count}-attention-heads")  # fmt: skip
        yield from said("heads", model, words, count not in held)


def widths(model: Planted, evidence: Evidence) -> Iterator[Name]:
    """The length of the vectors that an embedder gives out."""
    if model.kind not in ("embedder", "encoder") or "H384" in model.name or "H-512" in model.name:
        return
    dense = "2_Dense/config.json" in model.files
    held = 256 if dense else evidence.value(HIDDEN_SIZE)
    for width in (256, 384, 512, 768, 1024, 3584, 4096):
        words = (f"{width}d", f"{width}-dim", f"dim{width}", f"{width}dim", f"dim-{width}", f"{width}D",
                 f"embed{width}",
                 f"{width}-dimensional", f"{width}dims", f"emb-dim-{width}", f"d{width}")  # fmt: skip
        yield from said("embedding width", model, words, width != held)


TASKS: dict[str, tuple[str, ...]] = {
    "text-classification": ("sequence-classification", "text-classification", "sst2", "mnli", "sentiment-classifier",
                            "SequenceClassification", "sentiment-analysis", "toxicity-classifier",
                            "emotion-classification"),
    "token-classification": ("token-classification", "ner", "NER", "pos-tagging", "conll2003",
                             "named-entity-recognition"),
    "question-answering": ("squad", "squad2", "question-answering", "extractive-qa", "SQuAD-v2", "QuestionAnswering"),
    "embedder": ("embedding", "embeddings", "Embedding", "sentence-embedding", "embed", "embedder"),
    "reranker": ("reranker", "Reranker", "rerank", "cross-encoder", "re-ranker"),
    "reward": ("reward", "RM", "reward-model", "Reward", "rm", "PRM"),
    "decoder": ("Instruct", "Chat", "instruct", "chat"),
}  # fmt: skip
RIGHT_TASKS: dict[str, tuple[str, ...]] = {
    "text-classification": ("text-classification", "reranker"),
    "reranker": ("reranker", "text-classification"),
    "reward": ("reward", "text-classification", "decoder"),
    "vision-language": ("decoder",),
    "mixture": ("decoder",),
}
_HEADED = ("text-classification", "token-classification", "question-answering")
# over an embedder: what no vector of a whole text can do; over words filled in: what is not a data set of whole texts
_OF_WORDS = ("token-classification", "ner", "NER", "squad", "squad2", "SQuAD-v2")
_OF_HEADS = ("sequence-classification", "SequenceClassification", "text-classification", *_OF_WORDS)


def tasks(model: Planted) -> Iterator[Name]:
    """Task heads; an instruct name over an embedder, and an embedder's over what has another head."""
    if model.container not in ("plain", "F16") or model.kind in ("image", "speech"):
        return
    bare = msgspec.structs.replace(model, after=re.sub(r"-?(Instruct.*|[Cc]hat.*|it|hf|Base)$", "", model.after))
    for task, words in TASKS.items():
        if task == model.kind or task in RIGHT_TASKS.get(model.kind, ()):
            yield from said("task head", bare, words, False)
    if model.kind == "encoder":
        yield from said("task head", bare, _OF_HEADS, True)
    elif model.kind == "embedder":
        yield from said("task head", bare, (*_OF_WORDS, *TASKS["reranker"][:3]), True)
        if "B" in model.size:
            yield from said("task head", bare, TASKS["decoder"], True)
    elif model.kind in ("decoder", "mixture") and model.config is not None:
        yield from said("task head", bare, ("sequence-classification", "TokenClassification"), True)
        if "lm_head.weight" in model.tensors and model.size:
            yield from said("task head", bare, TASKS["embedder"][:3], True)
    elif model.kind in _HEADED:
        for task in (*_HEADED, "embedder", "reranker"):
            plain = [w for w in TASKS[task] if "sentiment" not in w and "ifier" not in w and "em" not in w[:2]]
            if task == "embedder":
                plain = ["embedding", "embeddings"]
            if task != model.kind and not (task == "reranker" and model.kind == "text-classification"):
                yield from said(
                    "task head",
                    bare,
                    [w for w in plain if w not in ("sst2", "question-answering", "QuestionAnswering")],
                    True,
                )


SEEING = ("Vision", "VL", "vision", "VLM", "vl", "multimodal", "Visual", "Omni", "MLLM")
HEARING = ("Audio", "audio", "ASR", "asr", "TTS", "tts", "audio-v2", "Omni")


def modalities(model: Planted) -> Iterator[Name]:
    """Towers of images and of sound."""
    if model.container not in ("plain", "w4a16", "gptq-4", "mlx-4"):
        return
    if model.kind in ("decoder", "mixture"):
        yield from said("modality", model, (*SEEING, *HEARING), True)
        if model.before[-1].isdigit() and model.size:
            yield Name("modality", f"{model.before}-VL-{model.size}", True)
            yield Name("modality", f"{model.before}-Omni-{model.size}", True)
            yield Name("modality", f"{model.before}-Audio-{model.size}-Instruct", True)
    elif model.kind == "vision-language":
        for _, changed in varied(model):
            yield from said("modality", changed, SEEING[:7], False)
        yield from said("modality", model, HEARING[:-1], True)
        yield Name("modality", f"{model.before}-VL-{model.size}-{model.after}", False)
    elif model.kind == "speech":
        yield from said("modality", model, ("audio", "asr", "ASR", "speech", "speech-recognition"), False)
        yield from said("modality", model, ("vision", "VL"), True)
    elif model.kind == "image":
        yield from said("modality", model, ("vision", "visual"), False)
        yield from said("modality", model, ("ASR", "audio", "tts"), True)


# a word of a name -> the containers that bear it out
METHODS: dict[str, tuple[str, ...]] = {
    "GPTQ": ("gptq-4", "gptq-8"),
    "gptq-4bit": ("gptq-4",),
    "GPTQ-Int8": ("gptq-8",),
    "GPTQ-Int4": ("gptq-4",),
    "AWQ": ("awq-4",),
    "awq-4bit": ("awq-4",),
    "bnb-4bit": ("bnb-4",),
    "nf4": ("bnb-4",),
    "bnb-8bit": ("bnb-8",),
    "FP8": ("fp8", "fp8-bare"),
    "fp8": ("fp8", "fp8-bare"),
    "FP8-dynamic": ("fp8", "fp8-bare"),
    "NVFP4": ("nvfp4",),
    "nvfp4": ("nvfp4",),
    "MXFP4": ("mxfp4", "mlx-mxfp4"),
    "mxfp4": ("mxfp4", "mlx-mxfp4"),
    "mxfp8": ("mlx-mxfp8",),
    "MXFP8": ("mlx-mxfp8",),
    "w4a16": ("w4a16", "gptq-4", "awq-4"),
    "W4A16": ("w4a16", "gptq-4", "awq-4"),
    "W8A8": ("w8a8", "fp8"),
    "w8a8": ("w8a8", "fp8"),
    "quantized.w8a8": ("w8a8", "fp8"),
    "W8A16": ("gptq-8",),
    "INT4": ("gptq-4", "awq-4", "w4a16"),
    "int4": ("gptq-4", "awq-4", "w4a16"),
    "INT8": ("w8a8", "gptq-8", "bnb-8"),
    "int8": ("w8a8", "gptq-8", "bnb-8"),
    "4bit": ("gptq-4", "awq-4", "bnb-4", "mlx-4", "mlx-mxfp4", "w4a16", "nvfp4", "mxfp4", "exl2-4"),
    "4-bit": ("gptq-4", "awq-4", "bnb-4", "mlx-4", "mlx-mxfp4", "w4a16", "nvfp4", "mxfp4", "exl2-4"),
    "8bit": ("gptq-8", "bnb-8", "mlx-8", "mlx-mxfp8", "w8a8", "fp8", "fp8-bare"),
    "8-bit": ("gptq-8", "bnb-8", "mlx-8", "mlx-mxfp8", "w8a8", "fp8", "fp8-bare"),
    "mlx-4bit": ("mlx-4", "mlx-mxfp4"),
    "MLX-8bit": ("mlx-8", "mlx-mxfp8"),
    "exl2": ("exl2-4", "exl2-6"),
    "4.0bpw-exl2": ("exl2-4",),
    "exl2-6.0bpw": ("exl2-6",),
    "4bpw": ("exl2-4",),
    "8.0bpw-h8-exl2": (),
    "fp16": ("f16",),
    "FP16": ("f16",),
    "bf16": ("plain",),
    "BF16": ("plain",),
    "fp32": ("f32",),
    "FP32": ("f32",),
    "float32": ("f32",),
    "2bit": (),
    "3bit": (),
    "6bit": ("exl2-6",),
}
# right or wrong by the reader's view: a word that may be of another state, of activations, or of another writer's
UNCLEAR: frozenset[tuple[str, str]] = frozenset(
    (word, container)
    for words, containers in (
        (("INT4", "int4", "w4a16", "W4A16"), ("bnb-4", "mlx-4", "mxfp4", "nvfp4", "mlx-mxfp4", "exl2-4")),
        (("INT8", "int8"), ("mlx-8", "fp8", "fp8-bare", "mlx-mxfp8")),
        (
            ("W8A16", "W8A8", "w8a8", "quantized.w8a8"),
            ("mlx-8", "bnb-8", "fp8-bare", "w8a8", "gptq-8", "mlx-mxfp8", "fp8"),
        ),
        (("GPTQ", "gptq-4bit", "GPTQ-Int4", "AWQ", "awq-4bit"), ("w4a16", "gptq-4", "awq-4")),
        (("GPTQ", "GPTQ-Int8", "AWQ"), ("w8a8", "gptq-8")),
        (("mlx-4bit",), ("mxfp4",)),
        (("nf4", "bnb-4bit"), ("bnb-4",)),
        (("FP8", "fp8", "FP8-dynamic"), ("mlx-mxfp8",)),
        (("mxfp8", "MXFP8"), ("fp8", "fp8-bare")),
        (("fp16", "FP16"), ("plain",)),
        (("bf16", "BF16"), ("f16",)),
        (("4bpw", "2bit", "3bit"), ("gptq-4", "awq-4", "bnb-4", "mlx-4", "mlx-mxfp4", "w4a16", "nvfp4", "mxfp4")),
    )
    for word in words
    for container in containers
)


def methods(model: Planted) -> Iterator[Name]:
    """Methods, bits and dtypes, whichever container holds the weights."""
    if model.kind != "decoder" or model.container in ENCODINGS:
        return
    for word, right in METHODS.items():
        if model.container in right:
            yield from said("method and bits", model, (word,), False)
        elif (word, model.container) not in UNCLEAR:
            yield from said("method and bits", model, (word,), True)


def encodings(model: Planted) -> Iterator[Name]:
    """Encodings of GGUF by the bytes, whatever general.file_type says."""
    if model.container not in ENCODINGS or model.kind != "decoder":
        return
    for encoding, (_, most, _, _) in ENCODINGS.items():
        words = (f"{encoding}-GGUF", encoding, f"GGUF-{encoding}", f"{encoding.lower()}-gguf", f"i1-{encoding}")
        same = ENCODINGS[model.container][1] == most
        if {ENCODINGS[model.container][1], most} == {"F16", "BF16"}:  # both are called half precision
            continue
        yield from said("GGUF encoding", model, words, not same)
    for word in ("4bit-gguf", "8bit-gguf", "GGUF-4bit"):
        bits = {"Q4_K": 4, "IQ4_XS": 4, "Q8_0": 8, "Q2_K": 2, "F16": 16, "BF16": 16}.get(ENCODINGS[model.container][1])
        if bits is not None:
            yield from said("GGUF encoding", model, (word,), str(bits) + "bit" not in word)


def size_words(model: Planted) -> Iterator[Name]:
    """Sizes in words, against the sizes of the family."""
    words = {"bert": ("tiny", "mini", "small", "medium", "base", "large"), "roberta": ("base", "large"),
             "xlm-roberta": ("base", "large"), "vit": ("base", "large", "huge"),
             "whisper": ("tiny", "base", "small", "medium", "large")}.get(model.before)  # fmt: skip
    if words is None or model.container not in ("plain",) or model.size not in words:
        return
    for word in words:
        changed = msgspec.structs.replace(model, size=word)
        for tail in ("", "finetuned", "v2", "custom", "en", "2024", "my", "domain"):
            text = f"{changed.name}-{tail}" if tail else changed.name
            yield Name("size word", text, word != model.size)


def sizes(model: Planted, evidence: Evidence) -> Iterator[Name]:
    """Counts of parameters."""
    total = evidence.value(PARAMETERS)
    if model.kind not in ("decoder", "encoder", "vision-language") or not total or not re.search("[bBmM]", model.size):
        return
    yield Name("size", model.name, False)
    for billions in (0.1, 0.5, 1.5, 3, 7, 13, 34, 70):
        if total > 3e9 * billions or 3 * total < 1e9 * billions:
            yield Name("size", msgspec.structs.replace(model, size=f"{billions:g}B").name, True)


# what a number in a right name may count that is not a claim about the model
ODD = (
    "1T-tokens", "300B-tokens", "13B-seen", "s13b-b90k", "laion2B", "laion2B-s32B-b82K", "lvd142m", "600bt",
    "r128k-steps", "50k-steps", "step-1000", "checkpoint-24000", "2048", "seq-512", "200k-dataset", "10k-examples",
    "100k-rows", "v2b", "20240513", "2507", "distilled-from-70b", "epoch-3E", "3E", "lr-2e5", "3-epochs", "bs-32",
    "5M-sentences", "1M-pairs", "k400", "in22k", "in1k", "ft-1k", "32-shot", "Dolphin-100k", "math-500k",
    "reasoning-1k", "layer-12", "layer12-sae", "5-layer-mlp", "top-8", "2x", "4x", "slerp", "50-50", "500M-words",
    "8-classes", "16frames", "16x2", "audio-tagging-data-removed", "vision-removed", "no-vision", "text-only",
    "for-vision", "rm-v0-data", "squad-generator", "instruct-data", "GPTQ-calibrated", "dequantized-from-fp8",
)  # fmt: skip


def odd(model: Planted) -> Iterator[Name]:
    """Names that are right whatever number stands in them."""
    if model.container == "plain" and model.kind in ("decoder", "encoder", "image", "embedder"):
        yield Name("numbers of something else", model.name, False)
        yield from said("numbers of something else", model, ODD, False)


def names_over(model: Planted, evidence: Evidence) -> Iterator[Name]:
    """Every name over a model."""
    yield from contexts(model)
    yield from actives(model)
    yield from experts(model, evidence)
    yield from effective(model, evidence)
    yield from layers(model, evidence)
    yield from heads(model, evidence)
    yield from widths(model, evidence)
    yield from tasks(model)
    yield from modalities(model)
    yield from methods(model)
    yield from encodings(model)
    yield from size_words(model)
    yield from sizes(model, evidence)
    yield from odd(model)


class Count(msgspec.Struct):
    """What came of the names of one kind."""

    lies: int = 0
    caught: int = 0
    noted: int = 0
    true: int = 0
    alarmed: int = 0


def measure(show: bool, only: str | None = None, most: int = MOST) -> dict[str, Count]:
    """Judge a fixed draw of the names of every kind."""
    rules = select_rules()
    drawn: dict[tuple[str, bool], list[tuple[Planted, Evidence, Name]]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        for number, model in enumerate(models()):
            model.write(Path(folder) / str(number))
            evidence = gather(open_source(Path(folder) / str(number)))
            for name in names_over(model, evidence):
                if only is None or only in name.kind:
                    drawn[(name.kind, name.lie)].append((model, evidence, name))
    chance = random.Random(SEED)
    counts: dict[str, Count] = {}
    plain: dict[tuple[int, str], frozenset[str]] = {}
    for (kind, lie), names in sorted(drawn.items()):
        count = counts.setdefault(kind, Count())
        for model, evidence, name in chance.sample(names, min(most, len(names))):
            loud, noted = outcome(evidence, name.text, rules)
            at = (id(evidence), model.name)
            if at not in plain:
                plain[at] = outcome(evidence, model.name, rules)[0]
            new = {text for text in loud if text not in plain[at]}
            if lie:
                count.lies += 1
                count.caught += bool(new)
                count.noted += not new and noted
            else:
                count.true += 1
                count.alarmed += bool(new)
            if show and lie != bool(new):
                print(f"{'MISSED' if lie else 'ALARM '} {kind}: {name.text} over {model.kind} {model.name} "
                      f"[{model.container}] {sorted(new)[:1] or ''}")  # fmt: skip
    return counts


def outcome(evidence: Evidence, text: str, rules: Sequence[object]) -> tuple[frozenset[str], bool]:
    """What is said loudly of a name, and whether there is a note."""
    report = judge(parse_name(text), evidence, target="planted", given=True, rules=rules)  # type: ignore[arg-type]
    loud = frozenset(f"{f.code} {f.message}" for f in report.findings if f.severity is not Severity.NOTE)
    return loud, any(f.severity is Severity.NOTE for f in report.findings)


def section(counts: Mapping[str, Count], before: Mapping[str, Count]) -> str:
    """The section of the page."""
    rows = []
    for kind, count in sorted(counts.items()):
        old = before.get(kind)
        was = f"{old.caught / old.lies:.0%}" if old and old.lies else ""
        alarmed = f"{old.alarmed:,}" if old else ""
        caught = f"{count.caught:,} ({count.caught / count.lies:.0%})" if count.lies else ""
        rows.append(f"| {kind} | {count.lies:,} | {was} | {caught} | {count.true:,} | {alarmed} | {count.alarmed:,} |")
    return "\n\n".join(
        (
            pages.LIES_BEGIN,
            "## Lies of every kind",
            "Names over models of many families, sizes and formats that are built as headers "
            "(`tools/planted_models.py`), each with one claim more that the files bear out or not, in the spellings "
            "that people use. *Caught*: an error or a warning that the right name does not have. *Before*: the same "
            "names at the commit before these claims were read.",
            "| Kind | Lies | Caught before | Caught | True names | Alarmed before | Alarmed |\n"
            "|---|---:|---:|---:|---:|---:|---:|\n" + "\n".join(rows),
            pages.LIES_END,
        )
    )


def main() -> int:
    """Measure; write the section."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--only")
    parser.add_argument("--most", type=int, default=MOST)
    parser.add_argument("--before", type=Path)
    parser.add_argument("--save", type=Path)
    given = parser.parse_args()
    counts = measure(given.show, given.only, given.most)
    before = msgspec.json.decode(given.before.read_bytes(), type=dict[str, Count]) if given.before else {}
    for kind, count in sorted(counts.items()):
        print(f"{kind:28} lies {count.lies:4} caught {count.caught:4} noted {count.noted:3}; "
              f"true {count.true:4} alarmed {count.alarmed:3}")  # fmt: skip
    if given.save:
        given.save.write_bytes(msgspec.json.encode(counts))
    if given.before:
        page = pages.ROOT / PAGE
        page.write_text(pages.with_section(page.read_text(encoding="utf-8"), section(counts, before)), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
