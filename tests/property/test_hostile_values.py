"""Any value at any place of a file ends in what the file says or in a refusal that names the file, never in another error.

Every value meets every place of a small valid file in turn, or a part of them that is the same in every run, so that the tests
stay within seconds.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from copy import deepcopy
from itertools import islice, product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cinsim.calibration.area_tables import read_fits
from cinsim.calibration.moments import Found
from cinsim.calibration.point import PointFit, read_point, write_point
from cinsim.calibration.posterior import read_predictive
from cinsim.calibration.priors import load_space
from cinsim.calibration.targets import load_targets
from cinsim.calibration.wave_store import read_waves
from cinsim.errors import InputError
from cinsim.journeys.model import read_journey
from cinsim.planning.questions import parse_confidence, parse_target
from cinsim.reference.calibrated import point_values, posterior_draws, read_corrections
from cinsim.scenario import Scenario, load_scenario
from cinsim.scenario.posts import read_posts
from cinsim.scenario.problems import fields_below
from tests.calibration_toys import toy

pytestmark = pytest.mark.property

YAML_VALUES = (
    "", "~", "true", "0", "-1", "1.5", "1e-320", "1e400", ".nan", "-.inf", "9" * 40, "'9'", '""', '" "', "[]", "{}", "[[]]",
    "[{}]", "[1, a, ~]", "{a: 1}", "{~: ~}", "{1: {2: 3}}", "2025-02-30",
    "2025-04-01", '"\\ud83d"', '"\\0"', '"\\e[31m"', '"a\\u202eb"',
    "x" * 2_000, "'=1+1'", "'@x'", "1e-320 days", "1e400 days", "0 days", "1e308%", "+1e308%", "-1e400%", "5 %", "٣", "'1_000'",
    "'15,5'", "1e309 hours a week", "p0", "p100", "../../..", "/dev/null", "&a x", "*a", "!!python/name:os.system x",
    "[Leeds, Leeds]",
    "[" * 15 + "]" * 15, "? x", "- - x", "|\n  x",
)  # fmt: skip
CELLS = (
    "", " ", "nan", "inf", "-inf", "1e400", "-1e400", "1e-400", "-1", "0", "1e12", "1e308", "9" * 400, "1,5", "1_0", "٣",
    "x" * 2_000,
    '"', '"""', "a,b", "\n", "\x00", "\x1b[31m", "=1+1", "True", "2024.5", "-2024", "1e3", "None", "both both", "%", "5%%", "-5%",
    "profile x: y", "profile cin_age: x", "yes", "fit",
)  # fmt: skip
JSON_VALUES = (
    None, True, False, 0, -1, 1.5, 1e-320, 1e300, -1e300, 10**90, "", "x", "x" * 2_000, "\ud83d", "\x1b", "nan", [], {}, [[]],
    [1, "a"],
    [None], {"a": 1}, [[1.0]], [0.0] * 100,
)  # fmt: skip


def holds_or_is_refused(read: Callable[..., Any], *given: Any) -> bool:
    """Return whether a reading succeeds; fail where it ends otherwise than in a short, printable refusal."""
    try:
        read(*given)
    except InputError as error:
        said = str(error)
        assert said
        assert all(len(line) < 1_500 for line in said.splitlines()), said
        assert said.replace("\n", "").isprintable(), said
        return False
    return True


def _written_back(path: Path) -> None:
    json.dumps(load_scenario(path).resolved(), ensure_ascii=False).encode("utf-8")


def every_nth(pairs: Iterator[Any], step: int) -> Iterator[Any]:
    """Return one in so many; with a step prime to the lengths every value and every place has its turn."""
    return islice(pairs, 0, None, step)


def test_any_value_at_any_key_of_a_scenario(tmp_path: Path) -> None:
    path, held = tmp_path / "any.yaml", 0
    for keys, value in every_nth(product([*fields_below(Scenario), ("none",)], YAML_VALUES), 11):
        lines = ["title: Any"] if keys[0] != "title" else []
        lines += [f"{'  ' * depth}{key}:" for depth, key in enumerate(keys)]
        lines[-1] += " " + value.replace("\n", "\n" + "  " * (len(keys) + 1))
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        held += holds_or_is_refused(_written_back, path)
    assert held > 20


def test_any_value_set_from_outside_and_from_python(tmp_path: Path) -> None:
    path, scenario = tmp_path / "any.yaml", Scenario(title="Any")
    path.write_text("title: Any\narea: Rutland\n", encoding="utf-8")
    fields = [".".join(keys) for keys in fields_below(Scenario)]
    for key, value in every_nth(product(fields, YAML_VALUES), 41):
        holds_or_is_refused(load_scenario, path, {key: value})
    for key, value in every_nth(product(fields, (*JSON_VALUES, 10**5_000, 1e400, float("nan"), {1: 2}, b"x", {"a"})), 7):
        holds_or_is_refused(scenario.with_, {key: deepcopy(value)})


