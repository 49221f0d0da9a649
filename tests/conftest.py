"""Rules for every test: it says of which kind it is, and it draws nothing from a generator that others share."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import settings

KINDS = ("unit", "property", "statistical", "golden", "end_to_end", "benchmark")
PROJECT = Path(__file__).resolve().parent.parent
GUARDED_FOLDERS = (str(PROJECT / "cinsim"), str(PROJECT / "tests"))

settings.register_profile("cinsim", derandomize=True, deadline=None, database=None)
settings.load_profile("cinsim")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse to run while a test does not say which kind it is."""
    unmarked = [item.nodeid for item in items if not any(item.get_closest_marker(kind) for kind in KINDS)]
    if unmarked:
        raise pytest.UsageError(f"mark each test as one of {', '.join(KINDS)}; without a mark: {', '.join(unmarked)}")


Function = Callable[..., Any]


def _refusing(name: str, function: Function, *, only_unseeded: bool = False) -> Function:
    """Return ``function``, refused when the model or a test is what calls it."""

    def guarded(*arguments: Any, **keywords: Any) -> Any:
        caller = sys._getframe(1).f_code.co_filename
        seeded = only_unseeded and (arguments or keywords)
        if caller.startswith(GUARDED_FOLDERS) and caller != __file__ and not seeded:
            raise AssertionError(f"{caller} draws from {name}, which everything in the process shares; pass a keyed source in")
        return function(*arguments, **keywords)

    return guarded


@pytest.fixture(autouse=True)
def no_shared_random_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail a test in which the model, or the test itself, draws from the process's own generators or an unseeded one."""
    for module, prefix in ((random, "random"), (np.random, "numpy.random")):
        for name in dir(module):
            function = getattr(module, name)
            if callable(function) and not isinstance(function, type) and not name.startswith("_"):
                guarded = _refusing(f"{prefix}.{name}", function, only_unseeded=name == "default_rng")
                monkeypatch.setattr(module, name, guarded)
