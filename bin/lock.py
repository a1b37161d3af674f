"""Write the locked requirement files from what is installed in this environment.

setup.cfg says what we use; this walks it down to every package that comes along, and pins each to
the version installed and tested here. `make lock` runs it.
"""

from __future__ import annotations

import sys
from configparser import ConfigParser
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
FILES = {
    "requirements.txt": ("What the product runs on.", "options", "install_requires"),
    "requirements-build.txt": (
        "What installs the product into the environment.",
        "options.extras_require",
        "build",
    ),
    "requirements-dev.txt": (
        "What `make test` needs as well.",
        "options.extras_require",
        "dev",
    ),
    "requirements-node.txt": (
        "Node, where the machine has none: it builds the browser code.",
        "options.extras_require",
        "node",
    ),
}


def main() -> int:
    """Write every file; packages already in an earlier one are not repeated."""
    settings = ConfigParser()
    settings.read(ROOT / "setup.cfg", encoding="utf-8")
    seen: set[str] = set()
    for name, (title, section, option) in FILES.items():
        wanted = [line for line in settings[section][option].splitlines() if line.strip()]
        pins = closure(wanted)
        lines = [pins[key] for key in sorted(pins) if key not in seen]
        seen |= set(pins)
        text = f"# {title} Written by `make lock`.\n" + "".join(f"{line}\n" for line in lines)
        (ROOT / name).write_text(text, encoding="utf-8")
        print(f"{name}: {len(lines)} packages")
    return 0


def closure(wanted: list[str]) -> dict[str, str]:
    """Every package these requirements bring in, pinned, by its canonical name."""
    pins: dict[str, str] = {}
    waiting = [Requirement(line) for line in wanted]
    while waiting:
        need = waiting.pop()
        key = canonicalize_name(need.name)
        distribution = metadata.distribution(need.name)
        if distribution.version not in need.specifier:
            sys.exit(f"{need} is wanted, but {distribution.version} is installed")
        known = key in pins
        pins[key] = f"{distribution.metadata['Name']}=={distribution.version}"
        if known and not need.extras:
            continue
        for line in distribution.requires or ():
            more = Requirement(line)
            extras = need.extras or {""}
            if more.marker is None or any(more.marker.evaluate({"extra": one}) for one in extras):
                waiting.append(more)
    return pins


if __name__ == "__main__":
    sys.exit(main())
