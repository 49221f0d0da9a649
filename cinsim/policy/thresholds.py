"""Thresholds on seen severity: what an authority does at each level, and how a national set would move it.

Severity is on the scale of need (log referral rate). The section 47 rule is :func:`needs_section_47`; the threshold's
value is ``threshold_section_47`` in the parameter register, shifted for an authority by :func:`area_thresholds`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from cinsim.engine.variates import normal
from cinsim.policy.timing import NEVER, Ramp
from cinsim.reference.parameters import THRESHOLDS, Parameters


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Seen severity at or above which a step is taken; the two last ones are those below which a plan ends.

    ``open_case_shift`` is added to the section 47, conference and child protection thresholds of a case that is
    already open on a CIN plan: what professionals know of a family lets them act at a lower severity.
    """

    screening: float
    in_need: float
    plan: float
    section_47: float
    conference: float
    child_protection: float
    care: float
    close_plan: float
    end_protection: float
    open_case_shift: float = 0.0

    def for_open_case(self) -> Thresholds:
        """Return the thresholds that apply to a case already open on a CIN plan."""
        return _for_open_case(self)

    def escalating_by(self, shift: float) -> Thresholds:
        """Return a copy whose section 47 threshold is lower by ``shift``."""
        return replace(self, section_47=self.section_47 - shift)

    def shifted(self, shifts: Mapping[str, float]) -> Thresholds:
        """Return a copy with named thresholds moved by given amounts."""
        return replace(self, **{name: getattr(self, name) + by for name, by in shifts.items()})

    def towards(self, other: Thresholds, share: float) -> Thresholds:
        """Return the thresholds ``share`` of the way from these to ``other``."""
        if share == 0.0:
            return self

        def between(a: float, b: float) -> float:  # a threshold at infinity stays there until the policy is in full force
            return b if share == 1.0 else a if math.isinf(a) or math.isinf(b) else a + share * (b - a)

        return Thresholds(
            screening=between(self.screening, other.screening),
            in_need=between(self.in_need, other.in_need),
            plan=between(self.plan, other.plan),
            section_47=between(self.section_47, other.section_47),
            conference=between(self.conference, other.conference),
            child_protection=between(self.child_protection, other.child_protection),
            care=between(self.care, other.care),
            close_plan=between(self.close_plan, other.close_plan),
            end_protection=between(self.end_protection, other.end_protection),
            open_case_shift=between(self.open_case_shift, other.open_case_shift),
        )


@dataclass(frozen=True, slots=True)
class ThresholdPolicy:
    """An authority's own thresholds and where a policy moves them."""

    own: Thresholds
    target: Thresholds
    ramp: Ramp = NEVER

    def at(self, time: float) -> Thresholds:
        """Return the thresholds in force at a working-day time."""
        if time < self.ramp.start:
            return self.own
        if time >= self.ramp.full:
            return self.target
        return _between(self.own, self.target, self.ramp.at(float(int(time))))


@lru_cache(maxsize=4096)
def _for_open_case(t: Thresholds) -> Thresholds:
    s = t.open_case_shift
    return replace(t, section_47=t.section_47 + s, conference=t.conference + s, child_protection=t.child_protection + s)


@lru_cache(maxsize=4096)
def _between(own: Thresholds, target: Thresholds, share: float) -> Thresholds:
    return own.towards(target, share)


def screens_in(seen: float, thresholds: Thresholds) -> bool:
    """Return whether a referral goes on to an assessment."""
    return seen >= thresholds.screening


def needs_section_47(seen: float, thresholds: Thresholds) -> bool:
    """Return whether there is reasonable cause to suspect significant harm (Children Act 1989, section 47)."""
    return seen >= thresholds.section_47


def needs_conference(seen: float, thresholds: Thresholds) -> bool:
    """Return whether an enquiry leads to an initial child protection conference."""
    return seen >= thresholds.conference


def needs_protection_plan(seen: float, thresholds: Thresholds) -> bool:
    """Return whether a conference makes a child protection plan."""
    return seen >= thresholds.child_protection


def needs_care(seen: float, thresholds: Thresholds) -> bool:
    """Return whether a child comes to be looked after."""
    return seen >= thresholds.care


