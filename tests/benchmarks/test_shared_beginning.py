"""What a shared beginning saves: processor time of a comparison whose arms begin together, over that of arms done alone."""

from __future__ import annotations

import resource
from pathlib import Path

import pytest
from kept import keep

from cinsim.runs.local import LocalExecutor
from cinsim.runs.run import make_plan
from cinsim.runs.store import Store
from cinsim.runs.tasks import Task
from cinsim.runs.work import simulate
from cinsim.scenario import load_scenario

pytestmark = pytest.mark.benchmark

SCENARIOS = Path(__file__).parents[2] / "scenarios"
COMPARED = ("baseline", "fill_vacancies", "visits_four_weekly", "referrals_down")
FRACTION = 0.1


def processor_seconds() -> float:
    """Return the processor time of this process and of those it has waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def test_a_comparison_of_four_costs_at_most_four_fifths_with_a_shared_beginning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four arms of nine years that part after five of them are 21 years of 36; measuring is done for each."""
    keys = {"replications": 1, "population_fraction": FRACTION, "draws": "point"}
    tasks = make_plan([load_scenario(SCENARIOS / f"{name}.yaml").with_(keys) for name in COMPARED]).tasks("none")
    simulate(tasks[0])  # what is read and prepared once is not measured
    together = seconds_of(tasks, tmp_path / "together")
    monkeypatch.setattr("cinsim.runs.groups.may_fork", lambda: False)
    alone = seconds_of(tasks, tmp_path / "alone")
    stores = [Store(tmp_path / name) for name in ("together", "alone")]
    for task in tasks:
        assert stores[0].measures(task.key).to_pandas().equals(stores[1].measures(task.key).to_pandas())
    keep("shared_beginning", {"arms": len(tasks), "together": round(together, 1), "alone": round(alone, 1),
                              "ratio": round(together / alone, 2)})  # fmt: skip
    assert together <= 0.8 * alone


def seconds_of(tasks: list[Task], folder: Path) -> float:
    store = Store(folder)
    store.prepare()
    before = processor_seconds()
    assert len(list(LocalExecutor(1).run(tasks, simulate, store))) == len(tasks)
    return processor_seconds() - before
