"""What is taken away from a job: its files, made where they are not there yet by what the commands make them with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cinsim.app.jobs import SAID, Job
from cinsim.errors import InputError
from cinsim.report.results.stored import RESULTS
from cinsim.runs.manifest import MANIFEST

PAGE: Final = "report.html"
KEPT: Final = "take_away"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to take away: its name in a link, what it is, and how it is made."""

    name: str
    words: str
    made: Callable[[Job], Path]


def _brief(job: Job, ending: str) -> Path:
    from cinsim.report.brief import write_brief

    paths = write_brief(job.result, job.folder / KEPT / "brief", overwrite=True)
    return next(path for path in paths if path.suffix == ending)


def _page(job: Job) -> Path:
    """Return the run's page, drawn when it is first asked for."""
    from cinsim.api import draw_report

    if not (job.result / PAGE).is_file():
        draw_report(job.result)
    return job.result / PAGE


def _workbook(job: Job) -> Path:
    from cinsim.report.results.exports import export

    return export(job.result, "xlsx", job.folder / KEPT / "results.xlsx", overwrite=True)


def _in_result(name: str) -> Callable[[Job], Path]:
    return lambda job: job.result / name


ITEMS: Final = (
    Item("brief.pdf", "Brief, two pages (PDF)", lambda job: _brief(job, ".pdf")),
    Item("brief.html", "Brief, two pages (web page)", lambda job: _brief(job, ".html")),
    Item(PAGE, "Full page, which anyone can open (drawn when first asked for, up to half a minute)", _page),
    Item("results.xlsx", "Tables (Excel)", _workbook),
    Item("scenario.yaml", "Scenario (YAML)", lambda job: job.files[-1]),
    Item(MANIFEST, "Manifest, which repeats the run exactly", _in_result(MANIFEST)),
    Item(RESULTS, "Results as data (JSON)", _in_result(RESULTS)),
)
OF_STAFFING: Final = (
    Item("figures/staffing_curve.svg", "Figure (SVG)", _in_result("figures/staffing_curve.svg")),
    Item("staffing.csv", "Every run (CSV)", _in_result("staffing.csv")),
    Item("answer.json", "Answer as data (JSON)", _in_result("answer.json")),
    Item(SAID, "Answer in words (text)", lambda job: job.folder / SAID),
)


def items_of(job: Job) -> tuple[Item, ...]:
    """Return what can be taken away from a job."""
    return OF_STAFFING if job.kind == "staffing" else ITEMS


def file_of(job: Job, name: str) -> Path:
    """Return a file to take away, made if need be.

    Raises
    ------
    InputError : there is no such thing to take away, or the run is not as it was written.
    """
    item = next((item for item in items_of(job) if item.name == name), None)
    if item is None:
        raise InputError("is nothing that can be taken away", key=name)
    path = item.made(job)
    if not path.is_file():
        raise InputError("is not there", path=path)
    return path


def command_of(job: Job) -> str:
    """Return the command that repeats a job."""
    if job.kind == "staffing":
        quoted = " ".join(f'"{part}"' if " " in part else part for part in job.asked)
        return f'cinsim staffing "{job.files[0]}" {quoted}'
    return f'cinsim {"compare" if len(job.arms) > 1 else "run"} "{job.result / MANIFEST}"'
