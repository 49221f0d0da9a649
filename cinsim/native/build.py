"""Build the native engine: ``python -m cinsim.native.build``.

Generates C++ from the model's source and compiles it with the C++ compiler that is found (``CXX`` first), for this machine
or, with a command that takes a target, for another.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from cinsim.native.library import BOUNDARY, FOLDER, LIBRARY, SOURCE, why_not_current

RUNTIME: Final = Path(__file__).parent / "runtime"
FLAGS: Final = ("-std=c++20", "-O2", "-fPIC", "-shared", "-ffp-contract=off", "-fno-builtin", "-fvisibility=hidden")
"""No fused multiply-add, and no mathematical function in the place of another: either would change last bits."""
COMPILERS: Final = ("c++", "g++", "clang++")


class NotBuilt(Exception):
    """The engine could not be built; the message says why."""


def compiler() -> list[str] | None:
    """Return the command of the C++ compiler, None where there is none."""
    named = os.environ.get("CXX")
    if named:
        return named.split()
    found = next((path for name in COMPILERS if (path := shutil.which(name))), None)
    return [found] if found else None


def build(folder: Path = FOLDER, command: Sequence[str] | None = None, library: str = LIBRARY) -> Path:
    """Generate and compile the engine.

    Parameters
    ----------
    folder : where the library and the description of its boundary go.
    command : the compiler with its own options; the one that is found when left out.
    library : file name of the library.

    Returns
    -------
    The library's path.

    Raises
    ------
    NotBuilt : there is no compiler, or it failed.
    """
    from cinsim.native.generator.engine import write_engine

    command = command or compiler()
    if command is None:
        raise NotBuilt(f"no C++ compiler was found ({', '.join(COMPILERS)}, or CXX=...)")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as aside:
        source, made = Path(aside) / SOURCE, Path(aside) / library
        write_engine(Path(aside))
        try:
            arguments = [*command, *FLAGS, "-I", str(RUNTIME), "-o", str(made), str(source)]
            done = subprocess.run(arguments, capture_output=True, text=True)
        except OSError as error:
            raise NotBuilt(f"{command[0]} cannot be run ({error.strerror})") from None
        if done.returncode:
            raise NotBuilt(f"{command[0]} failed:\n{done.stderr[-2000:]}")
        # the boundary last: until it is there, nobody takes the library for that of the source as it stands
        for name in (library, SOURCE, BOUNDARY):
            os.replace(Path(aside) / name, folder / name)
    return folder / library


def main() -> int:
    """Build the engine if it is not that of the source as it stands; say why where it cannot be built."""
    if not why_not_current():
        return 0
    try:
        print(f"Built {build()}")
    except NotBuilt as why:
        print(f"The native engine was not built: {why}. Runs take the Python engine.", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
