"""England's calibration from beginning to end: stage one, stage two, and what they leave in the package."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np

from cinsim.calibration.coarse import CoarseSettings, coarse_start
from cinsim.calibration.emulation import require_emulators
from cinsim.calibration.moments import Reporter, SearchSettings, search
from cinsim.calibration.point import PointFit, read_point, write_point
from cinsim.calibration.posterior import confirm, sample_posterior, write_posterior, write_predictive
from cinsim.calibration.priors import Space, load_space
from cinsim.calibration.refining import refined
from cinsim.calibration.simulator import ModelSimulator, model_version, size_effect
from cinsim.calibration.targets import Targets, load_targets
from cinsim.calibration.wave_store import write_waves
from cinsim.calibration.waves import History, WaveSettings, match_history
from cinsim.errors import InputError
from cinsim.reference.areas import average_authority
from cinsim.reference.calibrated import folder as package_folder
from cinsim.reference.calibrated import point_file, posterior_file, predictive_file
from cinsim.reference.figures import england
from cinsim.reference.register import load_register
from cinsim.runs.engines import AUTO
from cinsim.scenario.model import Scenario

COARSE_FRACTION: Final = 0.1
DRAWS: Final = 80
STAGES: Final = ("all", "point", "posterior")
SIMULATIONS: Final = "simulations"


@dataclass(frozen=True)
class Setting:
    """What is simulated, where it is kept and where results go.

    Attributes
    ----------
    structure : which explanation of re-referral the fit rests on. year : whose published figures.
    years, warm_up, seed, population_fraction : of every simulation.
    jobs : processes at work. engine : what simulates. out : folder of finished simulations and pages. into : folder of results.
    """

    structure: str = "both"
    year: int = 2024
    years: int = 3
    warm_up: int = 2
    seed: int = 1
    population_fraction: float = 0.25
    jobs: int = 1
    out: Path = Path("outputs/calibration")
    into: Path = field(default_factory=package_folder)
    quiet: bool = False
    say: Callable[[str], None] = lambda text: None
    engine: str = AUTO

    def scenario(self) -> Scenario:
        """Return the scenario of every simulation: practice as it is, from 1 April after the year of the figures."""
        return Scenario(
            title="Calibration", start=date(self.year, 4, 1), years=self.years, warm_up=self.warm_up, seed=self.seed,
            structure=self.structure, population_fraction=self.population_fraction,  # type: ignore[arg-type]
        )  # fmt: skip

    def simulator(self, targets: Targets, offset: np.ndarray | None = None) -> ModelSimulator:
        """Return the model as it is calibrated; finished simulations are kept below ``out``."""
        folder = self.out / SIMULATIONS
        return ModelSimulator(
            self.scenario(), targets, folder, self.jobs, quiet=self.quiet, say=self.say, offset=offset, engine=self.engine
        )

    def run(self) -> dict[str, Any]:
        """Return what of this a result keeps."""
        return {
            "years": self.years, "warm_up": self.warm_up, "seed": self.seed, "population_fraction": self.population_fraction,
            "model": model_version(),
        }  # fmt: skip

    @property
    def point_path(self) -> Path:
        """Where the best point is kept."""
        return self.into / point_file(self.structure)

    @property
    def waves_path(self) -> Path:
        """Where the designs and simulated values of the waves are kept, for the proofs."""
        return self.out / f"waves_{self.structure}.npz"


def area_setting(setting: Setting, fit: PointFit) -> Setting:
    """Return how authorities are simulated: as England in its fit, but with as many children as are asked for."""
    years, warm_up = (int(fit.run.get(name, getattr(setting, name))) for name in ("years", "warm_up"))
    return replace(setting, year=fit.year, structure=fit.structure, years=years, warm_up=warm_up, population_fraction=1.0)


def require_writable(folder: Path) -> None:
    """Raise :class:`InputError` unless results can be written into a folder, before anything is simulated."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".probe-{os.getpid()}"
        probe.write_text("", encoding="utf-8")
        probe.unlink()
    except OSError as error:
        raise InputError(f"cannot be written ({error.strerror}); name another folder", path=folder, key="--into") from None


def fit_point(
    setting: Setting, settings: SearchSettings, *, again: bool = False, targets: Path | None = None, priors: Path | None = None
) -> PointFit:
    """Do stage one and write its result.

    Parameters
    ----------
    again : begin from the last result and its Jacobian, as after a small change of the model; a rival structure that was never
        fitted begins from the fit of both explanations and the middle of the priors of its own, moved until it meets the front
        door (:mod:`cinsim.calibration.coarse`).
    targets, priors : files in place of the package's own.

    Raises
    ------
    InputError : a file is wrong, or there is no earlier result to begin from.
    """
    wanted = load_targets(targets, None if setting.year == _own_year() else setting.year)
    space = load_space(priors, setting.structure)
    register = {name: entry.value for name, entry in load_register().items()}
    start, jacobian, offset, whole = register, None, None, None
    rival = not setting.point_path.is_file() and setting.structure != "both"
    if again:
        before = read_point(setting.into / point_file("both") if rival else setting.point_path)
        start = {**register, **before.values}
        jacobian = _jacobian_for(space, wanted, before)
        offset = _offset_of(before, wanted) if rival else None
    setting.say(
        f"stage one: {len(space)} parameters, {len(wanted.flagged('fit'))} targets to fit and {len(wanted.flagged('check'))} to "
        f"check, usually at most {settings.most_simulations(len(space))} simulations"
    )
    if setting.population_fraction < 1.0 and settings.wholes:
        large = replace(setting, population_fraction=1.0).simulator(wanted)
        whole = Reporter(large, settings.wholes, 1 / setting.population_fraction)
    if whole is not None and offset is None:
        # of a point that the space holds, so that the search begins there
        begin = space.values(space.units(start))
        offset = size_effect(large, setting.simulator(wanted), begin, settings.wholes)
        apart = np.abs(offset) / wanted.linked_errors()
        names = ", ".join(wanted.names[place] for place in np.flatnonzero(apart > 1.0))
        setting.say(f"whole authorities differ by more than a target's error in: {names or 'nothing'}")
    if setting.structure != "both" and (rival or not again):
        start = _nearer(setting, space, wanted, start)
    simulator = setting.simulator(wanted, offset)
    simulator.planned = settings.most_simulations(len(space))
    found = search(simulator, space, start, settings, setting.say, jacobian, whole)
    held = {name: value for name, value in register.items() if name not in space.names}
    run = {**setting.run(), "size_effect": None if offset is None else np.round(offset, 8).tolist()}
    fit = PointFit(setting.structure, setting.year, run, space, wanted, found, held)
    write_point(fit, setting.point_path)
    return fit


