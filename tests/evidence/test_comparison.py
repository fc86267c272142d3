"""Folders with several sets of weights: what was read, what agrees, what differs, what is a variant."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hubs import hub_of
from truename.errors import SeveralModelsError
from truename.evidence import Evidence, gather
from truename.facts import Origin, Unlike
from truename.findings import ReasonKind
from truename.sources import FileSource, FolderSource
from truename.sources.hub import HubSource
from truename.testing import TensorSpecs, layout_tensors, write_flax, write_gguf, write_header_only
from truename.testing.hub_server import serve

CONFIG = {
    "model_type": "bert", "hidden_size": 64, "num_hidden_layers": 4, "num_attention_heads": 4, "vocab_size": 200,
    "intermediate_size": 128, "max_position_embeddings": 64, "type_vocab_size": 2,
}  # fmt: skip
STORAGE = ("storage_dtypes", "bits_per_weight", "quantisation_method")


def bert(dtype: str = "F32", **change: int) -> TensorSpecs:
    return layout_tensors({**CONFIG, **change}, dtype)


def flax(tensors: TensorSpecs) -> TensorSpecs:
    """As Flax names and turns them."""
    found: dict[str, tuple[str, tuple[int, ...]]] = {}
    for name, (dtype, shape) in tensors.items():
        path, _, role = name.rpartition(".")
        if role == "weight" and len(shape) == 2:
            embedding = "embeddings" in path
            role, shape = ("embedding", shape) if embedding else ("kernel", (shape[1], shape[0]))
        elif role == "weight":
            role = "scale"
        found[f"{path}.{role}"] = (dtype, shape)
    return found


def found(folder: Path) -> Evidence:
    return gather(FolderSource(folder))


def test_formats_that_agree(tmp_path: Path) -> None:
    write_header_only(tmp_path / "model.safetensors", bert())
    write_flax(tmp_path / "flax_model.msgpack", flax(bert()))
    evidence = found(tmp_path)
    assert evidence.value("formats_read") == ("flax_model.msgpack",)
    assert evidence.value("formats_agree") == ("flax_model.msgpack",)
    assert evidence.get("formats_differ") is None
    assert evidence.value("storage_dtypes") == ("F32",)


@pytest.mark.parametrize(
    ("other", "unlike", "problem"),
    [
        (
            bert(vocab_size=201),
            Unlike.SHAPES,
            "of another shape than model.safetensors: embeddings.word_embeddings.weight is 201×64",
        ),
        (bert(num_hidden_layers=3), Unlike.NAMES, "lacks 16 tensors of model.safetensors: encoder.layer.3"),
        (bert(num_hidden_layers=5), Unlike.NAMES, "has 16 tensors more than model.safetensors: encoder.layer.4"),
    ],
    ids=["vocabulary", "fewer layers", "more layers"],
)
def test_formats_that_differ(tmp_path: Path, other: TensorSpecs, unlike: Unlike, problem: str) -> None:
    write_header_only(tmp_path / "model.safetensors", bert())
    write_flax(tmp_path / "flax_model.msgpack", flax(other))
    (said,) = found(tmp_path).value("formats_differ")
    assert (said.file, said.unlike) == ("flax_model.msgpack", unlike)
    assert problem in said.text


def without(tensors: TensorSpecs, word: str) -> TensorSpecs:
    return {name: spec for name, spec in tensors.items() if word not in name}


@pytest.mark.parametrize(
    "other",
    [
        without(bert(), "pooler"),
        {**bert(), "classifier.weight": ("F32", (9, 64)), "cls.predictions.decoder.weight": ("F32", (200, 64))},
        {**bert(), "embeddings.position_ids": ("I64", (1, 64))},
        {f"bert.{name}": spec for name, spec in bert().items()},
    ],
    ids=["no pooler", "heads", "buffer", "prefix"],
)
def test_what_may_be_there_or_not(tmp_path: Path, other: TensorSpecs) -> None:
    write_header_only(tmp_path / "model.safetensors", bert())
    write_flax(tmp_path / "flax_model.msgpack", flax(other))
    evidence = found(tmp_path)
    assert evidence.value("formats_agree") == ("flax_model.msgpack",)
    assert evidence.get("formats_differ") is None


def test_another_model_in_the_folder_is_no_contradiction(tmp_path: Path) -> None:
    write_header_only(tmp_path / "model.safetensors", bert())
    write_header_only(tmp_path / "epoch-3.safetensors", bert(vocab_size=300))
    evidence = found(tmp_path)
    assert evidence.value("formats_read") == ("epoch-3.safetensors",)
    assert evidence.get("formats_differ") is None


def test_a_variant_says_nothing_of_how_the_weights_are_stored(tmp_path: Path) -> None:
    write_header_only(tmp_path / "model.safetensors", bert("F32"))
    write_header_only(tmp_path / "model.fp16.safetensors", bert("F16"))
    evidence = found(tmp_path)
    assert evidence.value("weight_variants") == ("model.fp16.safetensors F16",)
    assert evidence.value("parameters")
    for key in (*STORAGE, "quantisation_bits"):
        assert evidence.get(key, Origin.WEIGHTS) is None
        reason = evidence.why_missing(key)
        assert (reason.kind, "several sets of the weights" in reason.text) == (ReasonKind.AMBIGUOUS_FILES, True)


def test_a_file_that_cannot_be_read_is_left_out(tmp_path: Path) -> None:
    write_header_only(tmp_path / "model.safetensors", bert())
    (tmp_path / "flax_model.msgpack").write_bytes(b"nothing")
    evidence = found(tmp_path)
    assert evidence.get("formats_read") is None
    assert evidence.value("parameters")


def test_an_adapter_is_not_compared(tmp_path: Path) -> None:
    write_header_only(tmp_path / "model.safetensors", bert())
    write_header_only(tmp_path / "adapter_model.safetensors", {"a.lora_A.weight": ("F32", (8, 64))})
    assert found(tmp_path).get("formats_read") is None


# --- GGUF -----------------------------------------------------------------------------------------------------------


def llama(kind: str, layers: int = 2) -> TensorSpecs:
    tensors = {"token_embd.weight": ("Q6_K", (1000, 256)), "output_norm.weight": ("F32", (256,))}
    for n in range(layers):
        tensors |= {f"blk.{n}.attn_{part}.weight": (kind, (256, 256)) for part in ("q", "output")}
        tensors |= {f"blk.{n}.attn_{part}.weight": (kind, (64, 256)) for part in ("k", "v")}
        tensors |= {f"blk.{n}.ffn_{part}.weight": (kind, (512, 256)) for part in ("gate", "up")}
        tensors |= {f"blk.{n}.ffn_down.weight": (kind, (256, 512))}
        tensors |= {f"blk.{n}.{part}_norm.weight": ("F32", (256,)) for part in ("attn", "ffn")}
    return tensors


def metadata(layers: int = 2, **more: Any) -> dict[str, Any]:
    own = {"block_count": layers, "embedding_length": 256, "context_length": 4096, "attention.head_count": 8}
    return {"general.architecture": "llama", **{f"llama.{k}": v for k, v in own.items()}, **more}


def test_every_gguf_file_has_its_own_encoding(tmp_path: Path) -> None:
    for word, number, kind in (("Q4_K_M", 15, "Q4_K"), ("Q8_0", 7, "Q8_0"), ("f16", 1, "F16")):
        write_gguf(tmp_path / f"tiny-{word}.gguf", llama(kind), metadata(**{"general.file_type": number}))
    evidence = found(tmp_path)
    declared = {fact.file: fact.value for fact in evidence.all("gguf_file_type")}
    stored = {fact.file: fact.value[0] for fact in evidence.all("gguf_tensor_types")}
    assert declared == {"tiny-Q4_K_M.gguf": "Q4_K_M", "tiny-Q8_0.gguf": "Q8_0", "tiny-f16.gguf": "F16"}
    assert stored == {"tiny-Q4_K_M.gguf": "Q4_K", "tiny-Q8_0.gguf": "Q8_0", "tiny-f16.gguf": "F16"}
    assert evidence.value("layers") == 2
    assert evidence.value("context_length") == 4096
    assert all(evidence.get(key, Origin.WEIGHTS) is None for key in STORAGE)


def test_an_image_encoder_is_not_the_model(tmp_path: Path) -> None:
    write_gguf(tmp_path / "a-mmproj-f16.gguf", {"v.a.weight": ("F16", (8, 8))}, {"general.architecture": "clip"})
    write_gguf(tmp_path / "tiny-Q4_K_M.gguf", llama("Q4_K"), metadata())
    evidence = found(tmp_path)
    assert evidence.value("gguf_architecture") == "llama"
    assert evidence.get("formats_read") is None


def test_gguf_files_of_several_models_are_to_be_named(tmp_path: Path) -> None:
    write_gguf(tmp_path / "small-Q4_K_M.gguf", llama("Q4_K"), metadata())
    write_gguf(tmp_path / "small-Q8_0.gguf", llama("Q8_0"), metadata())
    assert found(tmp_path).value("layers") == 2
    write_gguf(tmp_path / "zlarge-Q4_K_M.gguf", llama("Q4_K", 4), metadata(4))
    with pytest.raises(SeveralModelsError, match=r"GGUF files of different models \(small-.*, zlarge-.*\); name one"):
        found(tmp_path)
    assert gather(FileSource(tmp_path / "zlarge-Q4_K_M.gguf")).value("layers") == 4


def test_an_image_encoder_is_no_second_model(tmp_path: Path) -> None:
    write_gguf(tmp_path / "small-Q4_K_M.gguf", llama("Q4_K"), metadata())
    write_gguf(tmp_path / "small-vision.gguf", llama("F16", 1), {"general.architecture": "clip"})
    assert found(tmp_path).value("layers") == 2


def test_gguf_files_of_several_models_elsewhere_speak_for_none(tmp_path: Path) -> None:
    folder = tmp_path / "models" / "acme" / "it"
    folder.mkdir(parents=True)
    write_gguf(folder / "small-Q4_K_M.gguf", llama("Q4_K"), metadata())
    write_gguf(folder / "zlarge-Q4_K_M.gguf", llama("Q4_K", 4), metadata(4))
    with serve(tmp_path / "models") as server:
        evidence = gather(HubSource("acme/it", hub=hub_of(server, tmp_path)))
    assert evidence.get("parameters") is None
    assert evidence.get("layers") is None
    reason = evidence.why_missing("parameters")
    assert (reason.kind, "several models" in reason.text) == (ReasonKind.AMBIGUOUS_FILES, True)
    assert len(evidence.all("gguf_tensor_types")) == 2


def test_shards(tmp_path: Path) -> None:
    names = list(llama("Q4_K"))
    for number, part in enumerate((names[:5], names[5:]), 1):
        tensors = {name: llama("Q4_K")[name] for name in part}
        write_gguf(tmp_path / f"tiny-{number:05d}-of-00002.gguf", tensors, metadata() if number == 1 else {})
    whole = found(tmp_path)
    assert (whole.value("layers"), whole.value("tensors")) == (2, len(names))
    assert whole.value("gguf_architecture") == "llama"
    named = gather(FileSource(tmp_path / "tiny-00001-of-00002.gguf"))  # llama.cpp loads a set by its first file
    assert (named.value("layers"), named.value("tensors")) == (2, len(names))
    (tmp_path / "tiny-00002-of-00002.gguf").unlink()
    part = gather(FileSource(tmp_path / "tiny-00001-of-00002.gguf"))
    assert part.value("missing_shards") == ("tiny-00002-of-00002.gguf",)
    assert part.get("parameters") is None
    reason = part.why_missing("parameters")
    assert (reason.kind, "tiny-00002-of-00002.gguf is missing" in reason.text) == (ReasonKind.UNREAD_WEIGHTS, True)
    assert part.value("context_length") == 4096


def test_a_gguf_adapter(tmp_path: Path) -> None:
    write_gguf(
        tmp_path / "lora.gguf",
        {"blk.0.attn_q.weight.lora_a": ("F16", (8, 64))},
        {"general.architecture": "llama", "general.type": "adapter"},
    )
    evidence = found(tmp_path)
    assert evidence.value("is_adapter") is True
    assert evidence.get("parameters") is None


def test_what_a_gguf_file_says_of_itself(tmp_path: Path) -> None:
    more = {"general.name": "Tiny 1B", "general.size_label": "1B", "llama.attention.head_count_kv": [2, 2],
            "llama.rope.scaling.type": "yarn", "llama.rope.scaling.factor": 4.0,
            "llama.rope.scaling.original_context_length": 1024, "llama.expert_used_count": 0}  # fmt: skip
    write_gguf(tmp_path / "tiny-Q4_K_M.gguf", llama("Q4_K"), metadata(**more))
    evidence = found(tmp_path)
    values = {
        "gguf_name": "Tiny 1B", "gguf_size_label": "1B", "heads": 8, "key_value_heads": 2, "hidden_size": 256,
        "extended_context_length": 4096, "rope_scaling": "yarn", "vocabulary_size": 1000,
        "quantisation_method": "gguf", "experts_per_token": None,
    }  # fmt: skip
    assert {key: evidence.value(key) for key in values} == values
    head = next(fact for fact in evidence.all("heads") if fact.origin is Origin.DECLARED)
    assert (head.file, head.detail) == ("tiny-Q4_K_M.gguf", "llama.attention.head_count")
