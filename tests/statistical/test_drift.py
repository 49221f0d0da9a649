"""After the warm-up a constant scenario does not drift: shown as equivalence, so that a noisy run cannot pass."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t
from simulated import replicate

from cinsim.outcomes.measures import measures
from cinsim.reference.areas import average_authority
from cinsim.scenario.model import Scenario

pytestmark = [pytest.mark.statistical, pytest.mark.slow]

YEARS, REPLICATIONS = 10, 5
MARGIN = {  # the drift over ten years that is shown not to be there, as a share of the level
    "referral_rate": 0.08, "assessments_completed_rate": 0.08, "s47_rate": 0.10, "cin_plans_started_rate": 0.10,
    "cin_plans_31_march_rate": 0.12, "cpp_started_rate": 0.15, "cpp_31_march_rate": 0.15, "looked_after_31_march_rate": 0.12,
    "children_in_need_31_march_rate": 0.08, "caseload_mean": 0.08, "re_referral_percent": 0.08, "not_in_need_percent": 0.08,
    "no_further_action_percent": 0.15, "cpp_second_or_subsequent_percent": 0.25, "children_being_assessed_31_march": 0.15,
}  # fmt: skip


@pytest.fixture(scope="module")
def drifts() -> pd.DataFrame:
    """Return the drift over ten years, as a share of the level: a row a measure, a column a replication."""
    scenario = Scenario(title="Constant", years=YEARS)
    found = {}
    for replication in range(REPLICATIONS):
        table = measures(replicate(scenario, average_authority(), replication=replication))
        by_year = table[table["group"] == "all"].pivot_table(index="measure", columns="year", values="value")
        found[replication] = {
            name: np.polyfit(range(YEARS), by_year.loc[name], 1)[0] * (YEARS - 1) / by_year.loc[name].mean() for name in MARGIN
        }
    return pd.DataFrame(found)


@pytest.mark.parametrize("measure", MARGIN)
def test_a_constant_scenario_does_not_drift_over_ten_years(drifts: pd.DataFrame, measure: str) -> None:
    """Two one-sided tests: with 95% confidence the drift lies within the margin; a drift that large passes 5 times in 100."""
    values = drifts.loc[measure].to_numpy()
    half_width = t.ppf(0.95, REPLICATIONS - 1) * values.std(ddof=1) / REPLICATIONS**0.5
    assert abs(values.mean()) + half_width < MARGIN[measure], f"{values.mean():+.1%} plus or minus {half_width:.1%}"
