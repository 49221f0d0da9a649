"""Jobs: what is to be run, each in a process of its own, one after the other. All that is known of them lies on disk."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Literal, get_args

from cinsim.app.private import private_folder, write_private
from cinsim.app.work import RUNS, Work, all_work
from cinsim.errors import InputError
from cinsim.files import read_json

Kind = Literal["quick", "full", "staffing"]
State = Literal["waiting", "running", "finished", "cancelled", "failed", "stopped"]
JOB: Final = "job.json"
STATUS: Final = "status.json"
CANCEL: Final = "cancel"
BEAT: Final = "beat"
RESULT: Final = "result"
SAID: Final = "said.txt"
SILENT_SECONDS: Final = 60.0
"""A job whose process has not been heard of for so long has ended without saying so."""
ENDED: Final = ("finished", "cancelled", "failed", "stopped")
_NUMBER: Final = re.compile(r"[0-9]{3}")


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be run.

    Attributes
    ----------
    folder : its own, within the work's.
    arms : scenario files in the work's folder, the baseline first. added : how many of them were added to what was finished.
    overrides : what stands above all of them, e.g. of a quick look.
    asked : of a search for staff: the command's options.
    """

    folder: Path
    kind: Kind
    title: str
    place: str
    created: str
    arms: tuple[str, ...]
    overrides: dict[str, Any] = field(default_factory=dict)
    asked: tuple[str, ...] = ()
    added: int = 0

    @property
    def id(self) -> str:
        """What it is called in a link, within its work."""
        return self.folder.name

    @property
    def work(self) -> Work:
        """The work it belongs to."""
        return Work(self.folder.parent.parent)

    @property
    def result(self) -> Path:
        """The run folder."""
        return self.folder / RESULT

    @property
    def files(self) -> list[Path]:
        """The scenario files, the baseline first."""
        return [self.work.folder / name for name in self.arms]


@dataclass(frozen=True, slots=True)
class Status:
    """How far a job is: its state, the last step told, and what went wrong."""

    state: State = "waiting"
    stage: str = ""
    done: int = 0
    total: int = 0
    share: float = 0.0
    seconds_left: float | None = None
    message: str = ""

    @property
    def ended(self) -> bool:
        """Whether nothing more comes by itself."""
        return self.state in ENDED


def new_folder(work: Work) -> Path:
    """Return a new folder for a job of a work."""
    runs = work.folder / RUNS
    private_folder(runs)
    number = 1 + max((int(path.name) for path in runs.iterdir() if _NUMBER.fullmatch(path.name)), default=0)
    folder = runs / f"{number:03d}"
    folder.mkdir(mode=0o700)
    return folder


def new_job(folder: Path, kind: Kind, title: str, place: str, arms: tuple[str, ...], **more: Any) -> Job:
    """Put a job at the end of the queue and return it."""
    job = Job(folder, kind, title, place, time.strftime("%Y-%m-%dT%H:%M:%S"), arms, **more)
    write_status(job, Status())
    write_job(job)
    return job


def write_job(job: Job) -> None:
    """Write what is to be run."""
    held = {key: value for key, value in asdict(job).items() if key != "folder"}
    write_private(job.folder / JOB, json.dumps(held, indent=1, ensure_ascii=False) + "\n")


def read_job(folder: Path) -> Job:
    """Return a job from its folder.

    Raises
    ------
    InputError : it is none.
    """
    held = read_json(folder / JOB, kind="job of the app")
    try:
        lists = {key: tuple(held[key]) for key in ("arms", "asked")}
        return Job(folder, **{**held, **lists})
    except (TypeError, KeyError, ValueError):
        raise InputError("is no job of this app", path=folder / JOB) from None


def jobs_of(work: Work) -> list[Job]:
    """Return a work's jobs, the first one first."""
    found, runs = [], work.folder / RUNS
    for path in sorted(runs.iterdir()) if runs.is_dir() else ():
        with suppress(InputError):
            if _NUMBER.fullmatch(path.name) and (path / JOB).is_file():
                found.append(read_job(path))
    return found


