"""The same seed gives the same bytes, whatever ran before, in whatever process; another seed or replication gives others."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from cinsim.reference.areas import average_authority, find_area
from cinsim.scenario import Scenario
from cinsim.simulation.replicate import Replication, replicate

pytestmark = pytest.mark.property

PROJECT = Path(__file__).resolve().parents[2]
EVERY_LEVER: dict[str, Any] = {
    "title": "t",
    "years": 1,
    "warm_up": 1,
    "population_fraction": 0.04,
    "policies": {
        "thresholds": {"shift": {"plan": 0.5, "section_47": -0.5}},
        "cin_visits": {"interval": "20 working days", "by_category": {"neglect": "5 working days", "disability": "4 weeks"}},
        "lead_practitioner": {"share_non_social_worker": "40%", "eligible": ["low", "medium"]},
        "early_help": {"capacity": "60%"},
        "family_help": {"merged": True},
    },
    "workforce": {"social_workers": {"fte": "+10%", "turnover_rate": "40%", "caseload_limit": 15.0}},
    "demand": {"referrals": "+10%", "by_source": {"police": "+20%", "schools": "-10%"}, "by_need": {"neglect": "+30%"}},
}
IN_ANOTHER_PROCESS = """
import hashlib, json, sys
from cinsim.reference.areas import average_authority
from cinsim.scenario import Scenario
from cinsim.simulation.replicate import replicate
record = replicate(Scenario.model_validate(json.loads(sys.argv[1])), average_authority()).record
print(hashlib.sha256(record.rows().tobytes()).hexdigest())
"""


def simulated(**keys: Any) -> Replication:
    how = {name: keys.pop(name) for name in ("replication", "checking", "draw") if name in keys}
    return replicate(Scenario.model_validate({**EVERY_LEVER, **keys}), average_authority(), **how)


def digest(replication: Replication) -> str:
    return hashlib.sha256(replication.record.rows().tobytes()).hexdigest()


@cache
def usual() -> str:
    return digest(simulated())


@pytest.mark.parametrize("hash_seed", ["0", "1", "4294967295"])
def test_another_process_with_another_hash_seed_writes_the_same_bytes(hash_seed: str) -> None:
    import json

    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.pathsep.join([str(PROJECT), *sys.path])}
    run = subprocess.run(
        [sys.executable, "-c", IN_ANOTHER_PROCESS, json.dumps(EVERY_LEVER)],
        capture_output=True,
        text=True,
        env=environment,
        check=True,
    )
    assert run.stdout.strip() == usual()


def test_what_ran_before_in_the_process_makes_no_difference() -> None:
    first = usual()
    simulated(seed=99, replication=7)
    assert digest(simulated()) == first


def test_checking_for_repeated_draws_finds_none_and_changes_nothing() -> None:
    assert digest(simulated(checking=True)) == usual()


def test_each_parameter_draw_has_luck_of_its_own() -> None:
    assert digest(simulated(draw=3)) == digest(simulated(draw=3))
    assert digest(simulated(draw=3)) not in (usual(), digest(simulated(replication=3)))


def test_replications_and_seeds_are_pairwise_different() -> None:
    digests = [digest(simulated(replication=r)) for r in range(4)] + [digest(simulated(seed=s)) for s in (2, 3)]
    assert all(a != b for a, b in combinations(digests, 2))


def test_replications_differ_in_what_happens_and_not_only_in_when() -> None:
    referrals = [int((simulated(replication=r).record.rows()["event"] == 0).sum()) for r in range(5)]
    assert len(set(referrals)) > 1


def test_authorities_have_each_their_own_children() -> None:
    scenario = Scenario.model_validate({"title": "t", "years": 1, "warm_up": 0, "population_fraction": 0.01})
    records = [replicate(scenario, find_area(name)).record.rows().tobytes() for name in ("Leeds", "Kent")]
    assert records[0] != records[1]


def test_a_longer_run_starts_with_the_events_of_a_shorter_one() -> None:
    short, long = simulated(years=1), simulated(years=3)
    rows, longer = short.record.rows(), long.record.rows()
    end = float(short.calendar.days)
    assert rows[rows["time"] < end].tobytes() == longer[longer["time"] < end].tobytes()
    children = len(short.population.birth)
    assert (long.population.birth[:children] == short.population.birth).all()


def test_a_change_of_practice_leaves_the_children_and_their_need_as_they_were() -> None:
    plain = replicate(
        Scenario.model_validate({k: v for k, v in EVERY_LEVER.items() if k not in ("policies", "workforce", "demand")}),
        average_authority(),
    )
    changed = simulated()
    assert (plain.population.need == changed.population.need).all()
    assert (plain.population.leaves == changed.population.leaves).all()
