"""A running platform with a small demo city, and a browser; without Chromium these tests are skipped by name."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from config import Settings
from host.running.children import free_port
from tests.e2e.half_done import OUTGOING_ORIGIN

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)
FLAGS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--lang=zh-CN",
]  # fmt: skip
ROOT = Path(__file__).parents[2]
#: Where the screenshots of a run go, for a look.
SHOTS = ROOT / "var" / "screenshots"
#: As small a city as can be made.
STAFF = 240
PHONE = {"width": 375, "height": 800}
DESK = {"width": 1280, "height": 900}
OpenPage = Callable[..., Page]


@dataclass(frozen=True)
class Platform:
    """The address of the running platform, its accounts (login name → password) and where it keeps its files."""

    url: str
    accounts: dict[str, str]
    var_dir: Path


@pytest.fixture(scope="session")
def platform(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """One demo city for all browser tests: a schema of its own beside that of the other tests."""
    var_dir = tmp_path_factory.mktemp("platform")
    port = free_port("127.0.0.1", 20_000 + os.getpid() % 10_000)  # no two runs begin to look at the same place
    env = {name: value for name, value in os.environ.items() if not name.startswith("LVZHI_")}
    env |= {
        "LVZHI_DATABASE_URL": settings.database_url or "",
        "LVZHI_SCHEMA": "lvzhi_browser",
        "LVZHI_OUTGOING_ORIGINS": OUTGOING_ORIGIN,
        "LVZHI_VAR_DIR": str(var_dir),
        "LVZHI_PORT": str(port),
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "platform")]),
    }
    command = [sys.executable, "-m", "host.cli", "up", "--city", str(STAFF)]
    with (var_dir / "up.log").open("wb") as log:
        process = subprocess.Popen(command, env=env, cwd=ROOT, stdout=log, stderr=log)
    try:
        _wait_for(process, port, var_dir / "up.log")
        folder = var_dir / f"city-{STAFF}"
        lines = (folder / "demo-accounts").read_text(encoding="utf-8").splitlines()
        accounts = dict(line.split()[:2] for line in lines if not line.startswith("#"))
        yield Platform(f"http://127.0.0.1:{port}", accounts, folder)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("没有 Chromium：浏览器测试未运行")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def context_of(platform: Platform, browser: Browser) -> Iterator[Callable[[str], BrowserContext]]:
    """The browser of one person, signed in once for all tests; "" is somebody who is not signed in."""
    contexts: dict[str, BrowserContext] = {}

    def context(login: str) -> BrowserContext:
        if login not in contexts:
            contexts[login] = browser.new_context(viewport=DESK, base_url=platform.url)  # type: ignore[arg-type]
            if login:
                _sign_in(contexts[login], login, platform.accounts[login])
        return contexts[login]

    yield context
    for one in contexts.values():
        one.close()


@pytest.fixture
def sign_in(platform: Platform, browser: Browser, context_of: Callable[[str], BrowserContext]) -> Iterator[OpenPage]:
    """A page of a person who has signed in, at the size of a phone or a desk, with nothing kept from other tests."""
    contexts = []

    def open_page(login: str, size: dict[str, int] = DESK) -> Page:
        signed_in = context_of(login).storage_state()["cookies"]
        context = browser.new_context(viewport=size, base_url=platform.url)  # type: ignore[arg-type]
        context.add_cookies(signed_in)  # type: ignore[arg-type]
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()


def _sign_in(context: BrowserContext, login: str, password: str) -> None:
    page = context.new_page()
    page.goto("/account/sign-in")
    page.get_by_label("登录名").fill(login)
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url("**/")
    page.close()


@pytest.fixture
def shoot() -> Callable[[Page, str], None]:
    """Keep a picture of the page for a look."""
    SHOTS.mkdir(parents=True, exist_ok=True)

    def take(page: Page, name: str) -> None:
        page.screenshot(path=SHOTS / f"{name}.png", full_page=True)

    return take


def _wait_for(process: subprocess.Popen[bytes], port: int, log: Path, seconds: float = 600) -> None:
    """Until the platform takes connections; loading its city comes before that."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"the platform did not open its port: {log.read_text(encoding='utf-8')[-2000:]}")
