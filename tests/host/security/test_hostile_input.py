"""Rows 30, 33 and 34 of the security score card: whatever is sent, it is refused in words and never a fault."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_wtf import FlaskForm
from sqlalchemy import Connection
from werkzeug.datastructures import MultiDict
from werkzeug.routing import Rule
from wtforms import SelectField

from host.kernel.access import Actor
from host.kernel.db import db
from host.kernel.tables.exports import registered_exports
from tests.host.security import world
from tests.host.security.test_reach import insiders, reaches, routes_with_a_variable, send, tries, values_for
from tests.host.security.world import World

SignIn = Callable[[Actor], FlaskClient]
HOSTILE = (
    "", " ", "0", "-1", "1e999", "NaN", "Infinity", "9" * 40, str(2**63), "2026-13-45", "0001-01-01", "9999-12-31",
    "\x00", "a\x00b", "\ud800", "𠮷㑇", "\u202e倒", "\r\nSet-Cookie: a=b", "' OR 1=1 --", "<script>alert(1)</script>",
    "{{7*7}}", "../../etc/passwd", "٣", "１２", "=1+1", "x" * 3000, "True", "[]", "{}", "%s%n", "1:2026-03-02", "-0",
)  # fmt: skip
ROUNDS = 320
SYSTEMS = ("platform/host", "basic_info", "duty_eval", "function_monitor", "performance")
_ENGLISH = re.compile(r"[A-Za-z]{3,} [a-z]+ [a-z]+")


def every_form(base: type[FlaskForm] = FlaskForm) -> Iterator[type[FlaskForm]]:
    for form in base.__subclasses__():
        if form.__module__.split(".")[0] in {"host", "basic_info", "duty_eval", "function_monitor", "performance"}:
            yield form
        yield from every_form(form)


def test_row_33_ten_thousand_bad_inputs_are_no_fault_of_any_form(
    app: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    chance, count, accepted, english = random.Random(33), 0, 0, set()
    forms = sorted(set(every_form()), key=lambda form: f"{form.__module__}.{form.__name__}")
    with app.test_request_context("/", method="POST"):
        for kind in forms:
            for _ in range(ROUNDS):
                form = _filled(kind, chance)
                accepted += form.validate()
                told = [word for words in form.errors.values() for word in words]
                english |= {(kind.__name__, str(word)) for word in told if _ENGLISH.search(str(word))}
                count += 1
    with capsys.disabled():
        print(f"\nrow 33: {count} bad inputs to {len(forms)} forms, {accepted} of them bearable")

    assert count >= 10_000
    assert english == set()


def _filled(kind: type[FlaskForm], chance: random.Random) -> FlaskForm:
    names = [name for name in kind(formdata=None, meta={"csrf": False})._fields]
    sent = MultiDict([(name, chance.choice(HOSTILE)) for name in names for _ in range(chance.choice((0, 1, 1, 1, 2)))])
    form = kind(formdata=sent, meta={"csrf": False})
    for field in form:
        if isinstance(field, SelectField) and field.choices is None:
            field.choices = []  # the page fills them in
    return form


@pytest.mark.parametrize("seed", range(4))
def test_row_33_hostile_forms_sent_to_every_address_are_no_fault(
    app: Flask, connection: Connection, sign_in_as: SignIn, seed: int
) -> None:
    target, chance = world.build(), random.Random(seed)
    people = insiders(target)
    names = sorted({name for form in every_form() for name in form(formdata=None, meta={"csrf": False})._fields})
    db.session.commit()
    faults = []
    for rule in app.url_map.iter_rules():
        if "POST" not in tries(rule) or rule.rule.startswith("/api/"):
            continue
        actor = next((actor for actor in people if reaches(app, actor, rule)), people[0])
        values = _values(rule, target)
        body = {name: chance.choice(HOSTILE).encode("utf-8", "surrogatepass") for name in (*names, "chosen", "kind")}
        with connection.begin_nested() as undone:
            status = send(sign_in_as(actor), app, rule, "POST", values, body).status_code
            db.session.remove()
            undone.rollback()
        if status >= 500:
            faults.append((rule.rule, status))

    assert faults == []


def _values(rule: Rule, target: World) -> dict[str, object]:
    """Real ids where there are any: what stands behind them is to be reached."""
    try:
        return values_for(rule, target)
    except AssertionError:
        return {name: 1 if f"int:{name}" in rule.rule else "x" for name in rule.arguments}


QUERIES = (
    "day", "month", "from", "to", "after", "after_id", "before", "year", "as_of", "on", "section", "q", "state", "kind",
    "level", "rule", "number", "post_duty_id", "with", "scheme", "under", "try", "first", "last", "person", "subject",
    "action", "role", "quota", "which",
)  # fmt: skip
ODD = ("0001-01-01", "9999-12-31", "-1", str(2**63), "\x00", "\ud800", "x.y", "9" * 25 + ".1", "1" * 20, "9999-12", "0")


@pytest.mark.parametrize("value", ODD)
def test_row_33_odd_queries_of_every_page_are_no_fault(
    app: Flask, connection: Connection, sign_in_as: SignIn, value: str
) -> None:
    target = world.build()
    people = insiders(target)
    db.session.commit()
    query = {name: value.encode("utf-8", "surrogatepass") for name in QUERIES}
    faults = []
    for rule in app.url_map.iter_rules():
        if "GET" not in tries(rule) or rule.endpoint in {"static", "health.ready"}:
            continue
        actor = next((actor for actor in people if reaches(app, actor, rule)), people[0])
        values = _values(rule, target)
        address = app.url_map.bind("localhost").build(rule.endpoint, values, method="GET")
        for one in (query, *({name: query[name]} for name in ("day", "month", "as_of", "after"))):
            answer = sign_in_as(actor).get(address, query_string=one, headers={"Accept": "application/json"})
            if answer.status_code >= 500:
                faults.append((rule.rule, sorted(one)[:3], answer.status_code))
            if answer.status_code == 200:
                break  # it read them all; one that refuses a parameter does not look at the next

    assert faults == []


@pytest.mark.parametrize("body", ['{"case_no": "1", "case_no": "2"}', '[{"a": 1}, {"b": {"c": 1, "c": 2}}]'])
def test_row_34_json_with_a_name_twice_is_refused(client: FlaskClient, connection: Connection, body: str) -> None:
    target = world.build()
    db.session.commit()
    headers = {**target.key, "Idempotency-Key": "k", "Content-Type": "application/json"}

    assert client.post("/api/events", data=body, headers=headers).status_code == 422


@pytest.mark.parametrize("number", [2**63, 10**30])
def test_a_number_that_no_row_can_have_leads_nowhere(
    app: Flask, connection: Connection, sign_in_as: SignIn, number: int
) -> None:
    target = world.build()
    people = insiders(target)
    db.session.commit()
    wrong = []
    for rule in routes_with_a_variable(app):
        whole = [name for name, value in values_for(rule, target).items() if isinstance(value, int)]
        for actor in people:
            if whole and "GET" in tries(rule) and reaches(app, actor, rule):
                address = rule.rule
                for name in whole:
                    address = address.replace(f"<int:{name}>", str(number))
                status = sign_in_as(actor).get(address, headers={"Accept": "application/json"}).status_code
                if "<" not in address and status != 404:
                    wrong.append((address, status))
                break

    assert wrong == []


SQL = ("' OR '1'='1", "';SELECT pg_sleep(9)--", "x'/**/UNION/**/SELECT/**/NULL--", "%", "_", "\\' --", "$$;--")


@pytest.mark.parametrize("value", SQL)
def test_row_23_what_looks_like_sql_in_a_filter_finds_no_more_rows_than_a_word_that_nobody_has(
    connection: Connection, sign_in_as: SignIn, value: str
) -> None:
    target = world.build()
    people = insiders(target)
    db.session.commit()
    ids = {name.split(".")[-1]: str(found) for name, found in target.values.items()}
    texts = ("q", "person", "subject", "action", "thing", "verb")
    wrong, tried = [], 0
    for name, export in registered_exports().items():
        client = sign_in_as(next(actor for actor in people[::-1] if actor.may(export.permission)))
        rows = {}
        for word in (value, "无此词"):
            asked = ids | dict.fromkeys(texts, word)
            answer = client.post(f"/exports/{name}", query_string=asked, data={"kind": "csv"})
            rows[word] = len(answer.data.splitlines()) if answer.status_code < 500 else 10**9
        tried += 1
        if rows[value] > rows["无此词"]:
            wrong.append((name, rows))

    assert wrong == []
    assert tried > 30


#: Every parameter that some view reads from its address, found in the views themselves.
_READ = re.compile(r"""(?:args\.get|_id|day_of|whole_of)\((?:request\.args, |values, )?"(\w+)\"""")
_ROW = re.compile(r"<tr data-row|<li data-row|data-record")


