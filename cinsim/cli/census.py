"""Commands on the children in need census return: write one from a run, read a council's own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cinsim.cli.options import Quiet, guarded

census_app = typer.Typer(
    name="census",
    help="Write a run's children in need census return, or read a council's.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Run = Annotated[Path, typer.Argument(metavar="RUN", help="A run's folder, with the event records kept.")]
Return = Annotated[Path, typer.Argument(metavar="RETURN", help="The return's XML, or a folder of the validator's tables as CSV.")]
Year = Annotated[int, typer.Option(min=2009, help="Reporting year, by the year of its 31 March.")]
Replace = Annotated[bool, typer.Option("--overwrite", help="Replace files that are there.")]


@census_app.command()
@guarded
def export(
    run: Run,
    year: Year,
    out: Annotated[Path | None, typer.Option(help="XML file to write.")] = None,
    tables: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder to write the validator's eleven tables into.")
    ] = None,
    area: Annotated[str | None, typer.Option(help="Which area's run; the first when left out.")] = None,
    scenario: Annotated[str | None, typer.Option(help="Which scenario's run, of a comparison; the first when left out.")] = None,
    replication: Annotated[int | None, typer.Option(min=0, help="Which replication; the first when left out.")] = None,
    overwrite: Replace = False,
    quiet: Quiet = False,
) -> None:
    """Write a wholly synthetic census return of one simulated year."""
    from cinsim.census.export import census_return
    from cinsim.census.stored import stored_run
    from cinsim.census.write import require_synthetic, write_tables, write_xml
    from cinsim.errors import InputError
    from cinsim.listing import require_replaceable, write_index

    if out is None and tables is None:
        raise InputError("name a file with --out, a folder with --tables, or both", key="--out")
    if out is not None:
        require_synthetic(out, overwrite=overwrite)
    if tables is not None:
        tables = require_replaceable(tables, overwrite=overwrite, key="--tables")
    stored = stored_run(run, area=area, scenario=scenario, replication=replication)
    census = census_return(stored, stored.draws, year, stored.area.old_code)
    if out is not None:
        write_xml(census, out)
    if tables is not None:
        write_tables(census, tables)
        write_index(tables)
    if not quiet:
        rows = census.rows
        typer.echo(
            f"{stored.area.area_name}, {year}: {rows['ChildIdentifiers']:,} children, {rows['CINdetails']:,} episodes, "
            f"{rows['Assessments']:,} assessments, {rows['CINplanDates']:,} CIN plans, "
            f"{rows['Section47']:,} section 47 enquiries, {rows['ChildProtectionPlans']:,} child protection plans. "
            "Synthetic: no child in it exists."
        )


@census_app.command()
@guarded
def read(
    source: Return,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Folder to write counts, profile and the list of problems into; nothing is written without."
        ),
    ] = None,
    previous: Annotated[Path | None, typer.Option(metavar="RETURN", help="Last year's return, for re-referrals.")] = None,
    area: Annotated[str | None, typer.Option(help="The authority, where the return does not say.")] = None,
    children: Annotated[int | None, typer.Option(min=1, help="Children aged 0-17; the published estimate when left out.")] = None,
    overwrite: Replace = False,
) -> None:
    """Say what a return holds, what is missing and what cannot be used. Child-level data leave the named folder never."""
    from cinsim.census.account import account
    from cinsim.census.counts import published_counts
    from cinsim.census.profile import authority_of, profile_of, write_profile
    from cinsim.census.read import read_return
    from cinsim.census.sift import sift
    from cinsim.errors import InputError
    from cinsim.listing import require_replaceable, write_index

    if out is not None:
        out = require_replaceable(out, overwrite=overwrite)
    raw = read_return(source)
    sifted = sift(raw)
    before = sift(read_return(previous)).usable if previous is not None else None
    counts = published_counts(sifted.usable, before)
    try:
        place = authority_of(sifted.usable, area)
        name = place.area_name
    except InputError:
        if area is not None or out is not None:
            raise
        name = f"An authority with the number {sifted.usable.lea or 'unknown'}"
    text = account(raw, sifted, counts, name)
    typer.echo(text, nl=False)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        (out / "account.txt").write_text(text, encoding="utf-8")
        counts.to_csv(out / "counts.csv", index=False, float_format="%.6g")
        sifted.problems.to_csv(out / "problems.csv", index=False)
        write_profile(profile_of(sifted.usable, place, children=children, previous=before), out / "profile.json")
        write_index(out)
        typer.echo(f"\nWritten to {out}: account.txt, counts.csv, profile.json, and problems.csv, which names children")