def test_any_value_at_any_line_of_a_journey(tmp_path: Path) -> None:
    text = Path("tests/journeys/child_in_need_plan.yaml").read_text(encoding="utf-8")
    lines, path = text.splitlines(), tmp_path / "any.yaml"
    places = [place for place, line in enumerate(lines) if ":" in line and not line.lstrip().startswith("#")]
    assert holds_or_is_refused(read_journey, Path("tests/journeys/child_in_need_plan.yaml"))
    for place, value in every_nth(product(places, YAML_VALUES), 7):
        changed = [*lines[:place], lines[place].split(":")[0] + ": " + value, *lines[place + 1 :]]
        path.write_text("\n".join(changed) + "\n", encoding="utf-8")
        holds_or_is_refused(read_journey, path)


def _own(name: str, rows: int) -> list[str]:
    return Path("cinsim/calibration", name).read_text(encoding="utf-8").splitlines()[: rows + 1]


TABLES: dict[str, tuple[str, list[str], Callable[[Path], Any], int]] = {
    "targets": ("targets.csv", _own("targets.csv", 2), load_targets, 1),
    "targets of another year": ("targets.csv", _own("targets.csv", 2), lambda path: load_targets(path, 2022), 5),
    "priors": ("priors.csv", _own("priors.csv", 2), load_space, 1),
    "posts": ("posts.csv", ["role,team,fte,agency,start_date", "conference_chairs,conferences,0.5,no,2020-01-01"],
              lambda path: Scenario(title="Any").with_({"workforce.posts": read_posts(path).plain()}), 1),
    "corrections": ("areas.csv", ["area_code,times_known_effect,plus_plan", "E06000017,1.5,-0.2", "E08000035,1,0"],
                    read_corrections, 1),
    "fits": ("areas_fit.csv", ["measure,year,published,simulated,simulated_error", "referral_rate,2024,500,510,2"], read_fits, 1),
    "posterior": ("england_posterior.csv", ["draw,known_effect,concern_sd", "0,12,0.5", "1,13,0.6"],
                  lambda path: posterior_draws(2, within=path.parent), 1),
    "predictive": ("england_predictive.csv", ["draw,target,simulated", "0,toy_0,1.5", "0,toy_1,1.6"], None, 1),
}  # fmt: skip


