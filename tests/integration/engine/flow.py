"""Small processes for engine tests, written as text, and a way to walk a case through one."""

from __future__ import annotations

from itertools import pairwise

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import definitions, instances, tasks
from engine.models import ProcessInstance, UserTask
from engine.people import SYSTEM, Actor

HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" targetNamespace="urn:test" id="d">'
)


def step(name: str, who: str = "initiator", **properties: str) -> str:
    """A user task."""
    inside = "".join(
        f'<camunda:property name="{key}" value="{value}"/>' for key, value in properties.items()
    )
    return (
        f'<bpmn:userTask id="{name}" name="{name}" camunda:candidateGroups="{who}">'
        f"<bpmn:extensionElements><camunda:properties>{inside}</camunda:properties>"
        "</bpmn:extensionElements></bpmn:userTask>"
    )


def line(source: str, target: str, condition: str = "") -> str:
    """A sequence flow."""
    inside = (
        f"<bpmn:conditionExpression>${{{condition}}}</bpmn:conditionExpression>"
        if condition
        else ""
    )
    return (
        f'<bpmn:sequenceFlow id="{source}__{target}" sourceRef="{source}" targetRef="{target}">'
        f"{inside}</bpmn:sequenceFlow>"
    )


def chain(key: str, *nodes: str) -> bytes:
    """A process whose nodes stand in a row; each node's id is read from its text."""
    names = ["start", *(node.split('id="')[1].split('"')[0] for node in nodes), "end"]
    lines = "".join(line(one, other) for one, other in pairwise(names))
    return process(key, "".join(nodes), lines)


def process(key: str, nodes: str, lines: str) -> bytes:
    """A process from its nodes and flows; a start and an end are added."""
    return (
        f'{HEAD}<bpmn:process id="{key}" name="{key}" isExecutable="true">'
        '<bpmn:startEvent id="start"/>'
        f'{nodes}<bpmn:endEvent id="end"/>{lines}</bpmn:process></bpmn:definitions>'
    ).encode()


def begin(db: Session, xml: bytes, *, by: Actor) -> int:
    """Publish a diagram and start a case of it."""
    key = definitions.publish(db, xml, by=SYSTEM, note="test").key
    return instances.start(db, key, by=by)


def open_tasks(db: Session, instance_id: int) -> dict[str, int]:
    """Open tasks of a case: element to number."""
    rows = db.execute(
        select(UserTask.element_id, UserTask.id).where(
            UserTask.instance_id == instance_id, UserTask.status.in_(("ready", "claimed"))
        )
    )
    return {row.element_id: row.id for row in rows}


def do(db: Session, instance_id: int, element: str, *, by: Actor, outcome: str = "approve") -> None:
    """Complete the open task at an element."""
    tasks.complete(db, open_tasks(db, instance_id)[element], by=by, outcome=outcome, comment="意见")


def status(db: Session, instance_id: int) -> str:
    """Where a case is in its life."""
    return db.execute(
        select(ProcessInstance.status).where(ProcessInstance.id == instance_id)
    ).scalar_one()
