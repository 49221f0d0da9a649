"""The engine as a whole: what the run needs, its boundary, and the functions that Python calls."""

from __future__ import annotations

import ast
import inspect
import json
import statistics
import textwrap
from pathlib import Path
from typing import Final

from cinsim.about import PACKAGE
from cinsim.native.generator.layout import Boundary, description
from cinsim.native.generator.program import Module
from cinsim.native.generator.statements import Function
from cinsim.native.generator.types import FLOAT, cls
from cinsim.native.generator.unit import Unit
from cinsim.native.library import digest

ENTRY: Final = ("cinsim.simulation.world", "simulate")
_EXPORTS: Final = """
EXPORTED Finished* cinsim_run(const char* block, u64 size, const u64* keys, u64 n_keys, double end, const Math* functions) {
  auto finished = new Finished;
  Arena memory; arena = &memory; math_ = *functions;
  try {
    make_constants();
    Reader r{block, block + size, {}};
    auto env = make<Environment>();
    struct End { Environment* e; ~End() { e->~Environment(); } } closing{env};
    auto outcome = simulation_world_simulate(env, Draws{keys, i64(n_keys)}, &finished->record, READ_GIVEN, end);
    auto& w = finished->outcome;
    WRITE_OUTCOME
  }
  catch (Failed& f) { finished->failed = f.why; }
  catch (Interrupt&) { finished->failed = "an interruption that no process expected"; }
  catch (std::bad_alloc&) { finished->failed = "out of memory"; }
  catch (std::exception& e) { finished->failed = e.what(); }
  catch (...) { finished->failed = "an error of unknown kind"; }
  finished->memory = memory.chunks.size() * Arena::CHUNK;
  arena = nullptr; constants_ = nullptr;
  return finished;
}
EXPORTED const char* cinsim_failed(Finished* f) { return f->failed.c_str(); }
EXPORTED const char* cinsim_rows(Finished* f, u64* n) { *n = f->record.rows.size(); return f->record.rows.data(); }
EXPORTED const char* cinsim_outcome(Finished* f, u64* n) { *n = f->outcome.bytes.size(); return f->outcome.bytes.data(); }
EXPORTED void cinsim_free(Finished* f) { delete f; }
EXPORTED double cinsim_normal(double u, const Math* functions) { math_ = *functions; return normal(u); }
"""


def engine_text() -> tuple[str, dict[str, object]]:
    """Return the engine as C++, and the description of its boundary."""
    unit = Unit()
    world = unit.program.module(ENTRY[0])
    found = unit.program.resolve(world, ENTRY[1])
    assert found is not None
    unit.function(found)
    unit.carry_all()
    given, outcome = unit.program.type_of(ast.parse("Given").body[0].value, world), cls("Outcome")  # type: ignore[attr-defined]
    boundary = Boundary(unit)
    read, write = boundary.reader(given), boundary.writer(outcome, "outcome")
    exports = _EXPORTS.replace("READ_GIVEN", read).replace("WRITE_OUTCOME", write)
    text = "\n".join([
        "// Written by cinsim.native.generator from the model's source: change that, not this.",
        '#include "boundary.hpp"', unit.text(), *boundary.lines, normal_function(unit), exports,
    ])  # fmt: skip
    modules = sorted(m.path for m in unit.program.modules.values() if m.name.startswith("cinsim."))
    carried = [Path(path).relative_to(PACKAGE).as_posix() for path in modules]
    literals = [text for text, _ in sorted(unit.program.literals.items(), key=lambda item: item[1])]
    return text, {
        "given": description(unit, given),
        "outcome": description(unit, outcome),
        "literals": literals,
        "modules": carried,
        "digest": digest(carried),
    }


def normal_function(unit: Unit) -> str:
    """Return the normal quantile as a C++ function."""
    source = _normal_quantile().replace("def _normal_dist_inv_cdf(p, mu, sigma):", "def normal(p: float) -> float:")
    tree = ast.parse("from math import fabs, log, sqrt\n" + source.replace("mu + (x * sigma)", "0.0 + (x * 1.0)"))
    module = Module.__new__(Module)
    module.name, module.path, module.tree, module.definitions = "statistics", "statistics", tree, {}
    node = tree.body[1]
    assert isinstance(node, ast.FunctionDef)
    lines = Function(unit, module).body(node, [("p", FLOAT)], FLOAT)
    return "double normal(double p) {\n  " + "\n  ".join(lines) + "\n}"


def _normal_quantile() -> str:
    """Return the standard library's normal quantile, as source in the subset (Wichura's AS 241)."""
    source = inspect.getsource(statistics)
    start = source.index("def _normal_dist_inv_cdf")
    body = source[start : source.index("\n\n\n", start)]
    return textwrap.dedent(body)


def write_engine(folder: Path) -> None:
    """Write ``engine.cpp`` and ``engine.json`` into a folder."""
    text, boundary = engine_text()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "engine.cpp").write_text(text + "\n", encoding="utf-8")
    (folder / "engine.json").write_text(json.dumps(boundary, indent=1) + "\n", encoding="utf-8")
