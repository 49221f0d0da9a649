"""What a setting needs to have any effect: one table, held against a whole scenario.

A setting whose need is not written anywhere is refused. Where what it needs is written, but as 0% or the like, as at one
end of a series of scenarios, or where only a parameter is idle, it is said and not refused.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from cinsim.engine.totals import sum_in_order
from cinsim.reference import areas
from cinsim.reference.register import load_register
from cinsim.scenario.model import Scenario
from cinsim.scenario.names import ROLES, SCREENING
from cinsim.scenario.policies import Policies
from cinsim.scenario.posts import CASE_HOLDERS, FAMILY_SUPPORT
from cinsim.scenario.quantities import Change
from cinsim.scenario.resources import Demand, Workforce

_BLOCK_DATES: Final = ("start", "phase_in", "areas")
_CASE_TEAMS: Final = ("assessment", "cin_and_cp", "disabled_children", "looked_after")
_ON_DUTY: Final = ("practice_supervisors", "conference_chairs", SCREENING)
_SHARE: Final = "policies.lead_practitioner.share_non_social_worker"


@dataclass(frozen=True, slots=True)
class Need:
    """What some settings need.

    Attributes
    ----------
    keys
        Dotted; each has no effect by itself.
    met
        Whether a scenario gives them what they need.
    right
        What would be right.
    of
        The key they need; a scenario that writes it is not refused.
    refused
        Whether a scenario is refused that does not write it.
    """

    keys: tuple[str, ...]
    met: Callable[[Scenario], bool]
    right: str
    of: str | None = None
    refused: bool = True


@dataclass(frozen=True, slots=True)
class Idle:
    """A setting without any effect: its key, why, and whether the scenario is refused for it."""

    key: str
    message: str
    refused: bool


def _each(keys: Iterable[str], *below: str) -> tuple[str, ...]:
    return tuple(f"{key}.{name}" for key in keys for name in below)


def _leads(scenario: Scenario) -> bool:
    lead = scenario.policies.lead_practitioner
    return lead is not None and bool(lead.share_non_social_worker)


def _says_what_is_led(scenario: Scenario) -> bool:
    lead = scenario.policies.lead_practitioner
    return lead is not None and lead.share_non_social_worker is not None


def _national(scenario: Scenario) -> bool:
    return scenario.policies.thresholds is not None and scenario.policies.thresholds.national > 0


def _checkpoint_is_sooner(scenario: Scenario) -> bool:
    policy = scenario.policies.assessment
    if policy is None or policy.checkpoint is None:
        return True
    usual = scenario.parameters.get("assessment_limit_working_days", load_register()["assessment_limit_working_days"].value)
    return policy.checkpoint.working_days < (usual if policy.limit is None else policy.limit.working_days)


def _is_relative(change: Change | None) -> bool:
    return change is None or change.relative


def _fte_of(scenario: Scenario, role: str) -> Change | None:
    block = scenario.workforce.blocks().get(role)
    return None if block is None else block.fte


def _all_teams_given(scenario: Scenario) -> bool:
    given = scenario.workforce.teams
    return set(_CASE_TEAMS) <= set(given) and abs(sum_in_order(given[team].share for team in _CASE_TEAMS) - 1.0) > 1e-6


def _has_some(role: str) -> Callable[[Scenario], bool]:
    """Return whether there are posts of a role of which a relative change can be one."""

    def met(scenario: Scenario) -> bool:
        change, listed = _fte_of(scenario, role), {post.role for post in scenario.workforce.posts or ()}
        if change is None or not change.relative or role in listed:
            return True
        if role == FAMILY_SUPPORT:
            return _leads(scenario)
        return role not in CASE_HOLDERS or not listed & set(CASE_HOLDERS)

    return met


def _delays(scenario: Scenario) -> bool:
    delay = scenario.workforce.recruitment_delay
    return delay is None or delay.value > 0


NEEDS: Final = (
    Need(
        ("policies.thresholds.reference",), _national,
        "the national set is not used: say how far thresholds move to it, e.g. policies.thresholds.national: 100%",
        "policies.thresholds.national",
    ),
    Need(
        ("policies.assessment.checkpoint",), _checkpoint_is_sooner,
        "no assessment is left at a checkpoint that is not before the limit (45 working days unless policies.assessment.limit "
        "is another): write an earlier one",
    ),
    Need(
        _each(("policies.lead_practitioner",), "eligible", "caseload_limit", "supervision", "approval", "variant"), _leads,
        "nobody but social workers leads a plan: say which share others lead, e.g. "
        "policies.lead_practitioner.share_non_social_worker: 40%",
        _SHARE,
    ),
    Need(
        ("workforce.family_support_workers",), _says_what_is_led,
        "family support workers hold no cases unless they lead plans: say which share, "
        "e.g. policies.lead_practitioner.share_non_social_worker: 40%, or 0% if they are to hold none",
    ),
    Need(
        ("workforce.family_support_workers.caseload_limit",),
        lambda s: s.policies.lead_practitioner is None or s.policies.lead_practitioner.caseload_limit is None,
        "policies.lead_practitioner.caseload_limit says the same limit: write one of the two",
    ),
    *(
        Need((f"workforce.{role}.fte",), _has_some(role), "there are no posts of this role to change: write their number")
        for role in (FAMILY_SUPPORT, *CASE_HOLDERS)
    ),
    Need(
        _each((f"workforce.{role}" for role in _ON_DUTY), "caseload_limit"), lambda s: False,
        "they are on duty and hold no cases, so that no limit is reached: leave it out",
    ),
    Need(
        _each((f"workforce.{role}" for role in _ON_DUTY), "agency_cover"), lambda s: False,
        "someone must be on duty, so that agency workers cover all their vacancies: leave it out",
    ),
    Need(
        _each((f"workforce.{role}" for role in ("conference_chairs", SCREENING)), "turnover_rate", "vacancy_rate"),
        lambda s: False,
        "someone must be on duty, so that agency workers cover all their vacancies: what it changes is who does the work and "
        "what agency workers cost, and little else",
        refused=False,
    ),
    *(
        Need(
            (f"workforce.{role}.follow_demand",),
            lambda s, role=role: _fte_of(s, role) is None,  # type: ignore[misc]
            "fte says how many posts there are: write one of the two",
        )
        for role in ROLES
    ),
    Need(
        _each((f"workforce.{role}" for role in ROLES), "follow_demand"),
        lambda s: s.demand.referrals is not None or bool(s.demand.by_source) or bool(s.demand.by_need),
        "demand stays as it is: say how it changes, e.g. demand.referrals: +30%", "demand.referrals",
    ),
    Need(
        ("workforce.supervisor_span",), lambda s: _is_relative(_fte_of(s, "practice_supervisors")),
        "workforce.practice_supervisors.fte says how many supervisors there are: write one of the two",
    ),
    Need(
        ("workforce.supervisor_span",), lambda s: all(post.role != "practice_supervisors" for post in s.workforce.posts or ()),
        "workforce.posts lists the practice supervisors: leave one of the two out",
    ),
    Need(
        ("workforce.teams.front_door.share",), lambda s: _is_relative(_fte_of(s, SCREENING)),
        f"workforce.{SCREENING}.fte says how many screen referrals: write one of the two",
    ),
    Need(
        _each((f"workforce.teams.{team}" for team in _CASE_TEAMS), "share"), lambda s: not _all_teams_given(s),
        "where every team that holds cases is given a share, the shares come to 100%: the rest of the posts would be nowhere",
    ),
    Need(("workforce.recruitment_delay",), _delays, "a delay of nothing delays nobody: leave it out"),
)  # fmt: skip
"""What settings need; each of a need's keys is looked at where a scenario writes it or anything below it."""

