"""The product with its demo college in a real browser, on both databases."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.person import Person
from tests.browser.site import Site
from tests.conftest import DATABASES, address, in_server
from tests.demo_college import settle

# as bin/prepare.py looks for one: the machine's, Debian's, else Playwright's own
CHROMIUM_NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PEOPLE = 40
# a page has this long to show what is expected, on a machine that is busy with other things too
PATIENCE = 20_000
FAILED = pytest.StashKey[bool]()

Enter = Callable[..., Person]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report = yield
    if report.failed and report.when == "call":
        item.stash[FAILED] = True
    return report


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE)
    found = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the files of the demo colleges lie: the data directory of their founding."""
    return tmp_path_factory.mktemp("files")


@pytest.fixture(scope="session")
def sqlite_college(
    sqlite_template: bytes, files: Path, tmp_path_factory: pytest.TempPathFactory
) -> bytes:
    path = tmp_path_factory.mktemp("college") / "college.sqlite"
    path.write_bytes(sqlite_template)
    settle(f"sqlite:///{path}", files, PEOPLE)
    return path.read_bytes()


@pytest.fixture(scope="session")
def postgresql_college(postgresql_server: str, postgresql_template: str, files: Path) -> str:
    name = f"zhengai_college_{secrets.token_hex(4)}"
    in_server(postgresql_server, f'CREATE DATABASE "{name}" TEMPLATE "{postgresql_template}"')
    settle(address(postgresql_server, name), files, PEOPLE)
    return name


@pytest.fixture(scope="module", params=DATABASES)
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """A server of this file's own, with the demo college as it was founded."""
    folder = tmp_path_factory.mktemp("site")
    if request.param == "sqlite":
        path = folder / "college.sqlite"
        path.write_bytes(request.getfixturevalue("sqlite_college"))
        url = f"sqlite:///{path}"
    else:
        server = request.getfixturevalue("postgresql_server")
        template = request.getfixturevalue("postgresql_college")
        name = f"zhengai_site_{secrets.token_hex(6)}"
        in_server(server, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        url = address(server, name)
    shutil.copytree(request.getfixturevalue("files"), folder, dirs_exist_ok=True)
    made = Site(request.param, url, folder)
    made.start()
    yield made
    made.stop()
    assert "Traceback" not in made.log
    if request.param != "sqlite":
        in_server(server, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def photos(site: Site, request: pytest.FixtureRequest) -> Path | None:
    """Where this test keeps its pictures: below ZHENGAI_SCREENSHOTS; else it takes none."""
    kept = os.environ.get("ZHENGAI_SCREENSHOTS")
    if not kept:
        return None
    folder = Path(kept) / site.database / request.path.stem.removeprefix("test_")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def enter(
    browser: Browser, site: Site, photos: Path | None, request: pytest.FixtureRequest
) -> Iterator[Enter]:
    """Let a person in, or come back to who is in: `enter("college_reviewer", phone=True)`."""
    inside: dict[tuple[object, ...], Person] = {}

    def come(username: str = "", **how: bool) -> Person:
        key = (username, *sorted(how.items()))
        if key not in inside:
            person = Person(browser, site, photos, **how)
            inside[key] = person.sign_in(username) if username else person
        return inside[key]

    yield come
    if photos is not None and request.node.stash.get(FAILED, default=False):
        for number, person in enumerate(inside.values()):
            person.page.screenshot(path=photos / f"failed-{number}.png")
    problems = [problem for person in inside.values() for problem in person.problems]
    for person in inside.values():
        person.close()
    assert problems == []
