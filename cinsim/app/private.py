"""Folders and files that their owner alone can read."""

from __future__ import annotations

import secrets
from pathlib import Path


def private_folder(folder: Path) -> None:
    """Make a folder that its owner alone can open."""
    folder.mkdir(parents=True, mode=0o700, exist_ok=True)
    folder.chmod(0o700)


def write_private(path: Path, text: str) -> None:
    """Write a text that its owner alone can read; it appears whole or not at all."""
    aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.partial")
    aside.touch(mode=0o600)
    aside.write_text(text, encoding="utf-8")
    aside.replace(path)
