"""A report in Chromium: nothing is loaded, nothing is too wide, nothing is hard to read."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from PIL import Image
from reported_shop import Shop

pytestmark = pytest.mark.browser

WIDTHS = {"desk": 1280, "phone": 390, "narrow": 320}
TOLD = {"resultTypes": ["violations"]}
OPTIONS = {"light": TOLD, "dark": TOLD | {"runOnly": ["color-contrast"]}}


@pytest.fixture(scope="module")
def page(chromium: Any, shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    file = tmp_path_factory.mktemp("opened") / "report.html"
    file.write_text(shop.html, encoding="utf-8")
    context = chromium.new_context(viewport={"width": WIDTHS["desk"], "height": 800})
    opened = context.new_page()
    opened.complaints, opened.asked = [], []
    opened.on("pageerror", lambda error: opened.complaints.append(str(error)))
    opened.on("console", lambda told: opened.complaints.append(told.text))
    opened.on("request", lambda request: opened.asked.append(request.url))
    opened.goto(file.as_uri())
    yield opened
    context.close()


def test_it_asks_for_nothing_but_itself_and_complains_of_nothing(page: Any) -> None:
    itself, *others = page.asked
    assert itself.endswith("report.html")
    assert all(url.startswith("data:image/webp") for url in others)
    assert page.complaints == []
    assert page.evaluate("[...document.images].every(i => i.complete && i.naturalWidth > 0)")
    assert page.locator("img").count() > 10


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_it_never_scrolls_sideways(page: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") == width


def edges(page: Any, table: Any) -> tuple[int, int]:
    """Return how dark the first and the last column of pixels of a table's frame are, 0 to 255."""
    box = table.bounding_box()
    clip = {"x": box["x"], "y": box["y"], "width": box["width"], "height": 4}
    row = np.asarray(Image.open(io.BytesIO(page.screenshot(clip=clip))).convert("L"))[1]
    return 255 - int(row[1]), 255 - int(row[-2])


def test_a_table_that_goes_on_has_a_shadow_at_that_edge(page: Any) -> None:
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": WIDTHS["phone"], "height": 800})
    table = page.get_by_label("All that was compared")
    table.scroll_into_view_if_needed()
    first, there = edges(page, table)
    table.evaluate("t => { t.scrollLeft = t.scrollWidth }")
    back, last = edges(page, table)
    assert there - last > 30
    assert back - first > 30
    assert abs(first - last) < 3  # none where nothing is left
    page.set_viewport_size({"width": WIDTHS["desk"], "height": 800})
    table.scroll_into_view_if_needed()
    assert max(edges(page, table)) <= first + 3


def test_marks_stand_where_the_figures_say(page: Any, shop: Shop) -> None:
    page.set_viewport_size({"width": WIDTHS["desk"], "height": 800})
    centres = page.evaluate("""[...document.querySelectorAll('.lines')[0]
      .querySelectorAll('.line:not(.axis)')].map(line => {
        const plot = line.querySelector('.plot').getBoundingClientRect()
        const mark = line.querySelector('.mark > *').getBoundingClientRect()
        return (mark.x + mark.width / 2 - plot.x) / plot.width})""")
    ticks = page.locator(".lines").first.locator(".below text").all_text_contents()
    told = page.locator(".lines").first.locator(".told").all_inner_texts()
    figures = [float(text.split()[0]) for text in told if text]
    assert len(figures) == len(centres) == 3
    for centre, figure in zip(centres, figures, strict=True):
        assert centre * float(ticks[-1]) == pytest.approx(figure, abs=0.01)


@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing(page: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.evaluate(AXE_SCRIPT)
    for scheme, options in OPTIONS.items():
        page.emulate_media(color_scheme=scheme)
        found = AxeResults(page.evaluate("asked => axe.run(asked)", options))
        assert not found.violations_count, f"{scheme}: {found.generate_report()}"


def test_paper_is_white_and_nothing_wider_than_it(page: Any) -> None:
    page.emulate_media(media="print", color_scheme="dark")
    white = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert white == "rgb(255, 255, 255)"
    page.set_viewport_size({"width": 688, "height": 900})  # A4 less its margins
    assert page.evaluate("document.documentElement.scrollWidth") <= 688
    page.emulate_media(media="screen")
