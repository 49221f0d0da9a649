"""Every draw belongs to its key alone: seed, replication, decision, entity, occurrence."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cinsim.engine.draws import Draws

pytestmark = pytest.mark.unit

PROJECT = Path(__file__).resolve().parents[2]
SEEDS = st.integers(0, 2**63 - 1)
REPLICATIONS = st.integers(0, 10_000)
DECISIONS = st.text(max_size=20)
ENTITIES = st.integers(0, 2**31 - 1)
OCCURRENCES = st.integers(0, 2**20)

MASK = 2**64 - 1
GOLDEN = 0x9E3779B97F4A7C15  # what SplitMix64 multiplies an entity by


@given(SEEDS, REPLICATIONS, DECISIONS, st.lists(ENTITIES, min_size=1, max_size=20), OCCURRENCES)
def test_one_by_one_and_many_at_once_give_the_same_bits(
    seed: int, replication: int, decision: str, entities: list[int], occurrence: int
) -> None:
    draws = Draws(seed, replication)
    one_by_one = draws.stream(decision)
    assert draws.block(decision, np.array(entities), occurrence).tolist() == [one_by_one(e, occurrence) for e in entities]


@given(SEEDS, st.lists(ENTITIES, min_size=1, max_size=5), st.lists(OCCURRENCES, min_size=1, max_size=5))
def test_a_block_of_entities_by_occurrences_gives_the_same_bits(seed: int, entities: list[int], occurrences: list[int]) -> None:
    draws = Draws(seed, 0)
    one_by_one = draws.stream("visit")
    block = draws.block("visit", np.array(entities)[:, None], np.array(occurrences)[None, :])
    assert block.tolist() == [[one_by_one(e, o) for o in occurrences] for e in entities]


@given(SEEDS, REPLICATIONS, DECISIONS, ENTITIES, OCCURRENCES)
def test_a_uniform_lies_strictly_between_0_and_1(
    seed: int, replication: int, decision: str, entity: int, occurrence: int
) -> None:
    assert 0.0 < Draws(seed, replication).stream(decision)(entity, occurrence) < 1.0


def unmix(z: int) -> int:
    """Return what the finaliser of SplitMix64 turns into ``z``."""
    for shift, factor in ((31, 0x94D049BB133111EB), (27, 0xBF58476D1CE4E5B9), (30, 1)):
        back = z
        for _ in range(3):
            back = z ^ (back >> shift)
        z = back * pow(factor, -1, 2**64) & MASK
    return z


@pytest.mark.parametrize(("hashed", "uniform"), [(0, 2.0**-53), (MASK, 1 - 2.0**-53)])
def test_the_lowest_and_the_highest_hash_are_half_a_step_inside(hashed: int, uniform: float) -> None:
    draws = Draws(1, 0)
    entity = (unmix(hashed) - draws._key("visit")) * pow(GOLDEN, -1, 2**64) & MASK
    assert draws.stream("visit")(entity, 0) == uniform
    assert draws.block("visit", np.array([entity], dtype=np.uint64)).tolist() == [uniform]


def test_the_draws_of_a_seed_never_change() -> None:
    # written down once: a change here changes every published result
    assert Draws(1, 0).stream("referral")(0, 0).hex() == "0x1.43999550bd010p-5"
    assert Draws(2024, 7).stream("screening error")(12_345, 3).hex() == "0x1.b96e0f5e7e788p-4"


def test_a_draw_does_not_depend_on_the_draws_before_it() -> None:
    busy, fresh = Draws(1, 0), Draws(1, 0)
    busy.block("need", np.arange(1000), 5)
    visit, other = busy.stream("visit"), busy.stream("a decision added later")
    for child in range(100):
        other(child, 0)
        visit(child, 0)
    assert visit(7, 3) == fresh.stream("visit")(7, 3)


def test_each_part_of_the_key_makes_another_draw() -> None:
    u = Draws(1, 0).stream("visit")(3, 2)
    others = [
        Draws(2, 0).stream("visit")(3, 2),
        Draws(1, 1).stream("visit")(3, 2),
        Draws(1, 0).stream("review")(3, 2),
        Draws(1, 0).stream("visit")(2, 2),
        Draws(1, 0).stream("visit")(3, 3),
        Draws(1, 0).stream("visit")(2, 3),
        Draws(1, 0, draw=1).stream("visit")(3, 2),
        Draws(1, 0, area="E06000017").stream("visit")(3, 2),
    ]
    assert len({u, *others}) == 9


def test_seed_and_replication_cannot_be_taken_for_each_other() -> None:
    assert Draws(1, 11).stream("visit")(0, 0) != Draws(11, 1).stream("visit")(0, 0)
    assert Draws(1, 0).stream("1/visit")(0, 0) != Draws(1, 1).stream("visit")(0, 0)


def test_a_decision_drawn_twice_is_refused_in_checking_mode() -> None:
    visit = Draws(1, 0, checking=True).stream("visit")
    assert visit(4, 1) == Draws(1, 0).stream("visit")(4, 1)
    visit(4, 2)
    visit(5, 1)
    with pytest.raises(AssertionError, match="decision 'visit' was drawn twice for entity 4, occurrence 1"):
        visit(4, 1)


def test_a_decision_drawn_twice_through_two_streams_is_refused_in_checking_mode() -> None:
    draws = Draws(1, 0, checking=True)
    draws.stream("visit")(4, 1)
    draws.stream("review")(4, 1)
    with pytest.raises(AssertionError, match="'visit' was drawn twice"):
        draws.stream("visit")(4, 1)


def test_a_block_is_checked_against_itself_other_blocks_and_streams() -> None:
    draws = Draws(1, 0, checking=True)
    assert draws.block("need", np.array([1, 2]), 3).tolist() == Draws(1, 0).block("need", np.array([1, 2]), 3).tolist()
    draws.block("need", np.array([1, 2]), 4)
    draws.block("age", np.array([1, 2]), 3)
    with pytest.raises(AssertionError, match="'need' was drawn twice for entity 2, occurrence 3"):
        draws.block("need", np.array([2, 3]), 3)
    with pytest.raises(AssertionError, match="'need' was drawn twice for entity 1, occurrence 4"):
        draws.stream("need")(1, 4)
    with pytest.raises(AssertionError, match="'sex' was drawn twice for entity 9, occurrence 0"):
        draws.block("sex", np.array([9, 9]))


def test_outside_checking_mode_a_draw_may_be_looked_at_again() -> None:
    visit = Draws(1, 0).stream("visit")
    assert visit(4, 1) == visit(4, 1)


def test_draws_do_not_depend_on_pythons_hash_seed() -> None:
    code = """
