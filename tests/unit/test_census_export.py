"""A simulated year is returned as a case-recording system would return it on 31 March."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from records import Story

from cinsim.census.export import census_return, simulated_years
from cinsim.census.identity import CHECK_LETTERS, unique_pupil_numbers
from cinsim.census.returns import CensusReturn
from cinsim.census.rules import broken_rules
from cinsim.census.working_days import working_days_between, working_days_later
from cinsim.engine.draws import Draws
from cinsim.errors import InputError
from cinsim.reference.events import Detail, Event

pytestmark = pytest.mark.unit


def returned(story: Story, year: int = 2025, lea: str = "383") -> CensusReturn:
    return census_return(story.replication, Draws(1, 0), year, lea)


def days(table: pd.DataFrame, column: str) -> list[str]:
    """Return a column of dates as text, "" for none."""
    return ["" if pd.isna(value) else str(value.date()) for value in table[column]]


def assessed(story: Story, day: str = "2024-05-01", birth: str = "2015-01-15", **about: object) -> int:
    """Return a child referred on a day whose assessment, which finds need, is authorised three weeks later."""
    child = story.child(birth, **about)  # type: ignore[arg-type]
    story.refer(day, child)
    story.assessed(story.time(day) + 15, child)
    return child


def test_a_year_the_run_does_not_cover_is_refused_with_those_it_covers() -> None:
    story = Story()
    assessed(story)
    assert list(simulated_years(story.replication)) == [2022, 2023, 2024, 2025, 2026]
    for year in (2021, 2027):
        with pytest.raises(InputError, match=r"2022 to 2026"):
            returned(story, year)


def test_a_year_in_which_no_child_was_open_has_no_return() -> None:
    story = Story()
    assessed(story, "2025-06-02")
    with pytest.raises(InputError, match="no child"):
        returned(story, 2025)


def test_a_referral_without_further_action_has_neither_closure_nor_need_and_is_returned_for_its_own_year_alone() -> None:
    story = Story()
    child = story.child()
    story.refuse("2024-05-01", child)
    episode = returned(story)["CINdetails"].iloc[0]
    assert (episode["ReferralNFA"], episode["PrimaryNeedCode"], episode["ReasonForClosure"]) == ("1", "", "")
    assert pd.isna(episode["CINclosureDate"])
    with pytest.raises(InputError, match="no child"):
        returned(story, 2026)


def test_what_happens_after_31_march_is_not_yet_known() -> None:
    story = Story()
    child = assessed(story, "2024-05-01")
    story.plan(child, "2024-05-22", "2025-06-02")
    story.close("2025-06-02", child)
    now, then = returned(story, 2025), returned(story, 2026)
    assert days(now["CINplanDates"], "CINPlanEndDate") == [""]
    assert days(then["CINplanDates"], "CINPlanEndDate") == ["2025-06-02"]
    assert days(now["CINdetails"], "CINclosureDate") == [""]
    assert now["CINdetails"]["ReasonForClosure"].tolist() == [""]
    assert then["CINdetails"]["ReasonForClosure"].tolist() == ["RC7"]


def test_an_assessment_authorised_in_an_earlier_year_is_left_out_of_an_open_episode() -> None:
    story = Story()
    child = assessed(story, "2024-05-01")
    story.plan(child, "2024-05-23")
    now, then = returned(story, 2025), returned(story, 2026)
    assert len(now["Assessments"]) == 1
    assert len(then["Assessments"]) == len(then["AssessmentFactorsList"]) == 0
    assert days(then["CINplanDates"], "CINPlanStartDate") == ["2024-05-23"]


def test_an_assessment_open_on_31_march_is_returned_without_end_and_factors_and_again_when_it_is_authorised() -> None:
    story = Story()
    child = story.child()
    story.refer("2025-03-20", child)
    story.assessed("2025-04-17", child)
    now, then = returned(story, 2025), returned(story, 2026)
    assert days(now["Assessments"], "AssessmentAuthorisationDate") == [""]
    assert len(now["AssessmentFactorsList"]) == 0
    assert days(then["Assessments"], "AssessmentAuthorisationDate") == ["2025-04-17"]
    assert len(then["AssessmentFactorsList"]) >= 1


def test_an_enquiry_without_conference_needs_none_once_it_is_over_and_is_open_until_then() -> None:
    story = Story()
    over, running, waiting = (assessed(story) for _ in range(3))
    story.tell("2024-06-03", Event.SECTION_47_STARTED, over)
    story.tell("2024-06-12", Event.SECTION_47_ENDED, over, detail=Detail.OUTCOME_CONTINUES)
    story.tell("2025-03-26", Event.SECTION_47_STARTED, running)
    story.tell("2025-04-04", Event.SECTION_47_ENDED, running, detail=Detail.OUTCOME_CONTINUES)
    story.tell("2025-03-17", Event.SECTION_47_STARTED, waiting)
    story.tell("2025-03-26", Event.SECTION_47_ENDED, waiting, detail=Detail.OUTCOME_ICPC)
    story.tell("2025-04-04", Event.ICPC, waiting, detail=Detail.OUTCOME_CONTINUES)
    now, then = returned(story, 2025)["Section47"], returned(story, 2026)["Section47"]
    assert now["ICPCnotRequired"].tolist() == ["1", "0", "0"]
    assert days(now, "DateOfInitialCPC") == ["", "", ""]
    assert days(now, "InitialCPCtarget") == ["2024-06-24", "2025-04-16", "2025-04-07"]
    assert (days(then, "DateOfInitialCPC"), then["ICPCnotRequired"].tolist()) == (["2025-04-04"], ["0"])


def test_an_enquiry_cut_short_by_the_end_of_its_episode_needs_no_conference() -> None:
    story = Story()
    child = assessed(story)
    story.tell("2024-06-03", Event.SECTION_47_STARTED, child)
    story.tell("2024-06-12", Event.SECTION_47_ENDED, child, detail=Detail.OUTCOME_ICPC)
    story.close("2024-06-14", child, Detail.RC5)
    assert returned(story)["Section47"]["ICPCnotRequired"].tolist() == ["1"]


def test_a_child_protection_plan_is_returned_with_its_category_its_number_and_every_review_since_it_started() -> None:
    story = Story(histories={"previous_cpps": [2]})
    child = assessed(story, "2023-11-01")
    story.tell("2023-12-01", Event.SECTION_47_STARTED, child)
    story.tell("2023-12-20", Event.ICPC, child, detail=Detail.OUTCOME_CPP)
    story.plan(child, "2023-12-20", "2024-09-03", protection=True)
    story.tell("2024-03-14", Event.CPP_REVIEW, child)
    story.tell("2024-09-03", Event.CPP_REVIEW, child)
    now = returned(story, 2025)
    plan = now["ChildProtectionPlans"].iloc[0]
    assert (plan["InitialCategoryOfAbuse"], plan["NumberOfPreviousCPP"], plan["CPPID"]) == ("NEG", 2, 1)
    assert days(now["Reviews"], "CPPreviewDate") == ["2024-03-14", "2024-09-03"]
    assert days(returned(story, 2024)["Reviews"], "CPPreviewDate") == ["2024-03-14"]
    assert len(now["Section47"]) == 0  # neither the enquiry nor its conference was in this year


def test_the_category_of_abuse_changes_only_where_a_review_could_change_it() -> None:
    story = Story()
    for _ in range(400):
        child = assessed(story, "2024-05-01")
        story.plan(child, "2024-06-03", protection=True)
        story.tell("2025-04-23", Event.CPP_REVIEW, child)
    before, after = (returned(story, year)["ChildProtectionPlans"]["LatestCategoryOfAbuse"] for year in (2025, 2026))
    assert set(before) == {"NEG"}
    assert set(after) == {"NEG", "EMO"}
    assert 0.005 < (after == "EMO").mean() < 0.08  # published: 2.8% of plans for neglect


def test_closed_after_assessment_becomes_any_other_reason_where_there_was_an_enquiry() -> None:
    story = Story()
    plain, enquired = story.child(), story.child()
    for child in (plain, enquired):
        story.refer("2024-05-01", child)
    story.tell("2024-05-07", Event.SECTION_47_STARTED, enquired)
    story.tell("2024-05-15", Event.SECTION_47_ENDED, enquired, detail=Detail.OUTCOME_CONTINUES)
    for child in (plain, enquired):
        story.assessed("2024-05-22", child, Detail.OUTCOME_CLOSED)
    assert returned(story)["CINdetails"]["ReasonForClosure"].tolist() == ["RC8", "RC7"]


def test_no_factors_are_found_only_by_the_one_assessment_of_a_case_closed_after_it() -> None:
    story = Story()
    for _ in range(300):
        child = story.child()
        story.refer("2024-05-01", child)
        story.assessed("2024-05-22", child, Detail.OUTCOME_CLOSED)
        assessed(story, "2024-05-01")
    made = returned(story)
    listed = made["AssessmentFactorsList"]
    closed = set(made["CINdetails"].query("ReasonForClosure == 'RC8'")["LAchildID"])
    none = listed[listed["AssessmentFactor"] == "21"]
    assert len(none) > 5
    assert set(none["LAchildID"]) <= closed
    assert listed.groupby("LAchildID").size().loc[none["LAchildID"]].eq(1).all()
    assert set(listed["LAchildID"]) == set(made["ChildIdentifiers"]["LAchildID"])


def test_an_unborn_child_has_an_expected_date_and_neither_sex_disability_nor_number_and_has_them_once_born() -> None:
    story = Story()
    child = story.child("2025-06-20", entered="2025-02-03", sex=1, disabled=True)
    story.refer("2025-02-10", child)
    story.assessed("2025-03-03", child)
    now, then = returned(story, 2025), returned(story, 2026)
    who = now["ChildIdentifiers"].iloc[0]
    assert (days(now["ChildIdentifiers"], "ExpectedPersonBirthDate"), who["Sex"]) == (["2025-06-20"], "U")
    assert (who["UPN"], who["UPNunknown"], len(now["Disabilities"])) == ("", "UN1", 0)
    who = then["ChildIdentifiers"].iloc[0]
    assert (days(then["ChildIdentifiers"], "PersonBirthDate"), who["Sex"]) == (["2025-06-20"], "F")
    assert days(then["ChildIdentifiers"], "ExpectedPersonBirthDate") == [""]
    assert set(then["Disabilities"]["Disability"]).isdisjoint({"NONE", ""})


def test_a_child_of_school_age_has_a_number_unless_all_its_referrals_went_no_further() -> None:
    story = Story()
    assessed(story, birth="2012-05-05")
    assessed(story, birth="2021-05-05")
    story.refuse("2024-05-01", story.child("2012-05-05"))
    who = returned(story)["ChildIdentifiers"]
    assert [bool(upn) for upn in who["UPN"]] == [True, False, False]
    assert who["UPNunknown"].tolist() == ["", "UN1", "UN7"]


def test_unique_pupil_numbers_are_valid_and_no_two_are_alike() -> None:
    children = np.arange(200_000)
    birth = np.full(len(children), np.datetime64("2012-05-05"))
    numbers = unique_pupil_numbers(children, birth, "383")
    assert len(set(numbers.tolist())) == len(children)
    for upn in numbers[::9_973].tolist():
        assert len(upn) == 13
        weighted = sum(int(digit) * weight for weight, digit in enumerate(upn[1:], start=2))
        assert upn[0] == CHECK_LETTERS[weighted % 23]
        assert upn[1:4] == "383"


def test_a_child_who_dies_while_open_is_returned_with_the_date_in_that_year_alone() -> None:
    story = Story()
    child = assessed(story, leaves="2024-09-02")
    story.plan(child, "2024-05-23", "2024-09-02")
    story.close("2024-09-02", child, Detail.RC2)
    replication = story.replication
    object.__setattr__(replication.population, "leaves_because", np.array([2]))
    made = census_return(replication, Draws(1, 0), 2025, "383")
    assert days(made["ChildIdentifiers"], "PersonDeathDate") == ["2024-09-02"]
    assert made["CINdetails"]["ReasonForClosure"].tolist() == ["RC2"]


def test_a_child_who_dies_after_the_run_has_not_died() -> None:
    story = Story()
    child = assessed(story, leaves=story.time("2026-06-30") + 40)
    story.plan(child, "2024-05-23")
    replication = story.replication
    object.__setattr__(replication.population, "leaves_because", np.array([2]))
    assert days(census_return(replication, Draws(1, 0), 2026, "383")["ChildIdentifiers"], "PersonDeathDate") == [""]


def test_a_child_keeps_its_codes_from_one_year_to_the_next() -> None:
    story = Story()
    for number in range(60):
        child = assessed(story, ethnicity=number % 6, disabled=number % 3 == 0, need_category=number % 12)
        story.plan(child, "2024-05-23")
    now, then = returned(story, 2025), returned(story, 2026)
    for table in ("ChildCharacteristics", "Disabilities"):
        pd.testing.assert_frame_equal(now[table], then[table])
    for column in ("ReferralSource", "PrimaryNeedCode"):
        assert now["CINdetails"][column].tolist() == then["CINdetails"][column].tolist()
    assert now["ChildIdentifiers"]["UPN"].tolist() == then["ChildIdentifiers"]["UPN"].tolist()


def test_a_child_referred_twice_in_a_year_has_two_episodes_in_order() -> None:
    story = Story()
    child = story.child()
    story.refuse("2024-05-01", child)
    story.refer("2024-09-02", child)
    story.assessed("2024-09-30", child)
    made = returned(story)
    assert len(made["ChildIdentifiers"]) == 1
    assert made["CINdetails"]["CINdetailsID"].tolist() == [1, 2]
    assert days(made["CINdetails"], "CINreferralDate") == ["2024-05-01", "2024-09-02"]
    assert made["Assessments"]["CINdetailsID"].tolist() == [2]


def test_a_referral_refused_on_the_day_of_another_is_returned_with_the_day_before() -> None:
    story = Story()
    child = story.child()
    story.refuse("2024-09-02", child)
    story.refer(story.time("2024-09-02") + 0.5, child)
    story.assessed("2024-09-30", child)
    story.refuse("2024-06-03", story.child())
    made = returned(story)
    assert days(made["CINdetails"], "CINreferralDate") == ["2024-09-01", "2024-09-02", "2024-06-03"]
    assert made["CINdetails"]["ReferralNFA"].tolist() == ["1", "0", "1"]
    assert not broken_rules(made)


def test_the_header_says_which_year_and_authority() -> None:
    story = Story()
    assessed(story)
    header = returned(story, lea="")["Header"].iloc[0]
    assert (header["Collection"], header["Year"], str(header["ReferenceDate"].date())) == ("CIN", "2025", "2025-03-31")
    assert header["LEA"] == "001"  # of no authority
    assert returned(story).first_day == date(2024, 4, 1)


def test_working_days_pass_over_weekends_and_bank_holidays() -> None:
    start = np.array(["2025-04-16", "2025-04-17", "NaT"], dtype="datetime64[D]")  # Easter: 18 to 21 April
    end = np.array(["2025-04-22", "2025-04-17", "2025-04-22"], dtype="datetime64[D]")
    assert working_days_between(start, end).tolist()[:2] == [2.0, 0.0]
    assert np.isnan(working_days_between(start, end)[2])
    assert str(working_days_later(start[:1], 2)[0]) == "2025-04-22"
