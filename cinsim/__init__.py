"""cinsim: a child-by-child simulation of England's children's social care front door.

The names below are loaded when first used, so that ``import cinsim`` and ``cinsim --help`` stay fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from cinsim.about import VERSION as __version__

if TYPE_CHECKING:
    from cinsim.api import Comparison, RunResult, compare, load_scenario, run
    from cinsim.errors import CinsimError, InputError, RunError

__all__ = ["CinsimError", "Comparison", "InputError", "RunError", "RunResult", "__version__", "compare", "load_scenario", "run"]

_ERRORS = ("CinsimError", "InputError", "RunError")


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'cinsim' has no attribute '{name}'")
    return getattr(import_module("cinsim.errors" if name in _ERRORS else "cinsim.api"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
