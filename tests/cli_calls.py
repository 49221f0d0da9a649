"""One call of every command of the command line, small enough for a test; a new command has none and fails the tests that ask."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import typer
from typer.core import TyperGroup

from cinsim.cli import app

PROJECT = Path(__file__).parents[1]
LONG = "visits_every_four_weeks_and_weekly_on_protection_plans_from_2024_on"
TITLE = "Visits every four weeks – by everyone’s account too many at £62 an hour"
BASE = """title: Baseline
area: Rutland
years: 1
warm_up: 0
replications: 2
draws: point
population_fraction: 0.2
"""
SCENARIO = f"""title: {TITLE}
extends: base.yaml
policies: {{cin_visits: {{interval: 4 weeks}}, cpp_visits: {{interval: 5 working days}}}}
"""
CALIBRATION = (
    "--targets", "targets.csv", "--priors", "priors.csv", "--fraction", "0.01", "--years", "1", "--warm-up", "1",
    "--replications", "2", "--repeats", "1", "--iterations", "1", "--reports", "2", "--wholes", "0",
)  # fmt: skip
FITTED = ("--out", "work", "--into", "results")
# what each command prints most of; without a second call of a command that simulates, all of it is done before the first test
CALLS: dict[str, tuple[tuple[str, ...], ...]] = {
    "new": (("new",), ("new", "--journeys")),
    "run": (("run", "base.yaml", "--jobs", "1", "--no-report"),),
    "compare": (("compare", "base.yaml", f"{LONG}.yaml", "--jobs", "1", "--no-report", "--parts", "leave-one-out"),),
    "check": (("check", "base.yaml", f"{LONG}.yaml"), ("check", "--journeys", "journeys")),
    "diff": (("diff", "base.yaml", f"{LONG}.yaml"),),
    "report": (("report", "outputs/base"),),
    "brief": (("brief", "outputs/base", "--out", "brief", "--overwrite"),),
    "export": (("export", "outputs/base", "--csv", "--out", "tables", "--overwrite"),),
    "staffing": (
        (
            "staffing", "base.yaml", "--target", "assessment_within_45_days_percent >= 5", "--target", "caseload_mean <= 30",
            "--vary", "social_workers", "--vary", "practice_supervisors", "--confidence", "50%", "--jobs", "1",
        ),
    ),
    "parameters": (("parameters",), ("parameters", "--budget", "--area", "Leeds")),
    "measures": (("measures",),),
    "areas": (("areas",),),
    "census export": (("census", "export", "outputs/base", "--year", "2025", "--out", "return.xml", "--overwrite"),),
    "census read": (("census", "read", "return.xml"),),
    "calibrate england": (("calibrate", "england", "--stage", "point", *CALIBRATION, "--jobs", "1", *FITTED),),
    "calibrate fit": (("calibrate", "fit", "--out", "pages"),),
    "calibrate identify": (("calibrate", "identify", "--out", "pages"),),
    "calibrate incidence": (("calibrate", "incidence", "--out", "pages"),),
    "calibrate rivals": (("calibrate", "rivals", "--out", "pages"),),
    "calibrate register": (("calibrate", "register"),),
    "forecast": (("forecast", "--area", "Leeds", "--years", "2"),),
}  # fmt: skip
# these simulate for minutes, need what such a run leaves, or serve until they are ended; the tables of the first of calibrate
# are tested by their own functions, the app in a browser
LONG_WORK = {
    "app", "calibrate area", "calibrate ranks", "calibrate forecast", "calibrate origins", "calibrate outturn", "hindcast",
}  # fmt: skip
TARGETS = """name,measure,group,year,figure,value,of,standard_error,discrepancy,flag,authorities,source,reason
referrals,referral_rate,all,2024,,,,,3%,fit,yes,,invented
no_further_action,no_further_action_percent,all,2024,,,referral_rate,,1,fit,yes,,invented
"""
PRIORS = """parameter,scale,low,high,structures,reason
referral_level,log,0.006,0.025,,r
threshold_screening,linear,-4.5,-1.2,,r
"""


def commands() -> Iterator[str]:
    """Yield the name of every command, of groups with the group's before it."""
    yield from _below(typer.main.get_command(app), ())


def _below(command: object, words: tuple[str, ...]) -> Iterator[str]:
    if isinstance(command, TyperGroup):
        for name, below in command.commands.items():
            yield from _below(below, (*words, name))
    else:
        yield " ".join(words)


def write_inputs(folder: Path) -> None:
    """Write the files that the calls name."""
    (folder / "base.yaml").write_text(BASE, encoding="utf-8")
    (folder / f"{LONG}.yaml").write_text(SCENARIO, encoding="utf-8")
    (folder / "targets.csv").write_text(TARGETS, encoding="utf-8")
    (folder / "priors.csv").write_text(PRIORS, encoding="utf-8")
    (folder / "journeys").mkdir()
    for name in ("not_in_need", "re_referral"):
        shutil.copy(PROJECT / "tests" / "journeys" / f"{name}.yaml", folder / "journeys")
