"""A workbook of people and units from upload to record: what it adds, changes, refuses, repeats."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import func, select

from engine import verify
from engine.college import persons
from engine.entries import Kind
from engine.models import Holding, LogEntry, Post, Unit, User
from quality.imports import faults, runs, written
from quality.imports.errors import ImportNotReady
from quality.imports.models import ImportStatus, RowAction
from tests import workbooks
from tests.workbooks import workbook

UNITS = workbooks.units(40)
CODES = [line[0] for line in UNITS[1:]]
PEOPLE = workbooks.people(600, CODES)
BAD = {
    10: (1, "", faults.MISSING),
    50: (2, "nowhere", faults.UNKNOWN_UNIT),
    90: (3, "皇帝", faults.UNKNOWN_POST),
    130: (4, "去年", faults.NO_DAY),
    170: (0, "T00005", faults.TWICE),
    210: (2, "", faults.POST_WITHOUT_UNIT),
    250: (0, "", faults.MISSING),
}


def spoiled() -> list[list[object]]:
    lines = [list(line) for line in PEOPLE]
    for number, (at, text, _sentence) in BAD.items():
        lines[number][at] = text
    return lines


def said(fault: faults.Fault) -> str:
    return fault.sentence.format(**fault.values)


def lines(db, run, action, **more):
    return runs.lines(db, run.id, action=action, limit=200, **more).items


def count(db, table) -> int:
    return db.execute(select(func.count()).select_from(table)).scalar_one()


def entries(db, kind) -> int:
    wanted = select(func.count()).select_from(LogEntry).where(LogEntry.kind == kind)
    return db.execute(wanted).scalar_one()


def test_six_hundred_people_seven_bad_rows_come_back_and_the_second_upload_changes_only_those(
    db, bring
):
    before = count(db, User)
    run = bring(workbook({"单位": UNITS, "人员": spoiled()}))
    assert run.status is ImportStatus.DONE
    assert run.counts == {"add": 40 + 593, "error": 7}
    assert count(db, User) == before + 593
    wrong = {line.line - 1: line for line in lines(db, run, RowAction.ERROR)}
    assert set(wrong) == set(BAD)
    for number, (_at, _text, sentence) in BAD.items():
        assert sentence in [fault.sentence for fault in wrong[number].faults]

    returned = workbooks.sheets(written.mistakes(db, run.id, said))
    assert list(returned) == ["人员"]
    head, *bad = returned["人员"]
    assert head[-1] == "原因"
    assert len(bad) == 7
    assert all(line[-1] for line in bad)
    mended = [line[:-1] for line in bad]
    for line, number in zip(mended, BAD, strict=True):
        right = dict(zip(workbooks.PERSON_HEAD, PEOPLE[number], strict=True))
        for at, header in enumerate(head[:-1]):
            key = str(header).removesuffix(" *").replace("工号/学号", "工号")
            line[at] = right.get(key, line[at])
    entries_before = count(db, LogEntry)
    again = bring(workbook({"人员": [head[:-1], *mended]}))
    assert again.counts == {"add": 7}
    assert count(db, User) == before + 600
    # seven people and their seven posts, one entry when it began and one when it ended
    assert count(db, LogEntry) == entries_before + 7 * 2 + 2

    whole = bring(workbook({"单位": UNITS, "人员": PEOPLE}), apply=False)
    assert whole.counts == {"same": 640}


def test_every_row_written_is_in_the_record_and_the_record_is_whole(db, bring):
    before = {kind: entries(db, kind) for kind in (Kind.UNIT_CREATED, Kind.USER_CREATED)}
    run = bring(workbook({"单位": UNITS, "人员": PEOPLE[:51]}))
    assert run.counts == {"add": 90}
    assert entries(db, Kind.UNIT_CREATED) - before[Kind.UNIT_CREATED] == 40
    assert entries(db, Kind.USER_CREATED) - before[Kind.USER_CREATED] == 50
    assert (entries(db, Kind.IMPORT_BEGUN), entries(db, Kind.IMPORT_ENDED)) == (1, 1)
    assert list(verify.verify(db)) == []


def test_a_changed_cell_is_shown_with_what_it_replaces_and_only_that_is_written(db, bring):
    bring(workbook({"单位": UNITS, "人员": PEOPLE[:6]}))
    changed = [list(line) for line in PEOPLE[:6]]
    changed[2][1] = "欧阳新"
    changed[0].append("电话")
    changed[3].append("13800000000")
    run = bring(workbook({"人员": changed}), apply=False)
    assert run.counts == {"same": 3, "change": 2}
    first, second = lines(db, run, RowAction.CHANGE)
    assert (first.was, first.data["name"]) == ({"name": PEOPLE[2][1]}, "欧阳新")
    assert second.was == {"phone": ""}


def test_what_is_private_is_kept_only_as_long_as_somebody_must_mend_it(db, bring):
    head = ["工号", "姓名", "电话", "身份证号", "单位编码"]
    good = ["1001", "甲一", "13800001234", "11010519491231002X", ""]
    content = workbook({"人员": [head, good, ["1002", "乙二", "13800005678", "", "nowhere"]]})
    run = bring(content)
    assert db.execute(select(User.phone).where(User.number == "1001")).scalar_one() == good[2]
    for each, action in ((run, RowAction.ADD), (bring(content), RowAction.SAME)):
        (line,) = lines(db, each, action)
        assert (line.data["phone"], line.data["id_number"]) == ("138******34", "110*************2X")
        (line,) = lines(db, each, RowAction.ERROR)
        assert line.data["phone"] == "13800005678"


def test_people_who_hold_another_post_are_given_it_beside_the_first(db, bring):
    head = ["工号", "姓名", "单位编码", "岗位", "起", "止"]
    bring(workbook({"人员": [head, ["9001", "甲一", "machine", "教师", "2020-09-01", ""]]}))
    held = ["9001", "教务处审定岗", "academic_affairs", "2024.3.1", "2027年2月28日"]
    sheet = [["工号", "岗位", "单位编码", "起", "止"], held]
    assert bring(workbook({"任职": sheet})).counts == {"add": 1}
    assert bring(workbook({"任职": sheet})).counts == {"same": 1}
    person = db.execute(select(User.id).where(User.number == "9001")).scalar_one()
    rows = db.execute(
        select(Post.key, Holding.since, Holding.until)
        .join(Post, Post.id == Holding.post_id)
        .where(Holding.user_id == person)
        .order_by(Holding.since)
    ).all()
    assert [tuple(row) for row in rows] == [
        ("teacher", date(2020, 9, 1), None),
        ("academic_affairs", date(2024, 3, 1), date(2027, 2, 28)),
    ]
    sheet[1][3] = "2025-01-01"
    run = bring(workbook({"任职": sheet}), apply=False)
    (line,) = lines(db, run, RowAction.ERROR)
    assert [fault.sentence for fault in line.faults] == [faults.HELD_ALREADY]


def test_a_post_held_twice_in_one_file_is_named_with_the_other_line(db, bring):
    sheet = [["工号", "岗位", "单位编码", "起", "止"]]
    sheet += [["9001", "教师", "machine", day, ""] for day in ("2020-01-01", "2021-01-01")]
    people = [["工号", "姓名"], ["9001", "甲一"]]
    run = bring(workbook({"人员": people, "任职": sheet}))
    assert run.counts == {"add": 2, "error": 1}
    (line,) = lines(db, run, RowAction.ERROR)
    assert (line.faults[0].sentence, line.faults[0].values) == (faults.TWICE_HELD, {"line": 2})


def test_a_period_that_ends_before_it_begins_is_named(db, bring):
    sheet = [["工号", "姓名", "单位编码", "岗位", "起", "止"]]
    sheet += [["9001", "甲一", "machine", "教师", "2024-09-01", "2024-08-31"]]
    run = bring(workbook({"人员": sheet}))
    (line,) = lines(db, run, RowAction.ERROR)
    assert [fault.sentence for fault in line.faults] == [faults.ENDS_BEFORE]


def test_a_unit_that_becomes_its_own_ancestor_is_named_with_the_circle(db, bring):
    head = list(workbooks.UNIT_HEAD)
    circle = [
        ["a", "甲", "职能部门", "b"],
        ["b", "乙", "职能部门", "c"],
        ["c", "丙", "职能部门", "a"],
    ]
    run = bring(workbook({"单位": [head, *circle, ["d", "丁", "职能部门", "school"]]}))
    assert run.counts == {"add": 1, "error": 3}
    for line in lines(db, run, RowAction.ERROR):
        assert line.faults[0].sentence == faults.OWN_ANCESTOR
    bring(workbook({"单位": [head, ["e", "戊", "职能部门", "d"]]}))
    run = bring(workbook({"单位": [head, ["d", "丁", "职能部门", "e"]]}))
    (line,) = lines(db, run, RowAction.ERROR)
    assert line.faults[0].values == {"path": "d → e → d"}


def test_two_units_change_places_in_one_file(db, bring):
    head = list(workbooks.UNIT_HEAD)
    bring(
        workbook({"单位": [head, ["d", "丁", "职能部门", "school"], ["e", "戊", "职能部门", "d"]]})
    )
    run = bring(
        workbook({"单位": [head, ["d", "丁", "职能部门", "e"], ["e", "戊", "职能部门", "school"]]})
    )
    assert run.counts == {"change": 2}
    parents = dict(db.execute(select(Unit.code, Unit.parent_id)).all())
    ids = dict(db.execute(select(Unit.code, Unit.id)).all())
    assert (parents["d"], parents["e"]) == (ids["e"], ids["school"])


def test_a_kind_of_unit_where_it_does_not_belong_is_refused(db, bring):
    head = list(workbooks.UNIT_HEAD)
    run = bring(
        workbook({"单位": [head, ["x", "某班", "班级", "school"], ["y", "某院", "二级学院", ""]]})
    )
    found = [line.faults[0].sentence for line in lines(db, run, RowAction.ERROR)]
    assert found == [faults.MISPLACED, faults.NO_PARENT]


def test_people_of_a_unit_whose_row_is_wrong_are_told_so(db, bring):
    unit = ["x1", "某院", "王国", "school"]
    person = ["9001", "甲一", "x1", "教师", "2020-09-01"]
    run = bring(workbook({"单位": [workbooks.UNIT_HEAD, unit], "人员": [PEOPLE[0], person]}))
    assert run.counts == {"error": 2}
    assert lines(db, run, RowAction.ERROR, sheet="people")[0].faults[0].sentence == (
        faults.UNIT_IN_ERROR
    )


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (["1001", "王五", "", ""], faults.OTHER_PERSON),
        (["2002", "王五", "zhang", ""], faults.USERNAME_TAKEN),
        (["2002", "王五", "", "11010519491231002X"], faults.ID_NUMBER_TAKEN),
        (["2002", "王五", "", "110105194912310021"], faults.BAD_CHECK_DIGIT),
        (["2002", "王五", "", "110105194902300021"], faults.BAD_BIRTHDAY),
        (["88", "王五", "", ""], faults.LOST_ZEROS),
    ],
)
def test_what_is_somebody_elses_is_named(db, admin, bring, row, sentence):
    known = {"id_number": "11010519491231002X", "by": admin}
    persons.create(db, "zhang", "张三", number="1001", **known)
    persons.create(db, "li", "李四", number="0088", by=admin)
    if sentence == faults.OTHER_PERSON:
        row = [*row[:3], "G12345678"]
    run = bring(workbook({"人员": [["工号", "姓名", "账号", "身份证号"], row]}))
    (line,) = lines(db, run, RowAction.ERROR)
    assert sentence in [fault.sentence for fault in line.faults]


def test_somebody_with_an_account_and_without_a_number_is_given_one(db, college, bring):
    run = bring(workbook({"人员": [["工号", "姓名", "账号"], ["1001", "吴允恭", "leader"]]}))
    assert run.counts == {"change": 1}
    number = select(User.number).where(User.id == college.users["leader"])
    assert db.execute(number).scalar_one() == "1001"


def test_a_row_whose_person_changed_after_the_preview_is_not_written_over(db, admin, bring, work):
    bring(workbook({"人员": PEOPLE[:4][:1] + [[*line[:2]] for line in PEOPLE[1:4]]}))
    changed = [["工号", "姓名"], ["T00000", "新甲"], ["T00001", "新乙"], ["T00002", "新丙"]]
    run = bring(workbook({"人员": changed}), apply=False)
    other = db.execute(select(User.id).where(User.number == "T00001")).scalar_one()
    persons.change(db, other, by=admin, name="别人改的")
    runs.apply(db, run.id, by=admin)
    work()
    run = runs.one(db, admin, run.id)
    assert run.counts == {"change": 2, "error": 1}
    (line,) = lines(db, run, RowAction.ERROR)
    assert line.faults[0].sentence == faults.CHANGED_SINCE
    names = select(User.name).where(User.number.like("T0000%")).order_by(User.number)
    assert db.execute(names).scalars().all() == ["新甲", "别人改的", "新丙"]


def test_two_imports_of_the_same_people_write_them_once(db, admin, work):
    content = workbook({"单位": UNITS, "人员": PEOPLE})
    first, second = (runs.begin(db, "甲.xlsx", content, by=admin) for _time in range(2))
    work()
    for number in (first, second):
        runs.apply(db, number, by=admin)
    work()
    counts = [runs.one(db, admin, number).counts for number in (first, second)]
    added = [one.get("add", 0) for one in counts]
    assert sum(added) == 640
    assert sum(one.get("same", 0) for one in counts) == 640
    numbers = select(func.count()).select_from(User).where(User.number.like("T%"))
    assert db.execute(numbers).scalar_one() == 600


def test_who_is_missing_from_a_complete_list_leaves_only_when_confirmed(db, bring):
    crowd = [PEOPLE[0], *([f"L{n}", f"甲{n}", "machine", "教师", "2020-09-01"] for n in range(3))]
    active = select(User.number).where(User.number.like("L%"), User.is_active)
    bring(workbook({"人员": crowd}))
    shorter = workbook({"人员": crowd[:3]})
    assert bring(shorter, leavers=True).counts == {"same": 2}
    assert bring(shorter, with_leavers=True).counts == {"same": 2, "keep": 1}
    assert sorted(db.execute(active).scalars()) == ["L0", "L1", "L2"]
    assert bring(shorter, with_leavers=True, leavers=True).counts == {"same": 2, "leave": 1}
    assert sorted(db.execute(active).scalars()) == ["L0", "L1"]


def test_a_leaver_keeps_what_is_open_in_sight_and_may_be_spared(db, admin, bring, work):
    crowd = [PEOPLE[0], *([f"L{n}", f"甲{n}", "machine", "教师", "2020-09-01"] for n in range(4))]
    bring(workbook({"人员": crowd}))
    run = bring(workbook({"人员": crowd[:3]}), apply=False, with_leavers=True)
    assert run.counts == {"same": 2, "leave": 2}
    first, second = lines(db, run, RowAction.LEAVE)
    assert first.was["tasks"] == 0
    assert [first.key, second.key] == ["L2", "L3"]
    runs.stay(db, run.id, first.number, by=admin, stays=True)
    assert runs.one(db, admin, run.id).counts == {"same": 2, "leave": 1, "keep": 1}
    runs.apply(db, run.id, by=admin, leavers=True)
    work()
    active = select(User.number).where(User.number.like("L%"), User.is_active)
    assert sorted(db.execute(active).scalars()) == ["L0", "L1", "L2"]
    back = bring(workbook({"人员": crowd}))
    assert back.counts == {"same": 3, "change": 1}
    assert sorted(db.execute(active).scalars()) == ["L0", "L1", "L2", "L3"]


def test_people_from_outside_and_people_without_a_number_never_leave_by_a_list(bring):
    outside = [
        ["工号", "姓名", "单位编码", "岗位", "校外"],
        ["W1", "外人", "machine", "教师", "是"],
    ]
    bring(workbook({"人员": outside}))
    row = ["9001", "甲一", "machine", "教师", "2020-09-01"]
    run = bring(workbook({"人员": [PEOPLE[0], row]}), with_leavers=True, leavers=True)
    assert run.counts == {"add": 1}


def test_whoever_brings_the_list_is_not_on_the_list_of_leavers(db, college, admin, bring):
    persons.change(db, college.users["office"], by=admin, number="77")
    row = ["9001", "甲一", "academic_affairs", "教师", "2020-09-01"]
    run = bring(workbook({"人员": [PEOPLE[0], row]}), apply=False, with_leavers=True)
    assert run.counts == {"add": 1}


def test_an_import_is_applied_once_and_dropped_only_before(db, admin, bring):
    run = bring(workbook({"人员": PEOPLE[:1] + [[*line[:2]] for line in PEOPLE[1:3]]}))
    with pytest.raises(ImportNotReady):
        runs.apply(db, run.id, by=admin)
    with pytest.raises(ImportNotReady):
        runs.drop(db, run.id, by=admin)
    other = bring(workbook({"人员": [*PEOPLE[:1], [*PEOPLE[9][:2]]]}), apply=False)
    runs.drop(db, other.id, by=admin)
    assert runs.one(db, admin, other.id).status is ImportStatus.DROPPED
    assert runs.lines(db, other.id).items == ()


def test_a_person_without_the_right_brings_nothing_in(db, college, bring):
    quality = college.actor(db, "leader")
    before = count(db, User)
    with pytest.raises(Exception, match="权限"):
        bring(workbook({"人员": PEOPLE[:3]}), by=quality)
    assert count(db, User) == before


def test_the_template_is_read_back_with_nothing_in_it(db, admin):
    content = written.template(db, runs.sheets_for(admin))
    found = workbooks.sheets(content)
    assert list(found)[:3] == ["单位", "人员", "任职"]
    with pytest.raises(Exception, match="只有表头"):
        runs.begin(db, "模板.xlsx", content, by=admin)
