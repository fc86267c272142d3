"""Write every generated page; with ``--check`` fail where one is not what the code says."""

from __future__ import annotations

import fact_page
import pages
import readme_example
import rule_pages

if __name__ == "__main__":
    pages.run(fact_page.main, rule_pages.main, readme_example.main)
