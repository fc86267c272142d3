"""A study as files: tables, figures, a summary for machines and a report for people."""

from truename.study.report.write import write_report

__all__ = ["write_report"]
