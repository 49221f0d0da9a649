"""Thresholds decide on seen severity; an authority's follow from its conversion rates; policies move them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from cinsim.policy import thresholds as rules
from cinsim.policy.national import figures_of, national_set, own_thresholds
from cinsim.policy.thresholds import ThresholdPolicy, Thresholds, area_thresholds, conversion_shares, national_thresholds
from cinsim.policy.timing import Ramp
from cinsim.reference.areas import average_authority, find_area, usable_authorities
from cinsim.reference.parameters import THRESHOLDS, parameters_from

pytestmark = pytest.mark.unit

P = parameters_from()
NATIONAL = national_thresholds(P)
OWN = Thresholds(**{name: float(place) for place, name in enumerate(THRESHOLDS)})
SEVERITIES = st.floats(-10, 10)
SETS = st.builds(Thresholds, *[SEVERITIES] * 10)

RULES: dict[str, Callable[[float, Thresholds], bool]] = {
    "screening": rules.screens_in,
    "in_need": rules.is_in_need,
    "plan": rules.needs_plan,
    "section_47": rules.needs_section_47,
    "conference": rules.needs_conference,
    "child_protection": rules.needs_protection_plan,
    "care": rules.needs_care,
}
ENDINGS: dict[str, Callable[[float, Thresholds], bool]] = {
    "close_plan": rules.may_close_plan,
    "end_protection": rules.may_end_protection,
}


@pytest.mark.parametrize("name", RULES)
def test_a_step_is_taken_at_its_threshold_and_above(name: str) -> None:
    at = getattr(OWN, name)
    assert RULES[name](at, OWN)
    assert RULES[name](at + 0.5, OWN)
    assert not RULES[name](math.nextafter(at, -math.inf), OWN)


@pytest.mark.parametrize("name", ENDINGS)
def test_a_plan_ends_only_below_its_threshold(name: str) -> None:
    at = getattr(OWN, name)
    assert ENDINGS[name](math.nextafter(at, -math.inf), OWN)
    assert not ENDINGS[name](at, OWN)


@given(SEVERITIES)
def test_a_threshold_at_infinity_lets_nobody_through_and_at_minus_infinity_everybody(seen: float) -> None:
    never = Thresholds(*[math.inf] * 9)
    always = Thresholds(*[-math.inf] * 9)
    assert not any(rule(seen, never) for rule in RULES.values())
    assert all(rule(seen, always) for rule in RULES.values())
    assert all(rule(seen, never) for rule in ENDINGS.values())
    assert not any(rule(seen, always) for rule in ENDINGS.values())


@given(SETS, st.sampled_from(sorted(RULES)), SEVERITIES, st.floats(0, 5))
def test_a_higher_threshold_never_lets_more_through(own: Thresholds, name: str, seen: float, by: float) -> None:
    assert RULES[name](seen, own.shifted({name: by})) <= RULES[name](seen, own)


def test_every_threshold_of_the_scenario_has_a_rule() -> None:
    assert {*RULES, *ENDINGS} == set(THRESHOLDS)
    assert {f.name for f in fields(Thresholds)} == {*THRESHOLDS, "open_case_shift"}


# ---- open cases


def test_an_open_case_is_escalated_at_thresholds_shifted_as_what_is_known_of_it_allows() -> None:
    own = replace(OWN, open_case_shift=-1.3)
    open_case = own.for_open_case()
    moved = {"section_47", "conference", "child_protection"}
    for name in THRESHOLDS:
        assert getattr(open_case, name) == getattr(own, name) - (1.3 if name in moved else 0.0)


# ---- a national policy


@given(SETS, SETS)
def test_none_of_the_way_is_the_authoritys_own_and_all_of_it_the_national_set(own: Thresholds, national: Thresholds) -> None:
    assert own.towards(national, 0.0) == own
    assert own.towards(national, 1.0) == national


@given(SETS, SETS, st.floats(0, 1))
def test_on_the_way_every_threshold_lies_between(own: Thresholds, national: Thresholds, share: float) -> None:
    moved = asdict(own.towards(national, share))
    for name, value in asdict(own).items():
        low, high = sorted((value, getattr(national, name)))
        assert low - 1e-9 <= moved[name] <= high + 1e-9


def test_half_the_way_is_the_mean() -> None:
    moved = OWN.towards(Thresholds(*[3.0] * 9), 0.5)
    assert moved.screening == 1.5
    assert moved.end_protection == 5.5


def test_half_the_way_halves_the_distance_between_any_two_authorities() -> None:
    # so national thresholds at 100% end the postcode lottery of thresholds, and at 50% halve it
    one, other = own_thresholds(find_area("Leeds"), P), own_thresholds(find_area("Kent"), P)
    half_one, half_other = one.towards(NATIONAL, 0.5), other.towards(NATIONAL, 0.5)
    for name in THRESHOLDS:
        apart = getattr(one, name) - getattr(other, name)
        assert getattr(half_one, name) - getattr(half_other, name) == pytest.approx(apart / 2)
    assert one.towards(NATIONAL, 1.0) == other.towards(NATIONAL, 1.0)


@pytest.mark.parametrize("infinite", [math.inf, -math.inf])
def test_a_threshold_at_infinity_stays_there_until_the_policy_is_in_full_force(infinite: float) -> None:
    closed = replace(OWN, screening=infinite)
    policy = ThresholdPolicy(closed, OWN, Ramp(100.0, 200.0))
    assert policy.at(199.9).screening == infinite
    assert policy.at(200.0).screening == OWN.screening
    opened = ThresholdPolicy(OWN, closed, Ramp(100.0, 200.0))
    assert opened.at(199.9).screening == OWN.screening
    assert opened.at(200.0).screening == infinite


def test_thresholds_are_the_authoritys_own_before_the_policy_and_move_day_by_day_while_it_is_phased_in() -> None:
    policy = ThresholdPolicy(OWN, OWN.shifted(dict.fromkeys(THRESHOLDS, 1.0)), Ramp(100.0, 200.0))
    assert policy.at(99.999) is OWN
    assert policy.at(100.0).plan == OWN.plan
    assert policy.at(150.0).plan == pytest.approx(OWN.plan + 0.5)
    assert policy.at(150.9).plan == policy.at(150.0).plan  # one set a day
    assert policy.at(200.0).plan == policy.at(1e6).plan == OWN.plan + 1.0


def test_without_a_policy_thresholds_never_move() -> None:
    assert ThresholdPolicy(OWN, NATIONAL).at(1e9) is OWN


# ---- an authority's own, from its conversion rates


def rates(
    nfa: float, not_in_need: float, referrals: float, plans: float, s47: float, icpc: float, cpp: float
) -> dict[str, float | None]:
    return {
        "no_further_action_percent": nfa, "not_in_need_percent": not_in_need, "referral_rate": referrals,
        "cin_plans_started_rate": plans, "s47_rate": s47, "icpc_rate": icpc, "cpp_started_rate": cpp,
    }  # fmt: skip


ENGLAND = rates(6.3, 30.3, 518.0, 155.0, 187.0, 62.0, 52.0)
LENIENT = rates(1.0, 10.0, 400.0, 200.0, 250.0, 120.0, 110.0)
STRICT = rates(25.0, 45.0, 800.0, 60.0, 100.0, 20.0, 12.0)


def test_conversion_shares_are_each_step_over_the_one_before() -> None:
    assert conversion_shares(LENIENT) == pytest.approx(
        {
            "screening": 0.99,
            "in_need": 0.89,
            "plan": 0.5,
            "section_47": 0.625,
            "conference": 0.48,
            "child_protection": 110 / 120,
        }
    )


def test_what_was_not_published_is_left_out_and_nothing_is_certain() -> None:
    some: dict[str, float | None] = {**LENIENT, "s47_rate": None, "no_further_action_percent": 0.0, "cpp_started_rate": 130.0}
    shares = conversion_shares(some)
    assert set(shares) == {"screening", "in_need", "plan", "child_protection"}
    assert shares["screening"] == shares["child_protection"] == 0.995


SEEN_SD = math.sqrt(P.need_sd_lasting**2 + P.need_sd_fluctuating**2 + P.concern_sd**2 + P.assessment_error_sd**2)
SCREENING_SD = math.sqrt(P.need_sd_lasting**2 + P.need_sd_fluctuating**2 + P.concern_sd**2 + P.screening_error_sd**2)
SPREADS = {
    "screening": SCREENING_SD, "in_need": SEEN_SD, "plan": SEEN_SD, "section_47": SEEN_SD,
    "conference": 0.6 * SEEN_SD, "child_protection": 0.6 * SEEN_SD,
}  # fmt: skip


@pytest.mark.parametrize("area", [LENIENT, STRICT], ids=["lenient", "strict"])
@pytest.mark.parametrize("name", SPREADS)
def test_thresholds_in_closed_form_give_back_the_conversion_rates_they_came_from(
    name: str, area: dict[str, float | None]
) -> None:
    # where severity is seen is Normal such that England's threshold lets England's share pass,
    # the authority's threshold lets the authority's share pass
    p = parameters_from({"area_threshold_spread": 1.0})
    own = area_thresholds(NATIONAL, area, ENGLAND, p)
    mean = getattr(NATIONAL, name) + SPREADS[name] * stats.norm.ppf(conversion_shares(ENGLAND)[name])
    passing = stats.norm.sf((getattr(own, name) - mean) / SPREADS[name])
    assert passing == pytest.approx(conversion_shares(area)[name], rel=1e-9)


def test_an_authority_like_england_has_englands_thresholds() -> None:
    assert area_thresholds(NATIONAL, ENGLAND, ENGLAND, P) == NATIONAL


def test_without_spread_every_authority_has_englands_thresholds() -> None:
    p = parameters_from({"area_threshold_spread": 0.0})
    assert area_thresholds(NATIONAL, STRICT, ENGLAND, p) == NATIONAL


def test_an_authority_of_which_nothing_is_published_has_englands_thresholds() -> None:
    assert area_thresholds(NATIONAL, dict.fromkeys(ENGLAND), ENGLAND, P) == NATIONAL


def test_where_fewer_pass_thresholds_are_higher_and_plans_end_at_higher_need_too() -> None:
    strict, lenient = (area_thresholds(NATIONAL, area, ENGLAND, P) for area in (STRICT, LENIENT))
    for name in THRESHOLDS:
        assert getattr(strict, name) > getattr(NATIONAL, name) > getattr(lenient, name), name


def test_thresholds_of_every_authority_are_finite_and_of_the_order_of_englands() -> None:
    for area in usable_authorities():
        own = own_thresholds(area, P)
        assert all(abs(getattr(own, name) - getattr(NATIONAL, name)) < 6 for name in THRESHOLDS), area.area_name


def test_the_average_authority_has_englands_thresholds() -> None:
    assert own_thresholds(average_authority(), P) == NATIONAL
    assert figures_of(average_authority())["referral_rate"] == average_authority().referral_rate


# ---- the national set


@pytest.mark.parametrize("name", THRESHOLDS)
def test_the_points_of_the_distribution_over_authorities_follow_on_each_other(name: str) -> None:
    points = [
        getattr(national_set(reference, P), name) for reference in ("p1", "p10", "p25", "median", "p60", "p75", "p90", "p99")
    ]
    assert points == sorted(points)
    assert points[0] < points[-1]


def test_half_of_all_authorities_lie_below_the_median_and_as_many_below_a_percentile_as_it_says() -> None:
    own = [own_thresholds(area, P).plan for area in usable_authorities()]
    for reference, share in (("median", 0.5), ("p10", 0.1), ("p33", 0.33), ("p60", 0.6), ("p90", 0.9)):
        point = national_set(reference, P).plan
        assert sum(plan < point for plan in own) / len(own) == pytest.approx(share, abs=1 / len(own))


def test_the_fiftieth_percentile_is_the_median() -> None:
    assert national_set("p50", P) == national_set("median", P)


def test_thresholds_that_are_given_replace_those_of_the_median() -> None:
    given_set = national_set({"plan": 9.0}, P)
    assert given_set == replace(national_set("median", P), plan=9.0)
