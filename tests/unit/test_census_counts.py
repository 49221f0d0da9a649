"""The published tables, counted from a return alone by the census's rules, are those that the run itself gives."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from census_returns import changed, small_return, small_run

from cinsim.census.counts import months_later, published_counts
from cinsim.census.read import read_return
from cinsim.census.returns import CensusReturn
from cinsim.census.sift import sift
from cinsim.census.write import write_xml
from cinsim.engine.record import EventRecord
from cinsim.outcomes.definitions import MEASURES
from cinsim.outcomes.measures import measures
from cinsim.reference.events import DETAIL_NAMES, EVENT_NAMES, Detail, Event
from cinsim.simulation.replicate import Replication

pytestmark = pytest.mark.unit

NOT_AS_RECORDED = {"disability_recorded_percent"}  # an unborn child has no recorded disability


def as_recorded(run: Replication) -> Replication:
    """Return a run in which episodes with an enquiry are not closed as "after assessment", as the census demands."""
    rows = run.record.rows().copy()
    key = rows["entity"].astype(np.int64) * 32_768 + rows["episode"]
    enquired = np.isin(key, key[rows["event"] == Event.SECTION_47_STARTED])
    refused = (rows["event"] == Event.CLOSED) & np.isin(rows["detail"], (Detail.RC8, Detail.RC9))
    rows["detail"][enquired & refused] = Detail.RC7
    record = EventRecord(EVENT_NAMES, DETAIL_NAMES)
    for row in rows[~(enquired & (rows["event"] == Event.NOT_IN_NEED))].tolist():
        record.write(*_in_order_of_the_call(row))
    return replace(run, record=record)


def _in_order_of_the_call(row: tuple[object, ...]) -> tuple[object, ...]:
    time, entity, event, episode, resource, detail, hours, due, value = row
    return time, entity, event, episode, resource, detail, hours, due, value


def through_xml(year: int, folder: Path) -> CensusReturn:
    """Return a return as it is read from its own file."""
    path = folder / f"{year}.xml"
    write_xml(small_return(year), path)
    return sift(read_return(path)).usable


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """Return every measure of two years, as counted from the returns and as the run gives it."""
    folder = tmp_path_factory.mktemp("returns")
    returns = {year: through_xml(year, folder) for year in (2024, 2025, 2026)}
    counted = pd.concat([published_counts(returns[year], returns[year - 1]) for year in (2025, 2026)])
    run = measures(as_recorded(small_run()))
    return counted.merge(run, on=["year", "measure", "group"], how="left", suffixes=("_return", "_run"))


def test_every_measure_of_the_return_is_that_of_the_run(both: pd.DataFrame) -> None:
    same = np.isclose(both["value_return"], both["value_run"], equal_nan=True)
    differ = both[~same & ~both["measure"].isin(NOT_AS_RECORDED)]
    assert differ.to_dict("records") == []
    assert len(both) > 550


def test_the_return_gives_the_published_tables(both: pd.DataFrame) -> None:
    given = set(both["measure"])
    tables = {"c1", "c2", "c4", "b1", "b2", "b4", "b5", "b6", "b7", "d1", "d3", "d5", "d6", "d7"}
    assert {MEASURES[name].source_table.split()[0].rstrip(",") for name in given if MEASURES[name].source_table} >= tables
    assert both.loc[both["measure"] == "referrals", "value_return"].max() > 100


def test_disability_is_recorded_of_as_many_but_the_unborn(both: pd.DataFrame) -> None:
    rows = both[both["measure"] == "disability_recorded_percent"]
    assert (rows["value_return"] <= rows["value_run"]).all()
    assert (rows["value_return"] > rows["value_run"] - 2).all()


def test_without_the_return_before_there_are_no_re_referrals() -> None:
    assert "re_referrals" not in set(published_counts(small_return())["measure"])


def test_a_late_review_or_one_outstanding_costs_a_plan_its_timeliness() -> None:
    census = small_return()
    before = published_counts(census).query("measure == 'cpp_reviews_on_time_percent'")["value"].iloc[0]
    plans = census["ChildProtectionPlans"]
    open_ = plans[plans["CPPendDate"].isna() & (plans["CPPstartDate"] < pd.Timestamp("2025-12-01"))]
    reviews = census["Reviews"].merge(open_.assign(open=1), on=["LAchildID", "CINdetailsID", "CPPID"], how="left")
    first = int(reviews["open"].notna().to_numpy().argmax())
    later = reviews["CPPstartDate"].iloc[first] + pd.DateOffset(months=3, days=1)
    after = published_counts(changed(census, "Reviews", first, CPPreviewDate=later))
    assert after.query("measure == 'cpp_reviews_on_time_percent'")["value"].iloc[0] <= before
    none = replace(census, tables={**census.tables, "Reviews": census["Reviews"].iloc[:0]})
    starts = plans[plans["CPPendDate"].isna()]["CPPstartDate"]
    limits = months_later(starts, 3)
    counted = limits[limits <= pd.Timestamp("2026-03-31")]
    not_late_yet = 100 * (counted == pd.Timestamp("2026-03-31")).mean()
    assert published_counts(none).query("measure == 'cpp_reviews_on_time_percent'")["value"].iloc[0] == not_late_yet
