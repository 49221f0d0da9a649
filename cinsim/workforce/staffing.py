"""How many posts of which role each team has: the published workforce of an area, and what a scenario changes.

Case holders are shared among teams in proportion to the hours their work would take at the area's published rates
(the same bottom-up budget that ``cinsim.outcomes`` prints against the top-down one). Hours per piece of work are those
of the register, times one factor an area: where an authority has fewer workers for its work than England has, each
piece of work gets less time, and the other way round (work fills the time there is). The factor is fixed before any
policy, so that a scenario's extra workers are time gained.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from cinsim.engine.clock import Calendar, on_grid
from cinsim.engine.draws import Draws
from cinsim.engine.totals import sum_in_order
from cinsim.policy.demand import demand_of
from cinsim.policy.timing import NEVER, Ramp, ramp_of
from cinsim.reference.areas import Area, average_authority, find_area
from cinsim.reference.events import DETAIL_NAMES, Detail
from cinsim.reference.parameters import Parameters
from cinsim.scenario.model import Scenario
from cinsim.scenario.policies import LeadPractitioner
from cinsim.scenario.resources import Feedbacks, RoleChange
from cinsim.workforce.hours_budget import conference_chairs_rate, hours_factor_of, yearly_hours
from cinsim.workforce.kinds import ROLE_KEYS, STAFF_KEYS, changed_together, changes_by_kind, kind_of
from cinsim.workforce.listed_posts import Listed, listed_posts, replaced
from cinsim.workforce.post_changes import Cell, closings, opened_by_team
from cinsim.workforce.post_sizes import sizes_of, spread
from cinsim.workforce.service_length import DAYS_PER_WEEK, vacancy_after

CASE_TEAMS: Final = (
    Detail.ASSESSMENT_TEAM,
    Detail.CIN_AND_CP_TEAM,
    Detail.DISABLED_CHILDREN_TEAM,
    Detail.LOOKED_AFTER_TEAM,
)
TEAM_KEYS: Final = {
    "front_door": Detail.FRONT_DOOR,
    "assessment": Detail.ASSESSMENT_TEAM,
    "cin_and_cp": Detail.CIN_AND_CP_TEAM,
    "disabled_children": Detail.DISABLED_CHILDREN_TEAM,
    "looked_after": Detail.LOOKED_AFTER_TEAM,
}
SOCIAL_WORK_ROLES: Final = frozenset({Detail.SOCIAL_WORKER, Detail.SENIOR_PRACTITIONER, Detail.NEWLY_QUALIFIED})
EXPERIENCED_ROLES: Final = frozenset({Detail.SOCIAL_WORKER, Detail.SENIOR_PRACTITIONER})
FAMILY_SUPPORT: Final = frozenset({Detail.FAMILY_SUPPORT_WORKER})
SMALLEST_TEAM_FTE: Final = 2.0
LEAST_SUPERVISORS_FTE: Final = 1.0


@dataclass(frozen=True, slots=True)
class Rates:
    """Turnover, vacancy, agency cover and sickness of a role before and after a scenario's change."""

    turnover: tuple[float, float]
    vacancy: tuple[float, float]
    cover: tuple[float, float]
    sickness: tuple[float, float]
    limit: tuple[float, float]
    ramp: Ramp = NEVER


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for every role before and after a scenario's change.

    ``contract`` is in hours a day, ``training`` in days a year, ``recruitment_delay`` in working days; ``feedbacks`` says
    which effects of overload are switched on, ``pooled_supervisors`` whether practice supervisors then serve all teams.
    """

    administration: tuple[float, float]
    overtime: tuple[float, float]
    contract: tuple[float, float]
    training: tuple[float, float]
    recruitment_delay: float = 0.0
    ramp: Ramp = NEVER
    feedbacks: Feedbacks = field(default_factory=Feedbacks)
    pooled_supervisors: bool = False

    def feedbacks_at(self, time: float) -> Feedbacks:
        """Return the feedbacks in force at a time."""
        return self.feedbacks if time >= self.ramp.start else _USUAL_FEEDBACKS


_USUAL_FEEDBACKS: Final = Feedbacks()


@dataclass(frozen=True, slots=True)
class Post:
    """A funded post: its team, role and hours, when it is opened and when it is closed (working days; inf for never)."""

    number: int
    team: int
    role: int
    fte: float
    opens: float
    closes: float
    listed: Listed | None = None

    @property
    def on_duty(self) -> bool:
        """Return whether the post serves a duty pool: someone must screen, supervise and chair, so its vacancies are covered."""
        return self.team in (Detail.FRONT_DOOR, Detail.CONFERENCE_TEAM) or self.role == Detail.PRACTICE_SUPERVISOR


@dataclass(frozen=True, slots=True)
class Staffing:
    """Every post of an area, the rates of each kind of staff, the rules for all, and the area's factor on hours of work."""

    posts: tuple[Post, ...]
    rates: Mapping[int, Rates]
    rules: Rules
    hours_factor: float

    def rates_of(self, team: int, role: int) -> Rates:
        """Return the rates of a role in a team; those of the front door may have their own."""
        return self.rates.get(kind_of(team, role)) or self.rates[role]


