"""The page: one file of HTML that needs nothing else, made from a run's folder."""

from __future__ import annotations

import base64
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cinsim.errors import InputError
from cinsim.listing import foreign, in_words
from cinsim.listing import listed as listed_files
from cinsim.outcomes.summary import ENOUGH_FOR_RANGE, LOWEST_TO_HIGHEST
from cinsim.report.changes import changes, settings
from cinsim.report.explore import explore_data, scripts
from cinsim.report.figures import figures_of
from cinsim.report.first_screen import (
    against_table,
    cost_table,
    hours_by_role,
    lead_figure,
    lead_title,
    outcomes_table,
    year_tables,
)
from cinsim.report.folder import RunFolder, read_run
from cinsim.report.hours import hours_table
from cinsim.report.labels import count_words, listed
from cinsim.report.lottery import lottery_tables
from cinsim.report.one_child import one_child_tables
from cinsim.report.places import authority_sentences, authority_tables, maps
from cinsim.report.published import england
from cinsim.report.results.build import results_of
from cinsim.report.results.model import Results
from cinsim.report.results.stored import RESULTS, results_text
from cinsim.report.sensitivity import sensitivities
from cinsim.report.style import FigureFile
from cinsim.report.suppression import groups_table
from cinsim.report.tables import (
    differences_table,
    evidence_counts,
    group_tables,
    headline_table,
    parameters_table,
)
from cinsim.report.templates import rendered
from cinsim.report.words import answer, sensitivity_sentences
from cinsim.runs.folder import keep_private
from cinsim.runs.manifest import MANIFEST
from cinsim.sealed import write_sealed

PAGE, GROUPS, FIGURES = "report.html", "groups.csv", "figures"
# the figure that stands beside the answer, before the tables
LEAD = "differences"
BY_YEAR = (
    "referral_rate", "children_in_need_31_march_rate", "cin_plans_31_march_rate", "cpp_31_march_rate",
    "looked_after_31_march_rate", "caseload_mean", "cin_visits_per_child_month", "cpp_visits_per_child_month", "staff_cost",
    "agency_premium_cost",
)  # fmt: skip
"""Measures told by year besides the outcomes."""
CONTENTS = (
    ("cautions", "cautions", "Before you rely on it"),
    ("else", "compares", "What else changed"),
    ("cost", "costs", "What it costs"),
    ("years", "", "By year"),
    ("places", "places", "Each authority"),
    ("published", "", "Beside published figures"),
    ("figures", "", "Figures"),
    ("child", "one_child", "One child, two journeys"),
    ("variation", "lottery", "How much authorities differ"),
    ("groups", "groups", "Groups of children"),
    ("drives", "", "What drives it: changes, assumptions, hours"),
    ("method", "", "Method"),
    ("limits", "", "Limits"),
    ("repeat", "", "How to repeat this run"),
)
"""Each section's place, what must be there for it, and its name."""


def write_report(folder: Path) -> Path:
    """Draw a run's figures, write ``results.json``, ``report.html`` and ``groups.csv`` beside them and return the page's path.

    They replace those that stood there once all are made; the manifest lists them. A file that no run wrote stays.

    Raises
    ------
    InputError : the folder is not that of a finished run, or not as it was written.
    OSError : the folder cannot be written; it is as it was.
    """
    folder = Path(folder)
    run = read_run(folder)
    aside = folder / f".{PAGE}.{os.getpid()}.partial"
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(mode=0o700)
    try:
        results = results_of(run)
        (aside / RESULTS).write_text(results_text(results), encoding="utf-8")
        page = page_of(run, results, figures_of(run, aside / FIGURES))
        (aside / PAGE).write_text(page, encoding="utf-8")
        if not (groups := groups_table(run)).empty:
            groups.to_csv(aside / GROUPS, index=False)
        _replace_drawn(run, aside)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return folder / PAGE


def _replace_drawn(run: RunFolder, aside: Path) -> None:
    """Move what was drawn into the run's folder, in the place of what had been drawn before.

    The manifest lists it first: whenever this is broken off, every file there is listed as it is.
    """
    new, written = listed_files(aside), run.manifest["files"]
    others = [name for name in foreign(run.path, written, (MANIFEST,)) if name.partition(",")[0] in new]
    if others:
        raise InputError(f"holds what no run wrote ({in_words(others)}). Nothing was touched; move that away", path=run.path)
    drawn = [name for name in written if name in (PAGE, GROUPS, RESULTS) or name.startswith(f"{FIGURES}/")]
    for name in drawn:
        (run.path / name).unlink(missing_ok=True)
    kept = {name: digest for name, digest in written.items() if name not in drawn}
    write_sealed({**run.manifest, "files": dict(sorted({**kept, **new}.items()))}, run.path / MANIFEST)
    (run.path / FIGURES).mkdir(exist_ok=True)
    for name in new:
        (aside / name).replace(run.path / name)
    if run.manifest["initial_state"] is not None:
        keep_private(run.path)


