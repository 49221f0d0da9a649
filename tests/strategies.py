"""Hypothesis strategies over the scenario space, for every room's property tests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, get_args

from hypothesis import strategies as st

from cinsim.reference.parameters import NEED_CATEGORIES, THRESHOLDS
from cinsim.reference.register import load_register
from cinsim.scenario import Change, Duration, Scenario
from cinsim.scenario.names import ROLES, SOURCES, TEAMS, Complexity
from cinsim.scenario.posts import FAMILY_SUPPORT
from cinsim.scenario.quantities import DURATION_UNITS

UNIT_LENGTH_IN_DAYS = {"working days": 1.5, "days": 1, "weeks": 7, "months": 31, "years": 366}


def texts(min_size: int = 0) -> st.SearchStrategy[str]:
    """Texts that a scenario may hold: no control characters, halves of characters or marks that turn text around."""
    plain = st.characters(
        exclude_categories=("Cc", "Cs"), exclude_characters="\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    )
    return st.text(st.one_of(plain, st.sampled_from("\t\n")), min_size=min_size, max_size=20)


def durations(shortest: float = 0.0, most_years: float = 10.0) -> st.SearchStrategy[Duration]:
    """Lengths of time in any unit; ``shortest`` is the smallest number of the unit."""
    units = [unit for unit in DURATION_UNITS if shortest <= most_years * 365 / UNIT_LENGTH_IN_DAYS[unit]]
    return st.sampled_from(units).flatmap(
        lambda unit: st.builds(
            Duration,
            st.one_of(
                st.integers(1, max(1, int(most_years * 365 / UNIT_LENGTH_IN_DAYS[unit]))).map(float),
                st.floats(shortest, most_years * 365 / UNIT_LENGTH_IN_DAYS[unit]),
            ),
            st.just(unit),
        )
    )


def intervals() -> st.SearchStrategy[Duration]:
    """Lengths of time that may stand between visits or reviews."""
    return durations(shortest=0.5, most_years=1.0).filter(lambda length: length.working_days >= 5.0)


def shares() -> st.SearchStrategy[float]:
    """Fractions from 0 to 1, round ones among them."""
    return st.one_of(st.integers(0, 100).map(lambda percent: percent / 100), st.floats(0, 1))


def relative_changes(most: float = 2.0) -> st.SearchStrategy[Change]:
    """Relative changes from -100% to ``most``."""
    return st.floats(-1, most).map(lambda value: Change(value, relative=True))


def _some(keys: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=keys)


def _mapping(names: Sequence[str], values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.sampled_from(names), values, max_size=3)


def _policies(block: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    severities = st.floats(-3, 3)
    percentiles = st.integers(1, 99).map("p{}".format)
    reference = st.one_of(st.just("median"), percentiles, st.dictionaries(st.sampled_from(THRESHOLDS), severities, min_size=1))
    keys: dict[str, dict[str, st.SearchStrategy[Any]]] = {
        "thresholds": {"national": shares(), "reference": reference, "shift": _mapping(THRESHOLDS, severities)},
        "cin_visits": {
            "interval": intervals(),
            "disabled_interval": intervals(),
            "by_category": _mapping(NEED_CATEGORIES, intervals()),
        },
        "cpp_visits": {"interval": intervals()},
        "reviews": {"cin_interval": intervals(), "cpp_first": intervals(), "cpp_interval": intervals()},
        "assessment": {"limit": intervals()},
        "lead_practitioner": {
            "share_non_social_worker": shares(),
            "eligible": st.lists(st.sampled_from(get_args(Complexity)), min_size=1, unique=True),
            "caseload_limit": st.floats(1, 100),
            "supervision": st.floats(0, 20),
            "approval": st.floats(0, 20),
            "variant": st.sampled_from(("neutral", "hopeful", "worried")),
        },
        "plan_quality": {"share_high_quality": shares()},
        "early_help": {"capacity": shares(), "step_down": shares()},
        "family_help": {"merged": st.booleans()},
    }
    return _some({name: _some({**policy, **block}) for name, policy in keys.items()})


def _workforce(block: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    role = {
        "fte": st.one_of(relative_changes(), st.floats(0, 500).map(lambda fte: Change(fte, relative=False))),
        "vacancy_rate": shares(),
        "agency_cover": shares(),
        "turnover_rate": shares(),
        "sickness_rate": shares(),
        "caseload_limit": st.floats(1, 100),
    }
    flags = ("workload_to_sickness", "workload_to_leaving", "lateness_to_detection")
    return _some(
        {
            **{name: _some({**role, **block}) for name in ROLES},
            "administration_share": st.floats(0, 0.9),
            "overtime_limit": shares(),
            "contract_hours": st.floats(20, 45),
            "training": durations(most_years=0.2),
            "supervisor_span": st.floats(1, 20),
            "pooled_supervisors": st.booleans(),
            "recruitment_delay": durations(most_years=2.0),
            "feedbacks": _some({flag: st.booleans() for flag in flags}),
            # three teams of a third each at most stay within 100%
            "teams": _mapping(TEAMS, st.fixed_dictionaries({"share": st.floats(0, 0.33)})),
        }
    )


def _demand(block: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return _some(
        {
            "referrals": relative_changes(0.4),
            "by_source": _mapping(SOURCES, relative_changes(0.4)),
            "by_need": _mapping(NEED_CATEGORIES, relative_changes(0.4)),
            **block,
        }
    )


def registered_parameters() -> st.SearchStrategy[dict[str, float]]:
    """A few parameters of the register, each within its range."""
    register = load_register()
    return st.lists(st.sampled_from(sorted(register)), max_size=3, unique=True).flatmap(
        lambda names: st.fixed_dictionaries({name: st.floats(register[name].low, register[name].high) for name in names})
    )


@st.composite
def scenarios(
    draw: st.DrawFn,
    *,
    years: st.SearchStrategy[int] | None = None,
    start_years: st.SearchStrategy[int] | None = None,
    parameters: st.SearchStrategy[dict[str, float]] | None = None,
) -> Scenario:
    """Any scenario for the average authority, most of its keys left out.

    Parameters
    ----------
    years : reporting years simulated; 1 to 10 when left out.
    start_years : years of the 1 April it starts on; 2013 to 2030 when left out.
    parameters : parameters by name, e.g. :func:`registered_parameters`; none when left out.
    """
    start = date(draw(st.integers(2013, 2030) if start_years is None else start_years), 4, 1)
    lasting = draw(st.integers(1, 10) if years is None else years)
    days = st.dates(start, date(start.year + lasting, 4, 1) - timedelta(days=1))
    timed: dict[str, st.SearchStrategy[Any]] = {"start": days, "phase_in": durations(most_years=2.0)}
    area = draw(st.sampled_from(("England", "Leeds", ("Leeds", "Kent"))))
    simulated = [area] if isinstance(area, str) else list(area)
    block = {**timed, "areas": st.lists(st.sampled_from(simulated), min_size=1, unique=True)}
    data = draw(
        st.fixed_dictionaries(
            {"title": texts(min_size=1)},
            optional={
                "name": st.from_regex(r"[A-Za-z0-9é_][A-Za-z0-9é_ .-]{0,18}[A-Za-z0-9é_-]", fullmatch=True),
                "question": texts(),
                "policy_start": days,
                "phase_in": durations(most_years=2.0),
                "replications": st.integers(1, 100),
                "seed": st.integers(0, 2**63 - 1),
                "draws": st.one_of(st.sampled_from(["posterior", "point"]), st.integers(1, 1000)),
                "warm_up": st.integers(0, 10),
                "population_fraction": st.floats(0.001, 1),
                "precision": st.fixed_dictionaries(
                    {"share": shares().filter(bool), "measures": st.lists(texts(min_size=1), min_size=1, max_size=3)}
                ),
                "structure": st.sampled_from(("both", "lasting_differences", "known_to_services")),
                "initial_state": texts(min_size=1),
                "policies": _policies(block),
                "workforce": _workforce(timed),
                "demand": _demand(block),
                "parameters": st.just({}) if parameters is None else parameters,
            },
        )
    )
    if FAMILY_SUPPORT in data.get("workforce", {}):  # a file says which plans they lead
        lead = data.setdefault("policies", {}).setdefault("lead_practitioner", {})
        lead.setdefault("share_non_social_worker", draw(shares()))
    return Scenario.model_validate({**data, "area": area, "start": start, "years": lasting})
