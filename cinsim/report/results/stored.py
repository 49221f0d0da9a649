"""``results.json`` in a run's folder: written, read again, and its JSON schema."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from cinsim.errors import InputError
from cinsim.files import read_json
from cinsim.listing import digest_of, whole_file
from cinsim.report.folder import read_run
from cinsim.report.results.build import results_of
from cinsim.report.results.model import FORMAT, Results
from cinsim.runs.manifest import MANIFEST, read_manifest
from cinsim.sealed import write_sealed

RESULTS: Final = "results.json"
SCHEMA: Final = "results.schema.json"


def results_text(results: Results) -> str:
    """Return results as they stand in ``results.json``."""
    return json.dumps(results.model_dump(mode="json"), ensure_ascii=False, separators=(",", ":")) + "\n"


def write_results(folder: Path) -> Results:
    """Work out a finished run's results, write them into its folder, list them in the manifest, and return them.

    Raises
    ------
    InputError : the folder is not that of a finished run, or not as it was written. OSError : it cannot be written.
    """
    run = read_run(folder)
    results = results_of(run)
    (folder / RESULTS).write_text(results_text(results), encoding="utf-8")
    new = {RESULTS: digest_of(folder / RESULTS)}
    write_sealed({**run.manifest, "files": dict(sorted({**run.manifest["files"], **new}.items()))}, folder / MANIFEST)
    return results


def read_results(folder: Path) -> Results:
    """Read a run folder's results.

    Raises
    ------
    InputError : there are none, they are of another format, or not as they were written.
    """
    manifest = read_manifest(folder / MANIFEST)
    if RESULTS not in manifest["files"]:
        raise InputError(f"the run has no {RESULTS}; `cinsim report {folder}` writes it", path=folder)
    return parsed(read_json(whole_file(folder, manifest["files"], RESULTS)), folder / RESULTS)


def parsed(held: object, path: Path) -> Results:
    """Return results that were read.

    Raises
    ------
    InputError : they are of another format, or a key is missing or wrong; the message names the first.
    """
    if not isinstance(held, dict) or held.get("format") != FORMAT:
        given = held.get("format") if isinstance(held, dict) else None
        raise InputError(f"has format {given}, this cinsim reads format {FORMAT}; `cinsim report` writes it anew", path=path)
    try:
        return Results.model_validate(held)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise InputError(first["msg"], path=path, key=".".join(map(str, first["loc"]))) from None


def json_schema() -> dict[str, Any]:
    """Return the JSON schema (2020-12) of ``results.json``."""
    made = Results.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made, "title": "cinsim results"}


def schema_text() -> str:
    """Return the schema as it stands in the package."""
    return json.dumps(json_schema(), indent=1, ensure_ascii=False) + "\n"


def shipped_schema() -> str:
    """Return the text of the schema that ships with the package."""
    return files("cinsim.report.results").joinpath(SCHEMA).read_text(encoding="utf-8")


if __name__ == "__main__":
    Path(__file__).with_name(SCHEMA).write_text(schema_text(), encoding="utf-8")
