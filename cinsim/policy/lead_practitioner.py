"""Who leads a child in need plan, and what difference the lead practitioner's kind makes.

The 2023 edition of Working Together lets lead practitioners be other than social workers. No study gives an effect,
so every difference is a parameter whose default is none.
"""

from __future__ import annotations

from dataclasses import dataclass

from cinsim.policy.timing import NEVER, Ramp
from cinsim.reference.parameters import Parameters

LEVELS = ("low", "medium", "high")


@dataclass(frozen=True, slots=True)
class Effect:
    """Difference a kind of lead practitioner makes: ratios to a social worker's, and a shift of the section 47 threshold."""

    help_ratio: float = 1.0
    detection_ratio: float = 1.0
    escalation_shift: float = 0.0


@dataclass(frozen=True, slots=True)
class LeadPractitionerPolicy:
    """What share of eligible CIN plans a lead practitioner who is not a social worker holds."""

    share: float = 0.0
    eligible: frozenset[str] = frozenset()
    supervision_hours_per_month: float = 0.0
    approval_hours: float = 0.0
    effect: Effect = Effect()
    ramp: Ramp = NEVER
    medium_from: float = 1.0
    high_from: float = 2.0

    def level(self, above_plan: float) -> str:
        """Return how complex a case is taken to be, from how far its seen severity lies above the plan threshold."""
        return LEVELS[(above_plan >= self.medium_from) + (above_plan >= self.high_from)]

    def not_a_social_worker(self, u: float, time: float, above_plan: float) -> bool:
        """Return whether a plan that starts now is led by someone who is not a social worker; ``u`` is the child's uniform."""
        return u < self.share * self.ramp.at(time) and self.level(above_plan) in self.eligible


def effect_of_variant(p: Parameters, variant: str) -> Effect:
    """Return the effect to assume: the parameters' own (``neutral``), or the hopeful or worried end of what is said.

    The variants shift the three parameters by the ranges in the register; they are scenarios, not findings.
    """
    help_ratio, detection, shift = (
        p.non_social_worker_help_ratio,
        p.non_social_worker_detection_ratio,
        p.non_social_worker_escalation_shift,
    )
    if variant == "hopeful":
        return Effect(help_ratio * (1 + p.lead_practitioner_variant_spread), detection, shift)
    if variant == "worried":
        return Effect(
            help_ratio, detection * (1 - p.lead_practitioner_variant_spread), shift + p.lead_practitioner_variant_spread
        )
    return Effect(help_ratio, detection, shift)
