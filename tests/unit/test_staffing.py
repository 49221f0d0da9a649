"""How many posts of which role each team has, and how a scenario changes them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from cinsim.engine.clock import TICKS_PER_DAY
from cinsim.engine.draws import Draws
from cinsim.reference.areas import Area, average_authority, find_area, usable_authorities
from cinsim.reference.events import Detail
from cinsim.reference.figures import profile
from cinsim.reference.parameters import parameters_from
from cinsim.scenario import Scenario
from cinsim.simulation.replicate import calendar_of
from cinsim.workforce.hours_budget import REVIEWS_A_YEAR, conference_chairs_rate, yearly_hours
from cinsim.workforce.staffing import SOCIAL_WORK_ROLES, Post, Staffing, funded_posts, leaving_ratios, staffing_of

pytestmark = pytest.mark.unit

AVERAGE = average_authority()
FULL_TIME = {"part_time_share": 0.0}


def staffed(
    workforce: Mapping[str, Any] | None = None,
    *,
    area: Area = AVERAGE,
    parameters: Mapping[str, float] | None = None,
    **keys: Any,
) -> Staffing:
    scenario = Scenario.model_validate({"title": "test", "years": 3, "workforce": dict(workforce or {}), **keys})
    return staffing_of(scenario, area, parameters_from(parameters), calendar_of(scenario), Draws(1, 0))


def fte(staffing: Staffing, *, team: int | None = None, role: int | None = None, at: float = math.inf) -> float:
    """Return the FTE of posts open at a time (the end when left out)."""
    time = 1e9 if math.isinf(at) else at
    return sum(
        p.fte
        for p in staffing.posts
        if (team is None or p.team == team) and (role is None or p.role == role) and p.opens <= time < p.closes
    )


CASE_HOLDERS = ("social_workers", "senior_practitioners", "newly_qualified")


def funded(staffing: Staffing) -> dict[str, float]:
    """Return the posts there are at the end, by kind of staff."""
    return funded_posts(staffing, 1e6)


def case_holders(staffing: Staffing, at: float = math.inf) -> float:
    return sum(fte(staffing, team=team, role=role, at=at) for team in (71, 72, 73, 74) for role in SOCIAL_WORK_ROLES)


def test_posts_filled_as_published_hold_the_published_number_of_case_holders() -> None:
    staffing = staffed()
    rates = staffing.rates[Detail.SOCIAL_WORKER]
    filled = 1 - rates.vacancy[0] * (1 - rates.cover[0])
    assert case_holders(staffing) * filled == pytest.approx(AVERAGE.case_holders_fte, rel=1e-6)


def test_a_fraction_of_the_population_has_that_fraction_of_the_posts() -> None:
    whole, tenth = staffed(), staffed(population_fraction=0.1)
    for role in (60, 61, 62, 64, 65):
        assert fte(tenth, role=role) == pytest.approx(0.1 * fte(whole, role=role), rel=1e-6)


def test_teams_share_case_holders_in_proportion_to_the_hours_of_their_work() -> None:
    staffing, work = staffed(), yearly_hours(AVERAGE, AVERAGE, parameters_from())
    plan_teams = (Detail.CIN_AND_CP_TEAM, Detail.DISABLED_CHILDREN_TEAM)  # one team where the second would be too small
    for teams in ((Detail.ASSESSMENT_TEAM,), plan_teams, (Detail.LOOKED_AFTER_TEAM,)):
        there = sum(fte(staffing, team=t, role=role) for t in teams for role in SOCIAL_WORK_ROLES)
        assert there == pytest.approx(
            case_holders(staffing) * sum(work[t] for t in teams) / sum(work.values()), abs=1.0
        )  # a post


def test_a_disabled_childrens_team_too_small_to_stand_alone_is_part_of_the_plan_team() -> None:
    small = staffed(population_fraction=0.05)
    assert fte(small, team=Detail.DISABLED_CHILDREN_TEAM) == 0.0
    large = replace(AVERAGE, case_holders_fte=10 * AVERAGE.case_holders_fte)  # type: ignore[operator]
    assert fte(staffed(area=large), team=Detail.DISABLED_CHILDREN_TEAM) > 2.0


def test_roles_are_mixed_as_the_register_says() -> None:
    staffing = staffed(parameters={"senior_practitioner_share": 0.5, "newly_qualified_share": 0.2})
    for team in (Detail.ASSESSMENT_TEAM, Detail.CIN_AND_CP_TEAM, Detail.LOOKED_AFTER_TEAM):
        all_roles = sum(fte(staffing, team=team, role=role) for role in SOCIAL_WORK_ROLES)
        assert fte(staffing, team=team, role=Detail.SENIOR_PRACTITIONER) == pytest.approx(0.5 * all_roles, abs=1.0)  # a post
        assert fte(staffing, team=team, role=Detail.NEWLY_QUALIFIED) == pytest.approx(0.2 * all_roles, abs=1.0)


def test_every_post_has_its_own_number_and_positive_hours() -> None:
    for area in (AVERAGE, find_area("Kent"), find_area("Rutland")):
        posts = staffed({"social_workers": {"fte": "+30%"}, "conference_chairs": {"fte": "-50%"}}, area=area).posts
        assert len({p.number for p in posts}) == len(posts)
        assert all(0.0 < p.fte <= 1.2 for p in posts)


def test_work_takes_in_the_average_authority_the_hours_of_the_register() -> None:
    assert staffed().hours_factor == pytest.approx(1.0)


def test_an_authority_with_more_workers_for_its_work_gives_each_piece_more_time() -> None:
    richer = replace(AVERAGE, case_holders_fte=1.2 * AVERAGE.case_holders_fte)  # type: ignore[operator]
    assert staffed(area=richer).hours_factor == pytest.approx(1.2)


def test_a_scenarios_extra_workers_are_time_gained_and_do_not_lengthen_the_work() -> None:
    assert staffed({"social_workers": {"fte": "+20%"}}).hours_factor == staffed().hours_factor


# ---- changes


def test_ten_per_cent_more_are_ten_per_cent_more_from_the_date_on() -> None:
    change = {"social_workers": {"fte": "+10%", "start": "2025-04-01"}}
    staffing, usual = staffed(change), staffed()
    scenario = Scenario.model_validate({"title": "test", "years": 3})
    from_ = calendar_of(scenario).time_of(Scenario.model_validate({"title": "t", "start": "2025-04-01"}).start)
    assert case_holders(staffing, from_ - 1) == pytest.approx(case_holders(usual))
    assert case_holders(staffing, from_) == pytest.approx(1.1 * case_holders(usual))


def test_a_cut_closes_whole_posts_in_every_team_and_leaves_hours_of_one_at_most() -> None:
    usual, cut = staffed(), staffed({"social_workers": {"fte": "-20%"}})
    for team in (Detail.ASSESSMENT_TEAM, Detail.CIN_AND_CP_TEAM, Detail.LOOKED_AFTER_TEAM):
        wanted = 0.8 * fte(usual, team=team, role=Detail.SOCIAL_WORKER)
        assert abs(fte(cut, team=team, role=Detail.SOCIAL_WORKER) - wanted) <= 1.0
    opened = {p.number: p.fte for p in cut.posts if p.number not in {p.number for p in usual.posts}}
    assert {p.number: p.fte for p in cut.posts} == {p.number: p.fte for p in usual.posts} | opened
    assert len(opened) <= 1


@pytest.mark.parametrize("area", ["Rutland", "Hartlepool", "England", "Leeds"])
@pytest.mark.parametrize("asked", ["-1%", "-5%", "-15%", "-50%", "-90%", "-100%", "+10%"])
@pytest.mark.parametrize(
    "roles", [("social_workers",), ("practice_supervisors",), ("conference_chairs",), ("screening_social_workers",)]
)
def test_the_posts_that_are_asked_for_are_the_posts_simulated(area: str, asked: str, roles: tuple[str, ...]) -> None:
    place = AVERAGE if area == "England" else find_area(area)
    usual, changed = funded(staffed(area=place)), funded(staffed({role: {"fte": asked} for role in roles}, area=place))
    kinds = CASE_HOLDERS if roles == ("social_workers",) else roles
    factor = 1 + float(asked.rstrip("%")) / 100
    assert sum(changed[k] for k in kinds) == pytest.approx(factor * sum(usual[k] for k in kinds), abs=1e-4)
    assert {k: v for k, v in changed.items() if k not in kinds} == {k: v for k, v in usual.items() if k not in kinds}
    for kind in kinds:  # one kind among those that follow one change is met to about a post
        assert changed[kind] == pytest.approx(factor * usual[kind], abs=1.0)


@pytest.mark.parametrize("number", [0.1, 4.5, 6.5, 7.3, 40])
@pytest.mark.parametrize(
    "role", ["social_workers", "newly_qualified", "practice_supervisors", "conference_chairs", "screening_social_workers"]
)
def test_a_number_of_posts_is_met_exactly_in_the_smallest_authority(role: str, number: float) -> None:
    staffing = staffed({role: {"fte": number}}, area=find_area("Rutland"))
    assert funded(staffing)[role] == pytest.approx(number, abs=1e-4)


def test_posts_at_the_front_door_follow_demand_from_its_date_where_they_are_told_to() -> None:
    demand = {"referrals": "+30%", "start": "2025-04-01"}
    usual = funded(staffed())
    staffing = staffed(
        {role: {"follow_demand": True} for role in ("screening_social_workers", "practice_supervisors")}, demand=demand
    )
    start = moved_from(staffing)
    assert funded_posts(staffing, start - 1.0) == pytest.approx(usual)
    after = funded(staffing)
    for role, factor in (("screening_social_workers", 1.3), ("practice_supervisors", 1.3), ("social_workers", 1.0)):
        assert after[role] == pytest.approx(factor * usual[role], rel=1e-5)
    assert funded(staffed(demand=demand)) == pytest.approx(usual)


def test_posts_that_follow_demand_follow_the_share_of_the_sources_that_change() -> None:
    staffing = staffed({"screening_social_workers": {"follow_demand": True}}, demand={"by_source": {"police": "-50%"}})
    police = profile("referral_source")["police"] / sum(profile("referral_source").values())
    assert funded(staffing)["screening_social_workers"] == pytest.approx(
        (1 - police / 2) * funded(staffed())["screening_social_workers"]
    )


def test_a_key_of_one_kind_of_social_worker_drops_nothing_that_it_follows() -> None:
    change = {"social_workers": {"fte": "+10%", "turnover_rate": "30%"}, "newly_qualified": {"sickness_rate": "3%"}}
    usual, staffing = staffed(), staffed(change)
    assert funded(staffing)["newly_qualified"] == pytest.approx(1.1 * funded(usual)["newly_qualified"])
    rates = staffing.rates[Detail.NEWLY_QUALIFIED]
    assert (rates.turnover[1], rates.sickness[1]) == (0.3, 0.03)


def test_the_front_door_has_the_rates_of_senior_practitioners_unless_it_has_its_own() -> None:
    change = {
        "senior_practitioners": {"sickness_rate": "9%", "turnover_rate": "20%"},
        "screening_social_workers": {"sickness_rate": "1%"},
    }
    rates = staffed(change).rates_of(Detail.FRONT_DOOR, Detail.SENIOR_PRACTITIONER)
    assert (rates.sickness[1], rates.turnover[1]) == (0.01, 0.2)


def test_a_change_leaves_every_other_post_as_it_was() -> None:
    usual = {p.number: p for p in staffed().posts}
    for change in (
        {"social_workers": {"fte": "+25%"}},
        {"practice_supervisors": {"fte": "-30%"}},
        {"conference_chairs": {"fte": 20}},
    ):
        changed = {p.number: p for p in staffed(change).posts}
        role = {"social_workers": SOCIAL_WORK_ROLES, "practice_supervisors": {64}, "conference_chairs": {65}}[next(iter(change))]
        assert {n: p for n, p in changed.items() if p.role not in role} == {n: p for n, p in usual.items() if p.role not in role}


def test_a_phased_change_opens_posts_one_after_another_on_the_dyadic_grid() -> None:
    for change in ("+30%", "-30%"):
        posts = staffed({"social_workers": {"fte": change, "phase_in": "7 months"}}).posts
        moments = sorted({p.opens for p in posts if p.opens > 0} | {p.closes for p in posts if math.isfinite(p.closes)})
        assert len(moments) > 5
        assert all((time * TICKS_PER_DAY).is_integer() for time in moments)


def test_a_number_of_workers_is_a_number_in_the_whole_area_whatever_part_of_it_is_simulated() -> None:
    for fraction in (1.0, 0.25):
        staffing = staffed({"conference_chairs": {"fte": 40}}, population_fraction=fraction, parameters=FULL_TIME)
        assert fte(staffing, role=Detail.CONFERENCE_CHAIR) == pytest.approx(40 * fraction)


def test_a_relative_change_of_social_workers_holds_for_senior_and_newly_qualified_ones_too() -> None:
    usual, more = staffed(), staffed({"social_workers": {"fte": "+50%"}})
    for role in SOCIAL_WORK_ROLES:
        holders = [fte(s, role=role) - fte(s, role=role, team=Detail.FRONT_DOOR) for s in (usual, more)]
        assert holders[1] == pytest.approx(1.5 * holders[0])
    assert fte(more, team=Detail.FRONT_DOOR) == fte(usual, team=Detail.FRONT_DOOR)


def test_a_number_of_social_workers_is_not_one_of_senior_practitioners() -> None:
    usual, given = staffed(), staffed({"social_workers": {"fte": 200}})
    assert fte(given, role=Detail.SOCIAL_WORKER) == pytest.approx(200)
    assert fte(given, role=Detail.SENIOR_PRACTITIONER) == fte(usual, role=Detail.SENIOR_PRACTITIONER)


def test_rates_of_social_workers_hold_for_the_others_unless_they_have_their_own() -> None:
    change = {"social_workers": {"turnover_rate": "30%"}, "newly_qualified": {"turnover_rate": "40%"}}
    rates = staffed(change).rates
    assert rates[Detail.SOCIAL_WORKER].turnover[1] == rates[Detail.SENIOR_PRACTITIONER].turnover[1] == 0.3
    assert rates[Detail.NEWLY_QUALIFIED].turnover[1] == 0.4
    assert rates[Detail.CONFERENCE_CHAIR].turnover[1] == rates[Detail.CONFERENCE_CHAIR].turnover[0]


def test_rates_before_a_change_are_the_areas_published_ones() -> None:
    leeds = find_area("Leeds")
    rates = staffed({"social_workers": {"vacancy_rate": "0%"}}, area=leeds).rates[Detail.SOCIAL_WORKER]
    assert rates.vacancy == (leeds.vacancy_rate / 100, 0.0)  # type: ignore[operator]
    assert rates.sickness == (leeds.absence_rate / 100,) * 2  # type: ignore[operator]
    assert rates.turnover[0] == rates.turnover[1]


def test_roles_leave_as_often_on_the_whole_as_the_area_publishes() -> None:
    leeds, p = find_area("Leeds"), parameters_from()
    staffing = staffed(area=leeds)
    social_workers = [
        post for post in staffing.posts if post.team != Detail.FRONT_DOOR and post.role <= Detail.PRACTICE_SUPERVISOR
    ]
    social_workers = [post for post in social_workers if post.role != Detail.FAMILY_SUPPORT_WORKER]
    leavers = sum(post.fte * staffing.rates[post.role].turnover[0] for post in social_workers)
    total = sum(post.fte for post in social_workers)
    assert leavers / total == pytest.approx(leeds.turnover_rate / 100, rel=1e-3)  # type: ignore[operator]
    own = {role: rates.turnover[0] for role, rates in staffing.rates.items()}
    assert own[Detail.SENIOR_PRACTITIONER] == pytest.approx(own[Detail.SOCIAL_WORKER] * p.leaving_ratio_senior_practitioner)
    assert own[Detail.PRACTICE_SUPERVISOR] < own[Detail.SOCIAL_WORKER]


def test_fewer_leavers_leave_fewer_vacancies_unless_the_scenario_says_how_many() -> None:
    rates = staffed({"social_workers": {"turnover_rate": "7%"}}).rates[Detail.SOCIAL_WORKER]
    assert rates.vacancy[1] < rates.vacancy[0]
    given = staffed({"social_workers": {"turnover_rate": "7%", "vacancy_rate": "30%"}}).rates[Detail.SOCIAL_WORKER]
    assert given.vacancy[1] == 0.3


def test_contract_training_and_span_come_from_the_scenario_on_its_date() -> None:
    workforce = {"contract_hours": "35 hours a week", "training": "10 working days", "supervisor_span": 4}
    usual, changed = staffed(parameters=FULL_TIME), staffed(workforce, policy_start="2025-04-01", parameters=FULL_TIME)
    p = parameters_from()
    assert changed.rules.contract == (p.contract_hours_per_day, 7.0)
    assert changed.rules.training == (p.training_days_per_year, 10.0)
    assert changed.rules.ramp.start == moved_from(changed)
    before = fte(changed, role=Detail.PRACTICE_SUPERVISOR, at=moved_from(changed) - 1)
    assert before == pytest.approx(fte(usual, role=Detail.PRACTICE_SUPERVISOR))
    supervisors = fte(changed, role=Detail.PRACTICE_SUPERVISOR)
    assert supervisors == pytest.approx(before * p.practice_supervisor_span / 4, abs=0.6)


def test_rates_not_published_are_the_registers() -> None:
    unpublished = replace(AVERAGE, turnover_rate=None, vacancy_rate=None, absence_rate=None, vacancy_agency_cover_rate=None)
    p = parameters_from()
    rates = staffed(area=unpublished).rates[Detail.SOCIAL_WORKER]
    turnover = p.turnover_rate * leaving_ratios(p)[Detail.SOCIAL_WORKER]
    assert (rates.turnover[0], rates.vacancy[0], rates.sickness[0], rates.cover[0]) == (
        turnover, p.vacancy_rate, p.sickness_rate, p.agency_cover,
    )  # fmt: skip


def test_teams_change_their_shares_on_the_scenarios_date_and_all_case_holders_stay_as_many() -> None:
    teams = {"teams": {"assessment": {"share": "40%"}, "looked_after": {"share": "10%"}}}
    usual, moved = staffed(parameters=FULL_TIME), staffed(teams, policy_start="2025-04-01", parameters=FULL_TIME)
    from_ = moved_from(moved)
    assert case_holders(moved, from_ - 1) == pytest.approx(case_holders(usual))
    assert case_holders(moved, from_) == pytest.approx(case_holders(usual))
    for team, share in ((Detail.ASSESSMENT_TEAM, 0.4), (Detail.LOOKED_AFTER_TEAM, 0.1)):
        there = sum(fte(moved, team=team, role=role, at=from_) for role in SOCIAL_WORK_ROLES)
        assert there / case_holders(moved, from_) == pytest.approx(share, abs=0.02)


def moved_from(staffing: Staffing) -> float:
    """Return when the first post opens after the start."""
    return min(p.opens for p in staffing.posts if p.opens > 0)


def test_a_share_of_the_front_door_sets_its_screeners() -> None:
    usual, given = staffed(), staffed({"teams": {"front_door": {"share": "5%"}}})
    filled = AVERAGE.case_holders_fte / case_holders(usual)  # type: ignore[operator]
    assert fte(given, team=Detail.FRONT_DOOR) == pytest.approx(0.05 * case_holders(usual) / filled, rel=1e-6)
    assert case_holders(given) == pytest.approx(case_holders(usual))


def test_shares_of_the_day_and_overtime_have_a_value_before_and_after_the_scenarios_date() -> None:
    rules = staffed({"administration_share": "5%"}, policy_start="2025-04-01", phase_in="6 months").rules
    p = parameters_from()
    assert rules.administration == (p.administration_share, 0.05)
    assert rules.overtime == (p.overtime_limit, p.overtime_limit)
    assert rules.ramp.full > rules.ramp.start > 253 * 4
    assert math.isinf(staffed({"social_workers": {"fte": "+5%"}}).rules.ramp.start)


def test_feedbacks_hold_from_the_scenarios_date_and_the_usual_ones_before() -> None:
    rules = staffed({"feedbacks": {"workload_to_leaving": True}}, policy_start="2025-04-01").rules
    assert not rules.feedbacks_at(rules.ramp.start - 1.0).workload_to_leaving
    assert rules.feedbacks_at(rules.ramp.start).workload_to_leaving


# ---- lead practitioners who are not social workers


def test_there_are_no_family_support_workers_in_baseline_practice() -> None:
    assert fte(staffed(), role=Detail.FAMILY_SUPPORT_WORKER) == 0.0


def test_a_lead_practitioner_policy_brings_the_workers_its_share_of_plans_needs() -> None:
    p = parameters_from()
    staffing = staffed(policies={"lead_practitioner": {"share_non_social_worker": "40%", "eligible": ["low", "medium"]}})
    plans = AVERAGE.cin_plans_31_march_rate * AVERAGE.population_0_17 / 10_000  # type: ignore[operator]
    wanted = plans * 0.4 * 2 / 3 * p.points_cin_plan / p.caseload_limit_points
    assert fte(staffing, role=Detail.FAMILY_SUPPORT_WORKER) == pytest.approx(wanted, rel=1e-6)
    assert fte(staffing, role=Detail.FAMILY_SUPPORT_WORKER, at=10.0) == 0.0


def test_a_number_of_family_support_workers_goes_before_what_the_policy_would_need() -> None:
    staffing = staffed(
        {"family_support_workers": {"fte": 12}}, policies={"lead_practitioner": {"share_non_social_worker": "40%"}}
    )
    assert fte(staffing, role=Detail.FAMILY_SUPPORT_WORKER) == pytest.approx(12)


@pytest.mark.parametrize(("change", "factor"), [("+10%", 1.1), ("-50%", 0.5)])
def test_more_or_fewer_family_support_workers_are_so_than_what_the_policy_would_need(change: str, factor: float) -> None:
    policies = {"lead_practitioner": {"share_non_social_worker": "40%"}}
    needed = fte(staffed(policies=policies), role=Detail.FAMILY_SUPPORT_WORKER)
    changed = staffed({"family_support_workers": {"fte": change}}, policies=policies)
    assert fte(changed, role=Detail.FAMILY_SUPPORT_WORKER) == pytest.approx(factor * needed, rel=1e-6)


def test_a_policy_for_other_areas_brings_no_workers_here() -> None:
    policy = {"lead_practitioner": {"share_non_social_worker": "40%", "areas": ["Kent"]}}
    scenario = Scenario.model_validate({"title": "test", "area": ["Leeds", "Kent"], "policies": policy})
    for name, some in (("Leeds", False), ("Kent", True)):
        staffing = staffing_of(scenario, find_area(name), parameters_from(), calendar_of(scenario), Draws(1, 0))
        assert (fte(staffing, role=Detail.FAMILY_SUPPORT_WORKER) > 0) is some


def test_the_policys_caseload_limit_is_that_of_lead_practitioners_who_are_not_social_workers() -> None:
    staffing = staffed(policies={"lead_practitioner": {"share_non_social_worker": "40%", "caseload_limit": 12.0}})
    assert staffing.rates[Detail.FAMILY_SUPPORT_WORKER].limit[1] == 12.0
    assert staffing.rates[Detail.SOCIAL_WORKER].limit[1] == parameters_from().caseload_limit_points


@pytest.mark.parametrize("name", ["Rutland", "City of London", "Kent", "Birmingham"])
def test_the_smallest_and_the_largest_authorities_can_be_staffed(name: str) -> None:
    area = find_area(name)
    staffing = staffed(area=area)
    assert case_holders(staffing) > 0
    assert all(isinstance(p, Post) for p in staffing.posts)
    assert {p.team for p in staffing.posts} >= {Detail.FRONT_DOOR, Detail.ASSESSMENT_TEAM, Detail.CIN_AND_CP_TEAM}
    assert staffing.hours_factor > 0


def test_supervisors_belong_to_teams_in_proportion_and_small_teams_share_those_of_plans() -> None:
    staffing = staffed(parameters=FULL_TIME)
    holders = {team: sum(fte(staffing, team=team, role=role) for role in SOCIAL_WORK_ROLES) for team in (71, 72, 73, 74)}
    supervisors = {team: fte(staffing, team=team, role=Detail.PRACTICE_SUPERVISOR) for team in holders}
    span = parameters_from().practice_supervisor_span
    assert sum(supervisors.values()) == pytest.approx(sum(holders.values()) / span)
    assert supervisors[Detail.ASSESSMENT_TEAM] == pytest.approx(holders[Detail.ASSESSMENT_TEAM] / span, abs=0.2)
    assert supervisors[Detail.DISABLED_CHILDREN_TEAM] == 0.0
    rutland = staffed(area=find_area("Rutland"))
    assert {post.team for post in rutland.posts if post.role == Detail.PRACTICE_SUPERVISOR} == {Detail.CIN_AND_CP_TEAM}


@pytest.mark.parametrize("area", ["Rutland", "Leeds"])
@pytest.mark.parametrize("change", ["+0%", "+5%", "+15%", "+40%"])
def test_nobody_holds_cases_in_a_post_of_a_few_hours_a_week(area: str, change: str) -> None:
    staffing = staffed({"social_workers": {"fte": change}}, area=find_area(area))
    sizes = {role: [p.fte for p in staffing.posts if p.role == role and 71 <= p.team <= 74] for role in SOCIAL_WORK_ROLES}
    for role, held in sizes.items():
        # a role or a gain that comes to less than half a post is one small post, and not one in every team
        assert sum(fte < 0.5 for fte in held) <= 2, (role, held)


def test_more_posts_are_as_many_as_asked_for_wherever_they_open() -> None:
    rutland = find_area("Rutland")
    usual, more = staffed(area=rutland), staffed({"social_workers": {"fte": "+15%"}}, area=rutland)
    assert case_holders(more) == pytest.approx(1.15 * case_holders(usual))


def test_a_role_without_posts_is_shared_among_the_teams_when_it_is_given_some() -> None:
    staffing = staffed({"newly_qualified": {"fte": 10}}, parameters={"newly_qualified_share": 0.0, **FULL_TIME})
    assert fte(staffing, role=Detail.NEWLY_QUALIFIED) == pytest.approx(10.0)
    assert fte(staffing, team=Detail.ASSESSMENT_TEAM, role=Detail.NEWLY_QUALIFIED) < 6.0


def test_an_authority_without_a_latest_figure_is_staffed_by_its_own_last_one() -> None:
    """Hampshire's last published referrals are twice England's; its screeners and its hours follow those."""
    hampshire, p = find_area("Hampshire"), parameters_from()
    assert hampshire.referral_rate is None
    own = hampshire.last_published("referral_rate")
    assert own is not None
    staffing = staffed(area=hampshire)
    rates = staffing.rates[Detail.SOCIAL_WORKER]
    filled = 1 - rates.vacancy[0] * (1 - rates.cover[0])
    referrals = own * hampshire.population_0_17 / 10_000
    assert fte(staffing, team=Detail.FRONT_DOOR) * filled == pytest.approx(referrals * p.front_door_fte_per_1000_referrals / 1000)
    published = {earlier.measure: earlier.value for earlier in hampshire.stand_ins}
    assert staffed(area=replace(hampshire, stand_ins=(), **published)) == staffing  # type: ignore[arg-type]


def test_englands_figures_are_taken_only_where_an_authority_never_published_its_own() -> None:
    birmingham = find_area("Birmingham")
    assert birmingham.case_holders_fte is None
    staffing = staffed(area=birmingham)
    rates = staffing.rates[Detail.SOCIAL_WORKER]
    filled = 1 - rates.vacancy[0] * (1 - rates.cover[0])
    assert case_holders(staffing) * filled == pytest.approx(birmingham.last_published("case_holders_fte"), rel=1e-6)
    never = replace(birmingham, stand_ins=())
    share = never.population_0_17 / AVERAGE.population_0_17
    assert never.or_national("case_holders_fte", AVERAGE) == pytest.approx(AVERAGE.case_holders_fte * share)


def test_a_published_rate_of_nothing_is_nothing_and_not_englands() -> None:
    none_in_care = replace(find_area("Leeds"), looked_after_31_march_rate=0.0, cpp_31_march_rate=0.0, icpc_rate=0.0)
    assert fte(staffed(area=none_in_care), role=Detail.CONFERENCE_CHAIR) == 0.0


def chairs_at_work(area: Area) -> float:
    staffing = staffed(area=area)
    rates = staffing.rates[Detail.CONFERENCE_CHAIR]
    return fte(staffing, role=Detail.CONFERENCE_CHAIR) * (1 - rates.vacancy[0] * (1 - rates.cover[0]))


def test_no_authority_holds_more_conferences_a_chair_than_england() -> None:
    p = parameters_from()

    def conferences_a_chair(area: Area) -> float:
        held = area.or_national("icpc_rate", AVERAGE) + REVIEWS_A_YEAR * area.or_national("cpp_31_march_rate", AVERAGE)
        return held / conference_chairs_rate(area, AVERAGE, p)

    for area in usable_authorities():
        assert conferences_a_chair(area) <= conferences_a_chair(AVERAGE) * (1 + 1e-9), area.area_name
        in_plans = area.or_national("cpp_31_march_rate", AVERAGE) + area.or_national("looked_after_31_march_rate", AVERAGE)
        assert conference_chairs_rate(area, AVERAGE, p) >= in_plans / p.conference_chair_cases * (1 - 1e-9), area.area_name
    harrow = find_area("Harrow")
    assert chairs_at_work(harrow) == pytest.approx(
        conference_chairs_rate(harrow, AVERAGE, p) * harrow.population_0_17 / 10_000, rel=1e-3
    )


def test_englands_average_authority_has_the_chairs_that_its_plans_and_care_need() -> None:
    assert AVERAGE.cpp_31_march_rate is not None
    assert AVERAGE.looked_after_31_march_rate is not None
    p, in_plans = parameters_from(), AVERAGE.cpp_31_march_rate + AVERAGE.looked_after_31_march_rate
    assert conference_chairs_rate(AVERAGE, AVERAGE, p) == pytest.approx(in_plans / p.conference_chair_cases, rel=1e-12)
