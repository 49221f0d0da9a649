"""The conversation with one page, through Shiny: what is done on it, and what it shows then."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cinsim.app import screens
from cinsim.app.asking import add_to, ask, ask_staffing
from cinsim.app.drawing import script, style
from cinsim.app.here import figures_table
from cinsim.app.jobs import Job, cancel, delete, go_on, job_of, status_of
from cinsim.app.state import STEPS, State, state_in
from cinsim.app.work import Work, new_work, work_of
from cinsim.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from shiny import App, Inputs, Outputs, Session

TICK_SECONDS = 1.0


def shiny_app(root: Path) -> App:
    """Return the page and what answers it."""
    from shiny import App, reactive, ui

    steps = [ui.tags.li(ui.tags.a(words, href=f"?step={name}", data_go="", data_step=name)) for name, words in STEPS]
    page = ui.tags.html(
        ui.tags.head(
            ui.tags.meta(charset="utf-8"),
            ui.tags.meta(name="viewport", content="width=device-width, initial-scale=1"),
            ui.tags.title("cinsim"),
            ui.tags.link(rel="icon", href="data:,"),
            ui.tags.style(ui.HTML(style())),
        ),
        ui.tags.body(
            ui.tags.a("Skip to the page", href="#screen", class_="skip"),
            ui.tags.header(
                ui.div(ui.p("cinsim: children's social care, child by child", class_="brand"), class_="page"),
                ui.tags.nav(ui.tags.ul(*steps, class_="page"), aria_label="Steps"),
            ),
            ui.tags.main(ui.div(ui.h1("Opening"), id="screen"), class_="page"),
            ui.p(id="said", role="status", class_="visually-hidden"),
            ui.p("The app is not running. Start it again in the terminal.", id="gone", role="alert", hidden=""),
            ui.tags.script(ui.HTML(script())),
        ),
        lang="en-GB",
    )

    def server(input: Inputs, output: Outputs, session: Session) -> None:
        talk = Conversation(root, session.send_custom_message)

        @reactive.effect
        @reactive.event(input.actions)
        async def _act() -> None:
            for action in input.actions():
                await talk.act(dict(action))

        @reactive.effect
        async def _tick() -> None:
            reactive.invalidate_later(TICK_SECONDS)
            await talk.tick()

    return App(page, server)


class Conversation:
    """What one page is told, and what it does.

    Parameters
    ----------
    root : the app's folder. send : takes a kind of message and the message, to the page.
    """

    def __init__(self, root: Path, send: Callable[[str, dict[str, object]], Awaitable[None]]) -> None:
        self._root, self._send = root, send
        self.state = State()
        self._jobs_shown = ""
        self._watched: set[Path] = set()

    async def act(self, action: Mapping[str, Any]) -> None:
        """Do what was asked on the page; what is wrong with it is shown where it was asked."""
        name = f"_on_{action.get('name', '')}"
        handler = getattr(self, name, None) if name.isidentifier() else None
        if handler is None:
            return
        try:
            await handler({key: str(value) for key, value in action.items()})
        except InputError as error:
            await self.show(wrong=_plain(error, self._work))

    async def tick(self) -> None:
        """Show how far jobs are, and the results of one that was waited for here."""
        if self.state.step != "run":
            return
        for folder in sorted(self._watched):
            job = self._job_in(folder)
            status = status_of(job) if job is not None else None
            if job is None or status is None or status.ended:
                self._watched.discard(folder)
            if job is not None and status is not None and status.state == "finished":
                await self._go(State("results", self.state.area, job.work.id, job.id))
                return
        drawn = await asyncio.to_thread(screens.jobs_list, self._root, self._watched)
        if drawn != self._jobs_shown:
            self._jobs_shown = drawn
            await self._send("part", {"id": "jobs", "html": drawn})

    async def show(self, wrong: str = "") -> None:
        """Show the page of the state; ``wrong`` is said on it."""
        screen = await asyncio.to_thread(screens.screen, self._root, self.state, wrong)
        self._jobs_shown = ""
        await self._send("screen", {"html": str(screen), "query": self.state.query, "step": self.state.step, "wrong": wrong})

    @property
    def _work(self) -> Work | None:
        return work_of(self._root, self.state.work)

    def _job_in(self, folder: Path) -> Job | None:
        return job_of(Work(folder.parent.parent), folder.name)

    def _asked_job(self, action: Mapping[str, str]) -> Job:
        work = work_of(self._root, action.get("work", self.state.work))
        job = job_of(work, action.get("run", "")) if work is not None else None
        if job is None:
            raise InputError("there is no such run any more", key="run")
        return job

    def _needed_work(self) -> Work:
        if (work := self._work) is None:
            raise InputError("begin a scenario first", key="work")
        return work

    async def _go(self, state: State) -> None:
        self.state = state
        await self.show()

    async def _on_state(self, action: Mapping[str, str]) -> None:
        given = state_in(action.get("query", ""))
        # the steps' links say no more than the step: the work at hand stays
        kept = {name: getattr(self.state, name) for name in ("area", "work", "run") if not getattr(given, name)}
        await self._go(given.to(**kept))

    async def _on_place(self, action: Mapping[str, str]) -> None:
        self.state = self.state.to(area=action.get("area", "").strip()[:100])
        figures_table(self.state.area)
        await self.show()

    async def _on_begin(self, action: Mapping[str, str]) -> None:
        area = self.state.area or "England"
        if action.get("new"):
            work = new_work(self._root, area=area)
        elif action.get("return"):
            work = work_of(self._root, action.get("work", "")) or new_work(self._root, area=area)
            work.start_from_uploads()
        elif "text" in action:
            if not action["text"].strip():
                raise InputError("is empty; paste a scenario, or choose its file", key="text")
            work = new_work(self._root, text=action["text"])
        else:
            work = new_work(self._root, area=area, ships=action.get("ships", ""))
        await self._go(State("build", self.state.area, work.id))

    async def _on_prepare(self, action: Mapping[str, str]) -> None:
        """Make the work that a return is uploaded to, and say where."""
        work = new_work(self._root, area=self.state.area or "England")
        await self._send("prepared", {"work": work.id})

    async def _on_field(self, action: Mapping[str, str]) -> None:
        work = self._needed_work()
        work.set(action["key"], action.get("value", ""))
        await self._in_step(work, yaml=True)

    async def _on_why(self, action: Mapping[str, str]) -> None:
        work = self._needed_work()
        work.give_reason(action["key"], action.get("value", ""))
        await self._in_step(work, yaml=True)

    async def _on_yaml(self, action: Mapping[str, str]) -> None:
        work = self._needed_work()
        work.write(action.get("text", ""))
        await self._in_step(work, yaml=False)

    async def _in_step(self, work: Work, *, yaml: bool) -> None:
        """Bring cards, YAML and messages into step after one of them changed."""
        said = await asyncio.to_thread(screens.in_step, work)
        await self._send("step", {**said, **({"yaml": work.text()} if yaml else {})})

    async def _on_ask(self, action: Mapping[str, str]) -> None:
        kind = "quick" if action.get("kind") == "quick" else "full"
        job = ask(self._needed_work(), kind)  # type: ignore[arg-type]
        self._watched.add(job.folder)
        await self.show()

    async def _on_add(self, action: Mapping[str, str]) -> None:
        self._watched.add(add_to(self._asked_job(action)).folder)
        await self.show()

    async def _on_staffing(self, action: Mapping[str, str]) -> None:
        target = f"{action.get('measure', '')} {action.get('operator', '')} {action.get('value', '')}"
        job = ask_staffing(self._needed_work(), target, action.get("role", ""), action.get("confidence", ""))
        self._watched.add(job.folder)
        await self._go(self.state.to(step="run"))

    async def _on_cancel(self, action: Mapping[str, str]) -> None:
        cancel(self._asked_job(action))
        await self.tick()

    async def _on_go_on(self, action: Mapping[str, str]) -> None:
        job = self._asked_job(action)
        go_on(job)
        self._watched.add(job.folder)
        await self.tick()

    async def _on_delete(self, action: Mapping[str, str]) -> None:
        delete(self._asked_job(action))
        await self.tick()

    async def _on_delete_uploads(self, action: Mapping[str, str]) -> None:
        work = self._needed_work()
        work.delete_uploads()
        work.set("initial_state", "")
        await self.show()

    async def _on_filter(self, action: Mapping[str, str]) -> None:
        chosen = {key: action[key] for key in ("measure", "place") if key in action}
        await self._go(self.state.to(**chosen))


def _plain(error: InputError, work: Work | None) -> str:
    said = str(error)
    return said if work is None else said.replace(f"{work.folder}/", "").replace(f"{work.folder}\\", "")
