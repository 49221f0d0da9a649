"""The registry of measures, its page, and the conservation checks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from records import Story

from cinsim.outcomes.checks import checks
from cinsim.outcomes.definitions import KINDS, MEASURES, POLARITIES, as_markdown
from cinsim.outcomes.rows import first_after, last_before, occurrence, pair
from cinsim.outcomes.spells import Spells
from cinsim.reference.events import Detail, Event

pytestmark = pytest.mark.unit
PAGE = Path(__file__).parents[2] / "docs" / "measures.md"


def test_the_page_of_measures_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == as_markdown()


def test_definitions_say_what_is_counted_in_which_unit_and_what_is_good() -> None:
    for name, measure in MEASURES.items():
        assert measure.name == name
        assert measure.unit
        assert measure.definition.endswith(".")
        assert measure.kind in KINDS
        assert measure.polarity in POLARITIES
        if name.endswith("_percent"):
            assert measure.unit == "%"
        if name.endswith("_rate"):  # the workforce's rates are percentages in DfE's words too
            workforce = name in ("agency_rate", "turnover_rate", "absence_rate")
            assert measure.unit == "%" if workforce else "per 10,000" in measure.unit


def busy() -> Story:
    """Return a story in which every state is entered, left, and held over a year's end."""
    story = Story()
    worker = story.worker()
    for number in range(6):
        child = story.child()
        story.refer("2024-02-01", child)
        story.tell("2024-02-01", Event.WAITING_FOR_ALLOCATION, child)
        story.tell("2024-02-20", Event.ALLOCATED, child, worker=worker)
        story.assessed(story.time("2024-03-20") + 5.5 * number, child)
        story.tell("2024-05-01", Event.SECTION_47_STARTED, child)
        story.tell("2024-05-10", Event.SECTION_47_ENDED, child)
        story.plan(child, "2024-05-20", story.time("2025-01-06") + 60 * number, protection=True)
        if number < 3:
            story.tell(story.time("2025-01-06") + 60 * number, Event.LOOKED_AFTER_STARTED, child)
            story.close(story.time("2025-02-06") + 60 * number, child, Detail.RC4)
    return story


def test_children_in_are_children_out_or_still_there_and_little_holds_exactly() -> None:
    found = checks(busy().replication)
    assert set(found["year"]) == {2025, 2026}
    assert (found["balance"] == 0).all()
    assert found["holds"].all()
    plans = found[(found["state"] == "cp_plan") & (found["year"] == 2025)].iloc[0]
    assert (plans["at_start"], plans["entered"], plans["left"], plans["at_end"]) == (0, 6, 2, 4)
    assert plans["mean_number"] == pytest.approx(plans["arrivals_per_day"] * plans["mean_days"])
    assert plans["mean_number"] > 0


def test_little_holds_for_spells_that_reach_over_both_ends_of_a_year() -> None:
    story = Story()
    child = story.child()
    story.refer("2023-02-01", child)
    story.plan(child, "2023-03-01", "2025-09-01")
    found = checks(story.replication).set_index(["state", "year"]).loc["cin_plan"]
    year = story.time("2026-04-01") - story.time("2025-04-01")
    assert found.loc[2025, "mean_number"] == 1
    assert found.loc[2026, "mean_number"] == pytest.approx((story.time("2025-09-01") - story.time("2025-04-01")) / year)
    assert found["holds"].all()


def broken_end_without_start(story: Story, child: int) -> None:
    story.tell("2024-09-02", Event.CIN_PLAN_ENDED, child)


def broken_end_before_start(story: Story, child: int) -> None:
    story.tell("2024-06-03", Event.CIN_PLAN_ENDED, child)
    story.tell("2024-09-02", Event.CIN_PLAN_STARTED, child)


def broken_end_after_closure(story: Story, child: int) -> None:
    story.tell("2024-06-03", Event.CIN_PLAN_STARTED, child)
    story.close("2024-07-01", child)
    story.tell("2024-09-02", Event.CIN_PLAN_ENDED, child)


@pytest.mark.parametrize("broken", [broken_end_without_start, broken_end_before_start, broken_end_after_closure])
def test_a_record_that_loses_children_is_found_out(broken) -> None:  # type: ignore[no-untyped-def]
    story = Story()
    child = story.child()
    story.refer("2024-05-01", child)
    broken(story, child)
    found = checks(story.replication)
    assert not found.loc[(found["state"] == "cin_plan") & (found["year"] == 2025), "holds"].any()
    assert found.loc[found["state"] != "cin_plan", "holds"].all()


def test_starts_are_paired_with_ends_in_the_order_in_which_they_happened() -> None:
    start, end = np.array([7, 3, 7, 7, 5]), np.array([7, 7, 3])
    assert pair(start, end).tolist() == [0, 2, 1, -1, -1]
    assert occurrence(start).tolist() == [0, 0, 1, 2, 0]
    assert pair(np.array([], dtype=int), end).tolist() == []
    assert pair(start, np.array([], dtype=int)).tolist() == [-1] * 5


def test_joins_by_time_take_the_nearest_row_of_the_same_key() -> None:
    key, time = np.array([1, 1, 2, 3]), np.array([5.0, 0.5, 9.0, 9.0])
    among_key, among_time = np.array([1, 2, 1]), np.array([5.0, 4.0, 2.0])
    assert last_before(key, time, among_key, among_time).tolist() == [0, -1, 1, -1]
    assert first_after(key, time, among_key, among_time).tolist() == [0, 2, -1, -1]


def test_tables_of_an_empty_record_are_empty_and_keep_their_columns() -> None:
    story = Story()
    story.child()
    spells = Spells(story.replication)
    for name in ("episodes", "assessments", "cin_plans", "section_47s", "conferences", "cp_plans", "looked_after", "short_help",
                 "case_holdings", "waits", "visits", "cpp_reviews", "workers"):  # fmt: skip
        table = getattr(spells, name)
        assert len(table) == 0
        assert len(table.columns) >= 5, name
    assert checks(story.replication)["holds"].all()


def test_a_visit_table_tells_visits_made_from_visits_missed() -> None:
    story = Story()
    child = story.child()
    story.refer("2024-05-01", child)
    story.tell("2024-06-03", Event.CIN_VISIT, child, worker=story.worker(), due="2024-06-03")
    story.tell("2024-07-01", Event.CIN_VISIT, child, worker=-1, due="2024-06-21")
    visits = Spells(story.replication).visits
    assert visits["done"].tolist() == [True, False]
    assert visits["on_time"].tolist() == [True, False]
