"""Tables only: columns, keys, constraints. What is done with them lives in the engine's modules."""

from engine.models.committees import Committee, Membership, Seat
from engine.models.definitions import FormText, ProcessDefinition, ProcessDraft, ProcessVersion
from engine.models.eventlog import Content, LogChain, LogEntry, LogMention
from engine.models.instances import (
    Draft,
    InstanceStatus,
    ProcessInstance,
    TaskCandidate,
    TaskStatus,
    UserTask,
)
from engine.models.jobs import Incident, IncidentStatus, Job, JobKind, JobStatus
from engine.models.people import Holding, PersonWord, Post, PostKind, Unit, UnitAbove, User
from engine.models.requests import IdempotentAnswer
from engine.models.rights import Grant, Reach, Role, RoleGrant, Setting
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
    "Committee",
    "Content",
    "Draft",
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
    "TaskCandidate",
    "TaskStatus",
    "Unit",
    "UnitAbove",
    "User",
    "UserTask",
    "WebSession",
]
