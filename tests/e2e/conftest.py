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
from playwright.sync_api import Browser, Page, sync_playwright

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
PHONE = {"width": 375, "height": 800}
DESK = {"width": 1280, "height": 900}


@dataclass(frozen=True)
class Platform:
    """The address of the running platform and its accounts (login name → password)."""

    url: str
    accounts: dict[str, str]
    var_dir: Path


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    var_dir = tmp_path_factory.mktemp("platform")
    port = _free_port()
    env = {**os.environ, "LVZHI_VAR_DIR": str(var_dir), "LVZHI_PORT": str(port)}
    env.pop("LVZHI_DATABASE_URL", None)
    lvzhi = [sys.executable, "-m", "host.cli"]
    env["PYTHONPATH"] = os.pathsep.join([str(ROOT), str(ROOT / "platform")])
    subprocess.run([*lvzhi, "db", "upgrade"], env=env, check=True, capture_output=True)
    subprocess.run([*lvzhi, "demo", "load", "--staff", "600"], env=env, check=True, capture_output=True)
    process = subprocess.Popen([*lvzhi, "up"], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        lines = (var_dir / "demo-accounts").read_text(encoding="utf-8").splitlines()
        accounts = dict(line.split()[:2] for line in lines if not line.startswith("#"))
        yield Platform(f"http://127.0.0.1:{port}", accounts, var_dir)
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


@pytest.fixture
def sign_in(platform: Platform, browser: Browser) -> Iterator[Callable[..., Page]]:
    """A page of a person who has signed in, at the size of a phone or a desk."""
    contexts = []

    def open_page(login: str, size: dict[str, int] = DESK) -> Page:
        context = browser.new_context(viewport=size, base_url=platform.url)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.goto("/account/sign-in")
        page.get_by_label("登录名").fill(login)
        page.get_by_label("密码").fill(platform.accounts[login])
        page.get_by_role("button", name="登录").click()
        page.wait_for_url("**/")
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def shoot() -> Callable[[Page, str], None]:
    """Keep a picture of the page for a look."""
    SHOTS.mkdir(parents=True, exist_ok=True)

    def take(page: Page, name: str) -> None:
        page.screenshot(path=SHOTS / f"{name}.png", full_page=True)

    return take


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise TimeoutError("the platform did not open its port")
