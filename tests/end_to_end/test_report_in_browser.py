"""The page in a real browser: its figures are there and nothing runs over the side.

Needs Chromium on the machine; without it these tests fail and say so, as they have not been run.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from report_runs import AVERAGE, RunMaker

from cinsim.report.html import write_report

pytestmark = [pytest.mark.end_to_end, pytest.mark.slow]

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--hide-scrollbars",
)  # fmt: skip
# measured in the page itself and sent to the page around it, where --dump-dom shows it
CHECK = """
<script>
window.addEventListener("load", () => {
  const width = window.innerWidth;
  const inScroll = element => element.closest(".scroll") && !element.classList.contains("scroll");
  const wide = [...document.body.querySelectorAll("*")].filter(element => {
    const box = element.getBoundingClientRect();
    return box.width > 0 && box.right > width + 1 && !inScroll(element);
  });
  const images = [...document.querySelectorAll("figure img")];
  const found = {
    innerWidth: width,
    scrollWidth: document.documentElement.scrollWidth,
    wide: wide.map(element => element.tagName + "." + element.className),
    images: images.map(image => ({loaded: image.complete && image.naturalWidth > 0, alt: image.alt,
                                  width: image.getBoundingClientRect().width, height: image.getBoundingClientRect().height})),
    smallest: Math.min(...[...document.querySelectorAll("p,li,td,th,figcaption,span,dd,dt")]
                          .map(element => parseFloat(getComputedStyle(element).fontSize))),
  };
  parent.postMessage(JSON.stringify(found), "*");
});
</script>
"""
# a frame of the wanted width, since a browser window is never narrower than 500 pixels
FRAME = """<!DOCTYPE html><pre id="found"></pre>
<script>addEventListener("message", event => { document.getElementById("found").textContent = event.data; });</script>
<iframe src="SOURCE" style="border:0;width:WIDTHpx;height:2000px"></iframe>"""


def chromium() -> str:
    """Return the browser, or fail saying that nothing was tried."""
    for name in BROWSERS:
        if path := shutil.which(name):
            return path
    pytest.fail(f"the page was NOT tried in a browser: none of {', '.join(BROWSERS)} is installed on this machine")


def seen(page: Path, width: int, folder: Path) -> dict[str, Any]:
    """Open a copy of the page at a width and return what it measured of itself."""
    copy = folder / f"copy-{width}.html"
    copy.write_text(page.read_text(encoding="utf-8").replace("</body>", f"{CHECK}</body>"), encoding="utf-8")
    frame = folder / f"frame-{width}.html"
    frame.write_text(FRAME.replace("SOURCE", copy.name).replace("WIDTH", str(width)), encoding="utf-8")
    command = [chromium(), *QUIET, f"--user-data-dir={folder / f'profile-{width}'}", "--window-size=1400,2200",
               "--virtual-time-budget=10000", "--dump-dom", frame.as_uri()]  # fmt: skip
    dom = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout
    found = re.search(r'<pre id="found">(.+?)</pre>', dom, flags=re.DOTALL)
    assert found, "the page did not finish loading in the browser"
    result: dict[str, Any] = json.loads(found.group(1).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
    return result


AREAS = tuple((f"E060000{i:02}", f"Authority {i}") for i in range(1, 13))
RUNS = {
    "one scenario with its record": (RunMaker(events=True, years=3), 3),
    "three scenarios and a bundle": (RunMaker(arms=4, events=True, extras=True, years=3), 7),
    "many authorities": (RunMaker(arms=2, areas=AREAS, years=2, replications=2), 7),
    "one replication of one year": (RunMaker(replications=1, years=1, areas=AVERAGE), 2),
}


@pytest.mark.parametrize("name", RUNS)
def test_at_desktop_and_phone_width_every_figure_shows_and_nothing_runs_over_the_side(name: str, tmp_path: Path) -> None:
    maker, figures = RUNS[name]
    page = write_report(maker.write(tmp_path / "run"))
    for width in (1280, 390):
        found = seen(page, width, tmp_path)
        assert found["innerWidth"] == width
        assert found["scrollWidth"] <= width
        assert found["wide"] == []
        assert len(found["images"]) == figures
        for image in found["images"]:
            assert image["loaded"]
            assert len(image["alt"]) > 40
            assert image["width"] > 0.4 * min(width, 1152) - 40
            assert image["height"] > 150
        assert found["smallest"] >= 13


def test_the_check_sees_what_runs_over_the_side(tmp_path: Path) -> None:
    page = tmp_path / "wide.html"
    page.write_text(
        "<!DOCTYPE html><body><p style='width:900px'>wide</p><figure><img src='x.png' alt='x'></figure></body></html>"
    )
    found = seen(page, 390, tmp_path)
    assert found["scrollWidth"] > 390
    assert "P." in found["wide"]
    assert not found["images"][0]["loaded"]
