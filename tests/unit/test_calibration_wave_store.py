"""Waves on disk hold all that proofs need to judge points as the calibration did."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cinsim.calibration.emulation import GaussianProcesses, Line
from cinsim.calibration.moments import Found
from cinsim.calibration.point import PointFit
from cinsim.calibration.regions import Region
from cinsim.calibration.wave_store import read_waves, write_waves
from cinsim.calibration.waves import History, WaveSettings, match_history, observed_of
from cinsim.errors import InputError
from tests.calibration_toys import ToySimulator, toy

pytestmark = pytest.mark.unit


def history_of(simulator: ToySimulator) -> tuple[PointFit, History]:
    m, k = simulator.slopes.shape
    at = np.array([0.4, -0.6, 0.2])
    found = Found(at, simulator.linked(at), np.full(m, 0.015), 4, simulator.slopes, np.eye(k), 0.0, ())
    fit = PointFit("both", 2024, {}, simulator.space, simulator.targets, found, {})
    return fit, match_history(simulator, fit, WaveSettings(waves=2, points=30, luck_share=0.01))


def test_what_the_waves_ruled_out_is_ruled_out_again_from_disk(tmp_path: Path) -> None:
    fit, history = history_of(toy(measures=6, bend=0.3, noise_of_point=0.015))
    write_waves(history, tmp_path / "waves.npz")
    stored = read_waves(tmp_path / "waves.npz")
    assert [len(wave.units) for wave in stored.waves] == [30, 30]
    assert (stored.luck_share, stored.nth) == (0.01, tuple(nth for _, nth in history.region.waves))
    seen = [np.concatenate([getattr(wave, name) for wave in stored.waves]) for name in ("units", "values")]
    emulators = [
        GaussianProcesses(seen[0][:count], seen[1][:count], stored.line, wave.kernels)
        for count, wave in zip((30, 60), stored.waves, strict=True)
    ]
    again = Region(fit.space, observed_of(fit, stored.luck_share), tuple(zip((stored.line, *emulators), stored.nth, strict=True)))
    points = history.waves[0].design.proposal.points(np.random.Generator(np.random.Philox(3)).random((500, 3)))
    kept = history.region.holds(points)
    assert 0.05 < kept.mean() < 0.95
    assert (again.holds(points) == kept).all()
    for ours, theirs in zip(emulators[-1].predict(points), history.emulator.predict(points), strict=True):
        assert ours == pytest.approx(theirs)
    # every point of the last wave was drawn where the waves before it ruled nothing out
    before = Region(fit.space, again.observed, again.waves[:-1])
    assert before.holds(stored.waves[-1].units).all()
    assert isinstance(stored.line, Line)


def test_waves_that_are_not_there_or_of_an_earlier_version_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there are no waves"):
        read_waves(tmp_path / "waves.npz")
    np.savez(tmp_path / "waves.npz", units_0=np.zeros((2, 3)))
    with pytest.raises(InputError, match="earlier version"):
        read_waves(tmp_path / "waves.npz")
