"""A fraction of the children and staff gives the same rates as all of them, with wider chance."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from simulated import replicate
from stated_error import mean_is

from cinsim.outcomes.measures import measures
from cinsim.reference.areas import find_area
from cinsim.scenario import load_scenario

pytestmark = [pytest.mark.statistical, pytest.mark.slow]

FRACTION = 0.25
WHOLE, SAMPLED = 5, 20  # replications: as many children each
# how far off mistakes are, as a share of the level: a fraction forgotten in one of its places would shift rates by more
IF_WRONG = 0.5


@pytest.fixture(scope="module")
def found() -> dict[float, pd.DataFrame]:
    """Return replication x measure by fraction, of an authority small enough to be simulated whole."""
    out = {}
    for fraction, replications in ((1.0, WHOLE), (FRACTION, SAMPLED)):
        keys = {"years": "1", "warm_up": "1", "population_fraction": str(fraction)}
        scenario = load_scenario("scenarios/baseline.yaml", keys)
        rows = []
        for replication in range(replications):
            table = measures(replicate(scenario, find_area("Hartlepool"), replication=replication))
            rows.append(table[table["group"] == "all"].set_index("measure")["value"])
        out[fraction] = pd.DataFrame(rows).reset_index(drop=True)
    return out


def test_children_are_as_many_as_the_fraction_says(found: dict[float, pd.DataFrame]) -> None:
    whole, sampled = (found[fraction]["population_0_17"].mean() for fraction in (1.0, FRACTION))
    assert sampled / FRACTION == pytest.approx(whole, rel=0.02)


@pytest.mark.parametrize("measure", ["referral_rate", "re_referral_percent", "children_in_need_31_march_rate", "caseload_mean"])
def test_a_fraction_of_the_children_gives_the_rates_of_all_of_them(found: dict[float, pd.DataFrame], measure: str) -> None:
    whole = found[1.0][measure].to_numpy()
    level = float(whole.mean())
    error = float(whole.std(ddof=1) / np.sqrt(len(whole)))
    sampled = found[FRACTION][measure].tolist()
    mean_is(measure, sampled, level, within=1.96 * error, if_wrong=IF_WRONG * level).confirmed()


def test_chance_is_wider_in_a_fraction_as_its_smaller_counts_let_expect(found: dict[float, pd.DataFrame]) -> None:
    sampled = found[FRACTION]["referrals"]
    # children are referred more than once, so a little more than a Poisson count of that size
    assert 0.5 < sampled.var(ddof=1) / sampled.mean() < 5.0
