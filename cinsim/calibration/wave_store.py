"""Waves on disk: what was simulated, where it was drawn from, and what ruled points out, so that proofs find it all again."""

from __future__ import annotations

import io
import math
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cinsim.calibration.emulation import Array, GaussianProcesses, Kernel, Line
from cinsim.calibration.regions import Proposal
from cinsim.calibration.waves import History
from cinsim.errors import InputError, shortened
from cinsim.files import existing, read_bytes

_LINE: Final = ("at", "values", "jacobian", "error", "noise")
_KERNEL: Final = ("scale", "height", "noise")
_MOST_UNPACKED: Final = 500_000_000


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
    InputError : stage two has not been run with this output folder, or by a version that kept less; the file is damaged, or
        an array in it is missing, has another shape than those beside it, or holds what is no number.
    """
    if not existing(path):
        raise InputError("there are no waves; `cinsim calibrate england` leaves them in its --out folder", path=path)
    held = _Arrays(_arrays_in(read_bytes(path, kind="file of waves (.npz)"), path), path)
    if "nth" not in held.arrays:
        raise InputError(
            "holds waves of an earlier version; `cinsim calibrate england --stage posterior` makes them anew", path=path
        )
    number = sum(name.startswith("units_") for name in held.arrays)
    if number == 0:
        raise held.wrong("units_0", "is missing: the file holds no wave")
    parameters = held.get("line_at", (None,)).shape[0]
    targets = held.get("line_values", (None,)).shape[0]
    line = Line(
        held.get("line_at", (parameters,)), held.get("line_values", (targets,)), held.get("line_jacobian", (targets, parameters)),
        held.positive("line_error", (targets,)), held.positive("line_noise", (targets,)),
    )  # fmt: skip
    waves = tuple(_wave(held, n, parameters, targets) for n in range(number))
    luck_share = float(held.positive("luck_share", ()))
    return StoredWaves(waves, line, luck_share, tuple(held.counts("nth", (number + 1,), 1, targets).tolist()))


def _wave(held: _Arrays, n: int, parameters: int, targets: int) -> StoredWave:
    units = held.get(f"units_{n}", (None, parameters))
    values = held.get(f"values_{n}", (len(units), targets))
    proposal = Proposal(held.get(f"centre_{n}", (parameters,)), held.get(f"covariance_{n}", (parameters, parameters)))
    try:
        np.linalg.cholesky(proposal.covariance + 1e-12 * np.eye(parameters))
    except np.linalg.LinAlgError:
        raise held.wrong(f"covariance_{n}", "is no covariance: it leaves a variance below 0") from None
    sizes = held.counts(f"sizes_{n}", (targets,), 0, parameters)
    total, ends = int(sizes.sum()), np.cumsum(sizes)[:-1]
    active = np.split(held.counts(f"active_{n}", (total,), 0, parameters - 1), ends)
    lengths = np.split(held.positive(f"lengths_{n}", (total,), above=True), ends)
    rest = held.positive(f"kernels_{n}", (targets, len(_KERNEL))).tolist()
    kernels = tuple(Kernel(places, reach, *others) for places, reach, others in zip(active, lengths, rest, strict=True))
    return StoredWave(units, values, proposal, kernels)


@dataclass(frozen=True)
class _Arrays:
    """The arrays of a file by name, each checked when it is asked for."""

    arrays: Mapping[str, NDArray[Any]]
    path: Path

    def wrong(self, name: str, message: str) -> InputError:
        return InputError(f"{message}; `cinsim calibrate england --stage posterior` makes them anew", path=self.path, key=name)

    def get(self, name: str, shape: tuple[int | None, ...]) -> Array:
        """Return an array of finite numbers, of a shape in which None stands for any length above 0."""
        if name not in self.arrays:
            raise self.wrong(name, "is missing")
        array = self.arrays[name]
        fits = array.ndim == len(shape) and all(
            have == want or (want is None and have > 0) for have, want in zip(array.shape, shape, strict=True)
        )
        if not fits:
            wanted = " by ".join("any" if want is None else str(want) for want in shape) or "a single number"
            raise self.wrong(name, f"has the shape {array.shape} and not {wanted}")
        if array.dtype.kind not in "fiu" or not np.isfinite(array).all():
            raise self.wrong(name, "holds what is no finite number")
        return array.astype(np.float64)

    def positive(self, name: str, shape: tuple[int | None, ...], *, above: bool = False) -> Array:
        """Return such an array of numbers of 0 or more, or above 0."""
        array = self.get(name, shape)
        if (array <= 0).any() if above else (array < 0).any():
            raise self.wrong(name, f"holds a number {'that is not above' if above else 'below'} 0")
        return array

    def counts(self, name: str, shape: tuple[int | None, ...], low: int, high: int) -> NDArray[np.int64]:
        """Return such an array of whole numbers within a range."""
        array = self.get(name, shape)
        if (array != np.round(array)).any() or (array < low).any() or (array > high).any():
            raise self.wrong(name, f"holds what is no whole number from {low} to {high}")
        return array.astype(np.int64)


def _arrays_in(content: bytes, path: Path) -> dict[str, NDArray[Any]]:
    """Return the arrays of an .npz, none of which may unpack to more than a calibration can hold."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as members:
            if sum(member.file_size for member in members.infolist()) > _MOST_UNPACKED:
                raise InputError(f"unpacks to more than {_MOST_UNPACKED:,} bytes: too large for waves", path=path)
            return {member.filename.removesuffix(".npy"): _array(members.read(member)) for member in members.infolist()}
    except InputError:
        raise
    except (OSError, ValueError, EOFError, KeyError, RuntimeError, NotImplementedError, zipfile.BadZipFile, zlib.error) as error:
        raise InputError(
            f"is not a file of waves (.npz), or is damaged: {shortened(str(error))}; "
            "`cinsim calibrate england --stage posterior` makes it anew",
            path=path,
        ) from None


def _array(content: bytes) -> NDArray[Any]:
    """Return the array of one .npy; its first lines say how many bytes follow, which must be there before room is made."""
    file = io.BytesIO(content)
    version = np.lib.format.read_magic(file)
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, _, dtype = read(file)
    if math.prod(shape) * dtype.itemsize != len(content) - file.tell():
        raise ValueError("an array is longer or shorter than it says")
    file.seek(0)
    array: NDArray[Any] = np.lib.format.read_array(file, allow_pickle=False)
    return array
