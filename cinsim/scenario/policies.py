"""Policies: what a scenario may change in decisions, visits, reviews and help. A key left out is baseline practice.

Every policy takes three optional keys: ``start`` and ``phase_in``, in place of the scenario's ``policy_start`` and
``phase_in``, and ``areas``, the only areas it holds in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, Field, PlainValidator, ValidationInfo, WithJsonSchema, field_validator

from cinsim.errors import quoted, shortened
from cinsim.reference.parameters import THRESHOLDS
from cinsim.scenario.fields import BlockAreas, BlockPhaseIn, BlockStart, Fixed, FixedMapping, Flag, Points, Severity
from cinsim.scenario.names import Complexity, NeedCategory, Threshold
from cinsim.scenario.problems import KeyProblems, Said, did_you_mean
from cinsim.scenario.quantities import ConferenceInterval, Duration, HoursPerCaseMonth, HoursPerPiece, Interval, Share

MEDIAN: Final = "median"
_REFERENCE: Final = f"^({MEDIAN}|p[1-9][0-9]?)$"
_NEARLY_A_PERCENTILE: Final = re.compile(r"p?\s*0*(\d{1,2}(?:\.\d+)?)\s*(?:%|st|nd|rd|th)?(?:\s*percentile)?", re.IGNORECASE)


def _to_reference(value: object) -> str | FixedMapping[str, float]:
    if isinstance(value, str) and re.search(_REFERENCE, value):
        return value
    if not isinstance(value, Mapping) or not value:
        may_be = f"must be {MEDIAN}, a whole percentile from p1 to p99, or a mapping such as {{plan: 2.3}}"
        raise ValueError(f"{quoted(value)}: {may_be}{_meant_reference(value)}")
    problems: list[tuple[tuple[str, ...], Said]] = []
    for name, level in value.items():
        if name not in THRESHOLDS:
            problems.append(((str(name),), lambda name=name: _unknown_threshold(name)))  # type: ignore[misc]
        elif isinstance(level, bool) or not isinstance(level, int | float) or not -1000 <= level <= 1000:
            problems.append(((str(name),), f"must be a number from -1000 to 1000, not {quoted(level)}"))
    if problems:
        raise KeyProblems(problems)
    return FixedMapping({name: float(level) for name, level in value.items()})


def _unknown_threshold(name: object) -> str:
    return f"unknown name {quoted(name)}: must be one of {', '.join(THRESHOLDS)}{did_you_mean(str(name), THRESHOLDS)}"


def _meant_reference(value: object) -> str:
    """Return ``; did you mean 'p60'?`` for 60, 60%, P60 or p60.4, and the like for a misspelt median."""
    if not isinstance(value, str | int | float) or len(shortened(value)) > 20:
        return ""
    nearly = _NEARLY_A_PERCENTILE.fullmatch(str(value).strip())
    if nearly is None:
        return did_you_mean(str(value), (MEDIAN,))
    percent = float(nearly[1])
    return f"; did you mean 'p{round(percent)}'?" if 1 <= percent <= 99 else ""


Reference = Annotated[
    str | Mapping[Threshold, float],
    PlainValidator(_to_reference, json_schema_input_type=str | Mapping[Threshold, float]),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": _REFERENCE},
                {
                    "type": "object",
                    "properties": {name: {"type": "number"} for name in THRESHOLDS},
                    "additionalProperties": False,
                    "minProperties": 1,
                },
            ],
            "unit": f"`{MEDIAN}`, a percentile from `p1` to `p99`, or `{{threshold: severity}}`",
        }
    ),
]


class Thresholds(BaseModel, frozen=True, extra="forbid"):
    """How severe a need must look for each decision, in units of seen severity."""

    national: Annotated[
        Share, Field(description="How far each authority's thresholds move to the national set: 0% not at all, 100% all the way.")
    ] = 0.0
    reference: Annotated[
        Reference,
        Field(description="The national set: a point of the distribution over authorities, or values of its own."),
    ] = MEDIAN
    shift: Annotated[
        Mapping[Threshold, Severity],
        Fixed,
        Field(description="Added to a threshold after that; above 0 means that a need must look more severe."),
    ] = FixedMapping()
    start: BlockStart = None
    phase_in: BlockPhaseIn = None
    areas: BlockAreas = None


class CinVisits(BaseModel, frozen=True, extra="forbid"):
    """How often a child on a child in need (CIN) plan is visited."""

    interval: Annotated[Interval | None, Field(description="At most this long between visits.")] = None
    disabled_interval: Annotated[Interval | None, Field(description="The same for children of the disabled children's team.")] = (
        None
    )
    by_category: Annotated[
        Mapping[NeedCategory, Interval], Fixed, Field(description="The same for a category of need; it goes before the others.")
    ] = FixedMapping()
    start: BlockStart = None
    phase_in: BlockPhaseIn = None
    areas: BlockAreas = None


class CppVisits(BaseModel, frozen=True, extra="forbid"):
    """How often a child on a child protection plan (CPP) is visited."""

    interval: Annotated[Interval | None, Field(description="At most this long between visits.")] = None
    start: BlockStart = None
    phase_in: BlockPhaseIn = None
    areas: BlockAreas = None


class Reviews(BaseModel, frozen=True, extra="forbid"):
    """How often plans are reviewed."""

    cin_interval: Annotated[Interval | None, Field(description="Between reviews of a CIN plan.")] = None
    cpp_first: Annotated[
        ConferenceInterval | None, Field(description="From the start of a CPP to its first review conference.")
    ] = None
    cpp_interval: Annotated[ConferenceInterval | None, Field(description="Between later review conferences.")] = None
    start: BlockStart = None
    phase_in: BlockPhaseIn = None
    areas: BlockAreas = None


class Assessment(BaseModel, frozen=True, extra="forbid"):
    """The time a child and family assessment may take."""

    limit: Annotated[Interval | None, Field(description="The statutory limit; baseline 45 working days.")] = None
    checkpoint: Annotated[
        Interval | None, Field(description="When a supervisor looks whether it can be finished sooner; not after the limit.")
    ] = None
    start: BlockStart = None
    phase_in: BlockPhaseIn = None
    areas: BlockAreas = None

    @field_validator("checkpoint")
    @classmethod
    def _before_the_limit(cls, checkpoint: Duration | None, info: ValidationInfo) -> Duration | None:
        limit = info.data.get("limit")
        if checkpoint is not None and limit is not None and checkpoint.working_days > limit.working_days:
            raise ValueError(f"a checkpoint at '{checkpoint}' lies after the limit of '{limit}'")
        return checkpoint


def _each_once(values: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(values)) < len(values):
        raise ValueError(f"each may stand once only, not {', '.join(values)}")
    return values


class LeadPractitioner(BaseModel, frozen=True, extra="forbid"):
    """Lead practitioners of CIN plans who are not social workers, as the 2023 statutory guidance allows."""

    share_non_social_worker: Annotated[
        Share | None, Field(description="Share of the eligible CIN plans led by a practitioner who is not a social worker.")
    ] = None
    eligible: Annotated[
        tuple[Complexity, ...] | None,
        Field(
            min_length=1,
            description="Complexities of case that may be led so.",
            json_schema_extra={"unit": "list of `low`, `medium`, `high`"},
        ),
        AfterValidator(lambda value: None if value is None else _each_once(value)),
    ] = None
    caseload_limit: Annotated[Points | None, Field(description="Most a full-time lead practitioner holds.")] = None
    supervision: Annotated[
        HoursPerCaseMonth | None, Field(description="Time of a supervisor who is a social worker for oversight of each case.")
    ] = None
    approval: Annotated[
        HoursPerPiece | None, Field(description="Time of that supervisor to approve each assessment or plan.")
    ] = None
    variant: Annotated[
        Literal["neutral", "hopeful", "worried"],
        Field(
            description="Assumed effect on help, detection and escalation: none, for the better or for the worse. "
            "Published evidence cannot tell which."
        ),
    ] = "neutral"
    start: BlockStart = None
    phase_in: BlockPhaseIn = None
    areas: BlockAreas = None


class PlanQuality(BaseModel, frozen=True, extra="forbid"):
    """Plans whose actions have an owner, a measure and a time frame; today 15% have all three."""

    share_high_quality: Annotated[Share | None, Field(description="Share of plans whose actions have all three.")] = None
    start: BlockStart = None
    phase_in: BlockPhaseIn = None
    areas: BlockAreas = None


class EarlyHelp(BaseModel, frozen=True, extra="forbid"):
    """Early help for families whose referral or assessment ends without a service, and for those whose plan ends."""

    capacity: Annotated[
        Share | None, Field(description="Share of the families closed without a service that want a place which get one.")
    ] = None
    step_down: Annotated[
        Share | None, Field(description="Share of the families whose plan ends with need met which get a place to step down to.")
    ] = None
    start: BlockStart = None
    phase_in: BlockPhaseIn = None
    areas: BlockAreas = None


class FamilyHelp(BaseModel, frozen=True, extra="forbid"):
    """Targeted early help and child in need merged into one Family Help service."""

    merged: Annotated[Flag | None, Field(description="Whether the two are one service, without a hand-over between them.")] = None
    start: BlockStart = None
    phase_in: BlockPhaseIn = None
    areas: BlockAreas = None


class Policies(BaseModel, frozen=True, extra="forbid"):
    """All policies of a scenario; one left out is baseline practice."""

    thresholds: Annotated[Thresholds | None, Field(description="Thresholds of the decisions.")] = None
    cin_visits: Annotated[CinVisits | None, Field(description="Visits to children on CIN plans.")] = None
    cpp_visits: Annotated[CppVisits | None, Field(description="Visits to children on CPPs.")] = None
    reviews: Annotated[Reviews | None, Field(description="Reviews of plans.")] = None
    assessment: Annotated[Assessment | None, Field(description="Time limits of assessments.")] = None
    lead_practitioner: Annotated[LeadPractitioner | None, Field(description="Lead practitioners who are not social workers.")] = (
        None
    )
    plan_quality: Annotated[PlanQuality | None, Field(description="Quality of plans.")] = None
    early_help: Annotated[EarlyHelp | None, Field(description="Places in early help.")] = None
    family_help: Annotated[FamilyHelp | None, Field(description="Family Help.")] = None

    def blocks(self) -> dict[str, Any]:
        """Return the policies that are set, by name."""
        return {name: policy for name in type(self).model_fields if (policy := getattr(self, name)) is not None}
