"""Keep the worked example of README.md true: its output is what the command prints."""

from __future__ import annotations

from contextlib import chdir
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from truename import check
from truename.findings import Report
from truename.report.text.findings import print_report
from truename.report.text.lines import terminal
from truename.testing.miniature import demo_models

from pages import ROOT, run, settle

EXAMPLE = "llama-7b"
BEGIN = "<!-- example: written by tools/readme_example.py -->\n"
END = "<!-- /example -->"


def example() -> str:
    """The command and what it prints, as a block of Markdown."""
    (model,) = (model for model in demo_models() if model.name == EXAMPLE)
    page = StringIO()
    with TemporaryDirectory() as folder, chdir(folder):
        model.write(Path("models"))
        print_report(Report((check(f"models/{EXAMPLE}"),)), terminal(page))
    return f"```console\n$ truename check models/{EXAMPLE}\n{page.getvalue()}```\n"


def main(check: bool) -> int:
    """Write or check the example."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    head, begin, rest = text.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not (begin and end):
        raise SystemExit(f"README.md has lost the marks of its example: {BEGIN.strip()} and {END}")
    return settle({Path("README.md"): head + begin + example() + end + tail}, check=check)


if __name__ == "__main__":
    run(main)
