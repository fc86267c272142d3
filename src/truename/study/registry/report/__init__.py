"""A study as files: tables, figures, a summary for machines and a report for people."""

from truename.study.registry.report.study_files import check_inputs, write_report

__all__ = ["check_inputs", "write_report"]
