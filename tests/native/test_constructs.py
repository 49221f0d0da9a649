"""Every construct of the subset means the same in both engines, and what is none is refused by file and line."""

import ctypes
import importlib.util
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cinsim.engine.draws import Draws
from cinsim.engine.environment import DayByDay
from cinsim.engine.record import ROW, EventRecord
from cinsim.native import Functions
from cinsim.native.build import FLAGS, RUNTIME, compiler
from cinsim.native.generator.engine import normal_function
from cinsim.native.generator.program import Refused
from cinsim.native.generator.unit import Unit
from tests.native import constructs

pytestmark = pytest.mark.unit
NAMES = [program.__name__ for program in constructs.PROGRAMS]
HARNESS = """
EXPORTED i64 run_program(i64 k, const u64* keys, u64 n, const Math* functions, char* rows, u64 room, char* why) {
  Arena memory; arena = &memory; math_ = *functions;
  Record record;
  try {
    make_constants();
    auto env = make<Environment>();
    Draws draws{keys, i64(n)};
    switch (k) { CASES }
    env->~Environment();
  } catch (Failed& f) { std::strncpy(why, f.why.c_str(), 200); return -1; }
  arena = nullptr; constants_ = nullptr;
  if (record.rows.size() > room) return -2;
  std::memcpy(rows, record.rows.data(), record.rows.size());
  return i64(record.rows.size());
}
"""


def _carry(unit: Unit, module: str, name: str) -> str:
    found = unit.program.resolve(unit.program.module(module), name)
    assert found is not None
    target = unit.function(found)
    unit.carry_all()
    return target


@pytest.fixture(scope="module")
def native(tmp_path_factory: pytest.TempPathFactory) -> tuple[ctypes.CDLL, list[str]]:
    """Return the programs as a library, and the texts that it knows."""
    command = compiler()
    if command is None:
        pytest.skip("not run: there is no C++ compiler")
    folder = tmp_path_factory.mktemp("constructs")
    unit = Unit()
    targets = [_carry(unit, "tests.native.constructs", name) for name in NAMES]
    cases = " ".join(f"case {k}: {target}(env, draws, &record); break;" for k, target in enumerate(targets))
    text = '#include "boundary.hpp"\n' + unit.text() + "\n" + normal_function(unit) + HARNESS.replace("CASES", cases)
    (folder / "constructs.cpp").write_text(text)
    subprocess.run(
        [*command, *FLAGS, "-O1", "-I", str(RUNTIME), "-o", str(folder / "constructs.so"), str(folder / "constructs.cpp")],
        check=True,
    )
    literals = [text for text, _ in sorted(unit.program.literals.items(), key=lambda item: item[1])]
    return ctypes.CDLL(str(folder / "constructs.so")), literals


@pytest.mark.parametrize("k", range(len(NAMES)), ids=NAMES)
def test_a_construct_means_the_same_in_both_engines(k: int, native: tuple[ctypes.CDLL, list[str]]) -> None:
    record, draws = EventRecord(["event"], []), Draws(1, 0)
    constructs.PROGRAMS[k](DayByDay(), draws, record.write)
    library, literals = native
    keys = np.array([draws.stream(name).key for name in literals], dtype=np.uint64)
    rows, why, functions = ctypes.create_string_buffer(1 << 20), ctypes.create_string_buffer(201), Functions.of_this_process()
    library.run_program.restype = ctypes.c_int64
    size = library.run_program(
        ctypes.c_int64(k), ctypes.c_void_p(keys.ctypes.data), ctypes.c_uint64(len(keys)), ctypes.byref(functions), rows,
        ctypes.c_uint64(1 << 20), why,
    )  # fmt: skip
    assert size >= 0, why.value
    assert len(record) > 0
    written = np.frombuffer(rows.raw[:size], dtype=ROW)
    for one, other in zip(written, record.rows(), strict=False):
        assert one.tobytes() == other.tobytes(), f"first difference: native {one}, Python {other}"
    assert len(written) == len(record)


REFUSALS = {
    "sum of floats": ("def f(x: list[float]) -> float:", ["return sum(x)"], "no built-in sum of floats"),
    "is on a number": ("def f(x: int) -> bool:", ["return x is 3"], "`is` on a value"),
    "no annotation": ("def f(x) -> int:", ["return 1"], "no annotation"),
    "no return annotation": ("def f(x: int):", ["return 1"], "no return annotation"),
    "with": ("def f(x: int) -> int:", ["with open('a') as b:", "    return 1"], "no such statement"),
    "two stars": ("def f(x: dict[int, int]) -> dict[int, int]:", ["return {**x}"], "no \\*\\* in a dict"),
    "unknown name": ("def f(x: int) -> int:", ["return print(x)"], "not known"),
    "f-string": ("def f(x: int) -> str:", ["return f'{x}'"], "no such expression"),
    "any error": (
        "def f(x: int) -> int:",
        ["try:", "    return 1", "except ValueError:", "    return 2"],
        "only simpy.Interrupt",
    ),
    "union": ("def f(x: int | str) -> int:", ["return 1"], "no union"),
    "else of a loop": (
        "def f(x: int) -> int:",
        ["for k in range(x):", "    pass", "else:", "    return 1", "return 2"],
        "no else",
    ),
}


@pytest.mark.filterwarnings("ignore::SyntaxWarning")
@pytest.mark.parametrize("name", REFUSALS)
def test_what_is_no_construct_of_the_subset_is_refused_by_file_and_line(name: str, tmp_path: Path) -> None:
    head, lines, why = REFUSALS[name]
    source = "\n    ".join([head, *lines])
    path = tmp_path / "refused.py"
    path.write_text(f"from __future__ import annotations\n\n\n{source}\n")
    spec = importlib.util.spec_from_file_location("refused", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["refused"] = module
    try:
        spec.loader.exec_module(module)
        unit = Unit()
        with pytest.raises(Refused, match=rf"refused\.py:\d+: .*{why}"):
            _carry(unit, "refused", "f")
    finally:
        del sys.modules["refused"]
