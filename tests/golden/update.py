"""Write the golden run anew: ``python tests/golden/update.py``."""

from __future__ import annotations

import json

from test_golden_run import GOLDEN, small_run

if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(small_run(), indent=1) + "\n", encoding="utf-8")
    print(f"wrote {GOLDEN.name}; read what moved with git diff")
