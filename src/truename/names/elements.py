"""Naming elements: the thirteen kinds of the study, each with the role that makes it checkable.

Source of the kinds: Jiang et al., "I see models being a whole other thing": An Empirical Study of Pre-Trained Model
Naming Conventions and A Tool for Enhancing Naming Consistency, Empirical Software Engineering 30(6):155, 2025, Table 2.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, TypeVar

import msgspec

E = TypeVar("E", bound=StrEnum)


def direct(enum: type[E]) -> type[E]:
    """Members as plain attributes: Python 3.11 finds each by calling a property, which takes several times as long."""
    for member in enum:
        type.__setattr__(enum, member.name, member)
    return enum


@direct
class Kind(StrEnum):
    """The thirteen naming elements."""

    ARCHITECTURE = "A"
    SIZE = "S"
    DATASET = "D"
    CHARACTERISTIC = "C"
    VERSION = "V"
    REUSE = "F"
    LANGUAGE = "L"
    TASK = "T"
    TRAINING = "R"
    LAYERS = "N"
    HIDDEN = "H"
    PARAMETERS = "P"
    OTHER = "O"


@direct
class Role(StrEnum):
    """What an element says within its kind: the unit in which it can be checked.

    In brackets: the normalised value of such an element.
    """

    # A
    FAMILY = "family"  # an architecture claim (the vocabulary's family key, a str)
    BRAND = "brand"  # a product line, no architecture claim (its key, a str)
    MOE = "moe"  # the word MoE, a mixture of experts of any number (moe)
    # S
    SIZE_WORD = "size_word"  # base, large, mini ... (the word in lower case)
    # P
    PARAMETERS = "parameters"  # 7b, 560M (int)
    MIXTURE = "mixture"  # 8x7B (tuple: experts, parameters of one)
    ACTIVE_PARAMETERS = "active_parameters"  # A22B (int)
    EXPERTS = "experts"  # 128E, 16experts, experts-8 (int)
    EFFECTIVE_PARAMETERS = "effective_parameters"  # E4B, what a nested model takes in memory (int)
    # N, H
    LAYERS = "layers"  # L-12, 29Layers (int)
    HIDDEN_SIZE = "hidden_size"  # H-768 (int)
    EMBEDDING_SIZE = "embedding_size"  # 512d, dim-768 (int)
    HEADS = "heads"  # A-12 in bert_uncased_L-12_H-768_A-12 (int)
    # C
    PATCH_SIZE = "patch_size"  # patch16 (int)
    IMAGE_SIZE = "image_size"  # 224 beside a patch or a vision family (int)
    CASE = "case"  # cased, uncased (the word)
    DATA_COUNT = "data_count"  # 600B-tokens, 13B-seen, s34B: tokens, samples or images, of no model (int)
    CHARACTERISTIC = "characteristic"
    # O with an exact claim: precision, packaging and what the model itself can take
    CONTEXT = "context"  # 8k, 128k, 1M after a context word (int, in tokens: 8k is 8192)
    QUANTISATION = "quantisation"  # gptq, awq, bnb, mxfp4, Q4_K_M ... (the method, GGUF types in upper case)
    BITS = "bits"  # 4bit, Int4, w8a16, 4.0bpw (float)
    PRECISION = "precision"  # fp16, bf16, fp32, fp8, int8 (the word)
    QUANTISATION_DETAIL = "quantisation_detail"  # UD, 128g, gs64, DWQ, QAT, act-order (the word)
    IMATRIX = "imatrix"  # quantised with an importance matrix: imatrix, i1 beside GGUF (imatrix)
    PACKAGING = "packaging"  # gguf, onnx, mlx, openvino, safetensors ... (the word)
    SIDECAR = "sidecar"  # a file beside the model's own: mmproj, mtp (the word)
    SHARD = "shard"  # 00001-of-00003 (tuple: number, of how many)
    # F
    ADAPTER = "adapter"  # lora, qlora, adapter, peft (the word)
    RANK = "rank"  # r16, rank-64 beside an adapter (int)
    REUSE = "reuse"  # finetuned, distilled, merged, pruned ... (the word)
    MERGE = "merge"  # slerp, ties, dare, della, passthrough ... (the method)
    DRAFT = "draft"  # writes ahead for a larger model: draft, eagle, medusa, dflash, speculator (the method)
    UNCENSORED = "uncensored"  # abliterated, uncensored ... (the word)
    # R and alignment
    TRAINING = "training"
    ALIGNMENT = "alignment"  # instruct, chat, dpo, rlhf ... (the word)
    STEPS = "steps"  # step-1000, checkpoint-500, 50k-steps (int)
    EPOCHS = "epochs"  # epoch-3, 2.5-epochs (float)
    SEED = "seed"  # seed-42 (int)
    RUN = "run"  # run-7, the number behind autotrain (int)
    # the rest
    TASK = "task"  # (the pipeline tag where the word means one, else the word)
    MODALITY = "modality"  # vision, VL, audio, video, omni (the modality)
    DATASET = "dataset"
    LANGUAGE = "language"  # (ISO code)
    LANGUAGE_PAIR = "language_pair"  # en-de (tuple: source, target)
    VERSION = "version"  # v1.5, 2.0 (str without the v)
    STAGE = "stage"  # preview, exp, alpha, beta ... (the word)
    DATE = "date"  # 2024-05-13, 20240513, 2507 (str: as ISO 8601 writes it; --05-28 without a year)
    DIGEST = "digest"  # of a commit or of content, a UUID (hexadecimal digits in lower case)
    OTHER = "other"


class Element(msgspec.Struct, frozen=True, gc=False):
    """One naming element: ``name[start:end] == text``.

    Attributes:
        kind: which of the thirteen naming elements it is.
        role: what it says within its kind.
        text: as the name writes it.
        start: where it begins, in characters of the whole name.
        end: where it ends, exclusive.
        value: normalised, in the form that is said beside each role; None where nothing is claimed.
    """

    kind: Kind
    role: Role
    text: str
    start: int
    end: int
    value: Any = None

    @property
    def span(self) -> tuple[int, int]:
        """Start (inclusive) and end (exclusive), in characters of the whole name."""
        return (self.start, self.end)


@direct
class Convention(StrEnum):
    """The study's four naming conventions."""

    IMPLEMENTATION = "implementation"
    APPLICATION_OR_TASK = "application or task"
    COMBINED = "implementation with application or task"
    OTHER = "other"
