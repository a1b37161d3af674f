"""Who may do what: one table from action to predicates. Any one predicate that holds allows it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, Final

from engine import predicates as is_
from engine.errors import Forbidden


class Action(StrEnum):
    """Everything that needs a right, as `subject:verb`, alphabetically."""

    CALENDAR_EDIT = "calendar:edit"
    COMMITTEE_EDIT = "committee:edit"
    COMMITTEE_VIEW = "committee:view"
    DEFINITION_EDIT = "definition:edit"
    DEFINITION_PUBLISH = "definition:publish"
    DEFINITION_VIEW = "definition:view"
    DEPUTY_EDIT = "deputy:edit"
    DUE_CHANGE = "due:change"
    IMPORT_RUN = "import:run"
    INCIDENT_RESOLVE = "incident:resolve"
    INCIDENT_VIEW = "incident:view"
    INSTANCE_CANCEL = "instance:cancel"
    INSTANCE_MOVE = "instance:move"
    INSTANCE_REOPEN = "instance:reopen"
    INSTANCE_REPLAY = "instance:replay"
    INSTANCE_START = "instance:start"
    INSTANCE_SUSPEND = "instance:suspend"
    INSTANCE_VIEW_ANY = "instance:view_any"
    INSTANCE_WITHDRAW = "instance:withdraw"
    JOB_VIEW = "job:view"
    LOG_EXPORT = "log:export"
    MESSAGE_DELIVER = "message:deliver"
    NOTICE_EDIT = "notice:edit"
    PERSON_EDIT = "person:edit"
    PERSON_LET_IN = "person:let_in"
    PERSON_VIEW = "person:view"
    PERSON_VIEW_SENSITIVE = "person:view_sensitive"
    POST_EDIT = "post:edit"
    REGISTER_EDIT = "register:edit"
    RIGHTS_EDIT = "rights:edit"
    RIGHTS_TEST = "rights:test"
    RIGHTS_VIEW = "rights:view"
    SETTING_EDIT = "setting:edit"
    SUBJECT_EDIT = "subject:edit"
    SUBJECT_START = "subject:start"
    SUBJECT_VIEW = "subject:view"
    TASK_ACT_FOR = "task:act_for"
    TASK_ADD_SIGNER = "task:add_signer"
    TASK_CLAIM = "task:claim"
    TASK_COMPLETE = "task:complete"
    TASK_COPY = "task:copy"
    TASK_EXTEND = "task:extend"
    TASK_LEND = "task:lend"
    TASK_REASSIGN = "task:reassign"
    TASK_RELEASE = "task:release"
    TASK_RETURN = "task:return"
    TASK_STEP_ASIDE = "task:step_aside"
    TASK_TAKE_BACK = "task:take_back"
    TASK_URGE = "task:urge"
    TASK_VIEW = "task:view"
    TEMPLATE_EDIT = "template:edit"
    UNIT_EDIT = "unit:edit"
    UNIT_VIEW = "unit:view"
    WORK_HAND_OVER = "work:hand_over"


Predicate = Callable[[Any, Any], bool]

POLICY: Final[Mapping[Action, tuple[Predicate, ...]]] = {
    Action.CALENDAR_EDIT: (is_.is_process_admin, is_.is_quality_office, is_.is_system),
    Action.COMMITTEE_EDIT: (is_.is_people_admin, is_.is_quality_office),
    Action.COMMITTEE_VIEW: (is_.is_staff,),
    Action.DEFINITION_EDIT: (is_.is_process_admin,),
    Action.DEFINITION_PUBLISH: (is_.is_process_admin, is_.is_system),
    Action.DEFINITION_VIEW: (is_.is_signed_in,),
    Action.DEPUTY_EDIT: (is_.is_staff,),
    Action.DUE_CHANGE: (is_.is_process_admin,),
    Action.IMPORT_RUN: (is_.is_people_admin, is_.is_quality_office),
    Action.INCIDENT_RESOLVE: (is_.is_process_admin, is_.is_operator),
    Action.INCIDENT_VIEW: (is_.is_process_admin, is_.is_operator, is_.is_auditor),
    Action.INSTANCE_CANCEL: (is_.is_process_admin,),
    Action.INSTANCE_MOVE: (is_.is_process_admin,),
    Action.INSTANCE_REOPEN: (is_.is_process_admin,),
    Action.INSTANCE_REPLAY: (is_.is_auditor, is_.is_process_admin, is_.is_quality_office),
    Action.INSTANCE_START: (is_.is_signed_in, is_.is_system),
    Action.INSTANCE_SUSPEND: (is_.is_process_admin,),
    Action.INSTANCE_VIEW_ANY: (
        is_.is_auditor,
        is_.is_process_admin,
        is_.is_quality_office,
        is_.is_operator,
    ),
    Action.INSTANCE_WITHDRAW: (is_.is_initiator,),
    Action.JOB_VIEW: (is_.is_process_admin, is_.is_operator),
    Action.LOG_EXPORT: (is_.is_auditor, is_.is_operator),
    Action.MESSAGE_DELIVER: (is_.is_process_admin, is_.is_system),
    Action.NOTICE_EDIT: (is_.is_process_admin,),
    Action.PERSON_EDIT: (is_.is_people_admin, is_.is_system),
    Action.PERSON_LET_IN: (is_.is_people_admin,),
    Action.PERSON_VIEW: (is_.is_staff,),
    Action.PERSON_VIEW_SENSITIVE: (is_.is_people_admin,),
    Action.POST_EDIT: (is_.is_people_admin, is_.is_system),
    Action.REGISTER_EDIT: (is_.is_quality_office, is_.is_unit_head, is_.is_system),
    Action.RIGHTS_EDIT: (is_.is_security_admin, is_.is_system),
    Action.RIGHTS_TEST: (is_.is_security_admin,),
    Action.RIGHTS_VIEW: (is_.is_security_admin, is_.is_auditor),
    Action.SETTING_EDIT: (is_.is_security_admin,),
    Action.SUBJECT_EDIT: (is_.is_quality_office, is_.is_people_admin, is_.is_system),
    Action.SUBJECT_START: (is_.is_signed_in,),
    Action.SUBJECT_VIEW: (is_.is_signed_in,),
    Action.TASK_ACT_FOR: (is_.is_process_admin_apart,),
    Action.TASK_ADD_SIGNER: (is_.is_assignee, is_.is_candidate, is_.is_deputy),
    Action.TASK_CLAIM: (is_.is_candidate, is_.is_assignee),
    Action.TASK_COMPLETE: (is_.is_assignee, is_.is_candidate, is_.is_deputy_apart),
    Action.TASK_COPY: (
        is_.is_assignee,
        is_.is_offered,
        is_.is_deputy,
        is_.is_initiator,
        is_.is_finisher,
    ),
    Action.TASK_EXTEND: (is_.is_assignee, is_.is_candidate, is_.is_deputy),
    Action.TASK_LEND: (is_.is_assignee, is_.is_candidate),
    Action.TASK_REASSIGN: (
        is_.is_assignee,
        is_.is_candidate,
        is_.is_deputy,
        is_.is_process_admin,
    ),
    Action.TASK_RELEASE: (is_.is_assignee, is_.is_process_admin),
    Action.TASK_RETURN: (is_.is_assignee, is_.is_candidate, is_.is_deputy_apart),
    Action.TASK_STEP_ASIDE: (is_.is_assignee, is_.is_candidate, is_.is_deputy),
    Action.TASK_TAKE_BACK: (is_.is_finisher,),
    Action.TASK_URGE: (is_.is_initiator, is_.is_quality_office, is_.is_process_admin),
    Action.TASK_VIEW: (
        is_.is_assignee,
        is_.is_offered,
        is_.is_deputy,
        is_.is_finisher,
        is_.is_initiator,
        is_.is_auditor,
        is_.is_process_admin,
        is_.is_quality_office,
    ),
    Action.TEMPLATE_EDIT: (is_.is_signed_in,),
    Action.UNIT_EDIT: (is_.is_people_admin, is_.is_system),
    Action.UNIT_VIEW: (is_.is_staff,),
    Action.WORK_HAND_OVER: (is_.is_people_admin, is_.is_process_admin),
}


def may(person: is_.Person, action: Action, thing: object = None) -> bool:
    """Whether this person may do this (to this thing)."""
    return any(predicate(person, thing) for predicate in POLICY[action])


def reasons(person: is_.Person, action: Action, thing: object = None) -> tuple[Predicate, ...]:
    """Which predicates allow it; without a thing, those that ask about the person alone."""
    asked = [
        predicate
        for predicate in POLICY[action]
        if thing is not None or predicate not in is_.OF_THINGS
    ]
    return tuple(predicate for predicate in asked if predicate(person, thing))


def require(person: is_.Person, action: Action, thing: object = None) -> None:
    """Go on only if this person may. Raises `Forbidden`."""
    if not may(person, action, thing):
        raise Forbidden
