"""The census's consistency rules: a simulated return breaks none, and each rule sees what breaks it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import pytest
from census_returns import added, changed, small_return

from cinsim.census.returns import CensusReturn
from cinsim.census.rules import RULES, broken_rules

pytestmark = pytest.mark.unit

EARLY, LATE = pd.Timestamp("2019-05-01"), pd.Timestamp("2026-03-30")


def first_row(census: CensusReturn, table: str, holds: Callable[[pd.DataFrame], pd.Series]) -> int:
    """Return the place of the first row of a table for which something holds."""
    return int(holds(census[table]).to_numpy().argmax())


def of_episode(census: CensusReturn, table: str, row: int) -> int:
    """Return the place of the episode to which a row belongs."""
    keys = census[table].iloc[row]
    details = census["CINdetails"]
    return int(
        ((details["LAchildID"] == keys["LAchildID"]) & (details["CINdetailsID"] == keys["CINdetailsID"])).to_numpy().argmax()
    )


def before_its_referral(census: CensusReturn) -> CensusReturn:
    return changed(census, "Section47", 0, S47ActualStartDate=EARLY)


def without_conference(census: CensusReturn) -> CensusReturn:
    row = first_row(census, "ChildProtectionPlans", lambda t: t["CPPstartDate"] >= pd.Timestamp("2025-04-01"))
    return changed(
        census,
        "ChildProtectionPlans",
        row,
        CPPstartDate=census["ChildProtectionPlans"]["CPPstartDate"].iloc[row] + pd.Timedelta(days=1),
    )


def closed_after_assessment_with_a_plan(census: CensusReturn) -> CensusReturn:
    return changed(census, "CINdetails", of_episode(census, "CINplanDates", 0), ReasonForClosure="RC8")


def no_further_action_with_an_assessment(census: CensusReturn) -> CensusReturn:
    return changed(census, "CINdetails", of_episode(census, "Assessments", 0), ReferralNFA="1")


def both_plans_at_once(census: CensusReturn) -> CensusReturn:
    plan = census["ChildProtectionPlans"].iloc[0]
    return added(census, "CINplanDates", LAchildID=plan["LAchildID"], CINdetailsID=plan["CINdetailsID"],
                 CINPlanStartDate=plan["CPPstartDate"], CINPlanEndDate=LATE)  # fmt: skip


def review_in_a_cin_plan(census: CensusReturn) -> CensusReturn:
    plans = census["ChildProtectionPlans"].merge(census["Reviews"], on=["LAchildID", "CINdetailsID", "CPPID"])
    row = plans[plans["CPPendDate"].notna() & (plans["CPPreviewDate"] < plans["CPPendDate"])].iloc[0]
    return added(census, "CINplanDates", LAchildID=row["LAchildID"], CINdetailsID=row["CINdetailsID"],
                 CINPlanStartDate=row["CPPreviewDate"], CINPlanEndDate=row["CPPreviewDate"] + pd.Timedelta(days=1))  # fmt: skip


def plan_after_death(census: CensusReturn) -> CensusReturn:
    child = census["CINplanDates"]["LAchildID"].iloc[0]
    row = first_row(census, "ChildIdentifiers", lambda t: t["LAchildID"] == child)
    return changed(census, "ChildIdentifiers", row, PersonDeathDate=EARLY)


def plan_ends_before_it_starts(census: CensusReturn) -> CensusReturn:
    start = census["CINplanDates"]["CINPlanStartDate"].iloc[0]
    return changed(census, "CINplanDates", 0, CINPlanEndDate=start - pd.Timedelta(days=1))


def touching_cin_plans(census: CensusReturn) -> CensusReturn:
    plan = census["CINplanDates"].dropna(subset="CINPlanEndDate").iloc[0]
    return added(census, "CINplanDates", LAchildID=plan["LAchildID"], CINdetailsID=plan["CINdetailsID"],
                 CINPlanStartDate=plan["CINPlanEndDate"], CINPlanEndDate=LATE)  # fmt: skip


def no_disability(census: CensusReturn) -> CensusReturn:
    return replace(census, tables={**census.tables, "Disabilities": census["Disabilities"].iloc[5:]})


def activity_after_closure(census: CensusReturn) -> CensusReturn:
    row = first_row(census, "CINdetails", lambda t: t["CINclosureDate"].notna() & (t["ReferralNFA"] == "0"))
    episode = census["CINdetails"].iloc[row]
    after = episode["CINclosureDate"] + pd.Timedelta(days=1)
    return added(census, "Assessments", LAchildID=episode["LAchildID"], CINdetailsID=episode["CINdetailsID"], AssessmentID=9,
                 AssessmentActualStartDate=after, AssessmentAuthorisationDate=LATE)  # fmt: skip


def referred_long_before_birth(census: CensusReturn) -> CensusReturn:
    child = census["CINdetails"].iloc[0]
    row = first_row(census, "ChildIdentifiers", lambda t: t["LAchildID"] == child["LAchildID"])
    return changed(census, "ChildIdentifiers", row, PersonBirthDate=child["CINreferralDate"] + pd.Timedelta(days=281))


def no_primary_need(census: CensusReturn) -> CensusReturn:
    row = first_row(census, "CINdetails", lambda t: t["ReferralNFA"] == "0")
    return changed(census, "CINdetails", row, PrimaryNeedCode="")


def twenty_one_with_another(census: CensusReturn) -> CensusReturn:
    return added(census, "AssessmentFactorsList", AssessmentFactor="21")


def conference_before_its_enquiry(census: CensusReturn) -> CensusReturn:
    start = census["Section47"]["S47ActualStartDate"].iloc[0]
    return changed(census, "Section47", 0, DateOfInitialCPC=start - pd.Timedelta(days=2))


def closed_in_another_year(census: CensusReturn) -> CensusReturn:
    row = first_row(census, "CINdetails", lambda t: t["CINclosureDate"].notna())
    return changed(census, "CINdetails", row, CINclosureDate=pd.Timestamp("2026-04-07"))


def assessed_in_another_year(census: CensusReturn) -> CensusReturn:
    return changed(census, "Assessments", 0, AssessmentAuthorisationDate=pd.Timestamp("2026-04-07"))


def old_open_assessment(census: CensusReturn) -> CensusReturn:
    return changed(census, "Assessments", 0, AssessmentActualStartDate=EARLY, AssessmentAuthorisationDate=pd.NaT)


def old_open_enquiry(census: CensusReturn) -> CensusReturn:
    return changed(census, "Section47", 0, S47ActualStartDate=EARLY, DateOfInitialCPC=pd.NaT, ICPCnotRequired="0")


def unborn_girl(census: CensusReturn) -> CensusReturn:
    return changed(census, "ChildIdentifiers", 0, PersonBirthDate=pd.NaT, ExpectedPersonBirthDate=LATE, Sex="F")


def closed_without_reason(census: CensusReturn) -> CensusReturn:
    row = first_row(census, "CINdetails", lambda t: t["CINclosureDate"].notna())
    return changed(census, "CINdetails", row, ReasonForClosure="")


def two_open_episodes(census: CensusReturn) -> CensusReturn:
    row = first_row(census, "CINdetails", lambda t: t["CINclosureDate"].isna() & (t["ReferralNFA"] == "0"))
    frame = census["CINdetails"]
    again = frame.iloc[[row]].assign(CINdetailsID=9, CINreferralDate=LATE)
    return replace(census, tables={**census.tables, "CINdetails": pd.concat([frame, again], ignore_index=True)})


def two_open_enquiries(census: CensusReturn) -> CensusReturn:
    opened = changed(census, "Section47", 0, DateOfInitialCPC=pd.NaT, ICPCnotRequired="0")
    return added(opened, "Section47", S47ActualStartDate=LATE)


def plan_of_one_day(census: CensusReturn) -> CensusReturn:
    start = census["ChildProtectionPlans"]["CPPstartDate"].iloc[0]
    return changed(census, "ChildProtectionPlans", 0, CPPendDate=start)


def review_on_the_first_day(census: CensusReturn) -> CensusReturn:
    plan = census["Reviews"].iloc[[0]].merge(census["ChildProtectionPlans"], on=["LAchildID", "CINdetailsID", "CPPID"]).iloc[0]
    return changed(census, "Reviews", 0, CPPreviewDate=plan["CPPstartDate"])


def closed_while_assessed(census: CensusReturn) -> CensusReturn:
    row = first_row(census, "CINdetails", lambda t: t["ReasonForClosure"].isin(["RC8", "RC9"]))
    episode = census["CINdetails"].iloc[row]
    place = first_row(
        census, "Assessments", lambda t: (t["LAchildID"] == episode["LAchildID"]) & (t["CINdetailsID"] == episode["CINdetailsID"])
    )
    return changed(census, "Assessments", place, AssessmentAuthorisationDate=pd.NaT)


def closed_during_an_enquiry(census: CensusReturn) -> CensusReturn:
    closed = census["Section47"].merge(census["CINdetails"], on=["LAchildID", "CINdetailsID"])["CINclosureDate"].notna()
    return changed(census, "Section47", int(closed.to_numpy().argmax()), DateOfInitialCPC=pd.NaT, ICPCnotRequired="0")


def conference_on_a_saturday(census: CensusReturn) -> CensusReturn:
    return changed(census, "Section47", 0, DateOfInitialCPC=pd.Timestamp("2026-03-28"))


def enquiry_on_the_day_of_a_conference(census: CensusReturn) -> CensusReturn:
    held = census["Section47"].dropna(subset="DateOfInitialCPC").iloc[0]
    return added(
        census, "Section47", **{**held.to_dict(), "S47ActualStartDate": held["DateOfInitialCPC"], "DateOfInitialCPC": LATE}
    )


def two_open_assessments(census: CensusReturn) -> CensusReturn:
    once = changed(census, "Assessments", 0, AssessmentAuthorisationDate=pd.NaT)
    return added(once, "Assessments", AssessmentID=9)


def two_open_protection_plans(census: CensusReturn) -> CensusReturn:
    row = first_row(census, "ChildProtectionPlans", lambda t: t["CPPendDate"].isna())
    frame = census["ChildProtectionPlans"]
    again = pd.concat([frame, frame.iloc[[row]].assign(CPPID=9, CPPstartDate=LATE)], ignore_index=True)
    return replace(census, tables={**census.tables, "ChildProtectionPlans": again})


BREACHES: dict[str, Callable[[CensusReturn], CensusReturn]] = {
    "1103, 1105, 2889, 4015": before_its_referral,
    "2885": without_conference,
    "2990": closed_after_assessment_with_a_plan,
    "4000, 8831, 8832": no_further_action_with_an_assessment,
    "4001, 4016, 4017": both_plans_at_once,
    "4003": review_in_a_cin_plan,
    "4008, 8915, 8920": plan_after_death,
    "4011, 4013": plan_ends_before_it_starts,
    "4014": touching_cin_plans,
    "8540": no_disability,
    "8565": activity_after_closure,
    "8606": referred_long_before_birth,
    "8610": no_primary_need,
    "8614, 8869, 8898": twenty_one_with_another,
    "8615, 8715": conference_before_its_enquiry,
    "8620": closed_in_another_year,
    "8696, 8608": assessed_in_another_year,
    "8736": old_open_assessment,
    "8740": old_open_enquiry,
    "8750": unborn_girl,
    "8805, 8810": closed_without_reason,
    "8815": two_open_episodes,
    "8816": two_open_episodes,
    "8820": two_open_episodes,
    "8839": two_open_enquiries,
    "8840, 8925, 8930": plan_of_one_day,
    "8841": review_on_the_first_day,
    "8867": closed_while_assessed,
    "8868": closed_during_an_enquiry,
    "8875": conference_on_a_saturday,
    "8890": enquiry_on_the_day_of_a_conference,
    "8896": two_open_assessments,
    "8935": two_open_protection_plans,
    "8940": two_open_protection_plans,
}


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_the_return_of_a_simulated_year_breaks_no_rule(year: int) -> None:
    assert broken_rules(small_return(year)) == []


@pytest.mark.parametrize("rule", list(RULES))
def test_a_return_that_breaks_a_rule_is_told_so(rule: str) -> None:
    found = {broken.rule: broken.rows for broken in broken_rules(BREACHES[rule](small_return()))}
    assert found.get(rule, 0) >= 1
