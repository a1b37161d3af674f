"""One-time codes (RFC 6238): a secret shared with a phone, and recovery codes for a lost one.

The secret is locked away with a key made from the house key: with another house key it cannot be
read, and only recovery codes and the people's administrator help (docs/operations.md).
"""

from __future__ import annotations

import base64
import hmac
import re
import secrets
from collections.abc import Sequence
from typing import Final

import pyotp
import segno
from cryptography.fernet import InvalidToken
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from engine import clock
from engine.entries import Kind
from engine.errors import NotFound, Refused, SignInFailed
from engine.models import RecoveryCode, SecondFactor
from engine.people import Actor
from web.signin import door, keys, tries

ISSUER: Final = "诊改平台"
STEP: Final = 30
EARLY_AND_LATE: Final = 1
"""How many steps a phone's clock may be off, to either side."""
CODES: Final = 10
CODE_BYTES: Final = 10
PURPOSE: Final = "second factor"

_factor = SecondFactor.__table__
_codes = RecoveryCode.__table__
_DIGITS: Final = re.compile(r"[0-9]{6}", re.ASCII)


class WrongCode(SignInFailed):
    """The code is not the one of this moment, or was used before."""

    sentence = "验证码不对或已经用过，请用验证器上当前的 6 位数字。"


class SecretLost(Refused):
    """The house key is another one: the secret cannot be read."""

    sentence = (
        "系统的密钥已更换，验证器的验证码暂不可用；请用恢复码登录，或请人员管理员解除两步验证。"
    )


class AlreadyOn(Refused):
    """The person has a second factor; it must be removed before another is set."""

    sentence = "两步验证已经启用；要换手机，请先停用再重新设置。"


def is_on(db: Session, user_id: int) -> bool:
    """Whether signing in asks this person for a code."""
    mine = (_factor.c.user_id == user_id) & _factor.c.confirmed_at.is_not(None)
    return db.execute(select(_factor.c.user_id).where(mine)).first() is not None


def begin(db: Session, user_id: int) -> None:
    """Make a secret, for the phone to take over; it counts once a code has confirmed it.

    Always a new one: who was shown an older one may be somebody else. Raises `AlreadyOn`.
    """
    if is_on(db, user_id):
        raise AlreadyOn
    db.execute(delete(_factor).where(_factor.c.user_id == user_id))
    locked = keys.box(PURPOSE).encrypt(pyotp.random_base32().encode()).decode()
    db.execute(insert(_factor), {"user_id": user_id, "secret": locked, "last_step": 0})


def secret(db: Session, user_id: int) -> str:
    """The secret in the letters that phones take. Raises `NotFound`, `SecretLost`."""
    locked = db.execute(
        select(_factor.c.secret).where(_factor.c.user_id == user_id)
    ).scalar_one_or_none()
    if locked is None:
        raise NotFound
    try:
        return keys.box(PURPOSE).decrypt(locked.encode()).decode()
    except InvalidToken as lost:
        raise SecretLost from lost


def picture(words: str, username: str) -> str:
    """The secret as a QR code, an image that stands in the page itself."""
    address = pyotp.TOTP(words).provisioning_uri(name=username, issuer_name=ISSUER)
    made = segno.make(address, error="m", micro=False)
    return str(made.svg_data_uri(scale=5, border=3, dark="#000", light="#fff"))


def confirm(db: Session, user_id: int, code: str, *, by: Actor) -> Sequence[str]:
    """Turn the second factor on with a first code. Returns the recovery codes, shown once.

    Raises `AlreadyOn`, `WrongCode`, `LockedOut`.
    """
    if is_on(db, user_id):
        raise AlreadyOn
    if not _take_step(db, user_id, code):
        raise WrongCode
    confirmed = update(_factor).where(_factor.c.user_id == user_id)
    db.execute(confirmed.values(confirmed_at=clock.now()))
    door.record(db, Kind.SECOND_FACTOR_SET, by=by.mark, user=user_id)
    return renew_codes(db, user_id)


def take_try(user_id: int) -> int:
    """Take one of the few tries for a code, before it is judged. Returns how many in a row.

    Counted by a writer of its own: the request's lets go before. Raises `LockedOut`.
    """
    return tries.take(f"code:{user_id}")


def forget_tries(db: Session, user_id: int) -> None:
    """The code was right: the tries before it count no more."""
    tries.forget(db, f"code:{user_id}")


def check(db: Session, user_id: int, code: str) -> None:
    """Take a code of the phone or a recovery code; neither works twice. Raises `WrongCode`.

    Raises `SecretLost` where the house key has changed and no recovery code was given.
    """
    plain = code.replace(" ", "").replace("-", "")
    if _DIGITS.fullmatch(plain):
        if not _take_step(db, user_id, plain):
            raise WrongCode
    elif not _take_recovery(db, user_id, plain):
        raise WrongCode


def _take_step(db: Session, user_id: int, code: str) -> bool:
    """Whether this is a code of now; its step, and those before it, are used up by that."""
    generator = pyotp.TOTP(secret(db, user_id))
    now = int(clock.now().timestamp()) // STEP
    plain = code.replace(" ", "").encode(errors="replace")
    for step in range(now - EARLY_AND_LATE, now + EARLY_AND_LATE + 1):
        if hmac.compare_digest(generator.generate_otp(step).encode(), plain):
            unused = (_factor.c.user_id == user_id) & (_factor.c.last_step < step)
            taken = update(_factor).where(unused).values(last_step=step)
            return db.execute(taken.returning(_factor.c.user_id)).first() is not None
    return False


def _take_recovery(db: Session, user_id: int, code: str) -> bool:
    mine = (_codes.c.code_hash == _hashed(user_id, code)) & (_codes.c.user_id == user_id)
    taken = update(_codes).where(mine, _codes.c.used_at.is_(None)).values(used_at=clock.now())
    return db.execute(taken.returning(_codes.c.user_id)).first() is not None


def renew_codes(db: Session, user_id: int) -> Sequence[str]:
    """Make new recovery codes in the place of all before. Returns them, to be shown once."""
    made = [base64.b32encode(secrets.token_bytes(CODE_BYTES)).decode() for _each in range(CODES)]
    db.execute(delete(_codes).where(_codes.c.user_id == user_id))
    rows = [{"code_hash": _hashed(user_id, one), "user_id": user_id} for one in made]
    db.execute(insert(_codes), rows)
    return ["-".join(one[start : start + 4] for start in range(0, 16, 4)).lower() for one in made]


def codes_left(db: Session, user_id: int) -> int:
    """How many recovery codes are still good."""
    mine = (_codes.c.user_id == user_id) & _codes.c.used_at.is_(None)
    return int(db.execute(select(func.count()).select_from(_codes).where(mine)).scalar_one())


def _hashed(user_id: int, code: str) -> str:
    return keys.hashed(f"{user_id}:{code.upper()}")


def remove(db: Session, user_id: int, *, by: Actor, reason: str = "") -> None:
    """Ask this person for no code any more. Raises `NotFound` where there is none."""
    gone = delete(_factor).where(_factor.c.user_id == user_id)
    was = db.execute(gone.returning(_factor.c.confirmed_at)).first()
    db.execute(delete(_codes).where(_codes.c.user_id == user_id))
    if was is None or was.confirmed_at is None:
        raise NotFound
    asked = {"user": user_id} | ({"reason": reason} if reason else {})
    door.record(db, Kind.SECOND_FACTOR_REMOVED, by=by.mark, **asked)
