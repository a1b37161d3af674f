"""Tables only: columns, keys, constraints. What is done with them lives in the engine's modules."""

from engine.models.committees import Committee, Membership, Seat
from engine.models.definitions import (
    CaseMove,
    DecisionText,
    FormText,
    ProcessDefinition,
    ProcessDraft,
    ProcessVersion,
)
from engine.models.deputies import Deputy
from engine.models.eventlog import Content, LogChain, LogEntry, LogMention
from engine.models.instances import (
    ClockStop,
    Copy,
    Draft,
    DueChange,
    InstanceStatus,
    ProcessInstance,
    SigningRound,
    Subscription,
    TaskCandidate,
    TaskPart,
    TaskStatus,
    UserTask,
)
from engine.models.jobs import Incident, IncidentStatus, Job, JobKind, JobStatus
from engine.models.notifications import Notification, NotificationChoice, Webhook
from engine.models.people import Holding, PersonWord, Post, PostKind, Unit, UnitAbove, User
from engine.models.requests import IdempotentAnswer
from engine.models.rights import Grant, Reach, Role, RoleGrant, Setting
from engine.models.school_time import CalendarDay, CalendarVersion, EscalationPolicy, Term
from engine.models.signin import (
    ApiToken,
    Identity,
    RecoveryCode,
    SecondFactor,
    SignIn,
    SignInLink,
    WebSession,
)

__all__ = [
    "ApiToken",
    "CalendarDay",
    "CalendarVersion",
    "CaseMove",
    "ClockStop",
    "Committee",
    "Content",
    "Copy",
    "DecisionText",
    "Deputy",
    "Draft",
    "DueChange",
    "EscalationPolicy",
    "FormText",
    "Grant",
    "Holding",
    "IdempotentAnswer",
    "Identity",
    "Incident",
    "IncidentStatus",
    "InstanceStatus",
    "Job",
    "JobKind",
    "JobStatus",
    "LogChain",
    "LogEntry",
    "LogMention",
    "Membership",
    "Notification",
    "NotificationChoice",
    "PersonWord",
    "Post",
    "PostKind",
    "ProcessDefinition",
    "ProcessDraft",
    "ProcessInstance",
    "ProcessVersion",
    "Reach",
    "RecoveryCode",
    "Role",
    "RoleGrant",
    "Seat",
    "SecondFactor",
    "Setting",
    "SignIn",
    "SignInLink",
    "SigningRound",
    "Subscription",
    "TaskCandidate",
    "TaskPart",
    "TaskStatus",
    "Term",
    "Unit",
    "UnitAbove",
    "User",
    "UserTask",
    "WebSession",
    "Webhook",
]