def job_of(work: Work, name: str) -> Job | None:
    """Return a work's job of that name, None where there is none."""
    return next((job for job in jobs_of(work) if job.id == name), None)


def all_jobs(root: Path) -> list[Job]:
    """Return every job, the newest first."""
    return sorted(
        (job for work in all_work(root) for job in jobs_of(work)),
        key=lambda job: (job.created, job.folder.as_posix()),
        reverse=True,
    )


def write_status(job: Job, status: Status) -> None:
    """Write how far a job is."""
    write_private(job.folder / STATUS, json.dumps(asdict(status), ensure_ascii=False) + "\n")


def status_of(job: Job) -> Status:
    """Return how far a job is; one that runs and has not been heard of has stopped."""
    try:
        held = json.loads((job.folder / STATUS).read_text(encoding="utf-8"))
        status = Status(**held)
    except (OSError, ValueError, TypeError):
        return Status("stopped", message="what was known of this job cannot be read")
    if status.state not in get_args(State):
        return Status("stopped")
    if status.state == "running" and _silent_for(job) > SILENT_SECONDS:
        return replace(status, state="stopped", message="its process ended without a word; go on, and what is finished stays")
    return status


def _silent_for(job: Job) -> float:
    try:
        return time.time() - (job.folder / BEAT).stat().st_mtime
    except OSError:
        return time.time() - (job.folder / STATUS).stat().st_mtime


def cancel(job: Job) -> None:
    """Have a job stop after the replication at hand; one that waits does not begin."""
    (job.folder / CANCEL).touch(mode=0o600)
    if status_of(job).state in ("waiting", "stopped"):
        write_status(job, Status("cancelled"))


def go_on(job: Job) -> None:
    """Put a job that was cancelled or stopped back into the queue; what is finished is not simulated again."""
    (job.folder / CANCEL).unlink(missing_ok=True)
    write_status(job, Status())


def delete(job: Job) -> None:
    """Delete a job with its results.

    Raises
    ------
    InputError : it is at work.
    """
    if status_of(job).state == "running":
        raise InputError("is at work: cancel it first", path=job.folder)
    shutil.rmtree(job.folder, ignore_errors=True)


class Queue:
    """Starts the jobs of a folder one after the other, each in a process that outlives this one.

    A process with everything loaded waits for the next job, so that a quick look is quick.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._spare: subprocess.Popen[str] | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="queue", daemon=True)

    def start(self) -> None:
        """Begin to look for jobs."""
        self._thread.start()

    def stop(self) -> None:
        """Begin no more jobs. One that runs goes on."""
        self._ended.set()
        self._thread.join(5)
        if self._spare is not None and self._spare.stdin is not None:
            self._spare.stdin.close()  # which it takes as its end

    def _watch(self) -> None:
        while not self._ended.is_set():
            with suppress(OSError):
                self.look()
            self._ended.wait(0.4)

    def look(self) -> None:
        """Start the job that has waited longest, if none runs."""
        if self._spare is None or self._spare.poll() is not None:
            self._spare = _process()
        jobs = all_jobs(self.root)
        states = {job.folder: status_of(job).state for job in jobs}
        waiting = [job for job in reversed(jobs) if states[job.folder] == "waiting"]
        if not waiting or "running" in states.values():
            return
        spare, self._spare = self._spare, None
        assert spare.stdin is not None
        (waiting[0].folder / BEAT).touch(mode=0o600)
        write_status(waiting[0], Status("running", stage="starting"))
        spare.stdin.write(f"{waiting[0].folder}\n")
        spare.stdin.close()


def _process() -> subprocess.Popen[str]:
    """Return a process that waits for a job, in a group of its own: what ends this one does not end it."""
    command = [sys.executable, "-m", "cinsim.app.worker"]
    flags = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)  # of Windows, where there are no sessions
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True, encoding="utf-8",
        start_new_session=not flags, creationflags=flags,
    )  # fmt: skip