_PARAMETER_NEEDS: Final = (
    Need(
        ("workload_sickness_gain",), lambda s: s.workforce.feedbacks.workload_to_sickness,
        "workforce.feedbacks.workload_to_sickness",
    ),
    Need(
        ("workload_leaving_gain",), lambda s: s.workforce.feedbacks.workload_to_leaving,
        "workforce.feedbacks.workload_to_leaving",
    ),
    Need(
        ("overload_felt_from",),
        lambda s: s.workforce.feedbacks.workload_to_sickness or s.workforce.feedbacks.workload_to_leaving,
        "workforce.feedbacks",
    ),
    Need(
        ("non_social_worker_help_ratio", "non_social_worker_detection_ratio", "non_social_worker_escalation_shift",
         "lead_practitioner_supervision_hours_per_month", "medium_complexity_from", "high_complexity_from",
         "leaving_ratio_family_support_worker", "cost_per_hour_family_support_worker"), _leads, _SHARE,
    ),
    Need(
        ("lead_practitioner_variant_spread",),
        lambda s: _leads(s) and s.policies.lead_practitioner.variant != "neutral",  # type: ignore[union-attr]
        "policies.lead_practitioner.variant",
    ),
    Need(("need_sd_lasting",), lambda s: s.structure == "both", "structure: both"),
    Need(("known_effect",), lambda s: s.structure == "both", "structure: both"),
    Need(("need_sd_lasting_alone",), lambda s: s.structure == "lasting_differences", "structure: lasting_differences"),
    Need(("known_effect_alone",), lambda s: s.structure == "known_to_services", "structure: known_to_services"),
)  # fmt: skip
"""Parameters that act only under a setting, which ``right`` names."""

