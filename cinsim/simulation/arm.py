"""An arm of a comparison: one scenario as the authority of a replication meets it."""

from __future__ import annotations

from dataclasses import dataclass

from cinsim.policy.practice import Practice
from cinsim.scenario.model import Scenario
from cinsim.workforce.staffing import Staffing


@dataclass(frozen=True, slots=True)
class Arm:
    """A scenario as an area meets it: its practice, its staffing and, by the scenario, everything else."""

    scenario: Scenario
    practice: Practice
    staffing: Staffing
