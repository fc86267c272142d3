"""The kernel of every engine: one target in, one row out, whatever happens in between."""

from __future__ import annotations

import time
from collections.abc import Callable

from truename.api import judge
from truename.errors import TruenameError, UnavailableError
from truename.evidence import gather
from truename.names import parse_name
from truename.scan.rows import Row, error_row, report_row
from truename.scan.targets import Target
from truename.sources import Source

# A source asks again by itself; only a server that fails for longer comes back here, and the whole model is read anew.
ATTEMPTS = 3
FIRST_WAIT = 2.0  # seconds
LONGEST_WAIT = 600.0  # what a rate limit may ask for

Open = Callable[[str], Source]


def check_row(target: Target, open: Open) -> Row:
    """Check one target. What is wrong with the target itself becomes a row too.

    A server that is unavailable is asked again later, after the time it asks for.

    Args:
        target: what to check.
        open: target -> source; raises TruenameError where there is no model.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return _checked(target, open)
        except UnavailableError as error:
            if attempt == ATTEMPTS:
                return error_row(target, error)
            asked = error.retry_after or 0.0
            time.sleep(min(max(asked, FIRST_WAIT * 4 ** (attempt - 1)), LONGEST_WAIT))
        except TruenameError as error:
            return error_row(target, error)
    raise AssertionError("the last attempt returns")


def _checked(target: Target, open: Open) -> Row:
    source = open(target.target)
    parsed = parse_name(source.name if target.name is None else target.name)
    evidence = gather(source)
    return report_row(judge(parsed, evidence, target=target.target), evidence)
