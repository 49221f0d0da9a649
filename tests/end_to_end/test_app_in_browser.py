"""The app as a user has it: its command, its page in a browser, and what is taken away from it."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cli_calls import PROJECT
from test_report_in_browser import BROWSERS

pytestmark = pytest.mark.end_to_end

NEEDED = ("shiny", "playwright", "axe_playwright_python")
WIDTHS = (1280, 390)
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
HOSTILE = "<img src=x onerror=\"document.title='taken'\"> & 'quotes'"
TINY = f"""title: "{HOSTILE.replace('"', chr(92) + chr(34))}"
question: What do weekly visits do here?
area: Rutland
years: 1
warm_up: 0
replications: 2
draws: point
population_fraction: 0.2
policies: {{cpp_visits: {{interval: 5 working days}}}}
"""
LONG_SECONDS = 60_000


def chromium() -> str:
    """Return the browser, or skip saying what was not run."""
    import shutil

    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if missing or found is None:
        pytest.skip(f"not run: the app in a browser needs {', '.join([*missing, *([] if found else ['Chromium'])])}")
    return found


@dataclass
class App:
    """A running app: its folder, link and process, and the addresses that its pages asked for."""

    folder: Path
    link: str
    process: subprocess.Popen[str]
    asked: list[str]

    @property
    def address(self) -> str:
        return self.link.partition("/?")[0]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    chromium()
    folder = tmp_path_factory.mktemp("app") / "kept"
    command = [sys.executable, "-m", "cinsim", "app", "--no-browser", "--folder", str(folder)]
    here = {**os.environ, "PYTHONPATH": str(PROJECT)}
    process = subprocess.Popen(command, env=here, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout is not None
    line = process.stdout.readline()
    found = re.search(r"http://127\.0\.0\.1:\d+/\?token=\S+", line)
    assert found is not None, line
    yield App(folder, found[0], process, [])
    process.send_signal(signal.SIGINT)
    process.wait(20)


@pytest.fixture(scope="module")
def browser(app: App) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        opened = started.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--disable-quic"])
        context = opened.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
        context.set_default_timeout(LONG_SECONDS)
        context.on("request", lambda request: app.asked.append(request.url))
        context.new_page().goto(app.link)
        yield context
        opened.close()


@pytest.fixture
def page(app: App, browser: Any) -> Iterator[Any]:
    opened = browser.new_page()
    wrong: list[str] = []
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.goto(app.address)
    opened.wait_for_selector("#place")
    yield opened
    opened.close()
    assert not wrong


@pytest.fixture(scope="module")
def compared(app: App, browser: Any) -> str:
    """Return the address of a finished comparison's results, made from a scenario that was pasted."""
    page = browser.new_page()
    page.goto(app.address)
    begin_with(page, TINY)
    page.click("text=Continue to the run")
    page.click("text=Run in full")
    page.wait_for_selector(".tabs")
    address = page.url
    page.close()
    return str(address)


def begin_with(page: Any, text: str) -> None:
    """Begin with a scenario that is pasted."""
    page.fill("#place", "Rutland")
    page.press("#place", "Enter")
    page.click("text=Something else")
    page.fill("#text", text)
    page.click("text=Begin with this text")
    page.wait_for_selector("#yaml")


def faults(page: Any) -> list[tuple[str, int, str]]:
    """Return what axe finds and what runs over the side, at both widths."""
    from axe_playwright_python.sync_playwright import Axe

    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        wide = page.evaluate("document.documentElement.scrollWidth")
        found += [("wider than the window", width, str(wide))] if wide > width else []
        for fault in Axe().run(page, options=RULES).response["violations"]:
            found.append((fault["id"], width, fault["nodes"][0]["html"][:200]))
    page.set_viewport_size({"width": 1280, "height": 900})
    return found


def status_without(app: App, path: str, **headers: str) -> int:
    """Return what a request without the cookie is answered with."""
    try:
        with urllib.request.urlopen(urllib.request.Request(f"{app.address}{path}", headers=headers)) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code


def test_an_authority_is_found_and_stands_beside_its_neighbours_and_england(page: Any) -> None:
    page.fill("#place", "Leedz")
    page.press("#place", "Enter")
    assert "did you mean Leeds" in page.inner_text(".wrong")
    page.fill("#place", "leeds")
    page.click("text=Find")
    page.wait_for_selector("#ships")
    headings = page.locator("#screen thead th").all_inner_texts()
    assert headings == ["Measure", "Here", "Ten neighbours", "England"]
    assert page.locator("#places option").count() >= 152
    assert not faults(page)


