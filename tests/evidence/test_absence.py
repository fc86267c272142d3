"""Why a fact of the card is not there: no card, a silent card, a broken one."""

from pathlib import Path

import pytest

from truename.evidence import gather
from truename.sources import FolderSource


@pytest.mark.parametrize(
    ("file", "text", "why"),
    [
        (None, "", "there is no card (README.md)"),
        ("README.md", "# A model\n", "the card has no front matter"),
        ("readme.md", "# A model\n", "the card has no front matter"),
        ("README.md", "---\npipeline_tag: fill-mask\n---\n", "README.md says nothing of the languages"),
        ("readme.md", "---\nlanguage: en\n", "readme.md: has front matter that no line '---' ends"),
    ],
)
def test_the_reason_names_what_is_there(tmp_path: Path, file: str | None, text: str, why: str) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    if file is not None:
        (tmp_path / file).write_text(text)
    assert gather(FolderSource(tmp_path)).why_missing("languages") == why