def leaving_ratios(p: Parameters) -> dict[int, float]:
    """Return how often each role leaves against social workers as a whole, whose mean is 1.

    The published turnover is that of all social workers, practice supervisors among them.
    """
    ratios: dict[int, float] = {code: p.values[f"leaving_ratio_{DETAIL_NAMES[code]}"] for code in ROLE_KEYS.values()}
    posts = _mix(p)
    posts[Detail.PRACTICE_SUPERVISOR] = 1.0 / p.practice_supervisor_span
    mean = sum_in_order(posts[code] * ratios[code] for code in posts) / sum_in_order(posts.values())
    return {code: ratio / mean for code, ratio in ratios.items()}


def _mix(p: Parameters) -> dict[int, float]:
    """Return the shares of the roles of social workers among case holders."""
    return {
        Detail.SENIOR_PRACTITIONER: p.senior_practitioner_share,
        Detail.NEWLY_QUALIFIED: p.newly_qualified_share,
        Detail.SOCIAL_WORKER: 1.0 - p.senior_practitioner_share - p.newly_qualified_share,
    }


def _rates_of(change: RoleChange | None, area: Area, p: Parameters, ramp: Ramp, leaving: float) -> Rates:
    def pair(own: float, new: float | None) -> tuple[float, float]:
        return own, own if new is None else new

    def share(value: float | None, default: float) -> float:
        return default if value is None else value / 100

    c = change if change is not None else RoleChange()
    turnover = pair(min(share(area.last_published("turnover_rate"), p.turnover_rate) * leaving, 1.0), c.turnover_rate)
    vacancy = share(area.last_published("vacancy_rate"), p.vacancy_rate)
    return Rates(
        turnover=turnover,
        # posts are filled as fast as before, so that fewer leavers leave fewer vacancies
        vacancy=(vacancy, vacancy_after(*turnover, vacancy) if c.vacancy_rate is None else c.vacancy_rate),
        cover=pair(share(area.last_published("vacancy_agency_cover_rate"), p.agency_cover), c.agency_cover),
        sickness=pair(share(area.last_published("absence_rate"), p.sickness_rate), c.sickness_rate),
        limit=pair(p.caseload_limit_points, c.caseload_limit),
        ramp=ramp,
    )


