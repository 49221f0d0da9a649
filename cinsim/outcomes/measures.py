"""One replication's event record to its measures."""

from __future__ import annotations

import pandas as pd

from cinsim.outcomes.casework import add_caseloads, add_visits, add_waits, add_worker_changes
from cinsim.outcomes.dates import Years
from cinsim.outcomes.front_door import add_front_door
from cinsim.outcomes.groups import Groups
from cinsim.outcomes.incidence import add_cumulative_incidence, add_return_after_closure
from cinsim.outcomes.need import add_need
from cinsim.outcomes.plans import add_enquiries, add_looked_after, add_plans
from cinsim.outcomes.queues import add_queues
from cinsim.outcomes.replication import ReplicationLike
from cinsim.outcomes.spells import Spells
from cinsim.outcomes.staff import add_funded_posts, add_hours, add_staff
from cinsim.outcomes.tally import Tally, add_conversions


def measures(replication: ReplicationLike, spells: Spells | None = None) -> pd.DataFrame:
    """Work out every measure of one replication for every reported year.

    Parameters
    ----------
    replication
        Its record, calendar, population, workers, parameters and national thresholds.
    spells
        The tables of its record, where they are at hand already.

    Returns
    -------
    tidy table with columns year, measure, group and value over the full grid: a group in which nothing happened counts
    0, a percentage of nothing is NaN. :data:`cinsim.outcomes.definitions.MEASURES` defines every measure.

    Raises
    ------
    InputError
        The run lacks a parameter that a measure needs.
    """
    spells = spells or Spells(replication)
    years = Years(replication.calendar, replication.reported_years)
    tally = Tally(years, Groups(replication.population, years))
    tally.add("population_0_17", tally.groups.children)
    add_front_door(tally, spells)
    add_plans(tally, spells)
    add_enquiries(tally, spells)
    add_looked_after(tally, spells)
    add_caseloads(tally, spells)
    add_waits(tally, spells)
    add_queues(tally, spells, replication)
    add_visits(tally, spells)
    add_worker_changes(tally, spells)
    add_staff(tally, spells)
    add_funded_posts(tally, replication)
    add_hours(tally, spells, replication)
    add_return_after_closure(tally, spells)
    add_need(tally, spells, replication)
    add_cumulative_incidence(tally, spells)
    add_conversions(tally)
    return tally.frame()
