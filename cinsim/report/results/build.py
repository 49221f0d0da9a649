"""From a run's folder to its results: every number and sentence that is shown anywhere is worked out here, once."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable
from itertools import product
from typing import Any, Final

import pandas as pd

from cinsim.errors import InputError
from cinsim.outcomes.compare import NO_CHANGE as ALL_EQUAL
from cinsim.outcomes.compare import differences
from cinsim.outcomes.definitions import MEASURES
from cinsim.outcomes.national import LEFT_OUT
from cinsim.outcomes.summary import ranges
from cinsim.reference.areas import areas
from cinsim.report.cautions import cautions
from cinsim.report.changes import changes
from cinsim.report.effects import Effect, effects
from cinsim.report.folder import RunFolder
from cinsim.report.labels import HEADLINES, amount, change_text, count_in_words, decimals_for, label, short, value_text
from cinsim.report.results.authorities import authorities_of
from cinsim.report.results.costs import CostTable, freedom_of, gains, known, polarity
from cinsim.report.results.groups import group_figures, role_hours
from cinsim.report.results.model import (
    FORMAT,
    Against,
    Difference,
    Level,
    Looked,
    Measure,
    Option,
    Results,
    Return,
    Source,
)
from cinsim.report.results.sentences import also_changed, opening, option_sentence
from cinsim.report.results.spread import over_authorities
from cinsim.report.results.verdicts import RULE, Look, counted, verdicts

DEFAULT_OUTCOMES: Final = ("children_helped_rate", "re_referral_percent", "cin_visits_on_time_percent", "caseload_mean")
"""What answers a question that names no measures; what it costs is always said."""
_BESIDE_RETURN: Final = {
    "child_in_need": "cin_plans_31_march",
    "child_protection": "cpp_31_march",
    "looked_after": "looked_after_31_march",
}
_COST: Final = "total cost"  # no measure is called so


def results_of(run: RunFolder) -> Results:
    """Return the results of a run."""
    year = run.years[-1]
    outcomes = outcomes_of(run)
    names = [name for name in dict.fromkeys((*outcomes, *HEADLINES)) if run.has(name)]
    found = {name: _effects(run, name, year) for name in names}
    table = CostTable(run)
    costs_looked = table.looks()
    answering = _looks(run, (e for name in outcomes for e in found[name]))
    answering |= {(option, _COST): look for option, look in costs_looked.items()}
    besides = _looks(run, (e for name in names if name not in outcomes for e in found[name]))
    told = verdicts(answering) | verdicts(besides)
    costs = table.costs({option: told[(option, _COST)] for option in costs_looked})
    totals = {cost.option: cost for cost in costs if cost.kind == "total" and cost.year == year}
    against, against_looked = _against(run, outcomes, year)
    other = [name for name in names if name not in outcomes and not label(name).money]
    sentences = {arm.name: option_sentence(_of(arm.name, outcomes, found, told), totals.get(arm.name)) for arm in run.arms[1:]}
    gained = [(e, told[(e.arm.name, e.measure)]) for name in outcomes for e in found[name]]
    return Results(
        format=FORMAT,
        title=_title(run),
        question=_question(run),
        place=run.place,
        years=tuple(run.years),
        opening=opening(run),
        cautions=tuple(cautions([area for area in areas() if area.area_code in set(run.areas["area_code"])])),
        outcomes=outcomes,
        measures=tuple(_measure(name) for name in names),
        options=tuple(
            Option(
                name=arm.name, title=arm.title, question=arm.question, baseline=arm is run.baseline, changes=tuple(lines),
                sentence=sentences.get(arm.name, ""),
                also_changed=also_changed(_of(arm.name, other, found, told)),
            )
            for arm, lines in zip(run.arms, [[], *(lines for _, lines in changes(run))], strict=True)
        ),
        levels=tuple(_levels(run, names)),
        differences=tuple(
            _difference(effect, each, told[(effect.arm.name, name)] if each == year else None, run)
            for name in names
            for each in run.years
            for effect in (found[name] if each == year else effects(run, name, each))
        ),
        against=against,
        costs=costs,
        gains=gains(gained, totals),
        authorities=authorities_of(run, outcomes),
        groups=group_figures(run),
        hours=role_hours(run),
        own_return=_own_return(run),
        looked=Looked(outcomes=counted(answering), others=counted(besides), against=against_looked, rule=RULE),
        source=_source(run),
    )  # fmt: skip


def outcomes_of(run: RunFolder) -> tuple[str, ...]:
    """Return the measures that answer the question: those the scenarios name, the baseline's where no other names any.

    Raises
    ------
    InputError : the run holds none of them.
    """
    named = [name for arm in run.arms[1:] for name in arm.resolved.get("outcomes") or ()]
    named = named or list(run.baseline.resolved.get("outcomes") or DEFAULT_OUTCOMES)
    there = tuple(name for name in dict.fromkeys(named) if run.has(name))
    there = there or tuple(name for name in HEADLINES if run.has(name))[: len(DEFAULT_OUTCOMES)]
    if not there:
        raise InputError(f"holds none of the measures {', '.join(named)}", path=run.path / "measures.csv")
    return there


def _effects(run: RunFolder, measure: str, year: int) -> list[Effect]:
    """Return the effects on a measure in a year; of authorities with one replication each, with an interval over these."""
    return [over_authorities(run, effect, year) for effect in effects(run, measure, year)]


def _looks(run: RunFolder, found: Iterable[Effect]) -> dict[tuple[str, str], Look]:
    return {(e.arm.name, e.measure): Look(e.difference, e.lower, e.upper, _freedom(run, e), e.none_at_all) for e in found}


def _freedom(run: RunFolder, effect: Effect) -> float:
    return float(effect.n - 1) if effect.over == "authorities" else freedom_of(run)


def _of(option: str, names: Iterable[str], found: dict[str, list[Effect]], told: dict[tuple[str, str], Any]) -> list[Any]:
    return [(e, told[(option, name)]) for name in names for e in found[name] if e.arm.name == option]


def _difference(effect: Effect, year: int, verdict: Any, run: RunFolder) -> Difference:
    """Return a difference as the results hold it; of an earlier year, whose differences no sentence tells, by itself."""
    look = Look(effect.difference, effect.lower, effect.upper, _freedom(run, effect), effect.none_at_all)
    return Difference(
        option=effect.arm.name, measure=effect.measure, year=year, difference=effect.difference, lower=known(effect.lower),
        upper=known(effect.upper), over=effect.over, n=effect.n, verdict=verdict or verdicts({"": look})[""],
        small=effect.negligible, text=effect.text, interval_text=effect.interval_text,
        replications_needed=effect.replications_needed,
    )  # fmt: skip


def _levels(run: RunFolder, names: list[str]) -> list[Level]:
    rows = pd.concat([run.whole_area(name).assign(measure=name) for name in names], ignore_index=True)
    cells = ["measure", "scenario", "year"]
    limits = ranges(rows, cells)
    means = rows.groupby(cells, sort=False)["value"].agg(["mean", "count"])
    together = means.join(limits).to_dict("index")
    found = []
    for measure, arm, year in product(names, run.arms, run.years):
        cell = together.get((measure, arm.name, year))
        if cell is None or not math.isfinite(cell["mean"]):
            continue
        of_all = len(run.areas) == 1 or measure not in LEFT_OUT
        found.append(
            Level(
                option=arm.name, measure=measure, year=year, mean=cell["mean"], lower=known(cell["lower"]),
                upper=known(cell["upper"]), range=cell["range"], of="children" if of_all else "mean of authorities",
                n=int(cell["count"]), text=value_text(measure, cell["mean"]),
                range_text=_range_text(measure, cell["lower"], cell["upper"]),
            )
        )  # fmt: skip
    return found


def _range_text(measure: str, low: float, high: float) -> str:
    return f"{amount(measure, low, label(measure).decimals)}–{value_text(measure, high)}" if math.isfinite(low) else ""


def _against(run: RunFolder, outcomes: tuple[str, ...], year: int) -> tuple[tuple[Against, ...], int]:
    """Return how options differ from each other in the outcomes of the last year, and how many intervals were looked at."""
    others = [arm.name for arm in run.arms[1:]]
    looks: dict[tuple[str, str, str], Look] = {}
    every = pd.concat([run.whole_area(measure).assign(measure=measure) for measure in outcomes])
    rows = every[every["year"] == year].assign(group="all", area_code="all", area_name="all")
    for place, other in enumerate(others[:-1]):
        later = rows[rows["scenario"].isin(others[place + 1 :])]
        for row in differences(rows[rows["scenario"] == other], later).to_dict("records"):
            if math.isfinite(row["difference"]):
                key = (str(row["scenario"]), other, str(row["measure"]))
                same = row["verdict"] == ALL_EQUAL
                looks[key] = Look(row["difference"], row["lower"], row["upper"], freedom_of(run), same)
    told = verdicts(looks)
    found = tuple(
        Against(
            option=option, other=other, measure=measure, difference=look.difference, lower=known(look.lower),
            upper=known(look.upper), verdict=told[(option, other, measure)],
            text=change_text(measure, look.difference, decimals_for(measure, look.difference)),
        )
        for (option, other, measure), look in looks.items()
    )  # fmt: skip
    return found, counted(looks)


def _measure(name: str) -> Measure:
    known_as, defined = label(name), MEASURES.get(name)
    unit = known_as.unit.strip() or (defined.unit if defined else "")
    return Measure(
        name=name, label=known_as.text, short=short(name), unit="%" if known_as.percent else unit,
        good=polarity(name), definition=defined.definition if defined else "",
    )  # fmt: skip


def _title(run: RunFolder) -> str:
    if len(run.arms) <= 2:
        return run.arms[-1].title
    return f"{count_in_words(len(run.arms) - 1, 'option')} compared with {run.baseline.named}"


def _question(run: RunFolder) -> str:
    """Return what is asked, empty where options ask different questions: each option holds its own."""
    asked = {arm.question for arm in run.arms[1:] if arm.question} or {run.baseline.question}
    return asked.pop() if len(asked) == 1 else ""


def _own_return(run: RunFolder) -> Return | None:
    held = run.manifest.get("initial_state")
    if not held:
        return None
    return Return(
        file=held["file"], census_date=held["census_date"], open_children=held["open_children"], counts=held["read_as"],
        beside={stage: measure for stage, measure in _BESIDE_RETURN.items() if stage in held["read_as"]},
    )  # fmt: skip


def _source(run: RunFolder) -> Source:
    manifest = run.manifest
    sets = json.dumps(manifest["parameter_sets"], sort_keys=True).encode()
    return Source(
        cinsim=manifest["cinsim"], code_version=manifest["code_version"], seed=manifest["seed"],
        replications=run.replications // max(1, run.draws), draws=run.draws, engine=dict(manifest.get("engine") or {}),
        parameters_sha256=hashlib.sha256(sets).hexdigest(),
        population_fraction=float(run.baseline.resolved.get("population_fraction", 1.0)),
        command=f"cinsim {manifest['command']} manifest.json", year_to_year_change=False,
    )  # fmt: skip