def test_cards_yaml_and_messages_stay_in_step_and_a_wrong_value_is_said(page: Any) -> None:
    begin_with(page, TINY)
    page.click("[data-lever='policies.cin_visits'] > summary")
    page.fill("#f-policies\\.cin_visits\\.interval", "20 working days")
    page.press("#f-policies\\.cin_visits\\.interval", "Tab")
    page.wait_for_selector("text=More often than today")
    assert "interval: 20 working days" in page.input_value("#yaml")
    page.fill("#f-policies\\.cin_visits\\.interval", "twenty days")
    page.press("#f-policies\\.cin_visits\\.interval", "Tab")
    page.wait_for_selector("#check .wrong")
    said = page.inner_text("#check .wrong")
    assert "scenario.yaml, line" in said
    assert "policies.cin_visits.interval" in said
    page.fill("#yaml", page.input_value("#yaml").replace("twenty days", "15 working days"))
    page.press("#yaml", "Tab")
    page.wait_for_selector("#check .right")
    assert page.input_value("#f-policies\\.cin_visits\\.interval") == "15 working days"
    assert not faults(page)


def test_what_a_user_writes_is_text_and_never_a_part_of_the_page(page: Any, compared: str) -> None:
    page.goto(compared)
    page.wait_for_selector(".tabs")
    assert HOSTILE in page.inner_text("#screen")
    assert page.locator("#screen img").count() == 0
    assert page.title() != "taken"
    page.goto(f"{compared.partition('?')[0]}?step=start&area=%3Cimg+src%3Dx%3E")
    page.wait_for_selector(".wrong")
    assert page.locator("#screen img").count() == 0


def test_a_run_is_cancelled_and_is_still_there_when_the_page_comes_back(page: Any, app: App) -> None:
    begin_with(page, TINY.replace("replications: 2", "replications: 3000"))
    page.click("text=Continue to the run")
    page.click("text=Run in full")
    page.wait_for_selector(".jobs li:first-child progress")
    address = page.url
    page.goto("about:blank")
    page.goto(address)
    page.locator(".jobs li:first-child [data-act=cancel]").click()
    page.wait_for_selector(".jobs li:first-child .state.cancelled")
    assert page.locator(".jobs li:first-child [data-act=go_on]").count() == 1
    assert not faults(page)
    page.locator(".jobs li:first-child [data-act=delete]").click()
    page.locator(".jobs .state.cancelled").wait_for(state="detached")


def test_a_finished_comparison_takes_an_option_more(page: Any, compared: str) -> None:
    page.goto(compared)
    page.wait_for_selector(".tabs")
    page.click("text=Change the scenario")
    page.fill("#f-title", "Weekly visits and a tenth more posts")
    page.press("#f-title", "Tab")
    page.locator("[data-lever='workforce.social_workers'] > summary").click()
    page.fill("#f-workforce\\.social_workers\\.fte", "+10%")
    page.press("#f-workforce\\.social_workers\\.fte", "Tab")
    page.wait_for_selector("text=10% more than today")
    page.click("text=Continue to the run")
    page.click("text=Add this scenario")
    page.wait_for_selector(".tabs")
    assert "Weekly visits and a tenth more posts" in page.inner_text(".first table")
    assert page.locator(".first thead th").count() == 4


def test_every_part_of_the_results_is_there_and_clean(page: Any, compared: str) -> None:
    page.goto(compared)
    page.wait_for_selector(".tabs")
    for words in page.locator(".tabs a").all_inner_texts():
        page.click(f".tabs a:text-is('{words}')")
        page.wait_for_selector(f".tabs a[aria-current]:text-is('{words}')")
        assert page.locator("#screen section").count() >= 1, words
        assert not faults(page), words


def test_a_filter_shows_another_measure_and_its_address_leads_back(page: Any, compared: str) -> None:
    page.goto(f"{compared}&tab=time")
    page.select_option("[data-filter=measure]", "caseload_mean")
    page.wait_for_selector("figcaption:has-text('Mean caseload')")
    address = page.url
    assert "token" not in address
    page.goto("about:blank")
    page.goto(address)
    page.wait_for_selector("figcaption:has-text('Mean caseload')")