_PUBLISHED: Final = {
    "vacancy_rate": ("vacancy_rate", "workforce.social_workers.vacancy_rate"),
    "turnover_rate": ("turnover_rate", "workforce.social_workers.turnover_rate"),
    "agency_cover": ("vacancy_agency_cover_rate", "workforce.social_workers.agency_cover"),
    "sickness_rate": ("absence_rate", "workforce.social_workers.sickness_rate"),
}
"""Parameters above which an authority's own published figure stands, the figure, and the key that stands above both."""


def idle_settings(scenario: Scenario, written: Collection[str]) -> list[Idle]:
    """Return the settings of a scenario that have no effect.

    Parameters
    ----------
    written
        Dotted keys that the scenario writes, in its file, in those it extends or with ``--set``.
    """
    return [*_only_dates(written), *_unmet(scenario, written), *_idle_parameters(scenario)]


def leaves_of(scenario: Scenario) -> set[str]:
    """Return the dotted keys in which a scenario, however it was made, differs from one that says nothing."""

    def leaves(tree: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
        for name, value in tree.items():
            yield from leaves(value, f"{prefix}{name}.") if isinstance(value, Mapping) else [(f"{prefix}{name}", value)]

    blank = {"title": scenario.title, "policies": {block: {} for block in scenario.policies.blocks()}}
    usual = dict(leaves(Scenario.model_validate(blank).resolved()))
    return {key for key, value in leaves(scenario.resolved()) if key not in usual or usual[key] != value}


def _below(key: str, written: Collection[str]) -> list[str]:
    return [each for each in written if each == key or each.startswith(f"{key}.")]


def _unmet(scenario: Scenario, written: Collection[str]) -> Iterator[Idle]:
    for need in NEEDS:
        for key in need.keys:
            if _below(key, written) and not need.met(scenario):
                yield Idle(key, need.right, need.refused and (need.of is None or need.of not in written))
    for row, post in enumerate(scenario.workforce.posts or ()):
        if post.role == FAMILY_SUPPORT and not _says_what_is_led(scenario):
            right = next(need.right for need in NEEDS if need.keys == ("workforce.family_support_workers",))
            yield Idle(f"workforce.posts.{row}", right, refused=True)


def _only_dates(written: Collection[str]) -> Iterator[Idle]:
    blocks = {".".join(key.split(".")[:2]) for key in written if key.startswith(("policies.", "workforce."))}
    for block in sorted(blocks | {"demand"}):
        keys = [key.removeprefix(f"{block}.") for key in _below(block, written) if key != block]
        if keys and all(key.split(".")[0] in _BLOCK_DATES for key in keys):
            yield Idle(f"{block}.{keys[0]}", f"{block} says when or where, and not what is to change", refused=True)


def _idle_parameters(scenario: Scenario) -> Iterator[Idle]:
    for need in _PARAMETER_NEEDS:
        for name in need.keys:
            if name in scenario.parameters and not need.met(scenario):
                yield Idle(f"parameters.{name}", f"has no effect without {need.right}", refused=False)
    simulated = areas.resolve(scenario.area)
    for name, (figure, key) in _PUBLISHED.items():
        if name in scenario.parameters:
            published = [area.area_name for area in simulated if getattr(area, figure) is not None]
            if published:
                who = published[0] if len(published) == 1 else f"{len(published)} areas"
                has = "its" if len(published) == 1 else "their"
                refused = len(published) == len(simulated)
                yield Idle(f"parameters.{name}", f"{who}: {has} own published figure stands above it: set {key}", refused)


def remarks(scenario: Scenario) -> list[str]:
    """Return what else is to be said of a scenario before its results are believed."""
    said = []
    changed = (scenario.policies, scenario.workforce, scenario.demand)
    if changed == (Policies(), Workforce(), Demand()) and scenario.policy_start is not None:
        said.append("policy_start: no policy, workforce or demand changes on it")
    if scenario.demand.largest_rise > 1.0:
        said.append(
            "demand: of a rise above +100% fewer referrals come than are asked for (of +200% about +160%), since children whose "
            "case is open are not referred again; referral_rate shows what came"
        )
    return said
