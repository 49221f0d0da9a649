"""The model as a simulator: what goes into a simulation's key, and that nothing is simulated twice."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cinsim.calibration.simulator import ModelSimulator, Request, model_version, values_of
from cinsim.calibration.targets import Targets, load_targets
from cinsim.errors import InputError
from cinsim.reference.areas import find_area
from cinsim.scenario.model import Scenario

pytestmark = pytest.mark.unit

SMALL = Scenario(title="Calibration", years=1, warm_up=0, population_fraction=0.02)


def some_targets() -> Targets:
    wanted = ("referrals", "not_in_need", "in_need_1_to_4", "assessment_p50")
    return Targets(target for target in load_targets() if target.name in wanted)


def test_finished_simulations_are_kept_and_not_done_again(tmp_path: Path) -> None:
    requests = [Request({}, 0), Request({"threshold_in_need": 3.0}, 0), Request({}, 1)]
    simulator = ModelSimulator(SMALL, some_targets(), tmp_path, 1, quiet=True)
    first = simulator.run(requests)
    assert simulator.computed == 3
    assert first.shape == (3, 4)
    assert np.isfinite(first[:, 0]).all()
    not_in_need = some_targets().names.index("not_in_need")
    assert first[1, not_in_need] > first[0, not_in_need]
    later = ModelSimulator(SMALL, load_targets().flagged("fit"), tmp_path, 1, quiet=True)
    again = later.run(requests[:2])
    assert later.computed == 0
    assert again[:, 0].tolist() == first[:2, 0].tolist()


def test_the_key_holds_all_that_a_simulation_depends_on(tmp_path: Path) -> None:
    def key(request: Request, scenario: Scenario = SMALL) -> str:
        return ModelSimulator(scenario, some_targets(), tmp_path, 1)._task(0, request).key

    plain = key(Request({}, 0))
    assert key(Request({}, 0)) == plain
    others = [
        key(Request({}, 1)),
        key(Request({"concern_sd": 0.61}, 0)),
        key(Request({}, 0, find_area("Leeds"))),
        key(Request({}, 0), SMALL.with_(structure="known_to_services")),
        key(Request({}, 0), SMALL.with_(years=2)),
    ]
    assert len({plain, *others}) == 6
    assert key(Request({}, 0), SMALL.with_(replications=99, name="other", draws=7)) == plain
    assert len(model_version()) == 32


def test_a_value_out_of_range_is_refused_before_anything_is_simulated(tmp_path: Path) -> None:
    simulator = ModelSimulator(SMALL, some_targets(), tmp_path / "kept", 1, quiet=True)
    with pytest.raises(InputError, match="lies outside"):
        simulator.run([Request({}, 0), Request({"concern_sd": -1.0}, 0)])
    assert not (tmp_path / "kept").exists()
    with pytest.raises(InputError, match="sets no parameters of its own"):
        ModelSimulator(SMALL.with_(parameters={"concern_sd": 0.5}), some_targets(), tmp_path, 1)


def test_values_are_means_over_years_and_groups_are_shares_of_the_whole() -> None:
    rows = [
        (2025, "referral_rate", "all", 500.0),
        (2026, "referral_rate", "all", 520.0),
        (2025, "children_in_need_31_march", "all", 100.0),
        (2026, "children_in_need_31_march", "all", 300.0),
        (2025, "children_in_need_31_march", "age=1-4", 10.0),
        (2026, "children_in_need_31_march", "age=1-4", 70.0),
        (2025, "assessment_days_p50", "all", math.nan),
        (2026, "assessment_days_p50", "all", 33.0),
    ]
    values = values_of(pd.DataFrame(rows, columns=["year", "measure", "group", "value"]), some_targets())
    found = dict(zip(some_targets().names, values.tolist(), strict=True))
    assert found["referrals"] == 510.0
    assert found["in_need_1_to_4"] == pytest.approx((10.0 + 70.0 / 3) / 2)
    assert found["assessment_p50"] == 33.0
    assert math.isnan(found["not_in_need"])
