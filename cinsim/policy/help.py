"""The benefit of help: what a visit adds, and how it fades after a case has closed."""

from __future__ import annotations

from dataclasses import dataclass

from cinsim.reference.parameters import Parameters

WORKING_DAYS_PER_MONTH = 253 / 12


@dataclass(frozen=True, slots=True)
class Help:
    """Benefit per visit in log need, with diminishing returns to frequency, and its half-life after closure.

    ``per_visit`` is what one visit at the reference interval gives; a visit after ``gap`` working days gives
    ``per_visit * (1 - 2**(-gap / half_gap)) / (1 - 2**(-reference / half_gap))``. The form is an assumption: no English
    study gives an effect of visit frequency.
    """

    per_visit: float
    per_protection_visit: float
    half_gap: float
    reference_gap: float
    protection_reference_gap: float
    half_life: float

    @classmethod
    def of(cls, p: Parameters) -> Help:
        """Take the values from a parameter set."""
        return cls(
            p.help_per_visit,
            p.help_per_protection_visit,
            p.help_half_gap_working_days,
            p.cin_visit_interval_working_days,
            p.cpp_visit_interval_working_days,
            p.help_half_life_months * WORKING_DAYS_PER_MONTH,
        )

    def dose(self, gap: float, *, protection: bool) -> float:
        """Return what a visit adds that comes ``gap`` working days after the last one."""
        full, reference = (
            (self.per_protection_visit, self.protection_reference_gap) if protection else (self.per_visit, self.reference_gap)
        )
        return full * (1.0 - 2.0 ** (-gap / self.half_gap)) / (1.0 - 2.0 ** (-reference / self.half_gap))

    def left(self, held: float, elapsed: float) -> float:
        """Return what is left of a benefit ``elapsed`` working days after closure."""
        return held * 2.0 ** (-elapsed / self.half_life)
