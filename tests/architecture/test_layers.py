"""Who may import whom: the contracts of setup.cfg hold, and break when somebody breaks them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture import tree

LINT = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
FAULTS = {
    "engine imports quality": ("engine/tasks.py", "import quality\n"),
    "the kernel imports the database": ("engine/bpmn/__init__.py", "import engine.db\n"),
    "the kernel imports SQLAlchemy": ("engine/bpmn/__init__.py", "import sqlalchemy\n"),
    "forms import models": ("engine/forms/__init__.py", "import engine.models\n"),
    "tasks and jobs know each other": ("engine/tasks.py", "import engine.jobs\n"),
    "Flask in the engine": ("engine/tasks.py", "import flask\n"),
    "lxml outside the kernel": ("quality/__init__.py", "import lxml\n"),
    "SpiffWorkflow outside the kernel": ("web/__init__.py", "import SpiffWorkflow\n"),
    "marshmallow in a page": ("web/tasks.py", "import marshmallow\n"),
    "typesetting in a page": ("web/__init__.py", "import typst\n"),
    "a scheduler of one's own": ("engine/jobs.py", "import apscheduler\n"),
    "a module nobody placed": ("engine/surprise.py", ""),
    "a circle": ("web/a.py", "import web.b\n"),
}


def test_every_contract_is_kept():
    done = subprocess.run(LINT, cwd=tree.ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_a_house_without_faults_passes(house):
    assert lint(house).returncode == 0


@pytest.mark.parametrize("fault", FAULTS)
def test_a_broken_contract_is_found(house, fault):
    name, line = FAULTS[fault]
    (house / name).write_text(line)
    done = lint(house)
    assert done.returncode == 1, done.stdout
    assert "BROKEN" in done.stdout or "surprise" in done.stdout


@pytest.fixture
def house(tmp_path):
    """A small house with our contracts and next to nothing in it."""
    shutil.copy(tree.ROOT / "setup.cfg", tmp_path)
    for package in ("engine", "engine/bpmn", "engine/dmn", "engine/forms", "quality", "web"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").touch()
    for module in ("db", "models", "tasks", "jobs"):
        (tmp_path / "engine" / f"{module}.py").touch()
    (tmp_path / "web/b.py").write_text("import web.a\n")
    (tmp_path / "web/a.py").touch()
    return tmp_path


def lint(folder):
    return subprocess.run(
        LINT,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(folder)},
    )