def page_of(run: RunFolder, results: Results, figures: list[FigureFile]) -> str:
    """Return the page's HTML."""
    published, searched = england(), sensitivities(run, ())
    parts = {
        "cautions": list(results.cautions),
        "costs": cost_table(results),
        "places": authority_tables(results),
        "one_child": one_child_tables(run),
        "lottery": lottery_tables(run),
        "groups": group_tables(run),
    }
    return rendered(
        "template.html",
        **parts,
        results=results,
        title=results.question or results.title,
        subtitle=results.opening,
        outcomes=outcomes_table(results, published),
        lead_title=lead_title(results),
        lead=lead_figure(results),
        contents=[(place, words) for place, needs, words in CONTENTS if _there(needs, parts, results)],
        against=against_table(results),
        years=year_tables(results, [*results.outcomes, *(name for name in BY_YEAR if name not in results.outcomes)]),
        places_sentences=authority_sentences(results),
        maps=maps(results),
        roles=hours_by_role(results),
        explore=explore_data(results),
        scripts=scripts(),
        answer=answer(run, published),
        compares=run.compares,
        headline=headline_table(run, published),
        differences=differences_table(run),
        lead_figures=[(figure, _image(figure)) for figure in figures if figure.name == LEAD],
        figures=[(figure, _image(figure)) for figure in figures if figure.name != LEAD],
        changes=changes(run),
        settings=settings(run) if not run.compares else [],
        evidence=listed([f"{n:,} on {_article(grade)}" for grade, n in evidence_counts(run)]),
        parameters=parameters_table(run),
        hours=hours_table(run),
        sensitivity=sensitivity_sentences(run),
        draws=run.draws,
        varied=searched.varied,
        held=searched.held,
        ranges=_ranges(run),
        replications=run.replications,
        manifest=manifest_lines(run.manifest),
        checks=_checks(run.manifest),
    )


def _there(needs: str, parts: Mapping[str, Any], results: Results) -> bool:
    return results.compares if needs == "compares" else not needs or bool(parts[needs])


def _ranges(run: RunFolder) -> str:
    """Say what the ranges of a run hold."""
    if run.replications < ENOUGH_FOR_RANGE:
        return (
            f"Ranges of levels are {LOWEST_TO_HIGHEST} of {count_words(run.replications, 'replication')}: too few for a range "
            "that holds nine in ten of further runs."
        )
    further = "further runs, with parameters and chance of their own" if run.draws > 1 else "further runs with these parameters"
    return f"Ranges of levels hold about nine in ten of {further}: of the model's runs, not of the years to come."


def _article(grade: str) -> str:
    return {"official statistic": "official statistics", "expert range": "ranges given by experts", "assumption": "assumption",
            "controlled study": "controlled studies", "uncontrolled study": "uncontrolled studies"}.get(grade, grade)  # fmt: skip


def _image(figure: FigureFile) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(figure.svg.read_bytes()).decode("ascii")


_SHOWN_APART = (
    "scenario",
    "scenarios",
    "parameters",
    "parameter_sets",
    "posterior_draws",
    "areas",
    "national",
    "checks",
    "tasks",
    "data",
    "files",
    "digest",
)
_MANIFEST_NAMES = {"cinsim": "Version of cinsim", "format": "Format of the manifest", "cost": "Time and memory"}
_LONGEST = 400


def manifest_lines(manifest: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the manifest's entries as names and short texts, without what the page shows elsewhere."""
    lines = []
    for key, value in manifest.items():
        if key in _SHOWN_APART or value in (None, "", [], {}):
            continue
        if isinstance(value, Mapping) and not any(isinstance(v, Mapping | list) for v in value.values()):
            text = "; ".join(f"{str(k).replace('_', ' ')} {_plain(v)}" for k, v in value.items())
        else:
            text = _plain(value)
        name = _MANIFEST_NAMES.get(key, key.replace("_", " ").capitalize())
        lines.append((name, text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"))
    return lines


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:,}"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _checks(manifest: Mapping[str, Any]) -> list[tuple[str, str]]:
    checks = manifest.get("checks") or {}
    items = checks.items() if isinstance(checks, Mapping) else [(str(c.get("name", "")), c) for c in checks]
    return [(str(name).replace("_", " ").capitalize(), _check_text(result)) for name, result in items]


def _check_text(result: object) -> str:
    """Write what became of a check: the runner's count of replications that passed and failed, or whatever it says."""
    if isinstance(result, bool):
        return "holds" if result else "does not hold"
    if isinstance(result, Mapping) and {"passed", "failed"} <= set(result):
        if not result["failed"]:
            return f"passed in {count_words(int(result['passed']), 'replication')}"
        return f"FAILED in {count_words(int(result['failed']), 'replication')}, first: {result.get('first_failure')}"
    if isinstance(result, Mapping):
        return "; ".join(f"{str(key).replace('_', ' ')} {_check_text(value)}" for key, value in result.items() if key != "name")
    return f"{result:g}" if isinstance(result, int | float) else str(result)
