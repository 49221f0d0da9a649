"""A small authority does not stop by one person's absence: ten years in which nothing changes, and every year goes on."""

from __future__ import annotations

import pytest
from simulated import replicate

from cinsim.outcomes.measures import measures
from cinsim.reference.areas import average_authority
from cinsim.reference.calibrated import posterior_draws
from cinsim.scenario.model import Scenario

pytestmark = [pytest.mark.statistical, pytest.mark.slow]

YEARS = 10
# a year's share in time in 8,000 children has a standard error of 2 points; a service that stops falls to a quarter
LEAST_OF_USUAL = 0.7


@pytest.mark.parametrize(
    ("fraction", "draw", "replication"),
    [(0.1, 0, 0), (0.1, 0, 1), (0.1, 1, 0), (0.1, 1, 1), (0.4, 1, 0)],
    ids=lambda value: str(value),
)
def test_assessments_go_on_in_time_every_year_in_a_small_authority(fraction: float, draw: int, replication: int) -> None:
    """The last is one whose front door fell behind for two years: without anyone to stand in, in time fell from 86% to 21%."""
    scenario = Scenario(title="As it is", years=YEARS, population_fraction=fraction)
    parameters = posterior_draws(draw + 1)[draw]
    run = replicate(scenario, average_authority(), draw=draw, replication=replication, parameters=parameters)
    table = measures(run)
    chosen = (table["measure"] == "assessment_within_45_days_percent") & (table["group"] == "all")
    by_year = table[chosen].set_index("year")["value"]
    assert len(by_year) == YEARS
    assert by_year.min() > LEAST_OF_USUAL * by_year.median(), by_year.round(1).to_dict()
