"""Referrals, assessments and episodes of need are counted as DfE counts them."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pytest
from records import Story

from cinsim.outcomes.dates import DURATION_BANDS, add_months, ages_at, dates_of, duration_band
from cinsim.outcomes.definitions import MEASURES
from cinsim.outcomes.groups import GROUP_LABELS
from cinsim.reference.events import Detail, Event

pytestmark = pytest.mark.unit


def test_a_record_without_events_counts_nothing_and_has_no_percentages() -> None:
    story = Story()
    story.child()
    found = story.measures
    assert found("referrals") == 0
    assert found("children_in_need_31_march") == 0
    assert found("referral_rate") == 0
    assert found("hours") == 0
    for measure in (
        "re_referral_percent",
        "assessment_days_p50",
        "caseload_mean",
        "cpp_reviews_on_time_percent",
        "re_referred_within_12_months_of_closure_percent",
        "episode_duration_open_up_to_3_months_percent",
    ):
        assert math.isnan(found(measure)), measure


def test_an_area_without_children_has_no_rates() -> None:
    found = Story().measures
    assert found("population_0_17") == 0
    assert found("referrals") == 0
    assert math.isnan(found("referral_rate"))


def test_every_year_has_every_measure_and_every_group_once() -> None:
    story = Story()
    story.refer("2024-05-01", story.child())
    frame = story.measures.frame
    assert not frame.duplicated(["year", "measure", "group"]).any()
    sizes = frame.groupby("year").size()
    assert list(sizes.index) == [2025, 2026]
    assert sizes.nunique() == 1
    assert set(frame.loc[frame["measure"] == "referral_rate", "group"]) == set(GROUP_LABELS)


def test_no_further_action_is_a_referral_but_no_episode() -> None:
    story = Story()
    child = story.child()
    story.refuse("2024-05-01", child)
    found = story.measures
    assert found("referrals") == 1
    assert found("no_further_action") == 1
    assert found("no_further_action_percent") == 100
    assert found("episodes_started") == 0
    assert found("episodes_any_point") == 0


def test_a_referral_to_be_refused_tomorrow_is_not_in_need_on_31_march() -> None:
    story = Story()
    child = story.child()
    story.refer("2025-03-31", child, assess=False)
    story.tell("2025-04-01", Event.NO_FURTHER_ACTION, child)
    story.close("2025-04-01", child, Detail.NFA)
    found = story.measures
    assert found("no_further_action") == 1
    assert found("children_in_need_31_march") == 0


@pytest.mark.parametrize(("again", "re_referrals"), [("2025-05-01", 1), ("2025-05-02", 0), ("2024-12-02", 1)])
def test_a_re_referral_comes_within_twelve_months_the_same_day_included(again: str, re_referrals: int) -> None:
    story = Story()
    child = story.child()
    story.refuse("2024-05-01", child)
    story.refer(again, child)
    found = story.measures
    year = 2026 if again > "2025-03-31" else 2025
    assert found("re_referrals", year) == re_referrals
    assert found("re_referrals", 2025) + found("re_referrals", 2026) == re_referrals


def test_a_re_referral_counts_from_the_referral_and_not_from_closure() -> None:
    story = Story()
    child = story.child()
    story.refer("2024-05-01", child)
    story.assessed("2024-06-03", child)
    story.close("2025-01-06", child)
    story.refer("2025-06-02", child)
    found = story.measures
    assert found("re_referrals", 2026) == 0
    assert found("re_referral_percent", 2026) == 0


def test_a_re_referral_looks_back_to_the_last_referral_before_the_run() -> None:
    story = Story(first=date(2024, 4, 1))
    known, long_ago, never = story.child(), story.child(), story.child()
    # -200 working days lie about nine months before the calendar starts, -300 fourteen
    story.histories["last_referral"] = [-200.0, -300.0, math.nan]
    for child in (known, long_ago, never):
        story.refer("2024-04-02", child)
    found = story.measures
    assert found("re_referrals") == 1
    assert found("re_referral_percent") == pytest.approx(100 / 3)


def test_children_are_counted_once_however_often_they_are_referred() -> None:
    story = Story()
    often, once = story.child(), story.child()
    story.refuse("2024-05-01", often)
    story.refuse("2024-08-01", often)
    story.refuse("2024-11-01", often)
    story.refuse("2024-06-03", once)
    found = story.measures
    assert found("referrals") == 4
    assert found("children_referred") == 2
    assert found("re_referrals") == 2
    assert found("re_referral_percent") == 50
    assert found("re_referral_children_percent") == 50


def test_referrals_are_counted_by_source_and_by_month() -> None:
    story = Story()
    story.refer("2024-05-01", story.child(), source=Detail.SCHOOLS)
    story.refer("2025-03-31", story.child(), source=Detail.POLICE)
    found = story.measures
    assert found("referrals", group="source=schools") == 1
    assert found("referrals", group="source=police") == 1
    assert found("referrals", group="source=housing") == 0
    assert found("referrals", group="month=may") == 1
    assert found("referrals", group="month=march") == 1
    assert found("referrals", group="month=april") == 0


def test_episodes_started_are_referrals_less_no_further_action_less_not_in_need() -> None:
    story = Story()
    refused, fine, helped, unsure = (story.child() for _ in range(4))
    story.refuse("2024-05-01", refused)
    story.refer("2024-05-01", fine)
    story.assessed("2024-06-03", fine, Detail.OUTCOME_CLOSED)
    story.refer("2024-05-01", helped)
    story.assessed("2024-06-03", helped)
    story.close("2024-07-01", helped)
    story.refer("2025-03-03", unsure)
    found = story.measures
    assert found("referrals") == 4
    assert found("not_in_need_percent") == 25
    assert found("episodes_started") == 2
    assert found("episodes_ended") == 1
    assert found("episodes_any_point") == 2
    assert found("children_in_need_31_march") == 1
    assert found("children_being_assessed_31_march") == 1


def test_an_assessment_that_runs_past_31_march_and_finds_no_need_leaves_the_next_return_altogether() -> None:
    story = Story()
    child = story.child()
    story.refer("2025-03-03", child)
    story.assessed("2025-04-07", child, Detail.OUTCOME_CLOSED)
    found = story.measures
    assert (found("not_in_need", 2025), found("not_in_need", 2026)) == (0, 0)
    assert (found("episodes_started", 2025), found("episodes_started", 2026)) == (1, 0)
    assert found("children_in_need_31_march", 2025) == 1
    assert (found("episodes_any_point", 2026), found("episodes_ended", 2026)) == (0, 0)


def test_an_episode_open_over_the_year_end_is_open_then_and_ends_once() -> None:
    story = Story()
    child = story.child()
    story.refer("2024-12-02", child)
    story.assessed("2025-01-06", child)
    story.close("2025-04-01", child)
    found = story.measures
    assert found("children_in_need_31_march", 2025) == 1
    assert found("children_being_assessed_31_march", 2025) == 0
    assert found("children_in_need_31_march", 2026) == 0
    assert (found("episodes_ended", 2025), found("episodes_ended", 2026)) == (0, 1)
    assert found("episodes_any_point", 2026) == 1
    assert found("episode_duration_ended_3_to_6_months_percent", 2026) == 100


def test_an_episode_closed_on_31_march_is_not_open_on_it() -> None:
    story = Story()
    child = story.child()
    story.refer("2025-01-02", child)
    story.assessed("2025-01-06", child)
    story.close("2025-03-31", child)
    found = story.measures
    assert found("children_in_need_31_march") == 0
    assert found("episodes_ended") == 1


def test_what_began_before_the_calendar_keeps_its_elapsed_time() -> None:
    story = Story(first=date(2024, 4, 1))
    child = story.child()
    story.refer(-600.0, child)  # 600 working days, 866 days, before 1 April 2024
    story.assessed(-560.0, child)
    found = story.measures
    assert found("referrals") == 0
    assert found("children_in_need_31_march") == 1
    assert found("episode_duration_open_2_years_or_more_percent") == 100
    assert dates_of(story.calendar, np.array([-253.0]))[0] == np.datetime64("2023-04-01")


@pytest.mark.parametrize(
    ("end", "band"),
    [
        ("2024-08-31", "up_to_3_months"),
        ("2024-09-01", "3_to_6_months"),
        ("2024-11-30", "3_to_6_months"),
        ("2024-12-01", "6_to_12_months"),
        ("2025-05-30", "6_to_12_months"),
        ("2025-05-31", "1_to_2_years"),
        ("2026-05-30", "1_to_2_years"),
        ("2026-05-31", "2_years_or_more"),
    ],
)
def test_duration_bands_turn_where_dfe_turns_them(end: str, band: str) -> None:
    start = np.array(["2024-05-31"], dtype="datetime64[D]")
    assert DURATION_BANDS[duration_band(start, np.array([end], dtype="datetime64[D]"))[0]] == band


def test_months_are_added_as_calendars_do() -> None:
    days = np.array(["2023-11-30", "2024-02-29", "2024-01-31"], dtype="datetime64[D]")
    assert add_months(days, 3).astype(str).tolist() == ["2024-02-29", "2024-05-29", "2024-04-30"]
    assert add_months(days, 12).astype(str).tolist() == ["2024-11-30", "2025-02-28", "2025-01-31"]
    assert add_months(days, -1).astype(str).tolist() == ["2023-10-30", "2024-01-29", "2023-12-31"]


def test_ages_turn_on_birthdays() -> None:
    born = np.array(["2020-06-15", "2020-06-15", "2020-06-15"], dtype="datetime64[D]")
    on = np.array(["2020-06-14", "2025-06-14", "2025-06-15"], dtype="datetime64[D]")
    assert ages_at(born, on).tolist() == [-1, 4, 5]
    assert ages_at(born, on.astype("datetime64[s]")).tolist() == [-1, 4, 5]


def test_assessments_are_timed_in_working_days_from_start_to_authorisation() -> None:
    story = Story()
    start = story.time("2024-06-03")
    for days in (0, 1, 10, 45, 46, 61):
        child = story.child()
        story.refer(start + 0.25, child)
        story.assessed(start + days + 0.75, child)
    found = story.measures
    assert found("assessments_completed") == 6
    assert found("assessment_within_45_days_percent") == pytest.approx(400 / 6)
    assert found("assessment_days_0_percent") == pytest.approx(100 / 6)
    assert found("assessment_days_1_10_percent") == pytest.approx(200 / 6)
    assert found("assessment_days_41_45_percent") == pytest.approx(100 / 6)
    assert found("assessment_days_46_50_percent") == pytest.approx(100 / 6)
    assert found("assessment_days_61_or_more_percent") == pytest.approx(100 / 6)
    assert [found(f"assessment_days_p{p}") for p in (25, 50, 75)] == [1, 10, 46]


def test_re_assessments_of_open_cases_count_and_assessments_cut_short_do_not() -> None:
    story = Story()
    child, moved = story.child(), story.child()
    story.refer("2024-05-01", child)
    story.assessed("2024-05-15", child)
    story.tell("2024-09-02", Event.ASSESSMENT_STARTED, child, due=story.time("2024-09-02") + 45)
    story.assessed("2024-09-30", child)
    story.refer("2024-05-01", moved)
    story.close("2024-05-10", moved, Detail.RC5)
    found = story.measures
    assert found("assessments_completed") == 2
    assert [found(f"assessment_days_p{p}") for p in (25, 75)] == [9, 20]


def test_reasons_for_closure_are_shares_of_episodes_of_need() -> None:
    story = Story()
    for reason in (Detail.RC7, Detail.RC7, Detail.RC5):
        child = story.child()
        story.refer("2024-05-01", child)
        story.assessed("2024-05-15", child)
        story.close("2024-07-01", child, reason)
    fine = story.child()
    story.refer("2024-05-01", fine)
    story.assessed("2024-05-15", fine, Detail.OUTCOME_CLOSED)
    found = story.measures
    assert found("closure_reason_rc7_percent") == pytest.approx(200 / 3)
    assert found("closure_reason_rc5_percent") == pytest.approx(100 / 3)
    assert found("closure_reason_rc1_percent") == 0


def test_groups_of_children_add_up_to_all_and_rates_are_over_their_own_children() -> None:
    story = Story()
    baby = story.child("2024-04-08", sex=1, quintile=5, ethnicity=3, disabled=True, need_category=8)
    boy = story.child("2012-02-01", quintile=1)
    story.child("2012-02-01", quintile=1)
    story.refer("2024-05-01", baby)
    story.refer("2024-05-01", boy)
    found = story.measures
    for dimension in ("age", "sex", "deprivation", "ethnicity", "disabled", "need"):
        groups = [label for label in GROUP_LABELS if label.startswith(f"{dimension}=")]
        assert sum(found("referrals", group=g) for g in groups) == 2
        assert sum(found("population_0_17", group=g) for g in groups) == 3
    for group in ("age=under 1", "sex=female", "deprivation=5", "ethnicity=black", "disabled=yes", "need=neglect"):
        assert found("referrals", group=group) == 1
        assert found("referral_rate", group=group) == 10_000
    assert found("referral_rate", group="age=10-15") == 5_000
    assert found("referral_rate") == pytest.approx(20_000 / 3)
    assert found("referrals", group="age=5-9") == 0
    assert math.isnan(found("referral_rate", group="age=5-9"))
    assert found("children_in_need_31_march", 2026, "age=1-4") == 1


def test_a_child_is_in_the_group_of_its_age_on_the_day_of_the_referral() -> None:
    story = Story()
    story.refer("2024-06-14", story.child("2023-06-15"))
    story.refer("2024-06-17", story.child("2023-06-17"))
    story.refer("2024-06-28", story.child("2019-06-29"))
    found = story.measures
    assert found("referrals", group="age=under 1") == 1
    assert found("referrals", group="age=1-4") == 2
    assert found("children_in_need_31_march", group="age=5-9") == 1


def test_the_population_is_that_of_30_june_without_the_unborn_and_those_gone() -> None:
    story = Story()
    story.child("2024-07-15", entered="2024-03-01")  # unborn on 30 June 2024
    story.child("2006-06-20")  # turns 18 before
    story.child("2010-01-01", leaves="2024-05-01")  # moves away before
    story.child("2010-01-01", entered="2024-08-01")  # moves in after
    story.child("2010-01-01")
    found = story.measures
    assert found("population_0_17", 2025) == 1
    assert found("population_0_17", 2026) == 3
    assert found("population_0_17", 2026, "age=under 1") == 1


def test_an_unborn_child_counts_as_under_1() -> None:
    story = Story()
    story.refer("2025-02-03", story.child("2025-06-01", entered="2025-01-06"))
    found = story.measures
    assert found("children_in_need_31_march", group="age=under 1") == 1
    assert found("referrals", group="age=under 1") == 1


def test_every_measure_is_registered_and_every_registered_measure_is_worked_out() -> None:
    assert list(dict.fromkeys(Story().measures.frame["measure"])) == list(MEASURES)
