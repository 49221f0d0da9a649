"""cinsim as on a system that is no Unix: `python without_unix.py import`, or a command of cinsim's with its arguments.

Libraries are loaded first: they know by the name of the system what it has. Then what only Unix has is taken away.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import signal
import sys

LIBRARIES = (
    "numpy", "pandas", "scipy.optimize", "scipy.stats", "pyarrow.parquet", "matplotlib.pyplot", "joblib",
    "simpy", "typer", "rich.console", "pydantic", "ruamel.yaml", "holidays", "jinja2", "defusedxml",
    "subprocess", "multiprocessing.connection", "asyncio", "sklearn", "dask", "distributed", "emcee", "SALib",
)  # fmt: skip
MODULES = ("resource", "fcntl", "pwd", "grp", "spwd", "termios", "tty", "pty", "syslog", "crypt", "curses", "readline")
IN_OS = (
    "fork", "forkpty", "wait", "wait3", "wait4", "killpg", "getpgid", "getpgrp", "setsid", "setpgid",
    "getuid", "geteuid", "getgid", "getegid", "getgroups", "setuid", "setgid", "chown", "fchown", "lchown",
    "mkfifo", "mknod", "nice", "getpriority", "setpriority", "sched_getaffinity", "sched_setaffinity",
    "uname", "sysconf", "getloadavg", "pread", "pwrite", "openpty", "sendfile", "posix_spawn",
    "register_at_fork", "ctermid", "ttyname", "confstr", "fchmod", "fchdir", "chroot", "lockf",
)  # fmt: skip
IN_SIGNAL = (
    "SIGHUP", "SIGKILL", "SIGALRM", "SIGCHLD", "SIGUSR1", "SIGUSR2", "SIGQUIT", "SIGPIPE", "SIGSTOP",
    "SIGCONT", "SIG_BLOCK", "SIG_SETMASK", "SIG_UNBLOCK", "pthread_sigmask", "pthread_kill", "sigpending",
    "sigwait", "alarm", "setitimer", "siginterrupt", "pause",
)  # fmt: skip


def take_away() -> None:
    """Take away what only Unix has."""
    for name in LIBRARIES:
        importlib.import_module(name)
    for name in MODULES:
        sys.modules[name] = None  # type: ignore[assignment]
    for module, names in ((os, IN_OS), (signal, IN_SIGNAL)):
        for name in names:
            if hasattr(module, name):
                delattr(module, name)


if __name__ == "__main__":
    assert not any(name.startswith("cinsim") for name in sys.modules)
    take_away()
    if sys.argv[1:] == ["import"]:
        import cinsim

        names = [module.name for module in pkgutil.walk_packages(cinsim.__path__, "cinsim.")]
        for found in names:
            importlib.import_module(found)
        print(len(names), "modules")
    else:
        from cinsim.cli import main

        main()
