"""The page in Chromium, opened from its file: clicked, measured, and watched for requests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.xl_addin.report.test_page import page_of

WIDTHS = (1280, 390)


@pytest.fixture(params=WIDTHS)
def page(browser: Any, results: Path, request: pytest.FixtureRequest) -> Iterator[Any]:
    """The page of the workbook on a screen of that width; it must ask for nothing but itself."""
    page_of(results)
    shown = browser.new_page(viewport={"width": request.param, "height": 844})
    asked: list[str] = []
    said: list[str] = []
    shown.on("request", lambda asked_for: asked.append(asked_for.url))
    shown.on("console", lambda message: said.append(message.text))
    shown.on("pageerror", lambda error: said.append(str(error)))
    address = results.with_name("page.html").as_uri()
    shown.goto(address)
    yield shown
    assert {url.partition("#")[0] for url in asked} == {address}
    assert said == []
    shown.close()


def settled(page: Any, selector: str) -> None:
    """Wait until an element is in sight."""
    page.wait_for_function(
        "s => { const b = document.querySelector(s).getBoundingClientRect();"
        " return b.height > 0 && b.top >= 0 && b.top < innerHeight }",
        arg=selector,
    )


def test_a_number_in_an_answer_opens_its_passage(page: Any):
    assert not page.is_visible("#q1p2")
    page.click("article .text a[href='#q1p2']")
    settled(page, "#q1p2")
    assert page.inner_text("#q1p2").startswith("港の壁は1931年に建てられた。")
    assert not page.is_visible("#q1p0")


def test_the_same_number_leads_there_again_after_it_was_folded(page: Any):
    page.click("article .text a[href='#q1p1']")
    settled(page, "#q1p1")
    page.click("details:has(> #q1p1) > summary")
    assert not page.is_visible("#q1p1")
    page.click("article .text a[href='#q1p1']")
    settled(page, "#q1p1")


def test_a_passage_folds(page: Any):
    page.click("details:has(> #q1p0) > summary")
    assert page.is_visible("#q1p0")
    page.click("details:has(> #q1p0) > summary")
    assert not page.is_visible("#q1p0")


def test_an_address_with_a_passage_opens_it(page: Any):
    page.goto(f"{page.url}#q2p2")
    settled(page, "#q2p2")


def test_a_cell_under_the_pointer_says_what_it_stands_for(page: Any):
    page.locator("details:has(> figure) > summary").first.click()
    page.locator("td[title]").nth(4).hover()
    said = page.locator("output").first
    assert said.inner_text().startswith("2 · P02 · 0.110")
    assert "BRICS is a photograph" in said.inner_text()


def test_nothing_sticks_out_of_the_window(page: Any):
    page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
    assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")


def test_nothing_stays_folded_on_paper(page: Any):
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate("[...document.querySelectorAll('details')].every(fold => fold.open)")