def _rules_of(scenario: Scenario, p: Parameters, ramp: Ramp) -> Rules:
    c = scenario.workforce
    changed = (c.administration_share, c.overtime_limit, c.contract_hours, c.training, c.recruitment_delay)
    return Rules(
        (p.administration_share, p.administration_share if c.administration_share is None else c.administration_share),
        (p.overtime_limit, p.overtime_limit if c.overtime_limit is None else c.overtime_limit),
        (p.contract_hours_per_day, p.contract_hours_per_day if c.contract_hours is None else c.contract_hours / DAYS_PER_WEEK),
        (p.training_days_per_year, p.training_days_per_year if c.training is None else c.training.working_days),
        0.0 if c.recruitment_delay is None else c.recruitment_delay.working_days,
        NEVER if all(key is None for key in changed) and not c.pooled_supervisors and c.feedbacks == Feedbacks() else ramp,
        c.feedbacks,
        c.pooled_supervisors,
    )


def _team_shares(work: Mapping[int, float], funded: float, given: Mapping[int, float]) -> dict[int, float]:
    """Return the share of case holders in each team: those given, the rest in proportion to the hours of its work."""
    shares: dict[int, float] = {team: work[team] / sum_in_order(work.values()) for team in CASE_TEAMS}
    if shares[Detail.DISABLED_CHILDREN_TEAM] * funded < SMALLEST_TEAM_FTE:
        shares[Detail.CIN_AND_CP_TEAM] += shares[Detail.DISABLED_CHILDREN_TEAM]
        shares[Detail.DISABLED_CHILDREN_TEAM] = 0.0
    if not given:
        return shares
    rest = sum_in_order(share for team, share in shares.items() if team not in given)
    left = 1.0 - sum_in_order(given.values())
    return {team: given.get(team, share * left / rest if rest else 0.0) for team, share in shares.items()}


