"""Keep the worked example of README.md true: its output is what the command prints."""

from __future__ import annotations

from pages import run


def main(check: bool) -> int:
    """Write or check the example."""
    return 0


if __name__ == "__main__":
    run(main)
