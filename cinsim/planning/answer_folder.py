"""The folder of a search for staff: every point simulated, the answer, and what it was an answer to."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cinsim.about import VERSION
from cinsim.errors import InputError
from cinsim.files import read_json
from cinsim.listing import listed
from cinsim.planning.crossing import INTERVAL
from cinsim.planning.staffing import Answer, Mix, Question
from cinsim.runs.folder import refuse_foreign, written_aside
from cinsim.runs.run import Plan
from cinsim.runs.tasks import code_version, digest
from cinsim.sealed import write_sealed

if TYPE_CHECKING:
    import pandas as pd

ANSWER: Final = "answer.json"
POINTS: Final = "staffing.csv"


def question_of(plan: Plan, question: Question) -> dict[str, Any]:
    """Return what is asked, JSON-ready: equal questions have equal answers."""
    (name, scenario), *_ = plan.arms.items()
    return {
        "scenario": {**scenario.resolved(), "name": name},
        "area_code": plan.areas[0].area_code,
        "area_name": plan.areas[0].area_name,
        "targets": [str(target) for target in question.targets],
        "vary": list(question.roles),
        "confidence": question.confidence,
        "parameters": digest([dict(values) for values in plan.parameters[name]]),
        "code_version": code_version(),
    }


def refuse_other_answer(folder: Path, plan: Plan, question: Question, *, overwrite: bool = False) -> None:
    """Raise unless a folder is free, or holds nothing but the answer to the same question or one that is to be overwritten.

    Raises
    ------
    InputError : it holds something else; the message says how to keep or replace it.
    """
    if not folder.exists():
        return
    refuse_foreign(folder, ANSWER)
    if overwrite or not (folder / ANSWER).exists():
        return
    right = "name another folder with --out, or replace it with --overwrite"
    held = read_json(folder / ANSWER, kind="answer of a search").get("question")
    asked = json.loads(json.dumps(question_of(plan, question)))
    if not isinstance(held, dict) or held | {"code_version": ""} != asked | {"code_version": ""}:
        raise InputError(f"{folder} is already there and answers another question; {right}", key="--out")
    if held != asked:
        raise InputError(f"{folder} is already there and was made with other code or library versions; {right}", key="--out")


def write_answer(
    folder: Path, plan: Plan, answer: Answer, wall_seconds: float, finish: Callable[[Path], object] = lambda folder: None,
    *, overwrite: bool = False,
) -> None:  # fmt: skip
    """Write the folder: it appears whole or not at all.

    Parameters
    ----------
    finish : adds what the caller wants in the folder, e.g. figures, before it appears.
    overwrite : whether the answer to another question may be replaced.
    """

    def refuse(place: Path) -> None:
        refuse_other_answer(place, plan, answer.question, overwrite=overwrite)

    with written_aside(folder, refuse, ANSWER) as aside:
        points_table(answer).to_csv(aside / POINTS, index=False, float_format="%.6g", lineterminator="\n")
        content = _content(plan, answer, wall_seconds)
        write_sealed(content, aside / ANSWER)
        finish(aside)
        write_sealed({**content, "files": listed(aside, (ANSWER,))}, aside / ANSWER)


def points_table(answer: Answer) -> pd.DataFrame:
    """Return every replication of every number of posts: a column a role (FTE), draw, replication, met, a column a measure."""
    import pandas as pd

    return pd.DataFrame(
        [
            {
                **dict(zip(answer.question.roles, point.staff, strict=True)),
                "draw": point.unit[0], "replication": point.unit[1], "met": point.met, **point.values,
            }
            for point in answer.points
        ]
    )  # fmt: skip


def _content(plan: Plan, answer: Answer, wall_seconds: float) -> dict[str, Any]:
    roles, cheapest = answer.question.roles, answer.cheapest
    return {
        "cinsim": VERSION,
        "question": question_of(plan, answer.question),
        "years": list(answer.years),
        "posts_now": dict(zip(roles, (round(fte, 3) for fte in answer.base), strict=True)),
        "met": cheapest is not None,
        "answer": None if cheapest is None else _mix(cheapest, roles),
        "mixes": [_mix(mix, roles) for mix in answer.mixes],
        "interval": INTERVAL,
        "replications_simulated_now": answer.computed,
        "wall_time_seconds": round(wall_seconds, 2),
    }


def _mix(mix: Mix, roles: tuple[str, ...]) -> dict[str, Any]:
    return {
        **{role: _number(fte) for role, fte in zip(roles, (mix.staff, mix.other), strict=False)},
        "met": mix.met, "lower": _number(mix.lower), "upper": _number(mix.upper), "at_lowest_tried": mix.at_lowest,
        "cost_a_year": _number(mix.cost), "highest_tried": mix.highest, "share_met_at_highest": mix.share_met,
        "reached_at_highest": {name: _number(value) for name, value in mix.reached.items()},
        "crossings": [_number(fte) for fte in mix.crossings],
    }  # fmt: skip


def _number(value: float | None) -> float | None:
    """Return a number for JSON; what is not met at any number of posts has none."""
    return round(value, 4) if value is not None and math.isfinite(value) else None
