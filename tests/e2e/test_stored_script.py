"""Row 24 of the security score card: what looks like a script in anybody's words is only ever shown."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Dialog
from sqlalchemy import Connection
from werkzeug.routing import Rule
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from host.kernel.access import Actor
from host.kernel.db import db
from tests.host.security import world
from tests.host.security.test_reach import insiders, reaches, tries, values_for
from tests.host.security.world import World

pytestmark = pytest.mark.browser

SignIn = Callable[[Actor], FlaskClient]
#: All in one, so that the pages are walked once. It leaves attributes in either quotes, titles, text areas and scripts,
#: then comes an element that acts; short enough for every column.
PAYLOAD = "\"'></title></textarea></script><svg/onload=alert(1)>';alert(2)//"
WATCH = """
  window.reports = [];
  addEventListener('securitypolicyviolation', (event) => window.reports.push(event.violatedDirective));
"""


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The app on a port, one request at a time: all of them see the test's one transaction."""
    server = make_server("127.0.0.1", 0, app, threaded=False)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()


def test_row_24_no_page_runs_what_somebody_typed(
    app: Flask,
    connection: Connection,
    sign_in_as: SignIn,
    browser: Browser,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(world, "SECRET", PAYLOAD)
    target = world.build()
    people = insiders(target)
    db.session.commit()
    page = browser.new_page()
    page.add_init_script(WATCH)
    dialogs: list[str] = []

    def close(dialog: Dialog) -> None:
        dialogs.append(page.url)
        dialog.dismiss()

    page.on("dialog", close)
    shown, reports, opened = 0, [], 0
    with served(app) as base:
        for rule, actor in _pages(app, people):
            client = sign_in_as(actor)
            address = app.url_map.bind("localhost").build(rule.endpoint, _values(rule, target), method="GET")
            if not _is_a_page(client.get(address)):
                continue
            answer = page.goto(base + address, wait_until="load")
            opened += 1
            shown += PAYLOAD[:30] in page.content() or PAYLOAD[:30] in page.inner_text("body")
            reports += [(address, report) for report in page.evaluate("window.reports || []")]
            assert answer is not None, address
            assert answer.status < 500, address
    page.close()
    with capsys.disabled():
        print(f"\nrow 24: {opened} pages, {shown} of them show it, {len(dialogs)} dialogs, {len(reports)} reports")

    assert dialogs == []
    assert reports == []
    assert shown > 30


def _is_a_page(answer: TestResponse) -> bool:
    return answer.mimetype == "text/html" and "attachment" not in answer.headers.get("Content-Disposition", "")


def _pages(app: Flask, people: list[Actor]) -> Iterator[tuple[Rule, Actor]]:
    """Every page that is read, with the first of the people who reaches it."""
    for rule in app.url_map.iter_rules():
        if "GET" not in tries(rule) or rule.endpoint in {"static", "health.ready", "api-docs.openapi_json"}:
            continue
        actor = next((one for one in people if reaches(app, one, rule)), None)
        if actor is not None:
            yield rule, actor


def _values(rule: Rule, target: World) -> dict[str, object]:
    try:
        return values_for(rule, target)
    except AssertionError:
        return {name: 1 if f"int:{name}" in rule.rule else "x" for name in rule.arguments}