def staffing_of(scenario: Scenario, area: Area, p: Parameters, calendar: Calendar, draws: Draws) -> Staffing:
    """Return the posts of an area under a scenario; the scenario's fraction of the population takes its fraction of them."""
    england = average_authority()
    fraction = scenario.population_fraction
    work = yearly_hours(area, england, p)
    holders = area.or_national("case_holders_fte", england) * fraction
    hours_factor = hours_factor_of(area, england, p)

    changes = changes_by_kind(scenario)
    whole = ramp_of(calendar, scenario.policy_start or scenario.start, scenario.phase_in)

    def ramp(change: RoleChange | None) -> Ramp:
        if change is None:
            return NEVER
        dated = scenario.demand if change.follow_demand and not change.dated else change
        return ramp_of(calendar, scenario.starts(dated), scenario.phases_in_over(dated))

    leaving = leaving_ratios(p)
    leaving[Detail.FRONT_DOOR] = leaving[Detail.SENIOR_PRACTITIONER]
    rates: dict[int, Rates] = {kind: _rates_of(change, area, p, ramp(change), leaving[kind]) for kind, change in changes.items()}
    lead = _lead_policy(scenario, area)
    if lead is not None and lead.caseload_limit is not None:
        rates[Detail.FAMILY_SUPPORT_WORKER] = replace(
            rates[Detail.FAMILY_SUPPORT_WORKER],
            limit=(p.caseload_limit_points, lead.caseload_limit),
            ramp=rates[Detail.FAMILY_SUPPORT_WORKER].ramp
            if changes[Detail.FAMILY_SUPPORT_WORKER]
            else _policy_ramp(scenario, calendar),
        )
    own = rates[Detail.SOCIAL_WORKER]
    filled = 1.0 - own.vacancy[0] * (1.0 - own.cover[0])
    funded = holders / filled

    given: dict[int, float] = {TEAM_KEYS[name]: block.share for name, block in scenario.workforce.teams.items()}
    front_door = given.pop(Detail.FRONT_DOOR, None)
    shares, shares_after = _team_shares(work, funded, {}), _team_shares(work, funded, given)

    in_ten_thousands = area.population_0_17 / 10_000 * fraction
    referrals = area.or_national("referral_rate", england) * in_ten_thousands
    screeners = referrals * p.front_door_fte_per_1000_referrals / 1000 / filled
    chairs = conference_chairs_rate(area, england, p) * in_ten_thousands / filled
    supervisors = funded / p.practice_supervisor_span
    span = scenario.workforce.supervisor_span
    supervisors_after = supervisors if span is None else funded / span
    posts_of_all: list[tuple[int, int, float, float]] = [  # FTE before a change of the teams' shares and after it
        *(
            (team, role, funded * shares[team] * part, funded * shares_after[team] * part)
            for team in CASE_TEAMS
            for role, part in _mix(p).items()
        ),
        (
            Detail.FRONT_DOOR,
            Detail.SENIOR_PRACTITIONER,
            screeners,
            screeners if front_door is None else funded * front_door / filled,
        ),
        *_supervisors(shares, shares_after, supervisors, supervisors_after),
        (Detail.CONFERENCE_TEAM, Detail.CONFERENCE_CHAIR, chairs, chairs),
        (Detail.CIN_AND_CP_TEAM, Detail.FAMILY_SUPPORT_WORKER, 0.0, 0.0),
    ]
    listed = listed_posts(scenario, calendar, TEAM_KEYS, ROLE_KEYS)
    posts_of_all = replaced(posts_of_all, listed, ROLE_KEYS)
    totals: dict[int, float] = {}
    for team, role, _, after in posts_of_all:
        totals[kind_of(team, role)] = totals.get(kind_of(team, role), 0.0) + after
    there = _case_holding_posts(funded, shares, p, draws)
    demand = demand_of(scenario, area, p)
    cells: list[Cell] = []
    for team, role, before, after in posts_of_all:
        kind, rows = kind_of(team, role), listed.get((team, role), ())
        change = changes[kind]
        if role == Detail.FAMILY_SUPPORT_WORKER and not rows:
            after = totals[role] = _family_support_fte(scenario, area, england, p) * fraction
        if change is not None and change.fte is not None:
            after = _changed(change, after, totals[kind], fraction, shares_after.get(team, 1.0) if role in _mix(p) else 1.0)
        when = _policy_ramp(scenario, calendar) if role == Detail.FAMILY_SUPPORT_WORKER else whole
        if change is not None:
            when = ramp(change)
            if change.follow_demand:
                after *= 1.0 + demand
                when = (
                    when
                    if change.dated
                    else ramp_of(calendar, scenario.starts(scenario.demand), scenario.phases_in_over(scenario.demand))
                )
        on_duty = Post(0, team, role, before, 0.0, math.inf).on_duty
        sizes = [row.fte for row in rows] if rows else there.get((team, role))
        if sizes is None:
            sizes = sizes_of(before, p, draws, team, role, on_duty=on_duty)
        cells.append(Cell(team, role, kind, sizes, before, after, when, rows, on_duty))
    closed = closings(cells, changed_together(changes, SOCIAL_WORK_ROLES))
    opened = {kind: spread(by_team, p, draws, kind + 500) for kind, by_team in opened_by_team(cells, closed).items()}
    places: dict[int, int] = {}
    posts: list[Post] = []
    for cell in cells:
        place = places[cell.kind] = places.get(cell.kind, -1) + 1
        posts += _posts_in(cell, closed[cell.kind].of(place), opened[cell.kind][cell.team])
    return Staffing(tuple(posts), rates, _rules_of(scenario, p, whole), hours_factor)


def _supervisors(
    shares: Mapping[int, float], shares_after: Mapping[int, float], before: float, after: float
) -> Iterator[tuple[int, int, float, float]]:
    """Yield the FTE of practice supervisors by team; teams too small for one of their own share those of plans."""
    own = {team for team in CASE_TEAMS if shares[team] * before >= LEAST_SUPERVISORS_FTE}
    for team in sorted(own | {Detail.CIN_AND_CP_TEAM}):
        served = {team} if team != Detail.CIN_AND_CP_TEAM else {team, *(other for other in CASE_TEAMS if other not in own)}
        part = [sum_in_order(given[other] for other in served) for given in (shares, shares_after)]
        yield team, Detail.PRACTICE_SUPERVISOR, before * part[0], after * part[1]


