"""Fit England from Python, as ``cinsim calibrate england`` does: best point, waves, posterior draws, pages.

    python calibration/calibrate_england.py outputs/my_calibration --points 100 --draws 40

Finished simulations are kept in the folder; the same command goes on where it was stopped. Results stay in the folder too, so
that the package's own calibration is left alone.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from cinsim.calibration.england import DRAWS, Setting, fit_point, fit_posterior
from cinsim.calibration.moments import SearchSettings
from cinsim.calibration.posterior import read_predictive
from cinsim.calibration.waves import WaveSettings
from cinsim.reference.calibrated import predictive_file
from cinsim.report.fit_pages import fit_page, identifiability_page
from cinsim.report.proof import write_proof
from cinsim.report.rival_pages import incidence_page


def main() -> None:
    """Read the arguments, fit, and write the pages."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("out", type=Path, help="folder of simulations, results and pages")
    arguments.add_argument("--structure", default="both", help="both, lasting_differences or known_to_services")
    arguments.add_argument("--fraction", type=float, default=0.25, help="part of an average authority's children")
    usual = WaveSettings()
    arguments.add_argument("--waves", type=int, default=usual.waves)
    arguments.add_argument("--points", type=int, default=usual.points, help="simulated in each wave")
    arguments.add_argument("--draws", type=int, default=DRAWS, help="from the posterior")
    arguments.add_argument("--jobs", type=int, default=1)
    given = arguments.parse_args()
    setting = Setting(
        structure=given.structure, population_fraction=given.fraction, jobs=given.jobs, out=given.out,
        into=given.out / "results", say=print,
    )  # fmt: skip
    fit = fit_point(setting, SearchSettings())
    print(fit.table().to_string(index=False, float_format="%.2f"))
    fit_posterior(setting, WaveSettings(waves=given.waves, points=given.points), given.draws)
    simulated = read_predictive(fit, setting.into / predictive_file(given.structure))
    for page in (fit_page(fit, simulated), identifiability_page(fit), incidence_page(fit, simulated)):
        print(write_proof(page, given.out))


if __name__ == "__main__":
    main()
