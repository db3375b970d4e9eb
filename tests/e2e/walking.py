"""Walks the running platform: which address shows which route to whom, found by following the pages' own links."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from html import unescape
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from playwright.sync_api import APIResponse, BrowserContext

GOLDEN = Path(__file__).parents[1] / "host" / "role_route_matrix.txt"
#: Each role's account, those who may change things first: their pages show the most. "" is nobody, a citizen.
LOGINS = (
    "office",
    "reviewer",
    "unit-clerk",
    "assessor",
    "head",
    "staff",
    "unit-head",
    "sysadmin",
    "secadmin",
    "auditor",
    "",
)
SIGN_IN = "/account/sign-in"
#: How many addresses of one route are looked into for links that no other page has.
LOOKED_INTO = 3
#: Parts of pages that no link leads to: the address of a page and what comes behind it.
PARTS = {
    "/jobs/<int:run_id>/progress": ("/jobs/<int:run_id>", "/progress"),
    "/performance/runs/<int:run_id>/progress": ("/performance/runs/<int:run_id>", "/progress"),
}
_LINK = re.compile(r"""(?:href|data-url|hx-get|src)=["']([^"'#]+)""")
_SHAPES = {"int": r"\d+", "path": r".+"}


@dataclass(frozen=True)
class Sight:
    """An address that shows a route, and who reaches it."""

    login: str
    path: str
    #: False for a download, a part of a page, a figure for machines.
    is_page: bool = True


def get_routes() -> list[str]:
    """The rules that are read with GET, as the golden file of roles and routes has them."""
    lines = GOLDEN.read_text(encoding="utf-8").splitlines()
    return [line.split()[1] for line in lines if line.split()[0] == "GET"]


def discover(context_of: Callable[[str], BrowserContext], starts: dict[str, list[str]]) -> dict[str, Sight]:
    """One address for each route that links lead to, with the first of ``LOGINS`` that reaches it.

    ``starts`` are addresses that a person begins with, besides the routes without variables.
    """
    rules = get_routes()
    linked = set(rules) - set(PARTS)
    found = {SIGN_IN: Sight("", SIGN_IN)}
    for login in LOGINS:
        if linked <= found.keys():
            break
        for rule, answer in _walk(context_of(login), rules, starts.get(login, []), known=set(found)):
            found.setdefault(rule, Sight(login, answer.url, _is_page(answer)))
            if linked <= found.keys():
                break
    for rule, (page, rest) in PARTS.items():
        if page in found:
            found[rule] = Sight(found[page].login, found[page].path + rest, is_page=False)
    return found


def _walk(
    context: BrowserContext, rules: list[str], starts: list[str], *, known: set[str]
) -> Iterator[tuple[str, APIResponse]]:
    """(rule, answer) of what one person can open, breadth first. Routes that are known are looked into once."""
    waiting = deque([*starts, *(rule for rule in rules if "<" not in rule and rule != SIGN_IN)])
    seen = set(waiting)
    looked: dict[str, int] = {}
    while waiting:
        path = waiting.popleft()
        rule = rule_of(path, rules)
        if rule is None or (path not in starts and looked.get(rule, 0) >= (1 if rule in known else LOOKED_INTO)):
            continue
        answer = context.request.get(path)
        rule = rule_of(answer.url, rules)  # a page with but one thing leads on to it; to the form, who is not signed in
        if not answer.ok or rule is None or rule == SIGN_IN:
            continue
        looked[rule] = looked.get(rule, 0) + 1
        yield rule, answer
        new = [link for link in links_of(answer) if link not in seen]
        seen.update(new)
        waiting.extend(new)


def rule_of(path: str, rules: list[str]) -> str | None:
    """The route that an address belongs to: one without variables before one with."""
    plain = urlsplit(path).path
    fitting = [rule for rule in rules if _shape(rule).fullmatch(plain)]
    return min(fitting, key=lambda rule: rule.count("<"), default=None)


@cache
def _shape(rule: str) -> re.Pattern[str]:
    parts = re.split(r"<(?:(\w+):)?\w+>", rule)
    texts = [re.escape(text) for text in parts[::2]]
    kinds = [_SHAPES.get(kind or "", "[^/]+") for kind in parts[1::2]]
    return re.compile("".join(text + kind for text, kind in zip(texts, [*kinds, ""], strict=True)))


def _is_page(answer: APIResponse) -> bool:
    return "text/html" in answer.headers.get("content-type", "") and "<html" in answer.text()


def links_of(answer: APIResponse) -> list[str]:
    """The addresses of this platform that a page leads to; none for a download."""
    if "text/html" not in answer.headers.get("content-type", ""):
        return []
    here = urlsplit(answer.url)
    links = (urlsplit(urljoin(answer.url, unescape(link))) for link in _LINK.findall(answer.text()))
    return [
        f"{link.path}?{link.query}" if link.query else link.path
        for link in links
        if link.netloc == here.netloc and not link.path.startswith("/static/")
    ]
