"""The app's jobs: one after the other, in processes of their own, cancelled and gone on with, and known from disk alone."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from cinsim.app import jobs
from cinsim.app.asking import add_to, ask, can_take
from cinsim.app.jobs import Job, Queue, Status, all_jobs, cancel, delete, go_on, job_of, read_job, status_of, write_status
from cinsim.app.work import Work, new_work
from cinsim.app.worker import do
from cinsim.errors import InputError
from cinsim.report.results.stored import read_results

pytestmark = pytest.mark.unit
TINY = """title: Weekly
area: Rutland
years: 1
warm_up: 0
replications: 2
draws: point
population_fraction: 0.05
policies: {cpp_visits: {interval: 5 working days}}
"""


class Spare:
    """A process that waits for a job, and takes down which it was given."""

    given: list[str]

    def __init__(self) -> None:
        self.given = []
        self.stdin = self

    def poll(self) -> None:
        return None

    def write(self, line: str) -> None:
        started.append(line.strip())

    def close(self) -> None:
        pass


started: list[str] = []


@pytest.fixture
def work(tmp_path: Path) -> Work:
    return new_work(tmp_path, text=TINY)


@pytest.fixture
def queue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Queue:
    started.clear()
    monkeypatch.setattr(jobs, "_process", Spare)
    return Queue(tmp_path)


def test_jobs_start_one_after_the_other_the_first_asked_first(work: Work, queue: Queue) -> None:
    first, second = ask(work, "quick"), ask(work, "full")
    queue.look()
    queue.look()
    assert started == [str(first.folder)]
    write_status(first, Status("finished"))
    queue.look()
    assert started == [str(first.folder), str(second.folder)]
    assert status_of(second).state == "running"


def test_a_job_that_waits_is_cancelled_without_being_begun(work: Work, queue: Queue) -> None:
    job = ask(work, "full")
    cancel(job)
    queue.look()
    assert not started
    assert status_of(job).state == "cancelled"


def test_what_is_known_of_a_job_is_read_from_disk(work: Work, tmp_path: Path) -> None:
    job = ask(work, "full")
    assert read_job(job.folder) == job
    assert all_jobs(tmp_path) == [job]
    assert job_of(work, job.id) == job
    assert job_of(work, "../001") is None


def test_a_job_whose_process_is_gone_has_stopped_and_can_go_on(work: Work, queue: Queue) -> None:
    job = ask(work, "full")
    queue.look()
    long_ago = time.time() - 10 * jobs.SILENT_SECONDS
    os.utime(job.folder / jobs.BEAT, (long_ago, long_ago))
    assert status_of(job).state == "stopped"
    go_on(job)
    queue.look()
    assert started == [str(job.folder)] * 2


def test_a_job_at_work_is_not_deleted(work: Work) -> None:
    job = ask(work, "full")
    write_status(job, Status("running"))
    with pytest.raises(InputError, match="cancel it first"):
        delete(job)
    write_status(job, Status("cancelled"))
    delete(job)
    assert job_of(work, job.id) is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"state": "odd"}', '{"other": 1}'])
def test_a_status_that_cannot_be_read_is_a_job_that_stopped(work: Work, text: str) -> None:
    job = ask(work, "full")
    (job.folder / jobs.STATUS).write_text(text, encoding="utf-8")
    assert status_of(job).state == "stopped"


def test_a_job_is_done_cancelled_gone_on_with_and_takes_an_option_more(work: Work) -> None:
    job = ask(work, "full")
    (job.folder / jobs.CANCEL).touch()
    do(job)
    assert status_of(job).state == "cancelled"
    go_on(job)
    do(job)
    assert status_of(job).state == "finished", status_of(job)
    assert [option.title for option in read_results(job.result).options] == ["As it is", "Weekly"]
    work.set("title", "More posts")
    work.set("workforce.social_workers.fte", "+10%")
    assert can_take(work) == [job]
    more: Job = add_to(job)
    do(more)
    assert status_of(more).state == "finished", status_of(more)
    assert [option.title for option in read_results(more.result).options] == ["As it is", "Weekly", "More posts"]


def test_a_job_that_cannot_be_done_says_why(work: Work) -> None:
    job = ask(work, "full")
    job.files[-1].write_text("title: x\nyears: many\n", encoding="utf-8")
    do(job)
    assert status_of(job).state == "failed"
    assert "key 'years'" in status_of(job).message