def is_in_need(seen: float, thresholds: Thresholds) -> bool:
    """Return whether an assessment finds a child in need (Children Act 1989, section 17)."""
    return seen >= thresholds.in_need


def needs_plan(seen: float, thresholds: Thresholds) -> bool:
    """Return whether a child in need gets a CIN plan rather than short help."""
    return seen >= thresholds.plan


def may_close_plan(seen: float, thresholds: Thresholds) -> bool:
    """Return whether a CIN plan may end."""
    return seen < thresholds.close_plan


def may_end_protection(seen: float, thresholds: Thresholds) -> bool:
    """Return whether a child protection plan may end."""
    return seen < thresholds.end_protection


def above_need(seen: float, thresholds: Thresholds) -> float:
    """Return how far a severity lies above the one at which a child is in need."""
    return seen - thresholds.in_need


def above_plan(seen: float, thresholds: Thresholds) -> float:
    """Return how far a severity lies above the one at which a child gets a CIN plan."""
    return seen - thresholds.plan


def above_protection(seen: float, thresholds: Thresholds) -> float:
    """Return how far a severity lies above the one at which a conference makes a child protection plan."""
    return seen - thresholds.child_protection


def above_care(seen: float, thresholds: Thresholds) -> float:
    """Return how far a severity lies above the one at which a child comes to be looked after."""
    return seen - thresholds.care


def national_thresholds(p: Parameters) -> Thresholds:
    """Return England's thresholds from the parameter register."""
    return Thresholds(**p.thresholds, open_case_shift=p.open_case_threshold_shift)


def conversion_shares(figures: Mapping[str, float | None]) -> dict[str, float]:
    """Return the shares of children who pass each threshold, from published rates and percentages (missing ones left out)."""
    get = figures.get
    nfa, not_in_need = get("no_further_action_percent"), get("not_in_need_percent")
    referrals, icpc, s47 = get("referral_rate"), get("icpc_rate"), get("s47_rate")
    cpp, plans = get("cpp_started_rate"), get("cin_plans_started_rate")
    out: dict[str, float] = {}
    if nfa is not None:
        out["screening"] = 1 - nfa / 100
    if not_in_need is not None and nfa is not None:
        out["in_need"] = 1 - (not_in_need + nfa) / 100
    if referrals and plans is not None:
        out["plan"] = plans / referrals
    if referrals and s47 is not None:
        out["section_47"] = s47 / referrals
    if s47 and icpc is not None:
        out["conference"] = icpc / s47
    if icpc and cpp is not None:
        out["child_protection"] = cpp / icpc
    return {name: min(max(share, 0.005), 0.995) for name, share in out.items()}


def area_thresholds(
    national: Thresholds, area: Mapping[str, float | None], england: Mapping[str, float | None], p: Parameters
) -> Thresholds:
    """Return an authority's starting thresholds, England's moved by what its conversion rates differ.

    Referred need is Normal and what is seen adds Normal error, so a share q passes a threshold at the (1 - q) quantile;
    the authority's threshold differs from England's by the difference of the two quantiles times the standard deviation
    of what is seen. Thresholds without published counterpart, and those for ending plans, stay England's,
    moved by the mean shift of plan and child protection so that an authority that starts plans late also keeps them
    for severe cases only.
    """
    need_variance = p.need_sd_lasting**2 + p.need_sd_fluctuating**2 + p.concern_sd**2
    sd = dict.fromkeys(THRESHOLDS, math.sqrt(need_variance + p.assessment_error_sd**2))
    sd["screening"] = math.sqrt(need_variance + p.screening_error_sd**2)
    sd["conference"] = sd["child_protection"] = p.seen_spread_past_section_47 * sd["section_47"]
    ours, theirs = conversion_shares(area), conversion_shares(england)
    shifts: dict[str, float] = {
        name: p.area_threshold_spread * sd[name] * (normal(1 - ours[name]) - normal(1 - theirs[name]))
        for name in THRESHOLDS
        if name in ours and name in theirs
    }
    late = p.ending_threshold_share * (shifts.get("plan", 0.0) + shifts.get("section_47", 0.0))
    return national.shifted({"close_plan": late, "end_protection": late, "care": late, **shifts})