def _changed(change: RoleChange, fte: float, total: float, fraction: float, share: float) -> float:
    """Return a team's FTE of a role after a change of the role's total; a number of FTE is one for the whole population.

    A role that has no posts yet is shared among the teams as all case holders are (``share``).
    """
    new = change.fte.apply(total / fraction) * fraction  # type: ignore[union-attr]
    return new * share if total == 0.0 else fte * new / total


def funded_posts(staffing: Staffing, time: float) -> dict[str, float]:
    """Return the full-time equivalents of the posts there are at a time, filled or vacant, by kind of staff."""
    names: dict[int, str] = {code: name for name, code in STAFF_KEYS.items()}
    out = dict.fromkeys(STAFF_KEYS, 0.0)
    for post in staffing.posts:
        if post.opens <= time < post.closes:
            out[names[kind_of(post.team, post.role)]] += post.fte
    return out


def _case_holding_posts(
    funded: float, shares: Mapping[int, float], p: Parameters, draws: Draws
) -> dict[tuple[int, int], list[float]]:
    """Return the sizes of the posts of case holders by team and role before any change; social workers even the teams out."""
    out: dict[tuple[int, int], list[float]] = {}
    lacks: dict[int, float] = {team: funded * shares[team] for team in CASE_TEAMS}
    for role, part in _mix(p).items():
        last = role == Detail.SOCIAL_WORKER
        wanted: dict[int, float] = {team: lacks[team] if last else funded * shares[team] * part for team in CASE_TEAMS}
        for team, sizes in spread(wanted, p, draws, role).items():
            out[team, role] = sizes
            lacks[team] -= sum_in_order(sizes)
    return out


def _lead_policy(scenario: Scenario, area: Area) -> LeadPractitioner | None:
    """Return the policy on lead practitioners where it holds in an area."""
    lead = scenario.policies.lead_practitioner
    if lead is None or lead.areas is None or area in {find_area(name) for name in lead.areas}:
        return lead
    return None


def _policy_ramp(scenario: Scenario, calendar: Calendar) -> Ramp:
    lead = scenario.policies.lead_practitioner
    return NEVER if lead is None else ramp_of(calendar, scenario.starts(lead), scenario.phases_in_over(lead))


def _family_support_fte(scenario: Scenario, area: Area, england: Area, p: Parameters) -> float:
    """Return the posts a lead practitioner policy needs: its share of CIN plans at full hours.

    There are as many where the scenario neither lists them nor says how many; a relative change is one of them.
    """
    lead = _lead_policy(scenario, area)
    if lead is None or not lead.share_non_social_worker:
        return 0.0
    plans = area.or_national("cin_plans_31_march_rate", england) * area.population_0_17 / 10_000
    return (
        plans * lead.share_non_social_worker * len(lead.eligible or (1, 1, 1)) / 3 * p.points_cin_plan / p.caseload_limit_points
    )


def _posts_in(cell: Cell, closed: Mapping[int, float], extra: Sequence[float]) -> list[Post]:
    """Return the posts of one role in one team: those that stay, those closed and those opened over the phase-in.

    ``closed`` says at which share of the phase-in a post goes. A post's number says its team, role and place, so that it
    stays the same whatever happens to other posts.
    """
    number = (cell.team - Detail.FRONT_DOOR) * 100_000 + (cell.role - Detail.SOCIAL_WORKER) * 10_000
    start, lasts = cell.ramp.start, cell.ramp.full - cell.ramp.start
    out: list[Post] = []
    for k, size in enumerate(cell.sizes):
        row = cell.rows[k] if cell.rows else None
        closes = on_grid(start + lasts * closed[k]) if k in closed else math.inf
        out.append(Post(number + k, cell.team, cell.role, size, row.opens if row else 0.0, closes, row))
    for i, size in enumerate(extra):
        out.append(Post(number + 5000 + i, cell.team, cell.role, size, on_grid(start + lasts * (i + 1) / len(extra)), math.inf))
    return out
