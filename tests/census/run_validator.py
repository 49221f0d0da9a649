"""Run Data to Insight's validator on a return; executed by the Python of its own environment, not by that of the tests.

usage: python run_validator.py RETURN RULE_SET

RETURN is the XML, read by the validator itself, or a folder of its eleven tables, which is faster for large returns.
Prints one line of JSON: {"errors": {rule: rows}, "queries": {rule: rows}, "crashed": [rule], "rules": number run}.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
import re
import sys
import tempfile
import warnings
import xml.etree.ElementTree as ElementTree
from pathlib import Path

NUMBERED = ("CINdetailsID", "AssessmentID", "CPPID")


def tables_of(source: Path):  # type: ignore[no-untyped-def]
    """Return the tables as the validator makes them of the XML."""
    from cin_validator import cin_validator

    if source.is_file():
        return cin_validator.process_data(cin_validator.convert_data(ElementTree.parse(source).getroot()))
    import pandas as pd

    tables = {}
    for file in source.glob("*.csv"):
        table = pd.read_csv(file, dtype=str, keep_default_na=False).astype(object)
        table = table.where(table != "", pd.NA)
        for name in NUMBERED:
            if name in table:
                table[name] = table[name].astype(int).astype(object)
        if "AssessmentFactors" in table:
            table["AssessmentFactors"] = [v.split(",") if isinstance(v, str) else pd.NA for v in table["AssessmentFactors"]]
        tables[file.stem] = table
    return cin_validator.process_data(tables)


def main() -> None:
    source, rule_set = Path(sys.argv[1]).resolve(), sys.argv[2]
    warnings.simplefilter("ignore")
    os.chdir(tempfile.mkdtemp())  # the validator leaves a log where it stands
    from cin_validator import cin_validator

    registry = importlib.import_module(f"cin_validator.rules.{rule_set}").registry
    kinds = {str(rule.code): rule.rule_type.name for rule in registry.values()}
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        found = cin_validator.CinValidator(tables_of(source), registry)
    rows: dict[str, int] = {}
    if len(found.full_issue_df):
        distinct = found.full_issue_df.drop_duplicates(["rule_code", "tables_affected", "row_id"])
        rows.update({str(code): int(n) for code, n in distinct["rule_code"].value_counts().items()})
    if len(found.multichild_issues):
        rows.update({str(code): int(n) for code, n in found.multichild_issues["rule_code"].value_counts().items()})
    by_kind = {kind: {c: n for c, n in sorted(rows.items()) if kinds[c] == kind} for kind in ("ERROR", "QUERY")}
    crashed = re.findall(r"Error with rule (\S+):", printed.getvalue())
    print(json.dumps({"errors": by_kind["ERROR"], "queries": by_kind["QUERY"], "crashed": crashed, "rules": len(registry)}))


if __name__ == "__main__":
    main()
