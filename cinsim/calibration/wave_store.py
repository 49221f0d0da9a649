"""Waves on disk: what was simulated, where it was drawn from, and what ruled points out, so that proofs find it all again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from cinsim.calibration.emulation import Array, GaussianProcesses, Kernel, Line
from cinsim.calibration.regions import Proposal
from cinsim.calibration.waves import History
from cinsim.errors import InputError

_LINE: Final = ("at", "values", "jacobian", "error", "noise")
_KERNEL: Final = ("scale", "height", "noise")


@dataclass(frozen=True)
class StoredWave:
    """One wave: points (prior units), what one simulation of each gave (linked, fitted targets), and what they were drawn from.

    ``kernels`` : of the emulators that learned from it and all before it.
    """

    units: Array
    values: Array
    proposal: Proposal
    kernels: tuple[Kernel, ...]


@dataclass(frozen=True)
class StoredWaves:
    """All waves of a calibration.

    Attributes
    ----------
    line : of stage one, which ruled points out before the first wave. luck_share : see
        :class:`cinsim.calibration.regions.Observed`. nth : which of the largest implausibilities decides, of the line and then
        of each wave's emulators.
    """

    waves: tuple[StoredWave, ...]
    line: Line
    luck_share: float
    nth: tuple[int, ...]


def write_waves(history: History, path: Path) -> None:
    """Write the waves of a calibration (NumPy's .npz), with how good their emulators were, which only readers need."""
    path.parent.mkdir(parents=True, exist_ok=True)
    line, _ = history.region.waves[0]
    assert isinstance(line, Line)
    arrays: dict[str, Any] = {f"line_{name}": getattr(line, name) for name in _LINE}
    for number, (wave, (emulator, _)) in enumerate(zip(history.waves, history.region.waves[1:], strict=True)):
        assert isinstance(emulator, GaussianProcesses)
        arrays[f"units_{number}"], arrays[f"values_{number}"] = wave.design.units, wave.values
        arrays[f"centre_{number}"], arrays[f"covariance_{number}"] = wave.design.proposal.centre, wave.design.proposal.covariance
        arrays[f"off_{number}"], arrays[f"unsure_{number}"] = wave.off, wave.unsure
        arrays[f"shares_{number}"] = np.array([wave.design.kept_share, wave.still_held])
        kernels = emulator.kernels
        arrays[f"kernels_{number}"] = np.array([[getattr(kernel, name) for name in _KERNEL] for kernel in kernels])
        arrays[f"active_{number}"] = np.concatenate([kernel.active for kernel in kernels])
        arrays[f"lengths_{number}"] = np.concatenate([kernel.lengths for kernel in kernels])
        arrays[f"sizes_{number}"] = np.array([len(kernel.active) for kernel in kernels])
    arrays["luck_share"] = np.array(history.region.observed.luck_share)
    arrays["nth"] = np.array([nth for _, nth in history.region.waves])
    np.savez_compressed(path, allow_pickle=False, **arrays)


def read_waves(path: Path) -> StoredWaves:
    """Return the waves of the last calibration on this machine.

    Raises
    ------
    InputError : stage two has not been run with this output folder, or by a version that kept less.
    """
    if not path.is_file():
        raise InputError("there are no waves; `cinsim calibrate england` leaves them in its --out folder", path=path)
    with np.load(path) as arrays:
        if "nth" not in arrays:
            raise InputError(
                "holds waves of an earlier version; `cinsim calibrate england --stage posterior` makes them anew", path=path
            )
        number = sum(name.startswith("units_") for name in arrays)
        waves = tuple(
            StoredWave(
                arrays[f"units_{n}"], arrays[f"values_{n}"], Proposal(arrays[f"centre_{n}"], arrays[f"covariance_{n}"]),
                _kernels({name: arrays[f"{name}_{n}"] for name in ("kernels", "active", "lengths", "sizes")}),
            )
            for n in range(number)
        )  # fmt: skip
        line = Line(*(arrays[f"line_{name}"] for name in _LINE))
        return StoredWaves(waves, line, float(arrays["luck_share"]), tuple(int(nth) for nth in arrays["nth"]))


def _kernels(arrays: dict[str, Any]) -> tuple[Kernel, ...]:
    ends = np.cumsum(arrays["sizes"])[:-1]
    parts = zip(np.split(arrays["active"], ends), np.split(arrays["lengths"], ends), arrays["kernels"].tolist(), strict=True)
    return tuple(Kernel(active, lengths, *rest) for active, lengths, rest in parts)
