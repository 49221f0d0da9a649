"""What a type checker is told of :mod:`cinsim.reference.parameters`: each parameter of the register by its name.

``python -m cinsim.reference.stub`` writes ``parameters.pyi`` anew, as ``make regenerate`` does.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from cinsim.reference import parameters as described

STUB: Final = Path(described.__file__).with_suffix(".pyi")
_HEAD: Final = '''"""Written by ``python -m cinsim.reference.stub`` from ``parameters.yaml``: change that, and write it anew."""

from collections.abc import Mapping
from typing import Final
'''


def stub_text() -> str:
    """Return the text of the stub: the module's constants, every parameter, and how a set of values is made."""
    constants = [
        f"{name}: Final[tuple[{type(value[0]).__name__}, ...]]"
        for name, value in vars(described).items()
        if name.isupper() and isinstance(value, tuple)
    ]
    of_vectors: dict[type, str] = {dict: "dict[str, float]", tuple: "tuple[float, ...]"}
    values = vars(described.parameters_from())
    fields = [f"    {name}: {of_vectors.get(type(value), 'float')}" for name, value in values.items()]
    made = "def parameters_from(overrides: Mapping[str, float] | None = None) -> Parameters: ..."
    return "\n".join([_HEAD, *constants, "", "class Parameters:", *fields, "", made, ""])


if __name__ == "__main__":
    STUB.write_text(stub_text(), encoding="utf-8")