import numpy as np
from cinsim.engine.draws import Draws
d = Draws(5, 2)
print(sorted((n, d.stream(n)(1, 2).hex()) for n in {"visit", "need", "review", "äöü"}))
"""
    out = {
        subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(PROJECT)},
            cwd=PROJECT, capture_output=True, text=True, check=True,
        ).stdout
        for seed in ("0", "4242")
    }  # fmt: skip
    assert len(out) == 1


FORBIDDEN_MODULES = {"random", "secrets", "uuid", "numpy.random"}


def shared_randomness(source: str, *, own_generators: bool = False) -> list[str]:
    """Return what in a module's source draws from, or hashes by, something other than keyed draws.

    ``own_generators``: a counter-based generator that the module seeds itself is allowed (fitting, outside any run).
    """
    found = []
    tree = ast.parse(source)
    seeded = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Attribute) and n.attr in ("Generator", "Philox")}
    for node in ast.walk(tree):
        if own_generators and id(node) in seeded:
            continue
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names if alias.name in FORBIDDEN_MODULES]
        elif isinstance(node, ast.ImportFrom):
            full = [f"{node.module}.{alias.name}" for alias in node.names]
            found += [name for name in (node.module or "", *full) if name in FORBIDDEN_MODULES]
        elif isinstance(node, ast.Attribute):
            text = ast.unparse(node)
            found += [text] if text in ("np.random", "numpy.random", "os.urandom") else []
    return found


@pytest.mark.parametrize(
    "source",
    [
        "import random",
        "from random import random",
        "import numpy.random",
        "from numpy import random",
        "import numpy as np\nx = np.random.default_rng(1).normal()",
        "import os\nos.urandom(8)",
        "import secrets",
    ],
)
def test_the_search_for_other_sources_of_randomness_finds_them(source: str) -> None:
    assert shared_randomness(source)


def test_no_module_of_the_package_has_a_source_of_randomness_but_keyed_draws() -> None:
    modules = sorted((PROJECT / "cinsim").rglob("*.py"))
    assert len(modules) > 50
    found = {
        str(path.relative_to(PROJECT)): shared_randomness(
            path.read_text(encoding="utf-8"), own_generators="calibration" in path.parts
        )
        for path in modules
    }
    # what guards the app's page is no number of the model
    tokens = {path for path, names in found.items() if path.startswith("cinsim/app/") and names == ["secrets"]}
    assert {path: names for path, names in found.items() if names and path not in tokens} == {}
