"""The native engine: the run itself, carried over from its Python source into C++ by :mod:`cinsim.native.generator`.

It reproduces the event record of the Python engine to the byte. See README.md beside this file.
"""

from __future__ import annotations

import ctypes
import json
import sys
import tempfile
import zlib
from functools import cache
from pathlib import Path

import numpy as np

from cinsim.engine.draws import Draws
from cinsim.engine.record import EventRecord
from cinsim.errors import InputError
from cinsim.native.block import BlockReader, BlockWriter
from cinsim.native.library import BOUNDARY, FOLDER, LIBRARY, Built, machine, why_not_current
from cinsim.simulation.world import Given, Outcome
from cinsim.workforce.workers import WorkerRow


class Functions(ctypes.Structure):
    """The mathematical functions that Python itself uses, so that the last bits are the same."""

    _fields_ = [(name, ctypes.c_void_p) for name in ("exp", "log", "log1p", "expm1", "pow")]

    @classmethod
    def of_this_process(cls) -> Functions:
        """Return those of the C library that this process uses."""
        names = [field[0] for field in cls._fields_]
        for library in ["ucrtbase"] if sys.platform == "win32" else [None, "libm.so.6"]:
            loaded = ctypes.CDLL(library)
            if all(hasattr(loaded, name) for name in names):
                return cls(*(ctypes.cast(getattr(loaded, name), ctypes.c_void_p).value for name in names))
        raise OSError("the C library's mathematical functions were not found")


class Engine:
    """A built engine, loaded into this process."""

    def __init__(self, folder: Path = FOLDER):
        self._boundary = json.loads((folder / BOUNDARY).read_text(encoding="utf-8"))
        self._library = library = ctypes.CDLL(str(folder / LIBRARY))
        self._functions = Functions.of_this_process()
        pointer, size = ctypes.c_void_p, ctypes.POINTER(ctypes.c_uint64)
        library.cinsim_run.restype = pointer
        library.cinsim_run.argtypes = [ctypes.c_char_p, ctypes.c_uint64, pointer, ctypes.c_uint64, ctypes.c_double, pointer]
        library.cinsim_failed.restype = ctypes.c_char_p
        library.cinsim_failed.argtypes = library.cinsim_free.argtypes = [pointer]
        library.cinsim_normal.restype, library.cinsim_normal.argtypes = ctypes.c_double, [ctypes.c_double, pointer]
        for name in ("cinsim_rows", "cinsim_outcome"):
            getattr(library, name).restype, getattr(library, name).argtypes = pointer, [pointer, size]

    def simulate(self, draws: Draws, record: EventRecord, given: Given, end: float) -> Outcome:
        """Run as :func:`cinsim.simulation.world.simulate` does.

        Raises
        ------
        RuntimeError : the engine failed; the Python engine says more about why.
        """
        boundary, literals = self._boundary, self._boundary["literals"]
        writer = BlockWriter(boundary["given"]["classes"], literals)
        block = writer.block(given, boundary["given"]["root"])
        keys = np.array([draws.stream(name).key for name in literals], dtype=np.uint64)  # type: ignore[attr-defined]
        run = self._library.cinsim_run(block, len(block), keys.ctypes.data, len(keys), end, ctypes.addressof(self._functions))
        try:
            failed = self._library.cinsim_failed(run)
            if failed:
                raise RuntimeError(f"the native engine failed: {failed.decode()}")
            record.extend(self._bytes(run, "cinsim_rows"))
            outcome = BlockReader(self._bytes(run, "cinsim_outcome"), boundary["outcome"]["classes"]).read(
                boundary["outcome"]["root"]
            )
        finally:
            self._library.cinsim_free(run)
        workers = tuple(WorkerRow(**row) for row in outcome.pop("workers"))
        return Outcome(workers=workers, **outcome)

    def _bytes(self, run: int, name: str) -> bytes:
        size = ctypes.c_uint64()
        at = getattr(self._library, name)(run, ctypes.byref(size))
        return ctypes.string_at(at, size.value) if size.value else b""


@cache
def _loaded(folder: Path) -> tuple[Engine | None, str]:
    """Return the engine of a folder, or none and why."""
    why = why_not_current(folder)
    if why:
        return None, why
    try:
        return Engine(folder), ""
    except (OSError, AttributeError) as error:
        return None, f"the native engine cannot be loaded ({error})"


_received: list[Path] = []


def receive(engine: Built) -> None:
    """Take an engine that came with a task, where this process has none and the machine is of the kind it was built for."""
    if not absence() or engine.machine != machine():
        return
    folder = Path(tempfile.mkdtemp(prefix="cinsim-engine-"))  # readable by this user alone
    (folder / LIBRARY).write_bytes(zlib.decompress(engine.library))
    (folder / BOUNDARY).write_bytes(zlib.decompress(engine.boundary))
    _received[:] = [folder]


def _here() -> tuple[Engine | None, str]:
    """Return this package's own engine, else one that was received, else none and why there is none."""
    own = _loaded(FOLDER)
    return _loaded(_received[0]) if own[0] is None and _received else own


def absence() -> str:
    """Return why the native engine cannot be used, nothing where it can."""
    return _here()[1]


def required_engine() -> Engine:
    """Return the native engine.

    Raises
    ------
    InputError : it cannot be used.
    """
    loaded, why = _here()
    if loaded is None:
        raise InputError(f"{why}; `python -m cinsim.native.build` builds it", key="engine")
    return loaded
