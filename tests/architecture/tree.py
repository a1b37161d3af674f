"""The repository as its files: what the architecture tests read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
MADE = {
    ".git",
    ".hypothesis",
    ".import_linter_cache",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    ".venv",
    "__pycache__",
    "build",
    "dist",
    "node_modules",
    "screenshots",
    "var",
    "zhengai.egg-info",
}


def files(*suffixes: str, under: str = ".") -> Iterator[Path]:
    """Every file people write, with one of these suffixes (all files without), sorted."""
    start = ROOT / under
    for path in sorted(start.rglob("*")):
        inside = path.relative_to(ROOT)
        if path.is_file() and not MADE & set(inside.parts) and not inside.name.startswith("."):
            if not suffixes or path.suffix in suffixes:
                yield path


def name(path: Path) -> str:
    """The path as people write it: from the root, with slashes."""
    return path.relative_to(ROOT).as_posix()


def text(path: Path | str) -> str:
    """The content of a file, given from the root or in full."""
    return (ROOT / path).read_text(encoding="utf-8")
