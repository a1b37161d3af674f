"""Two-step verification by hand: scanned, confirmed, asked for at the door, and the phone lost."""

from __future__ import annotations

import re

import pyotp
import pytest
from playwright.sync_api import Page, expect

from engine import db as database
from engine.college import persons
from engine.people import SYSTEM
from tests.browser.conftest import Enter
from tests.browser.person import PASSWORD, Person
from tests.browser.site import Site

# what is written is the same on every database: the integration tests ask both
pytestmark = pytest.mark.parametrize("site", ["sqlite"], indirect=True)
WHO = "binder"
LOADED = "(image) => image.complete && image.naturalWidth > 100"


@pytest.fixture
def newcomer(site: Site) -> str:
    """A person of one's own: the phones of the demo accounts cannot be bound."""
    engine = database.connect(site.database_url)
    with database.sessions(engine)() as db:
        persons.create(database.begin_writing(db), WHO, "冯知节", by=SYSTEM, password=PASSWORD)
        db.commit()
    engine.dispose()
    return WHO


def test_a_phone_is_bound_asked_for_and_lost(newcomer: str, enter: Enter) -> None:
    person = enter(newcomer)
    person.expects(401, 422)
    page = person.page
    page.goto("/account")
    card = page.locator("#second-factor")
    card.get_by_label("现在的密码").fill("wrong")
    card.get_by_role("button", name="开始设置").click()
    expect(card.get_by_text("现在的密码不对。")).to_be_visible()
    card.get_by_label("现在的密码").fill(PASSWORD)
    card.get_by_role("button", name="开始设置").click()

    picture = page.get_by_role("img", name="两步验证的二维码")
    expect(picture).to_be_visible()
    assert picture.evaluate(LOADED)
    secret = page.locator("[data-secret]").inner_text().replace(" ", "")
    person.photograph("01-scan")
    page.get_by_label("验证器上的 6 位数字").fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="确认绑定").click()
    expect(page.locator("[data-codes] li")).to_have_count(10)
    codes = page.locator("[data-codes] li").all_inner_texts()
    person.photograph("02-codes")
    page.get_by_role("button", name="复制").click()
    assert page.evaluate("navigator.clipboard.readText()").split() == codes
    page.get_by_role("link", name="已保存，继续").click()
    expect(page.locator("#second-factor").get_by_text("还有 10 个恢复码可用")).to_be_visible()
    person.photograph("03-account")

    page.get_by_role("button", name="退出登录").click()
    comes_back(person)
    page.get_by_label("验证码或恢复码").fill("000000")
    page.get_by_role("button", name="继续").click()
    expect(page.get_by_text("验证码不对或已经用过")).to_be_visible()
    person.photograph("04-code")
    page.get_by_label("验证码或恢复码").fill(codes[0])
    page.get_by_role("button", name="继续").click()
    expect(page).not_to_have_url(re.compile("/sign-in"))

    page.goto("/account")
    page.get_by_text("停用两步验证").click()
    page.locator("[name=remove_password]").fill(PASSWORD)
    page.get_by_role("button", name="停用", exact=True).click()
    expect(page.locator("#second-factor").get_by_text("未启用")).to_be_visible()
    makes_a_token(person, page)


def comes_back(person: Person) -> None:
    """Name and password again; the second step is asked for."""
    page = person.page
    page.get_by_label("账号", exact=True).fill(WHO)
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.locator("#sign-in").get_by_role("button", name="登录", exact=True).click()
    expect(page).to_have_url(re.compile("/sign-in/code"))


def makes_a_token(person: Person, page: Page) -> None:
    """A token is made, shown once, and ended."""
    page.get_by_text("新建令牌").click()
    page.get_by_label("名字").fill("教务系统同步")
    page.get_by_role("button", name="生成令牌").click()
    expect(page.locator("#new-token")).to_be_visible()
    person.photograph("05-token")
    page.goto("/account")
    expect(page.locator("#new-token")).to_have_count(0)
    page.get_by_role("button", name="撤销令牌 教务系统同步").click()
    expect(page.get_by_text("教务系统同步", exact=True)).to_have_count(0)
