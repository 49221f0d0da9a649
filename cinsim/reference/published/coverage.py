"""Is every year complete? The years and authorities of each file against those of table c1, so that no file cut short passes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cinsim.errors import InputError
from cinsim.reference.boundaries import FORMER
from cinsim.reference.published.codes import Known, known_authorities, rows_of_authorities
from cinsim.reference.published.files import LOCAL_AUTHORITY, NATIONAL, PublishedTable, Release
from cinsim.reference.published.measures import ESTIMATE, POPULATION_TABLE, not_published
from cinsim.reference.published.shapes import FIRST_TABLE, Shape, shapes

SHOWN = 5


def coverage_problems(release: Release) -> Iterator[InputError]:
    """Return the years and authorities that a file lacks, though table c1 or the file itself says that they belong there."""
    known = known_authorities(release)
    wanted = _codes_by_year(release.table(FIRST_TABLE))
    for shape in shapes():
        if shape.timed:
            yield from _years(release, shape)
            if shape.of_authorities:
                yield from _authorities(release, shape, wanted, known)


def losses_said(release: Release) -> list[str]:
    """Say which years of table c1 each file used year by year lacks, and where rates cannot be computed."""
    wanted = set(release.table(FIRST_TABLE).years)
    said = []
    for shape in shapes():
        if shape.timed and shape.by_year:
            table = shape.table(release)
            lacking = sorted(wanted - set(table.years + shape.lag))
            if lacking:
                years = f"{lacking[0]} to {lacking[-1]}" if len(lacking) > 1 else str(lacking[0])
                said.append(f"{table.path.name} begins in {table.years.min()}: no figures from it for {years}")
    return [*said, *_without_population(release)]


def _years(release: Release, shape: Shape) -> Iterator[InputError]:
    """Check that a file's years follow each other, from the one its name says to the latest, each with a row of England."""
    table = shape.table(release)
    there = sorted(set(table.years))
    ahead = release.latest_year - shape.lag
    key = table.own_name("time_period")
    if ahead not in there:
        yield InputError(f"no rows for {ahead}; the file has {there[0]} to {there[-1]}", path=table.path, key=key)
    if there[-1] > ahead and not shape.in_other:
        first = release.table(FIRST_TABLE).path.name
        yield InputError(
            f"rows for {there[-1]}, but {first} ends in {release.latest_year}: are both of one release?", path=table.path, key=key
        )
    named = re.search(r"(?<!\d)(20\d\d)_to_20\d\d(?!\d)", table.path.name)
    begin = min(int(named.group(1)), there[0]) if named else there[0]
    gaps = [str(year) for year in range(begin, there[-1]) if year not in there]
    if gaps:
        whence = "its name says" if named and begin < there[0] else "it goes on"
        yield InputError(
            f"no rows for {', '.join(gaps)}, though {whence} from {begin} to {there[-1]}: the file was cut",
            path=table.path,
            key=key,
        )
    of_england = set(table.years[table.text("geographic_level") == NATIONAL])
    without = [str(year) for year in there if year not in of_england]
    if without:
        yield InputError(f"no row of England for {', '.join(without)}", path=table.path, key=table.own_name("geographic_level"))


def _authorities(release: Release, shape: Shape, wanted: dict[int, set[str]], known: Known) -> Iterator[InputError]:
    """Compare a file's authorities with those of table c1, year by year, and let reorganisations be a year apart."""
    table, first = shape.table(release), release.table(FIRST_TABLE)
    by_year = _codes_by_year(table, shape.lag)
    if not by_year:
        yield InputError("no rows of authorities", path=table.path, key=table.own_name("geographic_level"))
    for year, there in by_year.items():
        of_first = wanted.get(year, there)
        lacking = sorted(of_first - there - _reorganised(there))
        if lacking:
            yield InputError(
                f"no row of {_listed(lacking, known)} in {year - shape.lag}: the file was cut, or authorities were left out",
                path=table.path, key=table.own_name("new_la_code"),
            )  # fmt: skip
        more = sorted(there - of_first - _reorganised(of_first) - _not_then(there))
        if more:
            yield InputError(
                f"no row of {_listed(more, known)} in {year}, which {table.path.name} has",
                path=first.path, key=first.own_name("new_la_code"),
            )  # fmt: skip


def _codes_by_year(table: PublishedTable, lag: int = 0) -> dict[int, set[str]]:
    codes: dict[int, set[str]] = {}
    for row in rows_of_authorities(table):
        codes.setdefault(row.year + lag, set()).add(row.authority.code)
    return codes


def _reorganised(there: set[str]) -> set[str]:
    """Return the authorities whose place others hold in ``there``: what they became, or what they were formed from."""
    stood_for = set()
    for group in _groups():
        before = {former.area_code for former in FORMER if former.area_code in group}
        for side in (before, group - before):
            if side <= there:
                stood_for |= group
    return stood_for


def _not_then(there: set[str]) -> set[str]:
    """Return the authorities of a reorganisation, of which some files list all in every year, with no figures."""
    return {code for group in _groups() if len(group & there) > 1 for code in group}


def _groups() -> list[set[str]]:
    """Return authorities joined by reorganisations: each group those of before and those of after."""
    groups: list[set[str]] = []
    for former in FORMER:
        own = {former.area_code, *former.successors}
        touching = [group for group in groups if group & own]
        groups = [group for group in groups if not group & own] + [own.union(*touching)]
    return groups


def _listed(codes: list[str], known: Known) -> str:
    names = [f"{known[code].name} ({code})" if code in known else code for code in codes[:SHOWN]]
    more = len(codes) - len(names)
    return ", ".join(names) + (f" and {more} others" if more else "")


def _without_population(release: Release) -> list[str]:
    """Say which authorities' rates cannot be computed, for want of an estimate, where none is published."""
    if not not_published(release):
        return []
    table = release.table(POPULATION_TABLE).level(LOCAL_AUTHORITY)
    names = table.text("la_name")[table.numbers(ESTIMATE).isna()]
    years = table.years[names.index]
    whose = ", ".join(dict.fromkeys(names))
    return [f"no estimate of children of {whose} between {years.min()} and {years.max()}: no rates there"] if whose else []
