"""The forms in which a report can be written; each has one module here, imported when it is asked for."""

from __future__ import annotations

from truename.report.form import Form
from truename.report.writers.writer import Entry, Run, Writer

__all__ = ["Entry", "Form", "Run", "Writer", "writer_for"]


def writer_for(form: Form, run: Run) -> Writer:
    """The writer of a form."""
    match form:
        case Form.TEXT:
            from truename.report.writers.text import TextWriter

            return TextWriter(run)
        case Form.CONCISE:
            from truename.report.writers.concise import ConciseWriter

            return ConciseWriter(run)
        case Form.JSON:
            from truename.report.writers.json import JsonWriter

            return JsonWriter(run)
        case Form.JSONL:
            from truename.report.writers.json import JsonLinesWriter

            return JsonLinesWriter(run)
        case Form.SARIF:
            from truename.report.writers.sarif import SarifWriter

            return SarifWriter(run)
        case Form.GITHUB:
            from truename.report.writers.github import GitHubWriter

            return GitHubWriter(run)
        case Form.GITLAB:
            from truename.report.writers.gitlab import GitLabWriter

            return GitLabWriter(run)
        case Form.JUNIT:
            from truename.report.writers.junit import JUnitWriter

            return JUnitWriter(run)
        case Form.MARKDOWN:
            from truename.report.writers.markdown import MarkdownWriter

            return MarkdownWriter(run)
        case Form.HTML:
            from truename.report.writers.html import HtmlWriter

            return HtmlWriter(run)
