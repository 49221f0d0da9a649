"""What is drawn for a child is its own: longer runs, other parameters, hash seeds and processes leave it as it was."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from populations import PUBLISHED_MONTHS, World, world
from simulated import replicate

from cinsim.population.children import MOVES_AWAY, TURNS_18
from cinsim.reference.areas import average_authority
from cinsim.scenario import Scenario

pytestmark = pytest.mark.property

PROJECT = Path(__file__).resolve().parents[2]
ATTRIBUTES = ("birth", "entered", "leaves_because", "joined", "sex", "quintile", "ethnicity", "disabled", "need_category")


def age_structures() -> st.SearchStrategy[tuple[float, ...]]:
    """Shares of children by single year of age, from a third to three times an even share."""
    return st.lists(st.floats(1 / 3, 3), min_size=18, max_size=18).map(lambda raw: tuple(x / sum(raw) for x in raw))


TOWNS = st.fixed_dictionaries(
    {"size": st.floats(50, 600), "seed": st.integers(0, 2**63 - 1), "replication": st.integers(0, 1000)},
    optional={
        "age_shares": age_structures(),
        "overrides": st.fixed_dictionaries(
            {},
            optional={
                "moves_per_year": st.floats(0, 0.3),
                "deaths_per_year": st.floats(0.00001, 0.01),
                "unborn_weeks": st.floats(0, 40),
                "need_persistence": st.floats(0, 0.98),
                "known_effect": st.floats(0, 40),
            },
        ),
    },
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(TOWNS, st.integers(1, 3), st.integers(1, 4))
def test_a_longer_run_adds_children_and_leaves_those_before_as_they_were(town: dict[str, Any], years: int, more: int) -> None:
    short, long = world(years, **town), world(years + more, **town)
    n, end = len(short.children), short.calendar.days
    assert n <= len(long.children)
    for name in ATTRIBUTES:
        assert (getattr(short.children, name) == getattr(long.children, name)[:n]).all(), name
    ours, theirs = short.children.leaves, long.children.leaves[:n]
    assert (ours[ours < end] == theirs[ours < end]).all()
    assert (theirs[ours >= end] >= end).all()
    assert (long.children.entered[n:] >= end - 1).all()  # whoever comes within the short run is in it
    quarters = short.grid.need.shape[1]
    assert (short.grid.need == long.grid.need[:n, :quarters]).all()


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(TOWNS, st.integers(1, 3), st.floats(0.01, 2.0))
def test_a_longer_run_leaves_referrals_as_they_were(town: dict[str, Any], years: int, level: float) -> None:
    short, long = world(years, **town), world(years + 2, **town)
    ours = short.referrals(level, PUBLISHED_MONTHS).first(short.never_known())
    theirs = long.referrals(level, PUBLISHED_MONTHS).first(long.never_known())[: len(ours)]
    end = short.calendar.days
    assert (np.where(theirs < end, theirs, np.inf) == ours).all()


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(TOWNS, st.integers(1, 3))
def test_nobody_is_there_before_coming_or_after_leaving_or_18_without_having_left(town: dict[str, Any], years: int) -> None:
    some = world(years, **town)
    children = some.children
    assert (children.leaves >= children.entered).all()
    stay = (children.leaves_because == MOVES_AWAY) | (children.leaves_because == TURNS_18)
    assert stay.mean() > 0.5
    age_on_leaving = (
        children.leaves - some.calendar.times_of(np.datetime64(some.calendar.first) + children.birth.astype("timedelta64[D]"))
    ) / 253
    assert (age_on_leaving < 18.1).all()
    found = some.referrals(1.0).first(some.never_known())
    referred = np.isfinite(found)
    assert (found >= children.entered)[referred].all()
    assert (found < np.minimum(children.leaves, some.calendar.days))[referred].all()


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(st.floats(200, 600), st.integers(0, 2**63 - 1), st.floats(0.01, 0.5), st.floats(1.0, 3.0))
def test_nobody_is_referred_later_where_referrals_are_more_common(size: float, seed: int, level: float, times: float) -> None:
    some = world(2, size=size, seed=seed)
    rarer, commoner = (some.referrals(x).first(some.never_known()) for x in (level, level * times))
    assert (commoner <= rarer).all()


def test_a_longer_run_leaves_the_record_of_the_years_before_as_it_was() -> None:
    def rows(years: int) -> tuple[bytes, int]:
        scenario = Scenario(title="t", years=years, warm_up=1, population_fraction=0.05)
        replication = replicate(scenario, average_authority())
        written, end = replication.record.rows(), replication.start_time + 250  # within the first year
        later = np.flatnonzero(written["time"] >= end)
        return written[: later[0]].tobytes(), len(written) - len(later)

    short, events = rows(1)
    assert events > 5_000
    assert rows(2)[0] == short


def digest(town: World) -> str:
    """Return a fingerprint of a town's children, need and referrals."""
    import hashlib

    parts = [getattr(town.children, name) for name in (*ATTRIBUTES, "leaves")]
    parts += [town.grid.need, town.grid.times, town.referrals(0.02, PUBLISHED_MONTHS).first(town.never_known())]
    return hashlib.sha256(b"".join(part.tobytes() for part in parts)).hexdigest()


def test_two_hash_seeds_in_two_processes_give_the_same_population() -> None:
    code = "from test_population_unchanged import digest, world; print(digest(world(2, size=500)))"
    path = os.pathsep.join(str(PROJECT / folder) for folder in (".", "tests", "tests/property"))
    found = {
        subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": path},
            cwd=PROJECT, capture_output=True, text=True, check=True,
        ).stdout.strip()
        for seed in ("0", "4242")
    }  # fmt: skip
    assert found == {digest(world(2, size=500))}


def test_replications_and_seeds_are_pairwise_different() -> None:
    found = {digest(world(1, size=300, seed=seed, replication=r)) for seed in (1, 2) for r in (0, 1, 2)}
    assert len(found) == 6
