"""Models of several parts: each is listed and counted, and a report says which of them the claims are compared with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from hubs import hub_of
from truename.api import check, inspect
from truename.evidence import Evidence, gather
from truename.evidence.parts import MAX_PARTS
from truename.findings import ModelPart, ModelReport, Outcome, ReasonKind, Severity, VerdictKind
from truename.report.inspection import inspection_json
from truename.report.text.inspection import print_inspection
from truename.report.text.lines import page_on
from truename.report.text.parts import part_lines
from truename.rules.selection import select_rules
from truename.scan.rows import report_row
from truename.sources import FolderSource
from truename.sources.hub import HubSource
from truename.testing import write_gguf, write_header_only
from truename.testing.hub_server import Fault, serve
from truename.testing.protobuf_files import onnx_model, onnx_tensor

Shapes = Mapping[str, tuple[int, ...]]

DENOISER = {f"blocks.{n}.attn.to_q.weight": (1000, 1000) for n in range(1_400)}  # 1.4 B
ENCODER = {f"encoder.layers.{n}.fc1.weight": (1000, 1000) for n in range(300)}  # 300 M
SMALL = {"decoder.conv_in.weight": (100, 1000)}  # 100 K
CLASSES = {
    "unet": "UNet2DConditionModel",
    "transformer": "FluxTransformer2DModel",
    "transformer_2": "WanTransformer3DModel",
    "prior": "PriorTransformer",
    "decoder": "StableCascadeUNet",
    "image_encoder": "CLIPVisionModelWithProjection",
    "text_encoder": "T5EncoderModel",
    "vqgan": "PaellaVQModel",
    "vae": "AutoencoderKL",
    "scheduler": "DDIMScheduler",
    "tokenizer": "T5TokenizerFast",
    "feature_extractor": "CLIPImageProcessor",
}


def weights(path: Path, shapes: Shapes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_header_only(path, {name: ("F16", shape) for name, shape in shapes.items()})


def pipeline(folder: Path, parts: Mapping[str, Shapes], *also_listed: str) -> Path:
    """A pipeline whose index names ``parts``, a scheduler and a tokenizer, and ``also_listed`` without weights."""
    for name, shapes in parts.items():
        weights(folder / name / "diffusion_pytorch_model.safetensors", shapes)
        (folder / name / "config.json").write_text(json.dumps({"_class_name": CLASSES[name]}))
    listed = (*parts, *also_listed, "scheduler", "tokenizer", "feature_extractor")
    index: dict[str, Any] = {name: ["diffusers", CLASSES[name]] for name in listed}
    index |= {"_class_name": "SomePipeline", "_diffusers_version": "0.30.0", "safety_checker": [None, None]}
    (folder / "model_index.json").write_text(json.dumps(index))
    return folder


def found(folder: Path) -> Evidence:
    return gather(FolderSource(folder))


def named(parts: tuple[ModelPart, ...]) -> dict[str, tuple[int | None, bool]]:
    return {part.name: (part.parameters, part.judged) for part in parts}


def sizes(report: ModelReport) -> tuple[Outcome, Severity | None]:
    (claim,) = [claim for claim in report.claims if claim.role == "parameters"]
    return claim.outcome, claim.severity


def test_a_pipeline_lists_its_parts_and_counts_the_whole(tmp_path: Path) -> None:
    pipeline(tmp_path, {"vae": SMALL, "unet": DENOISER, "text_encoder": ENCODER})
    evidence = found(tmp_path)
    assert named(evidence.parts) == {
        "unet": (1_400_000_000, True),
        "text_encoder": (300_000_000, False),
        "vae": (100_000, False),
    }
    assert [part.name for part in evidence.parts] == ["unet", "text_encoder", "vae"]
    assert evidence.parts[1] == ModelPart(
        "text_encoder", "text_encoder/diffusion_pytorch_model.safetensors", "safetensors", 300, 300_000_000
    )
    assert evidence.value("parameters") == 1_400_000_000
    (whole,) = evidence.all("whole_parameters")
    assert (whole.value, whole.detail) == (1_700_100_000, "sum over unet, text_encoder, vae")


@pytest.mark.parametrize(
    ("name", "outcome", "severity"),
    [
        ("video-1.4b", Outcome.CONFIRMED, None),  # the denoiser
        ("video-1.7b", Outcome.CONFIRMED, None),  # all of it
        ("video-7b", Outcome.FLAGGED, Severity.ERROR),
        ("video-2.2b", Outcome.FLAGGED, Severity.WARNING),  # near to the whole is not the whole
        ("video-0.3b", Outcome.FLAGGED, Severity.ERROR),  # a text encoder's count is not a pipeline's
    ],
)
def test_a_size_may_mean_the_denoiser_or_the_whole(
    name: str, outcome: Outcome, severity: Severity | None, tmp_path: Path
) -> None:
    report = check(pipeline(tmp_path, {"unet": DENOISER, "text_encoder": ENCODER}), name=name)
    assert sizes(report) == (outcome, severity)


def test_a_size_above_the_denoisers_is_open_while_a_part_is_missing(tmp_path: Path) -> None:
    folder = pipeline(tmp_path, {"unet": DENOISER}, "text_encoder")
    report = check(folder, name="video-7b")
    (claim,) = [claim for claim in report.claims if claim.role == "parameters"]
    assert (claim.outcome, claim.reason and claim.reason.kind) == (Outcome.CANNOT_TELL, ReasonKind.NO_WEIGHTS)
    assert claim.reason is not None
    assert "text_encoder" in claim.reason.text
    assert sizes(check(folder, name="video-0.3b")) == (Outcome.FLAGGED, Severity.ERROR)
    assert sizes(check(folder, name="video-1.4b")) == (Outcome.CONFIRMED, None)
    absent = report.parts[1]
    assert (absent.name, absent.file, absent.parameters) == ("text_encoder", None, None)


@pytest.mark.parametrize(
    ("parts", "judged"),
    [
        (("image_encoder", "prior", "text_encoder"), "prior"),
        (("decoder", "text_encoder", "vqgan"), "decoder"),
        (("transformer_2", "transformer", "vae"), "transformer"),
        (("transformer_2", "text_encoder"), "transformer_2"),
        (("vae", "vqgan", "unet"), "unet"),
    ],
)
def test_claims_are_compared_with_the_part_that_makes_the_pipeline(
    parts: tuple[str, ...], judged: str, tmp_path: Path
) -> None:
    shapes = {name: DENOISER if name == judged else ENCODER for name in parts}
    evidence = found(pipeline(tmp_path, shapes))
    assert [part.name for part in evidence.parts if part.judged] == [judged]
    assert evidence.value("parameters") == 1_400_000_000
    assert evidence.value("whole_parameters") == 1_400_000_000 + 300_000_000 * (len(parts) - 1)


def test_what_the_index_does_not_name_is_no_part(tmp_path: Path) -> None:
    pipeline(tmp_path, {"unet": DENOISER, "vae": SMALL})
    weights(tmp_path / "text_encoder" / "model.safetensors", ENCODER)
    assert set(named(found(tmp_path).parts)) == {"unet", "vae"}


def test_variants_of_a_part_are_not_counted_twice(tmp_path: Path) -> None:
    pipeline(tmp_path, {"unet": DENOISER, "vae": SMALL})
    for name in ("diffusion_pytorch_model.fp16.safetensors", "sd_vae.safetensors"):
        weights(tmp_path / "vae" / name, SMALL)
    assert found(tmp_path).value("whole_parameters") == 1_400_100_000


def test_a_file_beside_a_pipeline_is_none_of_its_parts(tmp_path: Path) -> None:
    """Publishers put the original checkpoint beside: of the denoiser alone, or of all of it."""
    pipeline(tmp_path, {"transformer": DENOISER, "vae": SMALL})
    weights(tmp_path / "flux1-dev.safetensors", DENOISER)
    report = check(tmp_path, name="flow-1.4b")
    assert named(report.parts) == {"transformer": (1_400_000_000, False), "vae": (100_000, False)}
    assert sizes(report) == (Outcome.CONFIRMED, None)
    assert "compared with none of them" in text(report.parts)


def test_a_part_that_is_broken_is_a_fault_of_the_files(tmp_path: Path) -> None:
    pipeline(tmp_path, {"unet": DENOISER, "vae": SMALL})
    file = tmp_path / "vae" / "diffusion_pytorch_model.safetensors"
    file.write_bytes(file.read_bytes()[:40])
    report = check(tmp_path, name="a-pipeline")
    assert report.verdict.outcome is VerdictKind.DEFECTIVE
    assert [(f.code, f.evidence and f.evidence.file) for f in report.findings] == [
        ("FIL001", "vae/diffusion_pytorch_model.safetensors")
    ]
    assert report.parts[1].reason is not None
    assert report.parts[1].reason.kind is ReasonKind.UNREAD_WEIGHTS
    assert "whole_parameters" not in {fact.key for fact in report.facts}


def test_a_part_that_was_not_downloaded_is_no_fault(tmp_path: Path) -> None:
    pipeline(tmp_path, {"unet": DENOISER, "vae": SMALL})
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 335000000\n"
    (tmp_path / "vae" / "diffusion_pytorch_model.safetensors").write_text(pointer)
    report = check(tmp_path, name="a-pipeline")
    assert not report.findings
    assert report.parts[1].reason is not None
    assert report.parts[1].reason.kind is ReasonKind.NOT_DOWNLOADED


@pytest.mark.parametrize("lists", [True, False], ids=["with modules.json", "without"])
def test_the_modules_of_a_sentence_encoder(lists: bool, tmp_path: Path) -> None:
    weights(tmp_path / "model.safetensors", ENCODER)
    weights(tmp_path / "2_Dense" / "model.safetensors", {"linear.weight": (768, 1000)})
    if lists:
        modules = [{"idx": 0, "path": ""}, {"idx": 1, "path": "1_Pooling"}, {"idx": 2, "path": "2_Dense"}]
        (tmp_path / "modules.json").write_text(json.dumps(modules))
    evidence = found(tmp_path)
    assert named(evidence.parts) == {"model": (300_000_000, True), "2_Dense": (768_000, False)}
    assert evidence.value("whole_parameters") == 300_768_000


def test_a_part_in_a_folder_beside_the_model(tmp_path: Path) -> None:
    weights(tmp_path / "model.safetensors", ENCODER)
    weights(tmp_path / "speech_tokenizer" / "model.safetensors", SMALL)
    for beside in ("checkpoint-500", "original", "onnx", "fp16"):
        weights(tmp_path / beside / "model.safetensors", ENCODER)
    assert named(found(tmp_path).parts) == {"model": (300_000_000, True), "speech_tokenizer": (100_000, False)}


def test_a_model_of_one_part_lists_none(tmp_path: Path) -> None:
    weights(tmp_path / "model.safetensors", ENCODER)
    weights(tmp_path / "model.fp16.safetensors", ENCODER)
    report = check(tmp_path, name="some-0.3b")
    assert report.parts == ()
    assert "whole_parameters" not in {fact.key for fact in report.facts}
    assert text(()) == ""


def test_an_image_encoder_beside_a_gguf_file(tmp_path: Path) -> None:
    language = {"token_embd.weight": ("Q4_K", (1024, 256)), "blk.0.attn_q.weight": ("Q4_K", (256, 256))}
    for encoding in ("Q4_K_M", "Q8_0"):
        write_gguf(tmp_path / f"tiny-{encoding}.gguf", language, {"general.architecture": "qwen2vl"})
    for encoding in ("f16", "f32"):
        said = {"general.architecture": "clip", "general.type": "mmproj"}
        write_gguf(tmp_path / f"mmproj-tiny-{encoding}.gguf", {"v.patch_embd.weight": ("F16", (64, 64))}, said)
    write_gguf(tmp_path / "imatrix-tiny.gguf", {"blk.0.in_sum2": ("F32", (8,))}, {"general.type": "imatrix"})
    assert named(found(tmp_path).parts) == {"tiny-Q4_K_M": (327_680, True), "mmproj-tiny-f16": (4_096, False)}


@pytest.mark.parametrize("folder", ["", "onnx"])
def test_the_graphs_of_a_program_are_counted_each_and_not_together(folder: str, tmp_path: Path) -> None:
    """An encoder and a decoder may both hold the embedding."""
    (tmp_path / folder).mkdir(exist_ok=True)
    for stem, rows in (("encoder_model", 100), ("decoder_model", 300), ("decoder_with_past_model", 200)):
        for variant in ("", "_fp16", "_q4"):
            graph = onnx_model([onnx_tensor("w", (rows, 100))])
            (tmp_path / folder / f"{stem}{variant}.onnx").write_bytes(graph)
    report = check(tmp_path, name="some-7b")
    counts = {"decoder_model": 30_000, "decoder_with_past_model": 20_000, "encoder_model": 10_000}
    assert named(report.parts) == {name: (count, False) for name, count in counts.items()}
    assert all(part.graph and part.file == f"{folder}/{part.name}.onnx".lstrip("/") for part in report.parts)
    assert (report.verdict.outcome, sizes(report)) == (VerdictKind.NOT_VERIFIED, (Outcome.CANNOT_TELL, None))
    assert "together" not in text(report.parts)


def test_of_very_many_parts_some_are_counted_and_few_listed(tmp_path: Path) -> None:
    names = [f"text_encoder_{number}" for number in range(200)]
    for name in ("unet", *names):
        weights(tmp_path / name / "model.safetensors", SMALL)
    kinds = {name: ["diffusers", "SomeModel"] for name in ("unet", *names, *(f"missing_{n}" for n in range(5_000)))}
    (tmp_path / "model_index.json").write_text(json.dumps(kinds))
    report = check(tmp_path, name="video-7b")
    assert sum(part.parameters is not None for part in report.parts) == MAX_PARTS
    assert len(report.parts) <= 3 * MAX_PARTS
    assert report.parts[0].name == "unet"
    assert sizes(report)[0] is Outcome.CANNOT_TELL  # what is not counted may be all of it


@pytest.mark.parametrize(
    ("index", "parts"),
    [
        ("[]", {"unet", "vae"}),
        ("{", {"unet", "vae"}),
        ('{"unet": [1, 2], "vae": "x"}', {"unet", "vae"}),
        ('{"unet": ["d", "M"], "\\u001b[31m": ["d", "M"]}', {"unet", "\x1b[31m"}),
    ],
    ids=["a list", "broken", "of other things", "with escapes"],
)
def test_an_index_of_a_pipeline_that_is_none(index: str, parts: set[str], tmp_path: Path) -> None:
    """Without an index that names modules the folders are the parts; nothing of it reaches a terminal as it is."""
    for name in ("unet", "vae"):
        weights(tmp_path / name / "diffusion_pytorch_model.safetensors", SMALL)
    (tmp_path / "model_index.json").write_text(index)
    report = check(tmp_path, name="some-7b")
    assert {part.name for part in report.parts} == parts
    assert "\x1b" not in text(report.parts)


def text(parts: tuple[ModelPart, ...]) -> str:
    paper = page_on(StringIO())
    return "\n".join(line.plain for line in part_lines(parts, paper))


def test_every_report_shows_them(tmp_path: Path) -> None:
    folder = pipeline(tmp_path, {"unet": DENOISER, "text_encoder": ENCODER}, "vae")
    report, inspection = check(folder, name="video-1.4b"), inspect(folder)
    line = "parts: unet 1.40 B (judged), text_encoder 300 M, vae has no weights here"
    assert text(report.parts) == f"  {line}"
    page = StringIO()
    print_inspection(inspection, page_on(page))
    assert line in page.getvalue()
    assert [part["name"] for part in json.loads(inspection_json(inspection))["parts"]] == [
        "unet",
        "text_encoder",
        "vae",
    ]
    row = report_row(report, found(folder))
    assert [(part["name"], part["parameters"], part["judged"]) for part in row["parts"]] == [
        ("unet", 1_400_000_000, True),
        ("text_encoder", 300_000_000, False),
        ("vae", None, False),
    ]
    assert [part["reason"] and part["reason"]["kind"] for part in row["parts"]] == [None, None, "no_weights"]


def test_over_a_network_the_parts_come_at_once(tmp_path: Path) -> None:
    """No answer before every header and every document was asked for, no byte of a header before each of them was."""
    parts = dict.fromkeys(("unet", "text_encoder", "vae"), SMALL)
    folder = pipeline(tmp_path / "models" / "acme" / "video", parts)
    documents = 4  # the index, and a configuration in each folder
    faults = [Fault("*/resolve/*", together=len(parts) + documents), Fault(host="storage", together=len(parts))]
    with serve(tmp_path / "models", faults) as server:
        evidence = gather(HubSource("acme/video", hub=hub_of(server, tmp_path, workers=len(parts) + documents)))
        assert evidence.parts == found(folder).parts
        assert len(server.requests) == 1 + documents + 2 * len(parts)


# --- documents follow from the rules ----------------------------------------------------------------------------------

DOCUMENTS = {
    "config.json": '{"model_type": "llama"}',
    "README.md": "---\nlanguage: en\n---\n",
    "tokenizer_config.json": '{"model_max_length": 512}',
    "tokenizer.json": '{"normalizer": {"type": "Lowercase"}, "model": {}}',
    "adapter_config.json": '{"r": 8}',
}


@pytest.mark.parametrize(
    ("select", "documents"),
    [
        ((), set(DOCUMENTS)),
        (("SIZ001",), {"config.json"}),
        (("LNG001",), {"config.json", "README.md"}),
        (("TOK001",), {"config.json", "tokenizer_config.json", "tokenizer.json"}),
        (("FIL006",), {"config.json", "adapter_config.json"}),
        (("FIL001",), set(DOCUMENTS)),  # any of them may be broken
    ],
)
def test_only_documents_that_a_selected_rule_reads_are_fetched(
    select: tuple[str, ...], documents: set[str], tmp_path: Path
) -> None:
    folder = tmp_path / "models" / "acme" / "some"
    folder.mkdir(parents=True)
    weights(folder / "model.safetensors", SMALL)
    for path, content in DOCUMENTS.items():
        (folder / path).write_text(content)
    rules = select_rules(select)
    with serve(tmp_path / "models") as server:
        report = check(HubSource("acme/some", hub=hub_of(server, tmp_path, cache=False)), rules=rules)
        asked = {request.path.rpartition("/")[2] for request in server.requests}
    assert asked & set(DOCUMENTS) == documents
    assert {fact.file for fact in report.facts} & set(DOCUMENTS) <= documents
    assert report.facts == check(folder, rules=rules).facts
