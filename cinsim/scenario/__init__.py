"""A scenario: YAML to a frozen, checked :class:`Scenario`, and its JSON Schema."""

from cinsim.scenario.loader import load_scenario, origins
from cinsim.scenario.model import Scenario
from cinsim.scenario.problems import ScenarioError
from cinsim.scenario.quantities import Change, Duration

__all__ = ["Change", "Duration", "Scenario", "ScenarioError", "load_scenario", "origins"]
