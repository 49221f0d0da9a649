"""Write the engine's C++ from the model's source: ``python -m cinsim.native.generator FOLDER``."""

from __future__ import annotations

import sys
from pathlib import Path

from cinsim.native.generator.engine import write_engine

if __name__ == "__main__":
    write_engine(Path(sys.argv[1]))
