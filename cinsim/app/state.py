"""Where somebody is in the app: kept in the page's address, so that a link leads back there."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Final
from urllib.parse import parse_qsl, urlencode

# another form, such as one for sensitivity, is a step more here, a template, a branch of screens.screen, a kind of job
STEPS: Final = (
    ("start", "Start"), ("build", "Build"), ("run", "Run"), ("results", "Results"), ("staffing", "Staffing"),
)  # fmt: skip
MOST_OF_A_VALUE: Final = 200


@dataclass(frozen=True, slots=True)
class State:
    """The step, the place chosen, the work and its run, and what is shown of its results; empty where nothing is chosen."""

    step: str = "start"
    area: str = ""
    work: str = ""
    run: str = ""
    tab: str = "answer"
    measure: str = ""
    place: str = ""

    @property
    def query(self) -> str:
        """What stands in the page's address: what is not as usual."""
        usual = asdict(State())
        return f"?{urlencode({name: value for name, value in asdict(self).items() if value != usual[name] or name == 'step'})}"

    def to(self, **changes: str) -> State:
        """Return another state."""
        return replace(self, **changes)


def state_in(query: str) -> State:
    """Return the state that an address leads to; what it cannot lead to is left out."""
    known = asdict(State())
    given = {name: value[:MOST_OF_A_VALUE] for name, value in parse_qsl(query.lstrip("?")) if name in known}
    state = State(**given)
    return state if state.step in dict(STEPS) else state.to(step="start")
