"""A person at a browser: signed in, watched for every error, photographed at every stage."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, Page, expect

from tests.browser.site import Site

# a preview that nobody waits for any more, because the next one was asked for
PASSED_OVER: Final = re.compile(r"htmx:(afterRequest|sendAbort),")
PASSWORD: Final = "zhengai-demo"
DESK: Final = {"width": 1440, "height": 900}
PHONE: Final = {"width": 390, "height": 844}
CUT_OFF: Final = "ERR_INTERNET_DISCONNECTED"
STATUS: Final = re.compile(r"Failed to load resource: the server responded with a status of (\d+)")
TWO_FRAMES: Final = "new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))"
# what the page's policy refuses is not always said in the console: so it is asked for
TELL_VIOLATIONS: Final = """
addEventListener("securitypolicyviolation", (event) =>
  console.error(`refused by policy: ${event.violatedDirective} ${event.blockedURI}`));
"""


class Person:
    """One person's browser, with cookies of its own."""

    def __init__(
        self,
        browser: Browser,
        site: Site,
        photos: Path | None,
        *,
        phone: bool = False,
        dark: bool = False,
    ) -> None:
        self.site, self.photos, self.is_phone = site, photos, phone
        self.window = browser.new_context(
            base_url=site.url,
            viewport=PHONE if phone else DESK,
            has_touch=phone,
            is_mobile=phone,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            color_scheme="dark" if dark else "light",
            permissions=["clipboard-read", "clipboard-write"],
        )
        self.window.add_init_script(TELL_VIOLATIONS)
        self.problems: list[str] = []
        self.expected: set[int] = set()
        self.is_cut_off = False
        self.page = self.new_page()

    def new_page(self) -> Page:
        """Another window of the same browser, watched as well."""
        page = self.window.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: self.problems.append(f"{page.url}: {error}"))
        page.on("console", lambda said: self._heard(page, said.type, said.text))
        page.on("requestfailed", lambda sent: self._failed(sent.url, sent.failure or ""))
        return page

    def _heard(self, page: Page, kind: str, text: str) -> None:
        status = STATUS.match(text)
        if (status and int(status[1]) in self.expected) or PASSED_OVER.match(text):
            return
        if self.is_cut_off and CUT_OFF in text:
            return
        if kind in ("error", "warning"):
            self.problems.append(f"{page.url}: {text}")

    def _failed(self, url: str, why: str) -> None:
        # a page that is left ends what it was still loading
        if "ERR_ABORTED" not in why and not (self.is_cut_off and CUT_OFF in why):
            self.problems.append(f"{url}: {why}")

    def expects(self, *statuses: int) -> None:
        """These refusals are meant to come; every other one fails the test."""
        self.expected.update(statuses)

    def goes_offline(self) -> None:
        """The network is cut; requests that fail for it are what is to be seen."""
        self.is_cut_off = True
        self.window.set_offline(True)

    def comes_back(self) -> None:
        """The network is there again."""
        self.window.set_offline(False)

    def sign_in(self, username: str) -> Person:
        """Through the form, as everybody does."""
        self.page.goto("/sign-in")
        self.page.get_by_label("账号", exact=True).fill(username)
        self.page.get_by_label("密码", exact=True).fill(PASSWORD)
        self.page.locator("#sign-in").get_by_role("button", name="登录", exact=True).click()
        expect(self.page).not_to_have_url(re.compile("/sign-in"))
        return self

    def photograph(self, name: str) -> None:
        """Keep the page as it looks on a desk and on a phone, if pictures are wanted."""
        if self.photos is None:
            return
        page = self.page
        page.wait_for_load_state()
        before = page.viewport_size
        for size in (DESK, PHONE):
            if size != page.viewport_size:
                page.set_viewport_size(size)
                # one frame for the layout, one for what observers do with it
                page.evaluate(TWO_FRAMES)
            page.screenshot(path=self.photos / f"{name}-{size['width']}.png", animations="disabled")
        if before != page.viewport_size:
            page.set_viewport_size(before)

    def close(self) -> None:
        """Close the browser's windows."""
        self.window.close()
