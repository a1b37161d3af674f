"""Tables only: columns, keys, constraints. What is done with them lives in the engine's modules."""

from engine.models.definitions import FormText, ProcessDefinition, ProcessDraft, ProcessVersion
from engine.models.eventlog import Content, LogChain, LogEntry
from engine.models.instances import (
    Draft,
    InstanceStatus,
    ProcessInstance,
    TaskCandidate,
    TaskStatus,
    UserTask,
)
from engine.models.jobs import Incident, IncidentStatus, Job, JobKind, JobStatus
from engine.models.people import (
    ApiToken,
    Holding,
    Post,
    Role,
    RoleGrant,
    SignIn,
    Unit,
    User,
    WebSession,
)
from engine.models.requests import IdempotentAnswer

__all__ = [
    "ApiToken",
    "Content",
    "Draft",
    "FormText",
    "Holding",
    "IdempotentAnswer",
    "Incident",
    "IncidentStatus",
    "InstanceStatus",
    "Job",
    "JobKind",
    "JobStatus",
    "LogChain",
    "LogEntry",
    "Post",
    "ProcessDefinition",
    "ProcessDraft",
    "ProcessInstance",
    "ProcessVersion",
    "Role",
    "RoleGrant",
    "SignIn",
    "TaskCandidate",
    "TaskStatus",
    "Unit",
    "User",
    "UserTask",
    "WebSession",
]
