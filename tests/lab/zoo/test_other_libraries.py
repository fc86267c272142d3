from __future__ import annotations

from importlib.util import find_spec

import pytest

from truename.lab.zoo.libraries.sentence_transformers_modules import SentenceTransformersModules
from truename.lab.zoo.unit import Unit
from truename.lab.zoo.worker import build_unit


def _needs(module: str) -> None:
    """Skip without importing: timm's own import needs the operators to be there first."""
    if find_spec(module) is None:
        pytest.skip(f"{module} is not installed")


def test_an_architecture_of_timm_with_other_heads():
    _needs("timm")
    from truename.lab.zoo.libraries.timm_models import TimmModels

    unit = Unit("timm", "resnet18", "timm/resnet", "image-classification")
    entries, failures = build_unit(TimmModels(), unit, 4, 0)
    assert failures == []
    heads = [next((r.shape[0] for r in e.rows if r.template == "fc.weight"), 0) for e in entries]
    assert heads[0] == 1000
    assert 0 in heads
    assert [e.task for e in entries] == ["image-classification" if n else "image-feature-extraction" for n in heads]


def test_a_timm_family_of_few_architectures_varies_in_depth():
    _needs("timm")
    from truename.lab.zoo.libraries.timm_models import TimmModels

    unit = Unit("timm", "sequencer2d_s", "timm/sequencer", "image-classification")
    entries, failures = build_unit(TimmModels(), unit, 4, 0)
    assert failures == []
    assert len({e.tensors for e in entries}) > 2  # with a head and without: two


def test_a_published_model_of_diffusers():
    _needs("diffusers")
    from truename.lab.zoo.libraries.diffusers_models import DiffusersModels

    unit = Unit("diffusers", "UNet2DConditionModel", "UNet2DConditionModel", "text-to-image", released=1)
    entries, failures = build_unit(DiffusersModels(), unit, 1, 0)
    assert failures == []
    assert entries[1].parameters == 859_520_964  # of Stable Diffusion 1.5


def test_a_module_of_sentence_transformers():
    _needs("sentence_transformers")
    (unit,) = [u for u in SentenceTransformersModules().units() if u.class_name == "Dense"]
    (entry,) = SentenceTransformersModules().build(unit, 0, 0)
    assert [(r.template, len(r.shape)) for r in entry.rows] == [("linear.weight", 2), ("linear.bias", 1)]


def test_torchvision_can_be_imported_without_its_operators():
    _needs("timm")
    from truename.lab.zoo.vision_operators import define_missing_operators

    define_missing_operators()
    define_missing_operators()
    import torchvision

    assert torchvision.__version__


def test_an_adapter_of_peft():
    _needs("peft")
    from truename.lab.zoo.libraries.peft_adapters import PeftAdapters

    unit = Unit("peft", "GPT2LMHeadModel", "gpt2", "text-generation")
    entries, failures = build_unit(PeftAdapters(), unit, 3, 0)
    assert failures == []
    for entry in entries:
        ranks = {row.shape[0] for row in entry.rows if ".lora_A." in row.template}
        assert ranks == {entry.config["r"]}
        first, second = (next(r for r in entry.rows if f"c_attn.lora_{m}.weight" in r.template) for m in "AB")
        assert second.shape[0] == 3 * first.shape[1]  # Conv1D is stored turned
        assert all(row.template.startswith("base_model.model.transformer.h.#.") for row in entry.rows)
