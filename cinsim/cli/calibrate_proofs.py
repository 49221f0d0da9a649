"""``cinsim calibrate fit``, ``identify``, ``incidence``, ``rivals`` and ``ranks``: pages that show how good a calibration is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cinsim.cli.calibrate import OUT, Into, Out, Seed, Structure, calibrate_app, said
from cinsim.cli.options import Quiet, guarded
from cinsim.errors import InputError

if TYPE_CHECKING:
    import numpy as np

    from cinsim.calibration.point import PointFit
    from cinsim.report.proof import Proof


@calibrate_app.command()
@guarded
def fit(structure: Structure = "both", out: Out = OUT, into: Into = None, quiet: Quiet = False) -> None:
    """Page: every target at the best point and over the posterior's draws."""
    from cinsim.report.fit_pages import fit_page

    found, simulated = _fitted(structure, into)
    write_page(fit_page(found, simulated), out, quiet)


@calibrate_app.command()
@guarded
def identify(structure: Structure = "both", out: Out = OUT, into: Into = None, quiet: Quiet = False) -> None:
    """Page: which parameters the published figures pin down, and which trade off."""
    from cinsim.report.fit_pages import identifiability_page

    write_page(identifiability_page(_fitted(structure, into)[0]), out, quiet)


@calibrate_app.command()
@guarded
def incidence(structure: Structure = "both", out: Out = OUT, into: Into = None, quiet: Quiet = False) -> None:
    """Page: children ever referred, assessed, in need and on a plan by 18, which is never fitted."""
    from cinsim.report.rival_pages import incidence_page

    write_page(incidence_page(*_fitted(structure, into)), out, quiet)


@calibrate_app.command()
@guarded
def rivals(out: Out = OUT, into: Into = None, quiet: Quiet = False) -> None:
    """Page: rival explanations of re-referral, each fitted for itself.

    Needs the fits of two or more: `cinsim calibrate england --stage point --structure ...`, each a search of
    hundreds of simulations.
    """
    from cinsim.calibration.priors import STRUCTURES
    from cinsim.reference.calibrated import folder, point_file
    from cinsim.report.rival_pages import rivals_page

    there = [name for name in STRUCTURES if ((into or folder()) / point_file(name)).is_file()]
    if len(there) < 2:
        missing = [name for name in STRUCTURES if name not in there]
        raise InputError(
            f"needs the fits of two explanations or more; `cinsim calibrate england --stage point --structure {missing[-1]}` "
            "makes another", path=into or folder(),
        )  # fmt: skip
    write_page(rivals_page({name: _fitted(name, into)[0] for name in there}), out, quiet)


@calibrate_app.command()
@guarded
def ranks(
    truths: Annotated[int, typer.Option(min=10, help="Points of the last wave that are looked for again.")] = 60,
    structure: Structure = "both",
    seed: Seed = 1,
    out: Out = OUT,
    into: Into = None,
    quiet: Quiet = False,
) -> None:
    """Page: are parameters found again that are known because they were simulated?

    Uses the waves kept in --out, so `cinsim calibrate england` (360 simulations in its waves) comes before; simulates nothing.
    """
    from cinsim.calibration.emulation import require_emulators
    from cinsim.calibration.england import Setting
    from cinsim.calibration.ranks import ranks_of_waves
    from cinsim.reference.calibrated import folder
    from cinsim.report.forecast_pages import ranks_page

    require_emulators()
    setting = Setting(structure=structure, out=out, into=into or folder(), seed=seed, say=said(quiet))
    found = ranks_of_waves(setting, truths)
    write_page(ranks_page(found, truths), out, quiet)


def _fitted(structure: str, into: Path | None) -> tuple[PointFit, np.ndarray | None]:
    """Return a structure's fit and what its posterior's draws gave [draws, targets], None if there is no posterior."""
    from cinsim.calibration.point import read_point
    from cinsim.calibration.posterior import read_predictive
    from cinsim.reference.calibrated import folder, point_file, predictive_file

    where = into or folder()
    found = read_point(where / point_file(structure))
    return found, read_predictive(found, where / predictive_file(structure))


def write_page(proof: Proof, out: Path, quiet: bool) -> None:
    """Write a page and print what it says in words."""
    from cinsim.report.proof import write_proof

    path = write_proof(proof, out)
    if not quiet:
        typer.echo(f"{proof.title}\n")
        for sentence in proof.sentences:
            typer.echo(f"- {sentence}")
        typer.echo(f"\nPage: {path}")
