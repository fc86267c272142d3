"""CFG007: what the configuration of an image or diffusion model declares, against its tensors."""

from __future__ import annotations

from typing import Any

from truename.evidence.evidence import Evidence
from truename.facts import (
    BLOCK_CHANNELS,
    CLASSES,
    CROSS_ATTENTION_SIZE,
    FEATURES,
    IMAGE_ARCHITECTURE,
    INPUT_CHANNELS,
    IS_ADAPTER,
    PARAMETERS,
    Fact,
    Key,
    Origin,
)
from truename.findings import Finding, ReasonKind, Severity
from truename.names.claims import Claims
from truename.releases import counted_names
from truename.rules.rule import Case, Decision, Rule, cannot_tell, does_not_apply
from truename.rules.shared.configured import both, source_of
from truename.rules.shared.quantities import ratio
from truename.units import describe_count

FAR = 1.5  # times: a classifier of another number of classes is reckoned out, branches that are joined later are not
_USUAL_CLASSES = 1000  # of the counts that timm publishes

_WORDS: dict[Key[Any], str] = {
    BLOCK_CHANNELS: "channels of its blocks",
    INPUT_CHANNELS: "channels of its input",
    CROSS_ATTENTION_SIZE: "width of the text that it attends to",
    FEATURES: "width of its features",
    CLASSES: "number of its classes",
}


def _said(key: Key[Any], value: Any) -> Fact[Any]:
    return Fact(key, value, Origin.DECLARED, "config.json")


def _pair(key: Key[Any], weights: Any, config: Any) -> list[Any]:
    return [Fact(key, weights, Origin.WEIGHTS), _said(key, config)]


class ImageConfig(Rule):
    """The configuration of an image or diffusion model declares another model than the tensors are.

    diffusers and timm build the model that ``config.json`` describes and put the tensors into it. A UNet for Stable
    Diffusion 1 attends to texts of width 768, one for XL to 2048; one for painting over has nine channels of input; a
    classifier has the classes that it was trained for. With the configuration of another the model cannot be loaded,
    and where a loader ignores what does not fit it answers noise.

    timm's own counts tell whether the tensors can be those of the architecture that is declared.
    """

    code, slug, since = "CFG007", "image-config", "0.2"
    topic = "its configuration"
    needs = frozenset(_WORDS) | {IMAGE_ARCHITECTURE}
    reads = frozenset({IS_ADAPTER, PARAMETERS})
    about_files = True
    flagged = (
        Case("sd-unet", expect=Severity.ERROR, cross_attention_size=_pair(CROSS_ATTENTION_SIZE, 768, 2048)),
        Case("sd-unet", expect=Severity.ERROR, block_channels=_pair(BLOCK_CHANNELS, (320, 640), (320, 640, 1280))),
        Case("inpainting", expect=Severity.ERROR, input_channels=_pair(INPUT_CHANNELS, 4, 9)),
        Case("resnet50", expect=Severity.ERROR, classes=_pair(CLASSES, 10, 1000)),
        Case("resnet50", expect=Severity.ERROR, image_architecture="resnet50", parameters=11_689_512),
    )
    confirmed = (
        Case("sd-unet", cross_attention_size=_pair(CROSS_ATTENTION_SIZE, 768, 768)),
        Case("resnet50", image_architecture="resnet50", parameters=25_557_032),
        Case(
            "resnet50",
            image_architecture="resnet50",
            parameters=23_528_522,
            classes=_pair(CLASSES, 10, 10),
            features=_pair(FEATURES, 2048, 2048),
        ),
    )
    undecided = (
        Case("sd-unet", cross_attention_size=_said(CROSS_ATTENTION_SIZE, 768)),
        Case("my-net", image_architecture="some_net_of_mine", parameters=1_000_000),
    )
    not_applicable = (Case("llama-7b"), Case("sd-lora", is_adapter=True, cross_attention_size=2048))

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        if evidence.value(IS_ADAPTER):
            text = "the files hold an adapter, and the configuration is its base model's"
            return does_not_apply(ReasonKind.OTHER_KIND_OF_MODEL, text)
        if not any(evidence.declared(key) for key in self.needs):
            return does_not_apply(ReasonKind.NO_SUCH_FILE, "there is no configuration of timm's or diffusers' form")
        pairs = [pair for key in _WORDS if (pair := both(evidence, key)) is not None]
        unlike = [pair for pair in pairs if pair[0].value != pair[1].value]
        counted = self._counted(evidence)
        findings = [*map(self._found, unlike), *(counted if counted is not None else ())]
        if findings:
            return self.flag(findings)
        if not pairs and counted is None:
            text = "the tensors show nothing of what the configuration declares"
            return cannot_tell(ReasonKind.UNKNOWN_TO_TRUENAME, text)
        return self.passed(pairs[0][1] if pairs else evidence.get(PARAMETERS))

    def _found(self, pair: tuple[Fact[Any], Fact[Any]]) -> Finding:
        declared, measured = pair
        what = _WORDS[declared.key]
        message = f"{source_of(declared)} declares {_shown(declared.value)} as the {what}; "
        message += f"the tensors show {_shown(measured.value)}"
        return self.finding(Severity.ERROR, message, fact=measured)

    def _counted(self, evidence: Evidence) -> tuple[Finding, ...] | None:
        """The count of the declared architecture against the tensors'; None where one of them is not known."""
        said, held = evidence.get(IMAGE_ARCHITECTURE), evidence.get(PARAMETERS, Origin.WEIGHTS)
        if said is None or held is None:
            return None
        known = counted_names().parameters.get(said.value.lower())
        if known is None:
            return None
        reckoned = held.value + _usual_classifier(evidence)
        nearest = min(known, key=lambda count: ratio(reckoned, count))
        if ratio(reckoned, nearest) <= FAR:
            return ()
        message = (
            f"{source_of(said)} declares {said.value}, which has {describe_count(nearest)} parameters; "
            f"the weights hold {describe_count(held.value)}"
        )
        return (self.finding(Severity.ERROR, message, fact=held),)


def _usual_classifier(evidence: Evidence) -> int:
    """What a classifier of the usual number of classes would add to the parameters."""
    features, classes = evidence.get(FEATURES, Origin.WEIGHTS), evidence.get(CLASSES, Origin.WEIGHTS)
    if features is None:
        declared = evidence.declared(FEATURES)
        return 0 if declared is None else declared.value * _USUAL_CLASSES
    return int((_USUAL_CLASSES - (0 if classes is None else classes.value)) * features.value)


def _shown(value: Any) -> str:
    return ", ".join(f"{one:,}" for one in value) if isinstance(value, tuple) else f"{value:,}"
