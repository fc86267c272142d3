"""FIL004: several sets of weights that are not the same."""

from __future__ import annotations

from truename.evidence.evidence import Evidence
from truename.facts import FORMATS, FORMATS_AGREE, FORMATS_DIFFER, FORMATS_READ, SetDifference, Unlike
from truename.findings import ReasonKind, Severity
from truename.names.claims import Claims
from truename.rules.rule import Case, Decision, Rule, cannot_tell, does_not_apply


class FormatsDiffer(Rule):
    """The same model lies there in two formats, and they hold different tensors.

    Which file is loaded depends on the library, its version and what else is installed. Where ``pytorch_model.bin`` and
    ``model.safetensors`` differ, two users of one name run two models: after a vocabulary was resized, or a training
    continued, and only one of the files was uploaded again.

    Heads, buffers, tied tables and the dtype may differ; a shape may not, nor may layers be missing. Only files under
    the names that libraries load by default are compared.
    """

    code, slug, since = "FIL004", "formats-differ", "0.2"
    topic = "its files"
    needs = frozenset({FORMATS_AGREE, FORMATS_DIFFER})
    reads = frozenset({FORMATS, FORMATS_READ})
    about_files = True
    flagged = (
        Case(
            "bert-base-uncased",
            expect=Severity.ERROR,
            formats_read=("pytorch_model.bin",),
            formats_differ=(SetDifference("pytorch_model.bin", Unlike.SHAPES, "has 1 tensor of another shape"),),
        ),
        Case(
            "bert-base-uncased",
            expect=Severity.WARNING,
            formats_read=("pytorch_model.bin",),
            formats_differ=(SetDifference("pytorch_model.bin", Unlike.NAMES, "lacks 16 tensors"),),
        ),
    )
    confirmed = (
        Case("bert-base-uncased", formats_read=("pytorch_model.bin",), formats_agree=("pytorch_model.bin",)),
        Case("bert-base-uncased", formats_read=("model.fp16.safetensors",), formats_agree=("model.fp16.safetensors",)),
    )
    undecided = (
        Case("bert-base-uncased", formats_read=("tf_model.h5",)),
        Case("bert-base-uncased", formats=("safetensors", "flax")),
    )
    not_applicable = (Case("bert-base-uncased"), Case("bert-base-uncased", formats=("safetensors",)))

    def check(self, claims: Claims, evidence: Evidence) -> Decision:
        differ, agree = evidence.get(FORMATS_DIFFER), evidence.get(FORMATS_AGREE)
        if differ is not None and differ.value:
            return self.flag(
                self.finding(Severity.ERROR if one.unlike is Unlike.SHAPES else Severity.WARNING, str(one), fact=differ)
                for one in differ.value
            )
        if agree is not None and agree.value:
            return self.passed(agree)
        if evidence.value(FORMATS_READ):
            text = "the other sets of weights could not be compared with the main one tensor by tensor"
            return cannot_tell(ReasonKind.AMBIGUOUS_FILES, text)
        if len(evidence.value(FORMATS, ())) > 1:
            return cannot_tell(ReasonKind.UNREAD_WEIGHTS, "the weights in other formats were not compared")
        return does_not_apply(ReasonKind.NO_SUCH_FILE, "there is no second set of weights to compare")
