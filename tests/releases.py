"""Small invented releases of DfE's tables, whole and of one make: seven authorities, four years, the names of 2024 or of 2025."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from cinsim.reference.published import profiles
from cinsim.reference.published.columns import OTHER_NAMES
from cinsim.reference.published.files import ENGLAND, find_file
from cinsim.reference.published.measures import ESTIMATE, LOOKED_AFTER, POPULATION_TABLE, SOURCES, WORKFORCE

Row = dict[str, str]

YEARS: Final = range(2028, 2032)
AUTHORITIES: Final = {
    # code: three-digit code, name, region's code, region, children
    "E08000035": ("383", "Leeds", "E12000003", "Yorkshire and The Humber", 20_000.0),
    "E08000016": ("370", "Barnsley", "E12000003", "Yorkshire and The Humber", 6_000.0),
    "E08000019": ("373", "Sheffield", "E12000003", "Yorkshire and The Humber", 12_000.0),
    "E06000061": ("940", "North Northamptonshire", "E12000004", "East Midlands", 9_500.0),
    "E09000021": ("314", "Kingston upon Thames", "E13000002", "Outer London", 4_000.0),
    "E09000027": ("318", "Richmond upon Thames", "E13000002", "Outer London", 5_000.0),
    "E06000053": ("420", "Isles of Scilly", "E12000009", "South West", 500.0),
}
JOINT: Final = ("E09000021", "E09000027")
"""Two authorities whose workforce is published together."""
CHILDREN: Final = sum(one[4] for one in AUTHORITIES.values())
FLOWS: Final = {
    "Referrals": 0.05, "Re_referrals": 0.01, "No_Further_Action": 0.005, "Not_in_Need": 0.015, "Started_episodes": 0.03,
    "At31_episodes": 0.035, "Ended_episodes": 0.025, "Anypoint_episodes": 0.06, "CPP_anypoint": 0.01, "CPP_end": 0.006,
    "CPP_At31": 0.004,
}  # fmt: skip
"""Counts a child a year; all others are 0.002."""
FACTORS: Final = ("Alcohol_Misuse_child", "Neglect", "Other")
RATES_GONE: Final = ("b1_", "c1_", "c4_")
HEADER: Final = (
    "time_period", "time_identifier", "geographic_level", "country_code", "country_name", "region_code", "region_name",
    "old_la_code", "new_la_code", "la_name",
)  # fmt: skip


def places() -> list[tuple[Row, float]]:
    """Return England, the regions and the authorities as their columns have them, with their children."""
    england = dict.fromkeys(HEADER, "") | {
        "country_code": ENGLAND,
        "country_name": "England",
        "time_identifier": "Reporting year",
    }
    found = [(england | {"geographic_level": "National"}, CHILDREN)]
    for code in dict.fromkeys(one[2] for one in AUTHORITIES.values()):
        own = [one for one in AUTHORITIES.values() if one[2] == code]
        region = {"geographic_level": "Regional", "region_code": code, "region_name": own[0][3]}
        found.append((england | region, sum(one[4] for one in own)))
    for code, (old, name, region_code, region_name, children) in AUTHORITIES.items():
        place = {"geographic_level": "Local authority", "region_code": region_code, "region_name": region_name}
        found.append((england | place | {"old_la_code": old, "new_la_code": code, "la_name": name}, children))
    return found


def cell(column: str, children: float) -> str:
    """Return a number for a column: a rate to one decimal, a percentage that is not published, or a count."""
    if column.endswith("_percent"):
        return "5.0" if column.removesuffix("_percent") in profiles.DISABILITIES.values() else "z"
    if column.endswith("_rate"):
        return f"{10_000 * FLOWS.get(column.removesuffix('_rate'), 0.002):.1f}"
    return f"{children * FLOWS.get(column, 0.002):.4f}"


def columns() -> dict[str, list[str]]:
    """Return the columns of figures of each table of the release in wide form, with the names of 2024."""
    found: dict[str, dict[str, None]] = {}
    for source in SOURCES:
        if source.table not in (WORKFORCE, LOOKED_AFTER):
            wanted = (*source.columns, *source.rest, source.base, source.published)
            found.setdefault(source.table, {}).update(dict.fromkeys(name for name in wanted if name))
    found["b2_"] |= {f"{name}_percent": None for name in profiles.DISABILITIES.values()}
    abuse = [f"{word}_{which}" for word in profiles.ABUSE.values() for which in ("Initial", "Latest")]
    of_england = {
        "b3_": profiles.PRIMARY_NEEDS.values(), "c3_": (profiles.FACTOR_BASE, *FACTORS), "c5_": profiles.SOURCES_OF_REFERRAL,
        "c6_": ("Referrals", *profiles.MONTHS), "d2_": abuse, "d4_": abuse,
    }  # fmt: skip
    return {prefix: list(names) for prefix, names in (found | of_england).items()}


def write_rows(path: Path, rows: list[Row]) -> None:
    """Write rows with the columns of the first as a CSV file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def read_rows(path: Path) -> list[Row]:
    """Return a CSV file's rows."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def make_release(root: Path) -> tuple[Path, Path]:
    """Write a whole release of the shape of 2024 and the other publications below ``root``; return the two folders."""
    folder, other = root / "release_2031", root / "other"
    folder.mkdir(parents=True)
    other.mkdir()
    where = places()
    for prefix, names in columns().items():
        rows = [
            {**place, "time_period": str(year)} | {name: cell(name, children) for name in names}
            for year in YEARS
            for place, children in where
        ]
        write_rows(folder / f"{prefix}made_up_2028_to_2031.csv", rows)
    people = [{**place, "time_period": str(year - 1), ESTIMATE: f"{children:.0f}"} for year in YEARS for place, children in where]
    write_rows(folder / f"{POPULATION_TABLE}-year_population_2027_to_2030.csv", people)
    for prefix, count, ages, ethnicities in (
        ("a5_", "CPP_At31", profiles.CPP_AGE, profiles.CPP_ETHNICITY),
        ("a7_", "number", profiles.CIN_AGE, profiles.CIN_ETHNICITY_DETAILED | profiles.CIN_ETHNICITY),
    ):
        labels = [*profiles.CIN_SEX.values(), *ages.values(), *dict.fromkeys(ethnicities.values()), "Known ethnicity", "Total"]
        alone = {name: value for name, value in where[0][0].items() if name in HEADER[:5]}  # as DfE's, without areas' columns
        rows = [{**alone, "time_period": "2031", "characteristic_type": label, count: "100"} for label in labels]
        write_rows(folder / f"{prefix}made_up.csv", rows)
    _other_publications(other, where)
    return folder, other


def _other_publications(other: Path, where: list[tuple[Row, float]]) -> None:
    figures = {source.columns[0]: "10.0" for source in SOURCES if source.table == WORKFORCE}
    both = [place for place, _ in where if place["new_la_code"] in JOINT]
    together = both[0] | {name: " / ".join(place[name] for place in both) for name in ("old_la_code", "new_la_code", "la_name")}
    apart = [place for place, _ in where if place["new_la_code"] not in JOINT]
    staff = [{**place, "time_period": str(year)} | figures for year in YEARS for place in (*apart, together)]
    write_rows(other / f"{WORKFORCE}_2028_to_2031.csv", staff)
    kinds = dict.fromkeys(source.where[1] for source in SOURCES if source.where is not None)
    looked_after = [
        {**place, "time_period": str(year), "population_type": kind, "children_count": "7"}
        for year in YEARS
        for kind in kinds
        for place, _ in where
    ]
    write_rows(other / f"{LOOKED_AFTER}_to_2031.csv", looked_after)
    write_rows(other / f"{LOOKED_AFTER}_characteristics.csv", [{"year": "2031", "characteristic": "Age", "number": "1"}])
    ages = {str(age): "100" for age in range(18)}
    with_ages = [code for code in AUTHORITIES if code != "E06000061"]
    names = [{"utla20_code": code, "utla20_name": AUTHORITIES[code][1]} for code in with_ages]
    names.append({"utla20_code": "W06000001", "utla20_name": "Isle of Anglesey"})
    write_rows(other / "ons_mid2020_single_year_of_age.csv", [name | ages for name in names])
    scores = [{"UTLA23CD": code, "UTLA23NM": one[1], "imd2025_score_cpw": "20"} for code, one in AUTHORITIES.items()]
    write_rows(other / "imd2025.csv", scores)
    near = {f"SN_{place}": "383" for place in range(1, 11)}
    neighbours = [{"old_la_code": one[0], "la_name": one[1]} | near for one in AUTHORITIES.values()]
    write_rows(other / "statistical_neighbours_2030.csv", neighbours)


def change(folder: Path, prefix: str, edit: Callable[[list[Row]], list[Row]]) -> Path:
    """Replace the rows of the file whose name begins with ``prefix``; return its path."""
    path = find_file(folder, prefix)
    write_rows(path, edit(read_rows(path)))
    return path


def renamed(names: Mapping[str, str], *, without: str = "") -> Callable[[list[Row]], list[Row]]:
    """Return an edit that renames columns, and drops those whose names end in ``without``."""

    def edit(rows: list[Row]) -> list[Row]:
        kept = [name for name in rows[0] if not (without and name.endswith(without))]
        return [{names.get(name, name): row[name] for name in kept} for row in rows]

    return edit


def as_of_2025(folder: Path) -> None:
    """Give a release the shape of DfE's of 2025: other names in c1 and b1, no rates in c1, b1 and c4."""
    lower = {"No_Further_Action": "no_further_action_count", "Not_in_Need": "not_in_need_count"}
    lower |= {f"{name}_percent": f"{name.lower()}_percent" for name in lower}
    first = {name: others[0] for name, others in OTHER_NAMES["c1_"].items()} | lower
    for prefix, names in (("c1_", first), ("b1_", {"Awaiting_assessment": "awaiting_assessment"}), ("c4_", {})):
        change(folder, prefix, renamed(names, without="_rate"))
