"""What `make` sets up is done again only when what went into it has changed."""

from __future__ import annotations

import importlib.util
import sys

import pytest

from tests.architecture import tree


@pytest.fixture
def prepare(tmp_path, monkeypatch):
    """bin/prepare.py, looking at an empty place of its own, with pip and npm written down only."""
    spec = importlib.util.spec_from_file_location("prepare", tree.ROOT / "bin" / "prepare.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assets = tmp_path / "web" / "assets"
    assets.mkdir(parents=True)
    (assets / "package.json").write_text('{"engines": {"node": ">=1"}}')
    for name in ("requirements.txt", "requirements-build.txt", "setup.cfg", "pyproject.toml"):
        (tmp_path / name).write_text("")
    places = {
        "ROOT": tmp_path,
        "VENV": tmp_path / ".venv",
        "BIN": tmp_path / ".venv" / "bin",
        "ASSETS": assets,
        "DIST": tmp_path / "web" / "static" / "dist",
        "TRANSLATIONS": tmp_path / "web" / "translations",
    }
    for name, place in places.items():
        monkeypatch.setattr(module, name, place)
    module.called = []

    def call(command, **_options):
        module.called.append([word.rpartition("/")[2] for word in command])
        if command[-2:] == ["run", "build"]:
            module.DIST.mkdir(parents=True, exist_ok=True)

    monkeypatch.setattr(module, "_call", call)
    machine = tmp_path / "machine"
    machine.mkdir()
    for name in ("node", "npm"):
        (machine / name).write_text("#!/bin/sh\necho v99.0.0\n")
        (machine / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(machine), prepend=None)
    module.VENV.mkdir()
    return module


def test_packages_are_installed_once_and_again_when_the_lock_changes(prepare):
    assert prepare.packages() == "installed"
    assert prepare.packages() == "ready"
    (prepare.ROOT / "requirements.txt").write_text("one==1\n")
    assert prepare.packages() == "installed"


def test_browser_code_is_built_once_and_again_when_a_source_changes(prepare):
    assert prepare.browser_code() == "built"
    assert prepare.browser_code() == "ready"
    assert [words[1:] for words in prepare.called] == [
        ["ci", "--no-audit", "--no-fund"],
        ["run", "build"],
    ]
    (prepare.ASSETS / "new.js").write_text("")
    assert prepare.browser_code() == "built"


def test_browser_code_is_built_again_when_it_was_thrown_away(prepare):
    prepare.browser_code()
    (prepare.DIST / ".made").unlink()
    prepare.DIST.rmdir()
    assert prepare.browser_code() == "built"


def test_node_comes_from_the_package_index_where_the_machine_has_none(prepare, monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert prepare.browser_code() == "built"
    assert "requirements-node.txt" in prepare.called[0]


def test_a_node_that_is_too_old_counts_as_none(prepare):
    (prepare.ASSETS / "package.json").write_text('{"engines": {"node": ">=100"}}')
    prepare.browser_code()
    assert "requirements-node.txt" in prepare.called[0]


def test_node_modules_are_not_a_source(prepare):
    prepare.browser_code()
    (prepare.ASSETS / "node_modules").mkdir()
    (prepare.ASSETS / "node_modules" / "a.js").write_text("")
    assert prepare.browser_code() == "ready"


def test_a_failure_is_told_with_the_step_and_its_output(prepare, capsys, monkeypatch):
    def fails():
        message = "no network"
        raise prepare.Failed(message)

    monkeypatch.setitem(prepare.PLANS, "run", [("packages", fails)])
    assert prepare.main(["run"]) == 1
    told = capsys.readouterr()
    assert "[1/1] packages: " in told.out
    assert "no network" in told.err


def test_an_unknown_plan_is_refused(prepare, capsys):
    assert prepare.main(["everything"]) == 2
    assert "run|check|test" in capsys.readouterr().err


def test_it_runs_on_the_standard_library_alone():
    source = tree.text("bin/prepare.py")
    imported = {
        line.split()[1].split(".")[0]
        for line in source.splitlines()
        if line.startswith(("import ", "from "))
    }
    assert imported - sys.stdlib_module_names == set()


@pytest.fixture
def packaged(prepare, monkeypatch):
    """A machine with apt-get, where unpacking a package brings a slapd that starts."""
    machine = prepare.ROOT / "machine"
    for name in ("apt-get", "dpkg-deb"):
        (machine / name).write_text("#!/bin/sh\necho 'Inst libodbc2 (2.3)'\n")
        (machine / name).chmod(0o755)
    written_down = prepare._call

    def call(command, **options):
        written_down(command, **options)
        if command[:3] == ["apt-get", "-qq", "download"]:
            (options["cwd"] / "slapd.deb").write_text("")
        if command[0] == "dpkg-deb":
            slapd = prepare.VENV / "slapd" / "usr" / "sbin" / "slapd"
            slapd.parent.mkdir(parents=True)
            slapd.write_text("#!/bin/sh\n")
            slapd.chmod(0o755)

    monkeypatch.setattr(prepare, "_call", call)
    return prepare


def test_an_ldap_server_is_unpacked_once_and_never_installed(packaged):
    assert packaged.directory_server() == "unpacked with apt-get"
    assert packaged.directory_server() == "ready"
    done = [words for words in packaged.called if words[-1] != "update"]
    assert done[0] == ["apt-get", "-qq", "download", "libodbc2", "slapd"]
    assert [words[0] for words in done[1:]] == ["dpkg-deb"]


def test_a_machine_without_a_way_to_an_ldap_server_is_told_what_to_install(prepare, monkeypatch):
    monkeypatch.setattr(prepare, "SLAPD_PLACES", ())
    with pytest.raises(prepare.Failed, match="apt-get install slapd"):
        prepare.directory_server()


def test_the_ldap_server_of_the_machine_is_the_second_choice(prepare, monkeypatch):
    mine = prepare.ROOT / "machine" / "slapd"
    mine.write_text("#!/bin/sh\n")
    mine.chmod(0o755)
    monkeypatch.setattr(prepare, "SLAPD_PLACES", (mine,))
    assert prepare.directory_server() == str(mine)