# what carries re-referral alone does so in the manner of what it stands in for
_STANDS_FOR: Final = {"need_sd_lasting_alone": "need_sd_lasting", "known_effect_alone": "known_effect"}


def _nearer(setting: Setting, space: Space, targets: Targets, start: dict[str, float]) -> dict[str, float]:
    """Return where the search for a rival begins: small simulations of two years first meet the front door.

    A parameter with a prior for this structure alone sets out from its middle, since other structures' values say nothing of it.
    """
    own = {prior.name: prior.value(0.0) for prior in space.priors if prior.structures == (setting.structure,)}
    settings = CoarseSettings(seed=setting.seed)
    small = replace(setting, years=2, warm_up=1, population_fraction=min(setting.population_fraction, COARSE_FRACTION))
    simulator = small.simulator(targets)
    simulator.planned = settings.simulations
    setting.say(f"a start for {setting.structure}: {settings.simulations} simulations of {small.population_fraction:.0%} each")
    return coarse_start(simulator, space, {**start, **own}, settings, say=setting.say)


def _jacobian_for(space: Space, targets: Targets, before: PointFit) -> np.ndarray | None:
    """Return an earlier fit's Jacobian for a space, its columns by name; 0 for parameters it did not have.

    None where the targets are others.
    """
    if before.targets.names != targets.names:
        return None
    out = np.zeros((len(targets), len(space)))
    for place, prior in enumerate(space.priors):
        name = prior.name if prior.name in before.space.names else _STANDS_FOR.get(prior.name, "")
        if name in before.space.names:
            there = before.space.names.index(name)
            out[:, place] = before.found.jacobian[:, there] * prior.spread / before.space.priors[there].spread
    return out


def _offset_of(before: PointFit, targets: Targets) -> np.ndarray | None:
    kept = before.run.get("size_effect")
    return None if kept is None or before.targets.names != targets.names else np.array(kept)


def _own_year() -> int:
    """Return the year that the package's own targets are of."""
    years = [target.year for target in load_targets() if target.year is not None]
    return max(years)


def fit_posterior(
    setting: Setting, settings: WaveSettings, draws: int = DRAWS, *, refine: int = 24, wholes: int = 12
) -> tuple[History, int]:
    """Do stage two from the result of stage one, and write posterior draws and what they give; return waves and draws kept.

    Parameters
    ----------
    refine : simulations that hold the middle of the posterior against the point of stage one, 0 to leave that point as it is.
    wholes : simulations of whole authorities behind the fit reported there, 0 for none.

    Raises
    ------
    InputError : there is no result of stage one, or scikit-learn is missing.
    RunError : the figures leave nothing, or the emulators are too unsure.
    """
    require_emulators()
    if draws < 1:
        raise InputError("must be 1 or more", key="--draws")
    fit = read_point(setting.point_path)
    same = ("years", "warm_up", "population_fraction")
    if any(fit.run.get(name) != setting.run()[name] for name in same):
        raise InputError(
            "stage one was run with " + ", ".join(f"{name} {fit.run.get(name)}" for name in same) + "; stage two needs the same",
            path=setting.point_path,
        )
    children = average_authority().population_0_17 * setting.population_fraction
    share = setting.years * children / england(fit.year)["population_0_17"].value
    simulator = setting.simulator(fit.targets, _offset_of(fit, fit.targets))
    simulator.planned = settings.waves * settings.points + draws
    setting.say(
        f"stage two: {settings.waves} waves of {settings.points} points and {draws} draws, {simulator.planned} simulations"
    )
    history = match_history(simulator, fit, _with_luck(settings, share), setting.say)
    write_waves(history, setting.waves_path)
    setting.say("sampling the posterior")
    found = sample_posterior(fit, history.region, seed=settings.seed)
    setting.say(f"the sample is worth {found.effective:.0f} equal draws")
    confirmed = confirm(simulator, fit, history.region.observed, found.draws(draws, settings.seed), history.emulator.noise)
    path = setting.into / posterior_file(setting.structure)
    kept = write_posterior(fit, confirmed, path)
    write_predictive(fit, confirmed, setting.into / predictive_file(setting.structure))
    if refine:
        whole = None
        if setting.population_fraction < 1.0 and wholes:
            large = replace(setting, population_fraction=1.0).simulator(fit.targets)
            whole = Reporter(large, wholes, 1 / setting.population_fraction)
        better = refined(simulator, fit, history.region.observed, history.emulator, found, refine, whole=whole, say=setting.say)
        write_point(better, setting.point_path)
    setting.say(f"{kept} of {draws} draws are plausible when simulated; written to {path}")
    return history, kept


def _with_luck(settings: WaveSettings, share: float) -> WaveSettings:
    return WaveSettings(settings.waves, settings.points, settings.allowed, settings.seed, share)
