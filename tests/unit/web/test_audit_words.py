"""What the auditor reads of acts outside cases."""

from __future__ import annotations

import pytest

from engine.entries import Kind
from web import house
from web.audit import HOUSE_WORDS

OF_THE_HOUSE = ("definition_", "version_", "decision_", "deputy_", "calendar_", "term_", "policy_")
MORE = ("cycle_", "webhook_", "setting_", "user_", "unit_", "post_", "committee_", "import_")
AT_THE_DOOR = ("signed_", "sign_", "session_", "token_", "second_", "password_")


@pytest.mark.parametrize(
    "kind", [kind for kind in Kind if kind.value.startswith(OF_THE_HOUSE + MORE + AT_THE_DOOR)]
)
def test_every_act_of_administrators_has_a_name_of_its_own(kind: Kind) -> None:
    assert kind in HOUSE_WORDS or house.title(kind) != "登记"
