"""Write every generated file; with ``--check`` fail where one is not what the code says."""

from __future__ import annotations

import compile_tables
import compile_vocabulary
import fact_page
import help_text
import pages
import readme_example
import report_page
import rule_pages


def vocabulary(check: bool) -> int:
    """Write or check the compiled vocabulary, on which the pages rest."""
    return compile_vocabulary.main(["--check"] if check else [])


if __name__ == "__main__":
    pages.run(
        vocabulary,
        compile_tables.main,
        help_text.main,
        fact_page.main,
        report_page.main,
        rule_pages.main,
        readme_example.main,
    )
