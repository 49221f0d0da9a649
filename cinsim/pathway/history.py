"""What had happened to children before the run: a coarse, vectorised run of the same pathway in quarters, without workers.

It gives the warm-up a start close to the steady state: who is open on what and for how long, who was known and when
last closed, who has been on a child protection plan. It uses the same parameters and thresholds as the pathway but
one step a quarter, so it is an approximation; the warm-up that follows corrects it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cinsim.engine.draws import Draws
from cinsim.engine.variates import normals
from cinsim.engine.year import DAYS_PER_YEAR, WORKING_DAYS_PER_YEAR
from cinsim.policy.many import decided
from cinsim.policy.thresholds import (
    Thresholds,
    is_in_need,
    may_close_plan,
    may_end_protection,
    needs_care,
    needs_conference,
    needs_plan,
    needs_protection_plan,
    needs_section_47,
    screens_in,
)
from cinsim.population.children import DISABILITY, Children, age_band
from cinsim.population.need import NeedGrid, age_severity, next_fluctuation
from cinsim.reference.parameters import Parameters

WORKING_DAYS_PER_QUARTER = WORKING_DAYS_PER_YEAR / 4
QUARTERS = 73  # from 20 weeks before birth to 18 years
OUT, CHILD_IN_NEED, CHILD_PROTECTION, LOOKED_AFTER, DISABILITY_SERVICE = range(5)


@dataclass(slots=True)
class History:
    """State of every child when the run's clock starts; arrays have one entry a child.

    ``stage`` is one of the codes above, ``stage_quarters`` and ``open_quarters`` how long a child has been in it and
    open; ``closed_at`` and ``last_referral`` are working-day times (NaN for never).
    """

    stage: NDArray[np.int8]
    stage_quarters: NDArray[np.int16]
    open_quarters: NDArray[np.int16]
    closed_at: NDArray[np.float64]
    help: NDArray[np.float64]
    last_referral: NDArray[np.float64]
    previous_cpps: NDArray[np.int16]
    ever_assessed: NDArray[np.bool_]
    ever_in_need: NDArray[np.bool_]


def no_history(n: int) -> History:
    """Return the state of children of whom nothing is known."""
    nan = np.full(n, np.nan)
    return History(
        np.zeros(n, np.int8), np.zeros(n, np.int16), np.zeros(n, np.int16), nan, np.zeros(n), nan.copy(), np.zeros(n, np.int16),
        np.zeros(n, bool), np.zeros(n, bool),
    )  # fmt: skip


class _Past:
    """The quarters before the run, one after the other."""

    def __init__(self, children: Children, grid: NeedGrid, p: Parameters, draws: Draws, thresholds: Thresholds, level: float):
        self.children, self.grid, self.p, self.draws, self.level = children, grid, p, draws, level
        self.own, self.open_case = thresholds, thresholds.for_open_case()
        self.state = no_history(len(children))
        self.there = np.flatnonzero((children.entered <= 0.0) & (children.birth < 0.0))
        self.past = self._fluctuations()
        self.enquired = np.full(len(children), -np.inf)  # severity at the last enquiry of the episode
        gap = WORKING_DAYS_PER_QUARTER
        self.cin_help = p.history_help_ratio * p.help_per_visit * gap / p.cin_visit_interval_working_days
        self.cpp_help = p.history_help_ratio * p.help_per_protection_visit * gap / p.cpp_visit_interval_working_days
        self.care_ends = 1 - math.exp(-gap / (p.care_length_scale_days * math.gamma(1 + 1 / p.care_length_shape)))
        self.service_ends = 1 - math.exp(
            -gap / (p.disability_service_scale_days * math.gamma(1 + 1 / p.disability_service_shape))
        )

    def _fluctuations(self) -> list[tuple[NDArray[np.int64], NDArray[np.float32]]]:
        """Return who was there and their v, a quarter an entry, oldest first: a stationary AR(1) is the same backwards."""
        v = self.grid.fluctuation[self.there]
        # how long a child has lived in the area: since before its birth, or since a move, of which there are as many each year
        since_move = -np.log(self.draws.block("moved in before the start", self.there)) / self.p.moves_per_year
        lived_here = np.minimum(self.children.age_at(0.0)[self.there] + self.p.unborn_weeks / 52.18, since_move)
        out = []
        for q in range(1, QUARTERS + 1):
            here = lived_here >= (q - 0.5) / 4
            self.there, v, lived_here = self.there[here], v[here], lived_here[here]
            v = next_fluctuation(v, normals(self.draws.block("need before the start", self.there, q)), self.p)
            out.append((self.there, v.astype(np.float32)))
        return out[::-1]

    def _normal(self, name: str, who: NDArray[np.int64], q: int) -> NDArray[np.float64]:
        return normals(self.draws.block(f"history {name}", who, q))

    def _happens(self, name: str, who: NDArray[np.int64], q: int, chance: float | NDArray[np.float64]) -> NDArray[np.bool_]:
        return self.draws.block(f"history {name}", who, q) < chance

    def run(self) -> History:
        for q in range(QUARTERS):
            self._quarter(q, float(q - QUARTERS))
        state = self.state
        for name in ("closed_at", "last_referral"):
            setattr(state, name, getattr(state, name) * WORKING_DAYS_PER_QUARTER)
        return state

    def _quarter(self, q: int, time: float) -> None:
        p, state, children = self.p, self.state, self.children
        who, v = self.past[q]
        age = ((time + 0.5) * 91.3125 - children.birth[who]) / DAYS_PER_YEAR
        need = self.grid.lasting[who] + v + age_severity(age, p)
        stage = state.stage[who]
        state.open_quarters[who] += stage != OUT
        state.stage_quarters[who] += stage != OUT

        lag = time - state.closed_at[who]
        known = ~np.isnan(lag)
        lag = np.where(known, lag, 0.0)
        held = np.where(stage == OUT, state.help[who] * np.exp2(-lag * 3 / p.help_half_life_months), state.help[who])
        rate = self.level * np.asarray(p.age_referral)[age_band(age)] * np.exp(need - held)
        rate *= 1.0 + p.known_effect * np.exp2(-lag * 3 / p.known_half_life_months) * known
        referred = (stage == OUT) & self._happens("referral", who, q, -np.expm1(-rate / 4))
        severity = need - held
        self._cin(who[stage == CHILD_IN_NEED], severity[stage == CHILD_IN_NEED], q, time)
        self._cpp(who[stage == CHILD_PROTECTION], severity[stage == CHILD_PROTECTION], q, time)
        self._care(who[stage == LOOKED_AFTER], q, time)
        served = who[stage == DISABILITY_SERVICE]
        self._close(served[self._happens("service ends", served, q, self.service_ends)], time)
        self._refer(who[referred], severity[referred], held[referred], q, time)

    def _enter(self, who: NDArray[np.int64], stage: int) -> None:
        self.state.stage[who] = stage
        self.state.stage_quarters[who] = 0
        if stage == CHILD_PROTECTION:
            self.state.previous_cpps[who] += 1

    def _close(self, who: NDArray[np.int64], time: float) -> None:
        self.state.stage[who] = OUT
        self.state.closed_at[who] = time

    def _enquiry(
        self, who: NDArray[np.int64], severity: NDArray[np.float64], thresholds: Thresholds, q: int
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Return who comes to be looked after and who gets a child protection plan, of those enquired into."""
        p = self.p
        enquiry = severity + p.enquiry_error_sd * self._normal("enquiry", who, q)
        conference = severity + p.conference_error_sd * self._normal("conference", who, q)
        care = decided(needs_care, enquiry, thresholds)
        protect = decided(needs_conference, enquiry, thresholds) & decided(needs_protection_plan, conference, thresholds)
        return care, ~care & protect

    def _refer(
        self, who: NDArray[np.int64], severity: NDArray[np.float64], held: NDArray[np.float64], q: int, time: float
    ) -> None:
        p, state, own = self.p, self.state, self.own
        state.last_referral[who] = time
        state.help[who] = held
        state.open_quarters[who] = 0
        severity = severity + p.concern_sd * self._normal("concern", who, q)
        accepted = decided(screens_in, severity + p.screening_error_sd * self._normal("screening", who, q), own)
        seen = severity + p.assessment_error_sd * self._normal("assessment", who, q)
        suspected = accepted & decided(needs_section_47, seen, own)
        self.enquired[who] = np.where(suspected, seen, -np.inf)
        care, protect = self._enquiry(who, severity, own, q)
        care, protect = care & suspected, protect & suspected
        in_need = accepted & decided(is_in_need, seen, own)
        served = (
            in_need
            & (self.children.need_category[who] == DISABILITY)
            & self._happens("service", who, q, p.disability_service_share)
        )
        plan = in_need & ~served & decided(needs_plan, seen, own)
        state.ever_assessed[who[accepted]] = True
        state.ever_in_need[who[in_need | care | protect]] = True
        self._close(who, time)
        self._enter(who[plan], CHILD_IN_NEED)
        self._enter(who[served & ~care & ~protect], DISABILITY_SERVICE)
        self._enter(who[protect], CHILD_PROTECTION)
        self._enter(who[care], LOOKED_AFTER)

    def _cin(self, who: NDArray[np.int64], severity: NDArray[np.float64], q: int, time: float) -> None:
        p = self.p
        self.state.help[who] += self.cin_help
        seen = severity + p.review_error_sd * self._normal("review", who, q)
        suspected = decided(needs_section_47, seen, self.open_case) & (seen >= self.enquired[who] + p.repeat_enquiry_margin)
        care, protect = self._enquiry(who, severity, self.open_case, q)
        self.enquired[who[suspected]] = seen[suspected]
        ends = decided(may_close_plan, seen, self.own) | self._happens("withdraws", who, q, p.family_withdraws_per_review)
        self._close(who[ends & ~suspected], time)
        self._enter(who[suspected & protect], CHILD_PROTECTION)
        self._enter(who[suspected & care], LOOKED_AFTER)

    def _cpp(self, who: NDArray[np.int64], severity: NDArray[np.float64], q: int, time: float) -> None:
        p = self.p
        self.state.help[who] += self.cpp_help
        seen = severity + p.conference_error_sd * self._normal("review", who, q)
        # reviews at 3, 9, 15 ... months; in between an early one where the plan may clearly end
        reviewed = self.state.stage_quarters[who] % 2 == 1
        care = reviewed & decided(needs_care, seen, self.own)
        ends = decided(may_end_protection, seen + np.where(reviewed, 0.0, p.early_review_margin), self.own)
        self.enquired[who[ends]] = -np.inf
        down = self._happens("step down", who, q, p.step_down_share)
        self._enter(who[care], LOOKED_AFTER)
        self._enter(who[ends & down], CHILD_IN_NEED)
        self._close(who[ends & ~down], time)

    def _care(self, who: NDArray[np.int64], q: int, time: float) -> None:
        ends = self._happens("care ends", who, q, self.care_ends)
        home = self._happens("home with a plan", who, q, self.p.care_ends_home_with_plan)
        self._enter(who[ends & home], CHILD_IN_NEED)
        self._close(who[ends & ~home], time)


def history_of(children: Children, grid: NeedGrid, p: Parameters, draws: Draws, thresholds: Thresholds, level: float) -> History:
    """Return the state in which the run finds each child."""
    return _Past(children, grid, p, draws, thresholds, level).run()
