"""Pages that show how good a calibration is: words, figures and tables in a folder of their own."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from cinsim.listing import INDEX, require_replaceable, write_index
from cinsim.report.style import Drawing, FigureFile, house_style, stored
from cinsim.report.tables import Cell, Table
from cinsim.report.templates import rendered
from cinsim.runs.folder import written_aside

PAGE = "page.html"


@dataclass(frozen=True)
class Proof:
    """One page: its folder's name, title, a line below it, what it says in words, and figures and tables.

    ``drawings`` are drawn under :func:`cinsim.report.style.house_style`; ``data`` are tables that are stored beside the page, by
    the name of their file.
    """

    name: str
    title: str
    subtitle: str
    sentences: Sequence[str]
    drawings: Sequence[Drawing]
    tables: Sequence[Table]
    data: Mapping[str, pd.DataFrame] = field(default_factory=dict)


def table_of(caption: str, columns: Iterable[str], rows: Iterable[Iterable[str]], note: str = "", flag: str = "no") -> Table:
    """Return a table of texts; a cell that reads ``flag`` stands out."""
    cells = tuple(tuple(Cell(text, look="flag" if text == flag else "") for text in row) for row in rows)
    return Table(caption, tuple(columns), cells, note)


def write_proof(proof: Proof, out: Path) -> Path:
    """Write a page with its figures (PNG and SVG) into a folder below ``out``, replacing an earlier one; return its path.

    Raises
    ------
    InputError : the folder holds what cinsim did not write.
    """
    final = require_replaceable(out / proof.name, overwrite=True)

    def refuse(place: Path) -> None:
        require_replaceable(place, overwrite=True)

    with written_aside(final, refuse, INDEX) as folder:
        (folder / "figures").mkdir()
        with house_style():
            figures = [stored(drawing, folder / "figures") for drawing in proof.drawings]
        (folder / PAGE).write_text(_page(proof, figures), encoding="utf-8")
        for name, table in proof.data.items():
            table.to_csv(folder / name, index=False, lineterminator="\n", encoding="utf-8", float_format="%.10g")
        write_index(folder)
    return final / PAGE


def _page(proof: Proof, figures: Sequence[FigureFile]) -> str:
    images = ["data:image/svg+xml;base64," + base64.b64encode(figure.svg.read_bytes()).decode("ascii") for figure in figures]
    return rendered("proof.html", proof=proof, figures=list(zip(figures, images, strict=True)))
