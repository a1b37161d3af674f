"""The house rules hold in every file, and each rule finds a planted fault."""

from __future__ import annotations

import pytest

from tests.architecture import house, tree

PRODUCT = ("engine", "quality", "web", "migrations", "bin")
# who owns a transaction, and may therefore commit (docs/adr/0006), and which
OWNERS = {
    "web/session.py": "a request",
    "web/commands.py": "a command of the command line",
    "engine/jobs.py": "a job",
    "engine/scheduler.py": "a seal",
    "migrations/__init__.py": "a change of the schema",
    "web/backup.py": "a backup put back",
    "web/demo/__init__.py": "an act in a demo college's past",
    "web/bench/acts.py": "what is measured, in a database made for it",
    "web/bench/directory.py": "the same",
    "web/bench/drafts.py": "the same",
    "web/bench/imports.py": "the same",
    "web/bench/inbox.py": "the same",
    "web/bench/rights.py": "the same",
    "web/bench/scratch.py": "the same",
    "web/bench/votes.py": "the same",
    "web/bench/workers.py": "the same",
    "web/printing/work.py": "each document printed is kept before the next is printed",
    "web/notices/groups.py": "that a robot is away is kept beside the sending",
    "web/notices/post.py": "what was sent is kept before the next is sent",
}
CLOCK = {"engine/clock.py"}
LIMIT = 400
EXCUSED: set[str] = set()

EVERYWHERE: dict[house.Rule, set[str]] = {
    house.inner_imports: set(),
    house.silent_excuses: set(),
}
IN_THE_PRODUCT: dict[house.Rule, set[str]] = {
    house.commits: set(OWNERS),
    house.clock_readings: CLOCK,
    house.bare_flushes: set(),
    house.evaluations: set(),
}
PLANTED = [
    (house.commits, "def f(db):\n    db.commit()\n"),
    (house.clock_readings, "import datetime\nx = datetime.datetime.now(datetime.UTC)\n"),
    (house.clock_readings, "from datetime import date\nx = date.today()\n"),
    (house.clock_readings, "import time\nx = time.time()\n"),
    (house.bare_flushes, "def f(db):\n    x = 1\n    db.flush()\n"),
    (house.inner_imports, "def f():\n    import json\n"),
    (house.silent_excuses, "x = 1  # type: " + "ignore\n"),
    (house.silent_excuses, "x = 1  # type: " + "ignore[assignment]\n"),
    (house.silent_excuses, "x = 1  # no" + "qa\n"),
    (house.silent_excuses, "x = 1  # no" + "qa: E501\n"),
    (house.evaluations, "x = eval('1')\n"),
]


def modules(*folders: str) -> list[house.Module]:
    found = [
        house.Module(tree.name(path), tree.text(path))
        for folder in folders
        for path in tree.files(".py", under=folder)
    ]
    assert found, "no files were looked at"
    return found


@pytest.mark.parametrize("rule", EVERYWHERE, ids=lambda rule: rule.__name__)
def test_a_rule_holds_everywhere(rule):
    assert broken(rule, EVERYWHERE[rule], modules(*PRODUCT, "tests")) == []


@pytest.mark.parametrize("rule", IN_THE_PRODUCT, ids=lambda rule: rule.__name__)
def test_a_rule_holds_in_the_product(rule):
    assert broken(rule, IN_THE_PRODUCT[rule], modules(*PRODUCT)) == []


def test_every_owner_of_a_transaction_commits():
    assert all(list(house.commits(house.Module(name, tree.text(name)))) for name in OWNERS)


@pytest.mark.parametrize(("rule", "source"), PLANTED)
def test_a_planted_fault_is_found(rule, source):
    assert list(rule(house.Module("planted.py", source)))


@pytest.mark.parametrize(
    ("rule", "source"),
    [
        (house.bare_flushes, "def f(db):\n    # the id is needed below\n    db.flush()\n"),
        (house.silent_excuses, "x = 1  # no" + "qa: E501 - a table reads better unbroken\n"),
        (house.clock_readings, "from engine import clock\nx = clock.now()\n"),
    ],
)
def test_the_right_way_is_not_a_fault(rule, source):
    assert not list(rule(house.Module("fine.py", source)))


def test_no_file_is_longer_than_four_hundred_lines():
    sources = tree.files(".py", ".js", ".mjs", ".css", ".html", ".sh")
    lengths = {tree.name(path): len(tree.text(path).splitlines()) for path in sources}
    assert len(lengths) > 50
    assert {name: length for name, length in lengths.items() if length > LIMIT} == {
        name: lengths[name] for name in EXCUSED
    }


def test_no_file_is_named_for_nothing():
    names = [tree.name(path) for path in tree.files(".py", ".js", ".mjs")]
    assert [one for one in names if one.split("/")[-1].split(".")[0] in house.FORBIDDEN_NAMES] == []


def test_every_module_says_what_lives_in_it():
    silent = [
        module.name
        for module in modules("engine", "quality", "web", "bin", "tests")
        if module.source.strip() and not house_docstring(module)
    ]
    assert silent == []


def broken(rule: house.Rule, allowed: set[str], among: list[house.Module]) -> list[str]:
    return [
        f"{module.name}:{line}"
        for module in among
        if module.name not in allowed
        for line in rule(module)
    ]


def house_docstring(module: house.Module) -> bool:
    first = module.tree.body[0] if module.tree.body else None
    return first is None or getattr(getattr(first, "value", None), "value", None).__class__ is str