@pytest.mark.parametrize("kind", TABLES)
def test_any_cell_of_any_table(tmp_path: Path, kind: str) -> None:
    name, lines, reader, step = TABLES[kind]
    fit, path = _fit(), tmp_path / name
    if reader is None:
        lines = [lines[0], *(f"0,{target},1.5" for target in fit.targets.names)]
        reader = lambda path: read_predictive(fit, path)  # noqa: E731
    table = [_cells(line) for line in lines]
    path.write_text(_csv(table), encoding="utf-8")
    assert holds_or_is_refused(reader, path)
    places = [(row, column) for row in range(len(table)) for column in range(len(table[0]))]
    for (row, column), cell in every_nth(product(places, CELLS), step):
        changed = deepcopy(table)
        changed[row][column] = cell
        path.write_bytes(_csv(changed).encode())
        holds_or_is_refused(reader, path)
    whole = _csv(table).encode()
    for cut in range(0, len(whole), max(len(whole) // 20, 1)):
        path.write_bytes(whole[:cut])
        holds_or_is_refused(reader, path)
        path.write_bytes(whole[:cut] + b"\xff" + whole[cut:])
        assert not holds_or_is_refused(reader, path)


def _cells(line: str) -> list[str]:
    import csv

    return next(csv.reader([line]))


def _csv(table: list[list[str]]) -> str:
    # as written by hand: a cell stands in quotation marks only where it did before
    return "".join(",".join(f'"{cell}"' if "," in cell and '"' not in cell and cell != "a,b" else cell for cell in row) + "\n"
                   for row in table)  # fmt: skip


def _fit() -> PointFit:
    simulator = toy()
    m, k = simulator.slopes.shape
    at = np.linspace(-0.5, 0.5, k)
    found = Found(at, simulator.linked(at), np.full(m, 0.02), 4, simulator.slopes, 0.1 * np.eye(k), 1.0, (2.0, 1.0))
    run = {"years": 3, "warm_up": 2, "seed": 1, "population_fraction": 0.25, "size_effect": [0.0] * m}
    return PointFit("both", 2024, run, simulator.space, simulator.targets, found, {"turnover_rate": 0.15})


def _places(held: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of every value; of lists of numbers that of the first."""
    if above:
        yield above
    if isinstance(held, dict):
        for key, below in held.items():
            yield from _places(below, (*above, key))
    elif isinstance(held, list) and held:
        yield from _places(held[0], (*above, 0))


def _with(held: Any, place: tuple[Any, ...], value: Any) -> Any:
    changed = at = deepcopy(held)
    for step in place[:-1]:
        at = at[step]
    if value is _with:  # stands for nothing at all
        del at[place[-1]]
    else:
        at[place[-1]] = value
    return changed


def _used(path: Path) -> None:
    """Work out what commands work out of a fit."""
    fit = read_point(path)
    assert fit.values
    assert np.isfinite(fit.spreads).all()
    assert len(fit.table()) == len(fit.targets)
    assert all(np.isfinite(fit.interval(name)).all() for name in fit.space.names)
    assert np.isfinite(fit.targets.linked_errors()).all()


@pytest.mark.filterwarnings("error")
def test_any_value_at_any_place_of_a_fit(tmp_path: Path) -> None:
    path = tmp_path / "england.json"
    write_point(_fit(), path)
    written = json.loads(path.read_text(encoding="utf-8"))
    _used(path)
    held = 0
    for place, value in every_nth(product(_places(written), (*JSON_VALUES, _with)), 2):
        path.write_text(json.dumps(_with(written, place, value)), encoding="utf-8")
        held += holds_or_is_refused(_used, path)
    assert held > 20


def test_any_value_at_any_place_of_a_rivals_fit(tmp_path: Path) -> None:
    path, written = tmp_path / "england_known_to_services.json", {"parameters": [{"name": "known_effect_alone", "value": 18.5}]}
    for place, value in product(_places(written), (*JSON_VALUES, _with)):
        path.write_text(json.dumps(_with(written, place, value)), encoding="utf-8")
        holds_or_is_refused(point_values, "known_to_services", tmp_path)


def _waves() -> dict[str, Any]:
    m, k, n = 3, 2, 4
    arrays = {
        "line_at": np.zeros(k), "line_values": np.ones(m), "line_jacobian": np.ones((m, k)), "line_error": np.ones(m),
        "line_noise": np.ones(m), "units_0": np.zeros((n, k)), "values_0": np.ones((n, m)), "centre_0": np.zeros(k),
        "covariance_0": np.eye(k), "kernels_0": np.ones((m, 3)), "active_0": np.array([0, 1, 0]), "lengths_0": np.ones(3),
        "sizes_0": np.array([1, 1, 1]), "luck_share": np.array(0.1), "nth": np.array([1, 2]),
    }  # fmt: skip
    return dict(arrays)


ARRAYS = (
    None, np.array(np.nan), np.array([np.inf] * 3), np.zeros(0), np.zeros((2, 2, 2)), np.array(["x"] * 3), np.array([None] * 3),
    np.array([b"x"]), np.full((3, 2), -1.0), np.full((3, 3), -1.0), np.array([True]), np.array([1j]), np.array([10**9] * 3),
    np.full((2, 2), -1.0), np.array([0.5, 0.5, 0.5]),
)  # fmt: skip


def test_any_array_in_a_file_of_waves(tmp_path: Path) -> None:
    path, good = tmp_path / "waves.npz", _waves()
    np.savez(path, **good)
    assert holds_or_is_refused(read_waves, path)
    for name, array in product(good, ARRAYS):
        np.savez(path, **{key: value for key, value in {**good, name: array}.items() if value is not None})
        holds_or_is_refused(read_waves, path)


def test_any_damage_to_a_file_of_waves(tmp_path: Path) -> None:
    path, file = tmp_path / "waves.npz", io.BytesIO()
    np.savez_compressed(file, **_waves())
    whole = file.getvalue()
    for cut in range(0, len(whole), 97):
        path.write_bytes(whole[:cut])
        assert not holds_or_is_refused(read_waves, path)
        path.write_bytes(whole[:cut] + bytes([whole[cut] ^ 0x41]) + whole[cut + 1 :])
        holds_or_is_refused(read_waves, path)


def test_a_file_of_waves_that_unpacks_without_end_is_refused_before_it_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"shape": (10**12,), "fortran_order": False, "descr": "<f8"})
    with zipfile.ZipFile(tmp_path / "waves.npz", "w", zipfile.ZIP_DEFLATED) as members:
        members.writestr("nth.npy", header.getvalue() + bytes(800))
    with pytest.raises(InputError, match="longer or shorter than it says"):
        read_waves(tmp_path / "waves.npz")
    monkeypatch.setattr("cinsim.calibration.wave_store._MOST_UNPACKED", 1_000_000)
    with zipfile.ZipFile(tmp_path / "waves.npz", "w", zipfile.ZIP_DEFLATED) as members:
        for number in range(6):
            members.writestr(f"units_{number}.npy", bytes(200_000))
    with pytest.raises(InputError, match="unpacks to more than"):
        read_waves(tmp_path / "waves.npz")


def test_any_text_as_a_target_or_a_confidence() -> None:
    for name, operator, value in product(("caseload_mean", "cin_visits_on_time_percent"), (">=", "<="), (*YAML_VALUES, *CELLS)):
        holds_or_is_refused(parse_target, f"{name} {operator} {value}")
    for value in (*YAML_VALUES, *CELLS):
        holds_or_is_refused(parse_target, value)
        holds_or_is_refused(parse_confidence, value)
