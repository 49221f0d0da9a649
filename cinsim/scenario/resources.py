"""Workforce and demand: who there is to do the work, and how much of it arrives. A key left out is baseline."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, Field, ValidationInfo, field_validator, model_validator

from cinsim.engine.totals import sum_in_order
from cinsim.scenario.fields import BlockAreas, BlockPhaseIn, BlockStart, Fixed, FixedMapping, Flag, Points, Span
from cinsim.scenario.names import ROLES, NeedCategory, Source, Team
from cinsim.scenario.posts import CASE_HOLDERS, ListedPost, Posts
from cinsim.scenario.quantities import (
    MOST_DEMAND_RISE,
    Change,
    Duration,
    PostsChange,
    RelativeChange,
    Share,
    WeeklyHours,
    percent_text,
)


class RoleChange(BaseModel, frozen=True, extra="forbid"):
    """What changes for the workers of one role."""

    fte: Annotated[
        PostsChange | None,
        Field(description="Funded posts in full-time equivalents: a relative change or the new number in each area."),
    ] = None
    follow_demand: Annotated[
        Flag | None,
        Field(
            description="Posts rise and fall as the referrals that `demand` asks for, from its dates unless there are own ones."
        ),
    ] = None
    vacancy_rate: Annotated[
        Share | None,
        Field(description="Share of the funded posts without a permanent worker, reached as people leave and are replaced."),
    ] = None
    agency_cover: Annotated[Share | None, Field(description="Share of the vacancies that agency workers cover.")] = None
    turnover_rate: Annotated[Share | None, Field(description="Share of the permanent workers who leave in a year.")] = None
    sickness_rate: Annotated[Share | None, Field(description="Share of working days lost to sickness.")] = None
    caseload_limit: Annotated[
        Points | None, Field(description="Most a full-time worker holds; more children wait for allocation.")
    ] = None
    start: BlockStart = None
    phase_in: BlockPhaseIn = None

    @property
    def dated(self) -> bool:
        """Whether it has dates of its own."""
        return self.start is not None or self.phase_in is not None

    def without(self, *keys: str) -> RoleChange:
        """Return the change without some keys."""
        return self.model_copy(update=dict.fromkeys(keys))


def followed(leading: RoleChange | None, own: RoleChange | None) -> RoleChange | None:
    """Return what holds for workers who follow another kind key by key, but for the keys that are said of themselves."""
    if leading is None or own is None:
        return own or leading
    return leading.model_copy(update={key: value for key in RoleChange.model_fields if (value := getattr(own, key)) is not None})


class Feedbacks(BaseModel, frozen=True, extra="forbid"):
    """Which effects of overload on the workforce and on children are switched on."""

    workload_to_sickness: Annotated[Flag, Field(description="Overload makes workers sick more often.")] = False
    workload_to_leaving: Annotated[Flag, Field(description="Overload makes workers leave more often.")] = False
    lateness_to_detection: Annotated[Flag, Field(description="A late visit sees an escalation later.")] = True


class TeamShare(BaseModel, frozen=True, extra="forbid"):
    """The part of the case holders who work in a team."""

    share: Annotated[Share, Field(description="Share of the case holders.")]


class Workforce(BaseModel, frozen=True, extra="forbid"):
    """The workforce: a block for each role, and what holds for all."""

    social_workers: Annotated[RoleChange | None, Field(description="Social workers who hold cases.")] = None
    senior_practitioners: Annotated[
        RoleChange | None, Field(description="Senior practitioners; each key left out is as for `social_workers`.")
    ] = None
    newly_qualified: Annotated[
        RoleChange | None,
        Field(description="Newly qualified social workers (first year, ASYE); each key left out is as for `social_workers`."),
    ] = None
    family_support_workers: Annotated[RoleChange | None, Field(description="Lead practitioners who are not social workers.")] = (
        None
    )
    practice_supervisors: Annotated[RoleChange | None, Field(description="Practice supervisors (team managers).")] = None
    conference_chairs: Annotated[RoleChange | None, Field(description="Chairs of child protection conferences.")] = None
    screening_social_workers: Annotated[
        RoleChange | None,
        Field(
            description="Social workers who screen referrals at the front door; their number stays unless it is set here, all "
            "else that is left out is as for `senior_practitioners`."
        ),
    ] = None
    administration_share: Annotated[Share | None, Field(description="Share of the working time spent on administration.")] = None
    overtime_limit: Annotated[Share | None, Field(description="Most overtime, as a share of the contracted hours.")] = None
    contract_hours: Annotated[WeeklyHours | None, Field(description="Hours a week of a full-time contract.")] = None
    training: Annotated[Duration | None, Field(description="Time each worker is away for training in a year.")] = None
    supervisor_span: Annotated[
        Span | None, Field(description="Case holders to a practice supervisor, both in full-time equivalents.")
    ] = None
    pooled_supervisors: Annotated[
        Flag, Field(description="Practice supervisors serve all teams from one list of work, in place of each its own team.")
    ] = False
    recruitment_delay: Annotated[
        Duration | None, Field(description="Least time from a post falling vacant to a new worker's first day.")
    ] = None
    feedbacks: Annotated[Feedbacks, Field(description="Effects of overload.")] = Feedbacks()
    teams: Annotated[
        Mapping[Team, TeamShare], Fixed, Field(description="Case holders by team, 100% in all; teams left out share the rest.")
    ] = FixedMapping()

    posts: Annotated[
        Posts | None,
        Field(
            description="Posts by role and team in place of the published ones: a CSV file, its path from this file, with the "
            "columns role, team, fte, agency (yes, no or vacant) and start_date."
        ),
    ] = None

    @field_validator("teams")
    @classmethod
    def _not_over_100(cls, teams: Mapping[str, TeamShare]) -> Mapping[str, TeamShare]:
        shared = sum_in_order(team.share for team in teams.values())
        if shared > 1 + 1e-9:
            raise ValueError(f"the shares of the teams add up to {percent_text(round(shared, 6))}: at most 100%")
        return teams

    @field_validator("posts")
    @classmethod
    def _teams_are_said_once(cls, posts: tuple[ListedPost, ...] | None, info: ValidationInfo) -> tuple[ListedPost, ...] | None:
        if posts and info.data.get("teams") and any(post.role in CASE_HOLDERS for post in posts):
            raise ValueError("says who works in which team, and 'teams' shares them out otherwise: leave one of the two out")
        return posts

    def blocks(self) -> dict[str, RoleChange]:
        """Return the roles that are changed, by name."""
        return {name: block for name in ROLES if (block := getattr(self, name)) is not None}


class Demand(BaseModel, frozen=True, extra="forbid"):
    """Referrals made, against the baseline; the relative changes multiply."""

    referrals: Annotated[RelativeChange | None, Field(description="All referrals.")] = None
    by_source: Annotated[
        Mapping[Source, RelativeChange], Fixed, Field(description="Referrals from a source, e.g. `{police: +10%}`.")
    ] = FixedMapping()
    by_need: Annotated[
        Mapping[NeedCategory, RelativeChange], Fixed, Field(description="Referrals of children with a category of need.")
    ] = FixedMapping()
    start: BlockStart = None
    phase_in: BlockPhaseIn = None
    areas: BlockAreas = None

    @property
    def largest_rise(self) -> float:
        """By how much the referrals rise that rise most, once phased in; 0 if none do."""
        rises = (self.referrals, *(_highest(changes) for changes in (self.by_source, self.by_need)))
        return max(math.prod(1.0 + rise.value for rise in rises if rise is not None) - 1.0, 0.0)

    @model_validator(mode="after")
    def _possible_together(self) -> Demand:
        if self.largest_rise > MOST_DEMAND_RISE + 1e-9:
            asked, most = (str(Change(round(rise, 4), relative=True)) for rise in (self.largest_rise, MOST_DEMAND_RISE))
            raise ValueError(f"its changes multiply to {asked} for some referrals, more than can be simulated: at most {most}")
        return self


def _highest(changes: Mapping[str, Change]) -> Change | None:
    rises = [change for change in changes.values() if change.value > 0]
    return max(rises, key=lambda change: change.value, default=None)