def test_everything_can_be_taken_away_and_opens_apart_from_the_app(page: Any, app: App, compared: str) -> None:
    page.goto(f"{compared}&tab=away")
    page.wait_for_selector("text=Repeat it")
    links = page.locator("#screen a[target=_blank]").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    beginnings = {
        "brief.pdf": b"%PDF", "brief.html": b"<!DOCTYPE", "report.html": b"<!DOCTYPE", "results.xlsx": b"PK",
        "scenario.yaml": b"title", "manifest.json": b"{", "results.json": b"{",
    }  # fmt: skip
    assert {link.rpartition("/")[2] for link in links} == set(beginnings)
    for link in links:
        if link.endswith("report.html"):  # figures are drawn for it, which takes a while: the next test
            continue
        answer = page.request.get(f"{app.address}{link}")
        assert answer.status == 200, link
        assert answer.body().lstrip().startswith(beginnings[link.rpartition("/")[2]])
        if link.endswith(".html"):
            assert answer.headers["content-security-policy"].startswith("sandbox")
    assert json.loads(page.request.get(f"{app.address}{links[-1]}").body())["question"] == "What do weekly visits do here?"


@pytest.mark.slow
def test_the_full_page_is_drawn_when_it_is_first_taken_away(page: Any, app: App, compared: str) -> None:
    work = re.search(r"work=([^&]+)", compared)[1]  # type: ignore[index]
    answer = page.request.get(f"{app.address}/works/{work}/runs/001/report.html?save")
    assert answer.status == 200
    assert answer.body().lstrip().startswith(b"<!DOCTYPE")
    assert "attachment" in answer.headers["content-disposition"]


def test_a_new_user_gets_from_the_first_screen_to_a_brief_in_six_decisions(page: Any) -> None:
    begun, decisions = time.monotonic(), 0

    def decide(what: Any) -> None:
        nonlocal decisions
        decisions += 1
        what()

    page.fill("#place", "Rutland")
    decide(lambda: page.press("#place", "Enter"))
    page.wait_for_selector("#ships")
    page.select_option("#ships", "visits_four_weekly")
    decide(lambda: None)  # which scenario
    decide(lambda: page.click("form:has(#ships) button"))
    decide(lambda: page.click("text=Continue to the run"))
    decide(lambda: page.click("text=Take a quick look"))
    page.wait_for_selector(".tabs")
    assert "Quick look" in page.inner_text("#screen")
    with page.expect_download() as saved:
        decide(lambda: page.click("text=Download the brief"))
    assert Path(saved.value.path()).read_bytes().startswith(b"%PDF")
    assert decisions <= 6
    assert time.monotonic() - begun < 600


def test_a_return_that_is_uploaded_is_kept_apart_and_deleted_on_request(page: Any, app: App, tmp_path: Path) -> None:
    sent = tmp_path / "return.xml"
    sent.write_text("<Message/>", encoding="utf-8")
    page.fill("#place", "Rutland")
    page.press("#place", "Enter")
    page.click("text=Something else")
    page.set_input_files("#return", str(sent))
    page.click("text=Begin with this return")
    page.wait_for_selector("#check .wrong")  # no whole return
    (kept,) = app.folder.glob("*/uploads/return.xml")
    assert kept.read_text(encoding="utf-8") == "<Message/>"
    if os.name != "nt":
        assert (kept.stat().st_mode & 0o777, kept.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    page.click("text=Delete the uploaded files")
    page.wait_for_selector("#check .right")
    assert not list(app.folder.glob("*/uploads"))


def test_a_file_that_is_called_oddly_or_sent_elsewhere_is_refused(page: Any, app: App, compared: str) -> None:
    work = re.search(r"work=([^&]+)", compared)[1]  # type: ignore[index]
    origin = {"origin": app.address}
    odd = page.request.put(f"{app.address}/works/{work}/uploads/x.exe", data="x", headers=origin)
    assert odd.status == 400
    assert not list((app.folder / work).glob("uploads/*"))
    assert page.request.post(f"{app.address}/session/x/upload/y", data="x", headers=origin).status == 404


def test_staffing_is_a_form_that_says_what_is_wrong(page: Any, compared: str) -> None:
    page.goto(compared.replace("step=results", "step=staffing"))
    page.fill("#value", "190")
    page.click("text=Find the posts")
    page.wait_for_selector(".wrong")
    assert "from 0 to 100" in page.inner_text(".wrong")
    assert not faults(page)


def test_without_the_link_nothing_of_the_app_is_answered(app: App, compared: str) -> None:
    work = re.search(r"work=([^&]+)", compared)[1]  # type: ignore[index]
    for path in ("/", "/?token=wrong", f"/works/{work}/runs/001/results.json", "/lib/shiny/shiny.js", "/websocket/"):
        assert status_without(app, path) == 403
    assert status_without(app, f"/?{app.link.partition('?')[2]}", Host="evil.example") == 403


def test_no_request_left_this_machine(app: App, compared: str) -> None:
    outside = [url for url in app.asked if not url.startswith((app.address, "data:", "blob:", "about:"))]
    assert len(app.asked) > 5
    assert not outside