def _parameters() -> list[str]:
    root = Path(__file__).parents[3]
    sources = (path for system in SYSTEMS for path in (root / system).rglob("*.py"))
    return sorted({*QUERIES, *(name for path in sources for name in _READ.findall(path.read_text(encoding="utf-8")))})


@pytest.mark.parametrize("value", SQL[:3])
def test_row_23_what_looks_like_sql_in_any_parameter_of_any_page_shows_no_more_rows(
    app: Flask, connection: Connection, sign_in_as: SignIn, value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    target = world.build()
    people = insiders(target)
    db.session.commit()
    names, wrong, tried = _parameters(), [], 0
    for rule in app.url_map.iter_rules():
        if "GET" not in tries(rule) or rule.endpoint in {"static", "health.ready"}:
            continue
        actor = next((actor for actor in people if reaches(app, actor, rule)), people[0])
        client, values = sign_in_as(actor), _values(rule, target)
        address = app.url_map.bind("localhost").build(rule.endpoint, values, method="GET")
        shown = {}
        for word in (value, "无此词"):
            answer = client.get(address, query_string=dict.fromkeys(names, word), headers={"Accept": "text/html"})
            shown[word] = (
                len(_ROW.findall(answer.data.decode("utf-8", "replace"))) if answer.status_code < 500 else 10**9
            )
            tried += 1
        if shown[value] > shown["无此词"]:
            wrong.append((rule.rule, shown))
    with capsys.disabled():
        print(f"\nrow 23: {tried} pages asked with {len(names)} parameters each, {len(wrong)} wrong")

    assert wrong == []
    assert len(names) > 30
