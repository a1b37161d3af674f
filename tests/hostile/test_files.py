"""What strangers send is named by element and rule; nothing of it runs, and nothing falls over."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine.bpmn import parse, process
from engine.bpmn.findings import Severity, has_errors
from engine.bpmn.lint import MAX_FINDINGS, lint
from engine.bpmn.lint.known import Known
from tests.hostile import files
from web import check

HOUSE = Known(
    posts=frozenset({"college_reviewer"}),
    units=frozenset(),
    users=frozenset(),
    forms={},
    topics=frozenset(),
    cases=frozenset(),
    places=frozenset(),
    variables=frozenset(),
)
# harmless: an XInclude is not followed, an expression in a name stays a text
HARMLESS = {"xinclude", "expression_in_a_name"}
MEMORY = 300 * 1024
# the process tells its own highest use: what its parent used before it does not count
RUN = """
import sys
from pathlib import Path
from engine.bpmn.lint.known import Known
from web import check
code = check.run(sys.argv[1:], sys.stdout, Known(forms={}, topics=frozenset()))
used = [line for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line]
print(used[0].split()[1], file=sys.stderr)
sys.exit(code)
"""


def findings(content):
    try:
        outline = parse.read(content)
    except parse.Unreadable as unreadable:
        return (unreadable.finding,)
    return lint(outline, HOUSE)


@pytest.mark.parametrize("hostile", files.ALL, ids=lambda hostile: hostile.name)
def test_it_is_named_by_element_and_rule(hostile):
    found = findings(hostile.make())
    assert set(hostile.finds) <= {(one.element, one.rule) for one in found}
    assert has_errors(found) is (hostile.name not in HARMLESS)
    assert len(found) <= MAX_FINDINGS
    assert all(len(one.text()) < 1_000 for one in found)


def test_the_good_file_among_them_is_good():
    assert findings(files.good()) == ()
    assert process.build(parse.read(files.good())).id == "p"


@pytest.mark.parametrize("hostile", files.DECLARATIONS, ids=lambda hostile: hostile.name)
def test_no_entity_is_ever_expanded(hostile):
    (secret,) = Path("/etc/passwd").read_text().splitlines()[:1]
    told = "".join(one.text() for one in findings(hostile.make()))
    assert secret not in told
    assert "haha" not in told


def test_all_of_them_at_once_stay_within_memory_and_leave_no_traceback(tmp_path):
    paths = []
    for hostile in files.ALL:
        paths.append(tmp_path / f"{hostile.name}.bpmn")
        paths[-1].write_bytes(hostile.make())
    told = subprocess.run(
        [sys.executable, "-c", RUN, *paths],
        capture_output=True,
        check=False,
        text=True,
        env={"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONUTF8": "1"},
    )
    assert told.returncode == 1
    assert told.stderr.strip().isdecimal(), told.stderr
    assert {line.split(":")[0] for line in told.stdout.splitlines()} == {
        str(path) for path in paths
    }
    assert int(told.stderr) < MEMORY


def run(*paths, known=None):
    out = io.StringIO()
    code = check.run([str(path) for path in paths], out, known)
    return code, out.getvalue().splitlines()


def test_a_good_file_says_nothing_and_is_zero(tmp_path):
    path = tmp_path / "good.bpmn"
    path.write_bytes(files.good())
    assert run(path) == (0, [])


def test_advice_alone_is_zero(tmp_path):
    path = tmp_path / "nameless.bpmn"
    path.write_bytes(files.good().replace(' name="审核"'.encode(), b""))
    code, lines = run(path)
    assert code == 0
    assert [line.split(": ")[1:3] for line in lines] == [["warning", "name_required"]]


def test_a_line_has_file_element_severity_rule_and_sentence(tmp_path):
    path = tmp_path / "bad.bpmn"
    path.write_bytes(files.timed("P999999999Y"))
    assert run(path) == (
        1,
        [f"{path}:timer: error: timer_readable: 时长“P999999999Y”太长，最多 10 年。"],
    )


def test_what_is_no_file_is_said_and_never_waited_for(tmp_path):
    pipe, folder, secret = tmp_path / "pipe", tmp_path / "folder", tmp_path / "secret"
    os.mkfifo(pipe)
    folder.mkdir()
    code, lines = run(pipe, folder, tmp_path / "gone", "/dev/zero", "x" * 5_000, "a\0b")
    assert code == 1
    assert [line.split(": ")[2] for line in lines] == ["file_readable"] * 6
    assert not secret.exists()


def test_a_line_moves_no_cursor_and_fits_any_terminal(tmp_path):
    path = tmp_path / "a\x1b[2J\nb.bpmn"
    path.write_bytes(b"")
    code, lines = run(path)
    assert code == 1
    assert len(lines) == 1
    assert "\x1b" not in lines[0]
    narrow = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    assert check.run([str(path)], narrow) == 1


def test_forms_and_decision_tables_are_looked_at_too(tmp_path):
    form, table, other = tmp_path / "a.form", tmp_path / "b.dmn", tmp_path / "c.dmn"
    form.write_text('{"type": "default", "components": [')
    namespace = "https://www.omg.org/spec/DMN/20191111/MODEL/"
    table.write_text(f'<definitions xmlns="{namespace}"/>')
    other.write_bytes(files.laughs())
    code, lines = run(form, table, other)
    assert code == 1
    kinds = [(line.split(":")[0], line.split(": ")[1]) for line in lines]
    assert (str(form), "error") in kinds
    assert (str(table), "error") in kinds
    assert (str(other), "error") in kinds


def test_a_form_beside_the_diagram_counts_as_there(tmp_path):
    diagram, form = tmp_path / "a.bpmn", tmp_path / "ghost.form"
    diagram.write_bytes(files.chain(files.STEP.replace("/>", ' camunda:formRef="ghost"/>')))
    field = {"type": "textfield", "key": "a", "label": "甲", "id": "f1"}
    form.write_text(json.dumps({"type": "default", "id": "ghost", "components": [field]}))
    assert run(diagram, known=HOUSE)[0] == 1
    assert run(diagram, form, known=HOUSE) == (0, [])


def test_severities_are_the_words_that_are_printed():
    assert {str(one) for one in Severity} == {"error", "warning"}
