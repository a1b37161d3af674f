"""Write a numbered Alembic revision: what the models have and the migrations do not.

The migrations are run on a throw-away SQLite database and the models are compared with the result.
Read what was written before you commit it: nobody but you knows why.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

from alembic import command

import migrations
from engine import db as database

VERSIONS = Path(migrations.__file__).parent / "versions"


def main(arguments: list[str]) -> int:
    """Write the revision for the one argument, what it is for."""
    if len(arguments) != 1 or not arguments[0].strip():
        print('usage: migration.py "what it is for"', file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        engine = database.connect(f"sqlite:///{folder}/empty.sqlite")
        migrations.upgrade(engine)
        config = migrations.configuration()
        with engine.connect() as connection:
            config.attributes["connection"] = connection
            command.revision(config, arguments[0], autogenerate=True, rev_id=next_number())
        engine.dispose()
    return 0


def next_number() -> str:
    """The number after the highest there is, in four digits."""
    found = (re.match(r"(\d{4})_", path.name) for path in VERSIONS.glob("*.py"))
    return f"{max((int(one.group(1)) for one in found if one), default=0) + 1:04}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
