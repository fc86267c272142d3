"""The names of the forms."""

from __future__ import annotations

from enum import StrEnum


class Form(StrEnum):
    """How a report is written."""

    TEXT = "text"
    CONCISE = "concise"  # one line a finding
    JSON = "json"
    JSONL = "jsonl"  # one line a model
    SARIF = "sarif"
    GITHUB = "github"  # annotations of a workflow
    GITLAB = "gitlab"  # code quality
    JUNIT = "junit"
    MARKDOWN = "markdown"  # a job's summary, a comment
    HTML = "html"
