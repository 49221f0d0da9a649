"""The process that does one job: it is told the job's folder on standard input, and says how far it is in that folder."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
import traceback
from contextlib import suppress
from pathlib import Path

from cinsim.api import planned, run_plan
from cinsim.app.jobs import BEAT, CANCEL, SAID, Job, Status, read_job, write_status
from cinsim.errors import CinsimError, printable
from cinsim.planning.adding import with_options_added
from cinsim.planning.plan_words import seconds_and_cores
from cinsim.runs.manifest import MANIFEST
from cinsim.runs.progress import Listener, RunCancelled, Step
from cinsim.runs.run import RunOptions
from cinsim.scenario import load_scenario

BEAT_SECONDS = 2.0
TOLD_SECONDS = 0.25
SHORT_SECONDS = 10.0
"""So short a run is over before further processes have begun."""
CANCELLED = "cancelled; what is finished is kept, and going on does not simulate it again"


def main() -> None:
    """Do the job that is named on standard input; end where none is."""
    name = sys.stdin.readline().strip()
    if name:
        do(read_job(Path(name)))


def do(job: Job) -> None:
    """Do a job and say what became of it."""
    ended = threading.Event()
    threading.Thread(target=_beat, args=(job, ended), daemon=True).start()
    try:
        _search(job) if job.kind == "staffing" else _simulate(job)
    except RunCancelled:
        write_status(job, Status("cancelled", message=CANCELLED))
    except CinsimError as error:
        write_status(job, Status("failed", message=printable(str(error))))
    except Exception as error:
        (job.folder / "error.txt").write_text(traceback.format_exc(), encoding="utf-8")
        what = f"{type(error).__name__}: {error}"
        write_status(
            job, Status("failed", message=f"an error of cinsim's own: {what}; details are in error.txt of the job's folder")
        )
    else:
        write_status(job, Status("finished", share=1.0))
    finally:
        ended.set()


def _beat(job: Job, ended: threading.Event) -> None:
    while not ended.is_set():
        with suppress(OSError):
            (job.folder / BEAT).touch(mode=0o600)
        ended.wait(BEAT_SECONDS)


def _simulate(job: Job) -> None:
    """Run a job's scenarios; of one that was added to, only what the finished run does not hold."""
    told = 0.0

    def tell(step: Step) -> None:
        nonlocal told
        if step.done < step.total and time.monotonic() - told < TOLD_SECONDS:
            return
        told = time.monotonic()
        write_status(job, Status("running", step.stage, step.done, step.total, step.share, step.seconds_left))

    listener = Listener(tell, (job.folder / CANCEL).exists)
    arms = [load_scenario(path).with_(job.overrides) for path in job.files]
    if job.added and (job.result / MANIFEST).is_file():
        there = len(arms) - job.added
        plan, events = with_options_added(job.result, arms[max(there, _held(job)) :])
        jobs = 1 if seconds_and_cores(plan)[0] < SHORT_SECONDS else None
        run_plan(plan, RunOptions(job.result, jobs=jobs, events=events, quiet=True, listener=listener), draw=False)
        return
    plan, quick = planned(arms), job.kind == "quick"
    jobs = 1 if quick or seconds_and_cores(plan)[0] < SHORT_SECONDS else None
    options = RunOptions(job.result, jobs=jobs, quiet=True, listener=listener, events="none" if quick else "auto")
    run_plan(plan, options, draw=False)  # the page is drawn when somebody takes it away


def _held(job: Job) -> int:
    """Return how many scenarios a finished run holds already."""
    from cinsim.runs.manifest import read_manifest

    return len(read_manifest(job.result / MANIFEST)["scenarios"])


def _search(job: Job) -> None:
    """Search for staff as the command does, whose answer is what is shown."""
    command = [sys.executable, "-m", "cinsim", "staffing", str(job.files[0]), *job.asked, "--out", str(job.result)]
    write_status(job, Status("running", "trying numbers of posts"))
    with (job.folder / SAID).open("w", encoding="utf-8") as said, (job.folder / "wrong.txt").open("w", encoding="utf-8") as wrong:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=wrong)
        while process.poll() is None:
            if (job.folder / CANCEL).exists():
                process.terminate()
                process.wait()
                raise RunCancelled(CANCELLED)
            time.sleep(0.2)
    if process.returncode:
        raise CinsimError((job.folder / "wrong.txt").read_text(encoding="utf-8").strip())


if __name__ == "__main__":
    main()
