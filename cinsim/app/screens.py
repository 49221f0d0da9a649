"""What the page shows in each state, as HTML."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from markupsafe import Markup

from cinsim.app import showing
from cinsim.app.asking import can_take, checked
from cinsim.app.directions import direction
from cinsim.app.drawing import drawn
from cinsim.app.here import figures_table, place_called, place_names
from cinsim.app.jobs import SAID, Job, Status, all_jobs, job_of, jobs_of, status_of
from cinsim.app.levers import PUBLISHED, Lever, in_words, levers, timing
from cinsim.app.state import State
from cinsim.app.take_away import command_of, items_of
from cinsim.app.work import Work, all_work, work_of
from cinsim.errors import CinsimError, InputError, shortened
from cinsim.planning.plan_words import length_in_words
from cinsim.reference.areas import find_area
from cinsim.reference.register import load_register
from cinsim.report.labels import label
from cinsim.report.results.stored import read_results
from cinsim.scenario.copies import content_of
from cinsim.scenario.names import ROLES
from cinsim.scenario.shipped import shipped
from cinsim.scenario.today import practice_today

STANDARDS: Final = (
    "cin_visits_on_time_percent", "cpp_visits_on_time_percent", "assessment_within_45_days_percent",
    "icpc_within_15_days_percent", "cpp_reviews_on_time_percent", "caseload_mean", "unallocated_children",
)  # fmt: skip
"""Standards that the form offers; the command takes any measure."""
KINDS: Final = {"quick": "Quick look", "full": "Full run", "staffing": "Search for posts"}


def screen(root: Path, state: State, wrong: str = "") -> Markup:
    """Return the page of a state; what is wrong is said on it."""
    work = work_of(root, state.work)
    if state.step == "build" and work is not None:
        return _build(work)
    if state.step == "run":
        return _run(root, work, wrong)
    if state.step == "results":
        return _results(root, state, work)
    if state.step == "staffing":
        return _staffing(work, wrong)
    if state.step == "build":
        return drawn("wrong.html", title="What changes?", message="Begin with a place and a scenario.")
    return _start(root, state, wrong)


def _start(root: Path, state: State, wrong: str) -> Markup:
    table, called = None, ""
    if state.area:
        try:
            table, called = figures_table(state.area), place_called(find_area(state.area))
        except InputError as error:
            wrong = wrong or error.message
    ships = [(name, str(content_of(path).get("title", name))) for name, path in shipped("scenarios").items()]
    works = [
        {
            "id": work.id, "title": shortened(_title(work)), "when": _when(work.id),
            "step": "run" if jobs_of(work) else "build",
        }
        for work in all_work(root)[:20]
    ]  # fmt: skip
    held = {"area": state.area, "places": place_names(), "wrong": wrong, "table": table, "called": called}
    return drawn("start.html", **held, ships=ships, works=works)


def _title(work: Work) -> str:
    return work.own_values().get("title") or "Untitled"


def _when(name: str) -> str:
    day, time = name.split("-")[:2]
    return f"{int(day[6:])}.{int(day[4:6])}.{day[:4]}, {time[:2]}:{time[2:4]}"


def _build(work: Work) -> Markup:
    values, found = work.values(), checked(work)
    area = values.get("area", "England")
    groups: dict[str, list[dict[str, Any]]] = {}
    for lever in levers():
        groups.setdefault(lever.group, []).append(_card(lever, values, area))
    uploads = ", ".join(path.name for path in work.uploads())
    check = drawn("check.html", found=found, work=work.id)
    held = {"values": values, "timing": timing(), "groups": list(groups.items()), "reasons": work.reasons()}
    return drawn("build.html", **held, check=check, text=work.text(), uploads=uploads)


def _card(lever: Lever, values: dict[str, str], area: str) -> dict[str, Any]:
    table = None
    if lever.key in PUBLISHED:
        with suppress(InputError):  # of several authorities together nothing is published
            table = figures_table(area, PUBLISHED[lever.key])
    today = {field.key: said for field in lever.every_field if (said := _today(field.key, area)) is not None}
    return {"lever": lever, "table": table, "today": today, "set": _set(lever, values), "hints": _hints(lever, values, today)}


def _today(key: str, area: str) -> str | None:
    """Return what holds today for a field: practice, or what the authority itself publishes."""
    said = practice_today(key, {name: known.value for name, known in load_register().items()})
    role, _, name = key.rpartition(".")
    published = {"vacancy_rate": "vacancy_rate", "agency_cover": "vacancy_agency_cover_rate", "turnover_rate": "turnover_rate",
                 "sickness_rate": "absence_rate"}.get(name)  # fmt: skip
    if said is None and role == "workforce.social_workers" and published is not None:
        with suppress(InputError):
            value = find_area(area).last_published(published)
            said = None if value is None else f"{value:.1f}%"
    return said


def _set(lever: Lever, values: dict[str, str]) -> str:
    said = [values[field.key] for field in (*lever.fields, *lever.more) if values.get(field.key)]
    return "; ".join(shortened(each, 24) for each in said[:3]) + ("; …" if len(said) > 3 else "")


def _hints(lever: Lever, values: dict[str, str], today: dict[str, str]) -> dict[str, str]:
    return {
        field.key: direction(field.key, values.get(field.key, ""), today.get(field.key)) for field in (*lever.fields, *lever.more)
    }


def in_step(work: Work) -> dict[str, object]:
    """Return what changes on the page once the scenario has: values, directions, what each card sets, and the check."""
    values = work.values()
    area = values.get("area", "England")
    hints: dict[str, str] = {}
    for lever in levers():
        today = {field.key: said for field in lever.every_field if (said := _today(field.key, area)) is not None}
        hints |= _hints(lever, values, today)
    return {
        "values": values, "hints": hints, "reasons": work.reasons(),
        "set": {lever.key: _set(lever, values) for lever in levers()},
        "check": str(drawn("check.html", found=checked(work), work=work.id)),
    }  # fmt: skip


def _run(root: Path, work: Work | None, wrong: str) -> Markup:
    found = None if work is None else checked(work)
    adds = [] if work is None or found is None or found.problem else [(job.id, _job_words(job)) for job in can_take(work)]
    title = "" if found is None else found.question or found.title
    held = {"found": found, "title": title or "Your scenario", "work": work.id if work is not None else "", "adds": adds}
    return drawn("run.html", **held, wrong=wrong, jobs=jobs_list(root, ()))


def _job_words(job: Job) -> str:
    return f"{job.title} ({len(job.arms)} scenarios)"


def jobs_list(root: Path, watched: Collection[Path]) -> Markup:
    """Return the list of jobs with how far they are, the newest first."""
    return drawn("jobs.html", jobs=[_job(job, status_of(job), job.folder in watched) for job in all_jobs(root)[:30]])


def _job(job: Job, status: Status, now: bool) -> dict[str, Any]:
    state = State("results", work=job.work.id, run=job.id)
    options = "" if len(job.arms) < 2 else f", {len(job.arms)} scenarios"
    return {
        "title": job.title, "what": KINDS[job.kind] + options, "place": job.place, "when": job.created.replace("T", ", ")[:17],
        "state": status.state, "said": _how_far(status), "share": status.share, "message": status.message, "now": now,
        "shown": status.state == "finished", "query": state.query, "work": job.work.id, "run": job.id,
    }  # fmt: skip


def _how_far(status: Status) -> str:
    if status.state == "waiting":
        return "Waiting for its turn"
    if status.state != "running":
        return status.state.capitalize()
    if not status.total:
        return f"Running: {status.stage}"
    left = f", about {length_in_words(status.seconds_left)} left" if status.seconds_left else ""
    return f"Running: {status.stage}, {status.done} of {status.total}{left}"


def _results(root: Path, state: State, work: Work | None) -> Markup:
    job = None if work is None else job_of(work, state.run) if state.run else _last_finished(work)
    if job is None or status_of(job).state != "finished":
        return drawn("wrong.html", title="Results", message="No run of this scenario is finished yet.")
    files = f"/works/{job.work.id}/runs/{job.id}"
    if job.kind == "staffing":
        said = (job.folder / SAID).read_text(encoding="utf-8")
        return drawn("answer.html", title=job.title, said=said, files=files, items=items_of(job), command=command_of(job))
    try:
        results = read_results(job.result)
        tab = (
            showing.Tab(()) if state.tab == "away"
            else showing.tab_of(state.tab, results, showing.Chosen(state.measure, state.place), job.result)
        )  # fmt: skip
    except CinsimError as error:
        return drawn("wrong.html", title="Results", message=str(error))
    at = State("results", state.area, job.work.id, job.id)
    tabs = [(name, words, at.to(tab=name).query) for name, words in showing.TABS]
    known = {name for name, *_ in tabs}
    held = {"tabs": tabs, "tab": state.tab if state.tab in known else "answer", "filters": tab.filters, "blocks": tab.blocks}
    return drawn(
        "results.html", **held, **showing.summary(results), quick=job.kind == "quick", files=files, work=job.work.id,
        items=items_of(job), command=command_of(job),
    )  # fmt: skip


def _last_finished(work: Work) -> Job | None:
    return next((job for job in reversed(jobs_of(work)) if status_of(job).state == "finished"), None)


def _staffing(work: Work | None, wrong: str) -> Markup:
    found = None if work is None else checked(work)
    if found is not None and found.problem:
        wrong = wrong or found.problem
    return drawn(
        "staffing.html", found=found, title="" if found is None else found.title, wrong=wrong, chosen=STANDARDS[0],
        measures=[(name, label(name).text) for name in STANDARDS], roles=[(name, in_words(name)) for name in ROLES],
    )  # fmt: skip
