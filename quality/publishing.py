"""上传诊改信息平台: what was approved becomes the next version of its document, once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from engine import clock, people, versions
from engine.errors import NotFound
from engine.handlers import ServiceCall
from engine.models import ProcessInstance, TaskStatus, UserTask
from quality import kinds, templates
from quality.models import Document, DocumentStatus, DocumentVersion, Subject


def publish(db: Session, call: ServiceCall) -> Mapping[str, Any]:
    """Write the case's values as the document's next version. A second call changes nothing."""
    document = _document(db, call.instance_id)
    version = DocumentVersion.__table__
    done = select(version.c.id).where(version.c.instance_id == call.instance_id)
    if db.execute(done).one_or_none() is not None:
        return {}
    kind = kinds.get(document.kind)
    signer = approver(db, call.instance_id)
    signed = {one.key: signer for one in kind.header if one.source == kinds.APPROVER}
    number = document.version_number + 1
    row = {
        "document_id": document.id,
        "number": number,
        "data": orjson.dumps({**call.values, **signed}).decode(),
        "instance_id": call.instance_id,
        "template": call.variables.get("template") or templates.catalogue(kind.key).sha256,
        "made_from_id": call.variables.get("made_from"),
        "published_at": clock.now(),
    }
    db.execute(insert(DocumentVersion), row)
    table = Document.__table__
    published = {"version_number": number, "status": DocumentStatus.PUBLISHED}
    db.execute(update(table).where(table.c.id == document.id).values(published))
    return {}


def _document(db: Session, instance_id: int) -> Row[Any, Any, Any]:
    table, subject = Document.__table__, Subject.__table__
    wanted = (
        select(table.c.id, table.c.version_number, subject.c.kind)
        .join(subject, subject.c.id == table.c.subject_id)
        .where(table.c.instance_id == instance_id)
    )
    row = db.execute(wanted.with_for_update(of=table)).one_or_none()
    if row is None:
        raise NotFound
    return row


def approver(db: Session, instance_id: int) -> str:
    """Who approved last; nobody did where the initiator's step is the only one."""
    task, instance = UserTask.__table__, ProcessInstance.__table__
    version_id = select(instance.c.version_id).where(instance.c.id == instance_id)
    first_step = versions.of_case(db, db.execute(version_id).scalar_one()).first_step
    last = (
        select(task.c.completed_by)
        .where(
            task.c.instance_id == instance_id,
            task.c.status == TaskStatus.COMPLETED,
            task.c.element_id != first_step,
        )
        .order_by(task.c.completed_at.desc(), task.c.id.desc())
        .limit(1)
    )
    user_id = db.execute(last).scalar_one_or_none()
    return people.names(db, [user_id]).get(user_id, "") if user_id is not None else ""
