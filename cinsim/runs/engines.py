"""Which engine simulates: the native one where it is there, else Python's. Both give the same bytes."""

from __future__ import annotations

import sys
from functools import cache
from typing import Final

from cinsim.errors import InputError, quoted
from cinsim.simulation.replicate import Engine, python_engine

AUTO, NATIVE, PYTHON = ENGINES = ("auto", "native", "python")
BUILD: Final = "`python -m cinsim.native.build` builds it"
TIMES_SLOWER: Final = 7
"""By how much a replication takes longer under the Python engine, set-up and measures included (docs/performance.md)."""


def chosen_engine(asked: str, *, quiet: bool = False) -> str:
    """Return the engine that simulates: "native" or "python"; say once if it is the slow one and nobody asked for that.

    Raises
    ------
    InputError : there is no such engine, or the native one is asked for and cannot be used.
    """
    if asked not in ENGINES:
        raise InputError(f"must be {', '.join(ENGINES[:-1])} or {PYTHON}, not {quoted(asked)}", key="--engine")
    if asked == PYTHON:
        return PYTHON
    from cinsim.native import absence

    why = absence()
    if not why:
        return NATIVE
    if asked == NATIVE:
        raise InputError(f"{why}; {BUILD}", key="--engine")
    if not quiet:
        _say_slower(why)
    return PYTHON


@cache
def _say_slower(why: str) -> None:
    print(
        f"The Python engine simulates, with the same results about {TIMES_SLOWER} times slower: {why}; {BUILD}.", file=sys.stderr
    )


def engine_named(name: str) -> Engine:
    """Return the engine "native" or "python".

    Raises
    ------
    InputError : the native one cannot be used.
    """
    if name == PYTHON:
        return python_engine
    from cinsim.native import required_engine

    return required_engine().simulate


def usable_engine(chosen: str) -> str:
    """Return the chosen engine if this process has it, else Python's: a worker of a cluster may have no other."""
    if chosen == NATIVE:
        from cinsim.native import absence

        return PYTHON if absence() else NATIVE
    return chosen
