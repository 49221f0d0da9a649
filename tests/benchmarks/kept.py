"""Where the ratios of ``make bench`` are kept and how they are printed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

OUTPUTS = Path(__file__).parents[2] / "outputs"


def keep(name: str, found: dict[str, Any]) -> None:
    """Print what was measured, a line each, and write it to outputs/benchmark_NAME.json."""
    width = max(len(key) for key in found)
    print(f"\n{name}\n" + "\n".join(f"  {key.replace('_', ' '):{width}s} {value}" for key, value in found.items()))
    OUTPUTS.mkdir(exist_ok=True)
    (OUTPUTS / f"benchmark_{name}.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
