"""One run at a time in one folder: the system holds the lock and lets it go with the process, however that ends."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from cinsim.errors import InputError


@contextmanager
def only_one(folder: Path, locks: Path) -> Iterator[None]:
    """Keep every other process from writing into a run folder meanwhile.

    Parameters
    ----------
    folder : the run folder. locks : where the file of the lock lies; made if need be.

    A file system or a Python that knows no locks is taken as it is: the folder is looked at again before it is replaced.

    Raises
    ------
    InputError : another process is at work on it. OSError : the lock's folder cannot be written.
    """
    locks.mkdir(parents=True, exist_ok=True)
    with (locks / f"{folder.name[:200]}.lock").open("a+") as file:
        try:
            _lock(file)
        except (BlockingIOError, PermissionError) as error:
            file.seek(0)
            who = file.read(40).strip()
            raise InputError(
                f"another run is writing {folder} at this moment{f' (process {who})' if who.isdecimal() else ''}; wait until it "
                "is done, or name another folder with --out", key="--out",
            ) from error  # fmt: skip
        except OSError:
            pass
        with contextlib.suppress(OSError):
            file.truncate(0)
            file.write(f"{os.getpid()}\n")
            file.flush()
        yield


def _lock(file: IO[str]) -> None:
    if sys.platform == "win32":
        import msvcrt

        file.seek(0x7FFF0000)  # a byte that nobody reads: a locked one cannot be read by others
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        file.seek(0)
    else:
        try:
            import fcntl
        except ImportError:  # neither: Python in a browser, say
            return
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
