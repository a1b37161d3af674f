"""Settings and numbers that cannot be used are refused with a sentence, before anything starts."""

from __future__ import annotations

import os
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from web import cli, config

CANNOT = [
    ("PORT", "0"),
    ("PORT", "65536"),
    ("PORT", "http"),
    ("THREADS", "0"),
    ("TIMEZONE", "../../etc/passwd"),
    ("TICK_SECONDS", "nan"),
    ("TICK_SECONDS", "-1"),
    ("TICK_SECONDS", "inf"),
    ("SESSION_HOURS", "99999999999"),
    ("SEAL_MINUTES", "99999999999"),
    ("DEMO", "perhaps"),
    ("DATABASE_URL", "nonsense"),
    ("DATABASE_URL", "mysql://root:secret@host/zhengai"),
    ("DATABASE_URL", "postgresql://user:secret@host:port/zhengai"),
]


@pytest.mark.parametrize(("name", "value"), CANNOT)
def test_a_setting_that_cannot_be_used_is_named(tmp_path, name, value):
    given = {"ZHENGAI_DATA_DIR": str(tmp_path), f"ZHENGAI_{name}": value}
    with pytest.raises(config.SettingError, match=f"ZHENGAI_{name}") as refusal:
        config.read(given)
    assert "secret" not in str(refusal.value)


def test_a_data_directory_that_is_a_file_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(config.SettingError, match="ZHENGAI_DATA_DIR"):
        config.read({"ZHENGAI_DATA_DIR": str(tmp_path / "file")})


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty data directory as the setting of this process."""
    monkeypatch.delenv("ZHENGAI_DATABASE_URL", raising=False)
    monkeypatch.setenv("ZHENGAI_DATA_DIR", str(tmp_path))
    return tmp_path


def called(*words, stdout=subprocess.DEVNULL):
    """The command in a process of its own: its exit code, and what it complained of."""
    call = [sys.executable, "-m", "web.cli", *words]
    done = subprocess.run(call, stdout=stdout, stderr=subprocess.PIPE, text=True, check=False)
    return done.returncode, done.stderr


@pytest.mark.usefixtures("here")
def test_a_port_in_use_is_named(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setenv("ZHENGAI_PORT", str(taken.getsockname()[1]))
        code, said = called("web")
    assert code == 2
    assert "ZHENGAI_PORT" in said
    assert "Traceback" not in said


def test_a_database_that_is_none_is_told_in_a_sentence(here, capsys):
    (here / "zhengai.sqlite").write_bytes(b"no database at all" * 100)
    assert cli.main(["verify"]) == 1
    assert capsys.readouterr().err == "the database cannot be used: file is not a database\n"


def test_a_database_of_a_newer_version_is_told_in_a_sentence(here, capsys):
    assert cli.main(["verify"]) == 0
    with closing(sqlite3.connect(here / "zhengai.sqlite")) as newer, newer:
        newer.execute("UPDATE alembic_version SET version_num = '9999'")
    assert cli.main(["verify"]) == 2
    assert "newer" in capsys.readouterr().err


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("words", [["verify", "--instance"], ["log", "export", "--from"]])
def test_a_number_that_no_database_holds_is_a_wrong_call(words):
    with pytest.raises(SystemExit) as left:
        cli.main([*words, "99999999999999999999"])
    assert left.value.code == 2


@pytest.mark.usefixtures("here")
def test_an_export_whose_reader_has_gone_ends_without_a_traceback():
    assert cli.main(["log", "export"]) == 0
    reading, writing = os.pipe()
    os.close(reading)
    code, said = called("log", "export", stdout=writing)
    os.close(writing)
    assert (code, said.count("Traceback")) == (1, 0)


def test_the_first_administrator_does_not_get_the_password_of_the_demo(here, monkeypatch, capsys):
    with (here / "typed").open("w+") as typed:
        typed.write("zhengai-demo\n")
        typed.seek(0)
        monkeypatch.setattr("sys.stdin", typed)
        assert cli.main(["init"]) == 1
    assert "take another" in capsys.readouterr().err
