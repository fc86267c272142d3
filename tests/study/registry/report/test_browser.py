"""The report in a real browser: it is one file, draws its charts and fits a narrow window."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from browsers import Visit, browser


@pytest.fixture(scope="module")
def visits(out: Path) -> Iterator[dict[int, Visit]]:
    with browser() as opened:
        found = {width: Visit(opened, out / "report.html", width) for width in (1200, 400)}
        for visit in found.values():
            visit.page.wait_for_selector("body[data-drawn]")
        yield found


@pytest.mark.parametrize("width", [1200, 400])
def test_charts_are_drawn(visits: dict[int, Visit], out: Path, width: int) -> None:
    page = visits[width].page
    figures = len(list((out / "figures").glob("*.svg")))
    assert page.locator(".chart").count() == page.locator(".chart svg").count() == figures
    for chart in page.locator(".chart").all():
        assert chart.locator("svg g[class*='mark-'] path, svg g[class*='mark-'] text").count() > 5
        box = chart.locator("svg").bounding_box()
        assert box is not None
        assert 200 < box["width"] <= width
        assert box["height"] > 50


@pytest.mark.parametrize("width", [1200, 400])
def test_no_error_and_no_request_but_the_file_itself(visits: dict[int, Visit], width: int) -> None:
    assert visits[width].messages == []
    assert visits[width].requests == [visits[width].url]


@pytest.mark.parametrize("width", [1200, 400])
def test_nothing_is_wider_than_the_window(visits: dict[int, Visit], width: int) -> None:
    page = visits[width].page
    page.evaluate("() => document.querySelectorAll('details').forEach(each => each.open = true)")
    assert visits[width].overflow <= 0


def test_tables_stand_whole_in_a_wide_window(visits: dict[int, Visit]) -> None:
    page = visits[1200].page
    page.evaluate("() => document.querySelectorAll('details').forEach(each => each.open = true)")
    hidden = page.evaluate("() => [...document.querySelectorAll('.scroll')].map(s => s.scrollWidth - s.clientWidth)")
    assert max(hidden) == 0


def test_a_table_that_goes_on_can_be_reached_by_keys(visits: dict[int, Visit]) -> None:
    page = visits[400].page
    page.evaluate("() => document.querySelectorAll('details').forEach(each => each.open = true)")
    table = page.locator("details .scroll", has=page.locator("th", has_text="Difference, 95 %"))
    assert table.evaluate("each => each.scrollWidth - each.clientWidth") < 200
    table.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("each => each.scrollLeft > 0", arg=table.element_handle())


def test_letters_can_be_read_at_400_pixels(visits: dict[int, Visit]) -> None:
    heights = visits[400].page.evaluate(
        "() => [...document.querySelectorAll('.chart svg text')].map(t => t.getBoundingClientRect().height)"
    )
    assert min(height for height in heights if height) >= 8


def test_a_mark_tells_its_numbers(visits: dict[int, Visit]) -> None:
    page = visits[1200].page
    page.locator("#figure-elements svg g.mark-rect.role-mark path").first.hover()
    tooltip = page.locator("#vg-tooltip-element")
    tooltip.wait_for(state="visible")
    assert "count" in tooltip.inner_text()
    assert "low" in tooltip.inner_text()


def test_links_lead_to_the_sections(visits: dict[int, Visit]) -> None:
    targets = visits[400].page.locator("nav a").evaluate_all("links => links.map(link => link.hash)")
    assert len(targets) >= 10
    assert all(visits[400].page.locator(f"h2{target}").count() == 1 for target in targets)
