"""The sector's own validator finds no error in simulated returns, of several seeds, sizes and years.

The validator pins old libraries, so an environment is built for it, which takes a minute or two and a package index.
Where that is not possible these tests say "not run".
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from simulated import replicate

from cinsim.census.export import census_return
from cinsim.census.write import write_tables, write_xml
from cinsim.engine.draws import Draws
from cinsim.reference.areas import Area, find_area
from cinsim.scenario.model import Scenario
from cinsim.simulation.replicate import Replication

pytestmark = [pytest.mark.end_to_end, pytest.mark.slow]

FOLDER = Path(__file__).parents[1] / "census"
VALIDATOR = ("csc-validator-be-cin==0.1.13", "numpy<2", "pytest")  # its rules import pytest
RULE_SET, RULES = "cin2025_26", 109
PYTHONS = ((3, 9), (3, 10), (3, 11))  # of which pandas before 2, which it pins, has builds
EXPLAINED = {"8670Q", "8675Q", "2991Q", "8863Q", "4012Q", "2887Q", "2888Q"}
"""Queries that a return may raise; docs/census.md explains each."""
FEW = 2_000
"""Children up to which the validator reads the XML itself, which takes it 10 ms each and more."""


@dataclass(frozen=True)
class Case:
    """A simulated authority: its children aged 0 to 17, seed, and the years returned."""

    name: str
    children: int
    seed: int
    years: tuple[int, ...]


CASES = (
    Case("Rutland", 5_000, 1, (2024, 2025, 2026)),
    Case("Kirklees", 20_000, 2, (2025, 2026)),
    Case("England", 40_000, 3, (2026,)),
    Case("Leeds", 150_000, 4, (2025,)),
)


def python_for_validator() -> str:
    """Return a Python that the validator runs on, or say that the test is not run."""
    if sys.version_info[:2] in PYTHONS:
        return sys.executable
    for major, minor in reversed(PYTHONS):
        found = shutil.which(f"python{major}.{minor}")
        if found:
            return found
    pytest.skip("not run: the validator needs Python 3.9 to 3.11, and none is here")


@pytest.fixture(scope="module")
def validator(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the Python of an environment with the validator."""
    folder = tmp_path_factory.mktemp("validator")
    python = folder / "bin" / "python"
    steps = (
        [python_for_validator(), "-m", "venv", str(folder)],
        [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *VALIDATOR],
        [str(python), "-c", "import cin_validator"],
    )
    for step in steps:
        result = subprocess.run(step, capture_output=True, text=True, check=False)
        if result.returncode:
            pytest.skip(f"not run: the validator's environment cannot be made: {result.stderr.strip()[-300:]}")
    return python


def area_of(case: Case) -> tuple[Area, float]:
    """Return the area, and the share of its children that makes a case's number."""
    area = find_area(case.name)
    return area, min(case.children / area.population_0_17, 1.0)


def simulated(case: Case) -> Replication:
    area, fraction = area_of(case)
    years = max(case.years) - 2024
    scenario = Scenario(title=case.name, area=case.name, years=years, warm_up=1, population_fraction=fraction, seed=case.seed)
    return replicate(scenario, area)


def judged(python: Path, source: Path) -> dict[str, Any]:
    """Return what the validator finds in a return."""
    result = subprocess.run(
        [str(python), str(FOLDER / "run_validator.py"), str(source), RULE_SET], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr[-2_000:]
    found: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    return found


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.name}-{case.children}")
def test_the_validator_finds_no_error(case: Case, validator: Path, tmp_path: Path) -> None:
    run = simulated(case)
    schema = etree.XMLSchema(etree.parse(str(FOLDER / "CIN_schema_2026.xsd")))
    for year in case.years:
        census = census_return(run, Draws(case.seed, 0), year, run.area.old_code)
        path = tmp_path / f"{year}.xml"
        write_xml(census, path)
        assert schema.validate(etree.parse(str(path))), schema.error_log
        if census.rows["ChildIdentifiers"] > FEW:
            write_tables(census, tmp_path / str(year))
        found = judged(validator, path if census.rows["ChildIdentifiers"] <= FEW else tmp_path / str(year))
        assert found["rules"] == RULES
        assert found["crashed"] == []
        assert found["errors"] == {}
        assert set(found["queries"]) <= EXPLAINED


def test_the_validator_does_find_an_error_where_there_is_one(validator: Path, tmp_path: Path) -> None:
    run = simulated(CASES[0])
    path = tmp_path / "broken.xml"
    write_xml(census_return(run, Draws(1, 0), 2025, "857"), path)
    text = path.read_text(encoding="utf-8")
    assert "<ReferralNFA>0</ReferralNFA>" in text
    path.write_text(text.replace("<ReferralNFA>0</ReferralNFA>", "<ReferralNFA>1</ReferralNFA>"), encoding="utf-8")
    assert "8831" in judged(validator, path)["errors"]
