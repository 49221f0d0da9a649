"""Print the tables of docs/calibration.md from the calibration that the package holds: ``python calibration/tables.py``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from cinsim.calibration.area_tables import FIT_FILE, judged
from cinsim.calibration.identifiability import identifiability
from cinsim.calibration.point import PointFit, read_point
from cinsim.reference.calibrated import folder, point_file


def markdown(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown; the first column to the left, the others to the right."""
    lines = ["| " + " | ".join(columns) + " |", "|---" + "|---:" * (len(columns) - 1) + "|"]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def targets_table(fit: PointFit, flag: str) -> str:
    """Return every target of a flag: published, simulated, errors off, whether that is close."""
    rows = [
        [
            f"`{row['target']}`", f"{row['published']:.1f}", f"{row['simulated']:.1f}", f"{row['simulated_error']:.1f}",
            f"{row['errors_off']:+.1f}", "yes" if row["close"] else "**no**",
        ]
        for row in fit.table().to_dict("records")
        if row["flag"] == flag
    ]  # fmt: skip
    return markdown(("Target", "Published", "Model", "± luck", "Errors off", "Close"), rows)


def parameters_table(fit: PointFit) -> str:
    """Return every fitted parameter: value, 90% interval, and how much narrower than its prior."""
    rows = [
        [f"`{name}`", f"{fit.values[name]:.4g}", " to ".join(f"{end:.3g}" for end in fit.interval(name)), f"{spread:.2f}"]
        for name, spread in zip(fit.space.names, identifiability(fit).spreads, strict=True)
    ]
    return markdown(("Parameter", "Value", "90% interval", "Spread over prior's"), rows)


def share(value: float) -> str:
    """Return a share in percent, a dash where there is none."""
    return "–" if value != value else f"{value:.0%}"


def areas_table(year: int) -> str:
    """Return how closely authorities' own figures are met."""
    rows = [
        [
            f"`{row['measure']}`", str(row["areas"]), f"{row['median_error']:.1f}", f"{row['p90_error']:.1f}", row["unit"],
            share(row["within_90"]),
        ]
        for row in judged(pd.read_csv(folder() / FIT_FILE), year).to_dict("records")
    ]  # fmt: skip
    return markdown(("Measure", "Authorities", "Median error", "90th percentile", "Unit", "In 90% range"), rows)


def main() -> None:
    """Print the tables."""
    fit = read_point(folder() / point_file())
    print("## Fitted\n\n" + targets_table(fit, "fit"))
    print("\n## Checked\n\n" + targets_table(fit, "check"))
    print("\n## Parameters\n\n" + parameters_table(fit))
    if (folder() / FIT_FILE).is_file():
        print("\n## Authorities\n\n" + areas_table(fit.year))


if __name__ == "__main__":
    main()
