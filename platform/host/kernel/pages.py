"""What pages need from the host: addresses of built assets and the words for days, times and numbers."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask, current_app, g, url_for

Number = int | float | Decimal

CHINA_TIME = timezone(timedelta(hours=8), "UTC+8")
NOTHING = "—"
#: What a user agent names itself by, the telling ones first: phones also say Linux, and all browsers say Safari.
MACHINES = (
    ("HarmonyOS", "鸿蒙设备"),
    ("Android", "安卓手机"),
    ("iPhone", "苹果手机"),
    ("iPad", "苹果平板"),
    ("Windows", "Windows 电脑"),
    ("Mac OS X", "苹果电脑"),
    ("Linux", "Linux 电脑"),
)
BROWSERS = (
    ("MicroMessenger", "微信"),
    ("DingTalk", "钉钉"),
    ("QQBrowser", "QQ 浏览器"),
    ("HuaweiBrowser", "华为浏览器"),
    ("Edg", "Edge 浏览器"),
    ("Firefox", "火狐浏览器"),
    ("HeadlessChrome", "谷歌浏览器"),
    ("Chrome", "谷歌浏览器"),
    ("Version", "Safari 浏览器"),
)


def register_pages(app: Flask) -> None:
    """Give every template ``asset`` and filters for days, months, instants, numbers, shares, times, sizes, devices."""
    app.jinja_env.globals["asset"] = asset
    app.jinja_env.filters.update(
        day=day,
        month=month,
        instant=instant,
        number=number,
        percent=percent,
        minutes=minutes,
        clock=clock,
        size=size,
        device=device,
    )


def asset(name: str) -> str:
    """Address of a built file, such as ``app.css``, under the name that carries its content's hash.

    Without a build the plain name comes back: pages stay readable, only bare. Looked up once a page: every icon asks.
    """
    found: dict[str, str] = g.setdefault("assets", {})
    if name not in found:
        folder = Path(current_app.static_folder or "") / "build"
        found[name] = url_for("static", filename=f"build/{hashed_names(folder).get(name, name)}")
    return found[name]


def hashed_names(folder: Path) -> dict[str, str]:
    """Plain name to hashed name, as the last asset build wrote them; empty before the first build."""
    manifest = folder / "manifest.json"
    try:
        return _read_manifest(manifest, manifest.stat().st_mtime_ns)
    except FileNotFoundError:
        return {}


@lru_cache(maxsize=4)
def _read_manifest(manifest: Path, changed_at_ns: int) -> dict[str, str]:
    """Read once per build: the time of change is part of the key."""
    names: dict[str, str] = json.loads(manifest.read_text(encoding="utf-8"))
    return names


def today_in_china() -> date:
    """The day that it is in the city, wherever the server's clock stands."""
    return datetime.now(CHINA_TIME).date()


def own_path(target: str) -> str:
    """``target`` where it is a path of this site, never another host (security row 35); empty otherwise."""
    is_local = target.startswith("/") and not target.startswith("//")
    return target if is_local and target.isprintable() and "\\" not in target else ""


def narrowed(address: str, values: Mapping[str, str]) -> str:
    """An address of this site, without an anchor, with ``values`` added to its query.

    For pages of many links that differ in their filters alone: ``url_for`` costs many times as much.
    """
    return f"{address}{'&' if '?' in address else '?'}{urlencode(values)}" if values else address


def day(value: date | None, short: bool = False) -> str:
    """A day as 2026年3月2日, short 3月2日. An instant is read in China time."""
    if value is None:
        return NOTHING
    if isinstance(value, datetime):
        value = _in_china(value)
    month_day = f"{value.month}月{value.day}日"
    return month_day if short else f"{value.year}年{month_day}"


def span(first: date, last: date) -> str:
    """The days from one to another as 3月2日至3月5日, one day as 3月2日."""
    return day(first, short=True) if first == last else f"{day(first, short=True)}至{day(last, short=True)}"


def month(value: date | None, none: str = NOTHING) -> str:
    """The month of a day as 2026年3月."""
    return none if value is None else f"{value.year}年{value.month}月"


def instant(value: datetime | None, full: bool = False) -> str:
    """An instant in China time as 3月2日 14:05 (with the year where it is another), full 2026年3月2日 14:05:09."""
    if value is None:
        return NOTHING
    here = _in_china(value)
    is_this_year = here.year == datetime.now(CHINA_TIME).year
    return f"{day(here, short=is_this_year and not full)} {here:{'%H:%M:%S' if full else '%H:%M'}}"


def device(user_agent: str | None) -> str:
    """A browser's long name of itself in words: Windows 电脑 · Edge 浏览器 130."""
    text = user_agent or ""
    machine = next((word for mark, word in MACHINES if mark in text), text[:60] or "未知设备")
    for mark, word in BROWSERS:
        if found := re.search(rf"{mark}/(\d+)", text):
            return f"{machine} · {word} {found[1]}"
    return machine


def number(value: Number | None, places: int | None = None) -> str:
    """A number with thousands marked: 1,284. ``places`` fixes the digits after the point, a half rounded up.

    Without ``places`` idle zeros are left out, and a float shows at most two digits.
    """
    if value is None:
        return NOTHING
    if places is None and isinstance(value, float):
        return _without_idle_zeros(f"{value:,.2f}")
    if places is None and isinstance(value, Decimal):
        return _without_idle_zeros(f"{value:,f}")
    if places is None:
        return f"{value:,}"
    # By its digits: 111 ÷ 60 is the same 1.9 whether it comes as a float or, out of a sum, as a Decimal.
    return f"{Decimal(str(value)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):,f}"


def percent(value: Number | None, places: int = 1) -> str:
    """A share of 0–1 as 87.5%; a whole one without digits after the point: 100%."""
    if value is None:
        return NOTHING
    return f"{_without_idle_zeros(f'{value * 100:.{places}f}')}%"


def minutes(value: int | None) -> str:
    """Minutes as people say them: 45 分钟, 3.5 小时, 3 小时 20 分钟."""
    if value is None:
        return NOTHING
    hours, rest = divmod(value, 60)
    if hours == 0:
        return f"{rest} 分钟"
    if rest % 6 == 0:
        return f"{value / 60:g} 小时"
    return f"{hours} 小时 {rest} 分钟"


def clock(minute: int) -> str:
    """A time of day from minutes after midnight: ``9:15``."""
    return f"{minute // 60}:{minute % 60:02}"


def size(octets: int) -> str:
    """The size of a file as people say it: 640 B, 12 KB, 3.4 MB."""
    if octets < 1024:
        return f"{octets} B"
    if octets < 1024 * 1024:
        return f"{octets / 1024:.0f} KB"
    return f"{_without_idle_zeros(f'{octets / 1024 / 1024:.1f}')} MB"


def _without_idle_zeros(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


def _in_china(value: datetime) -> datetime:
    # The database hands out aware instants; a naive one can only be UTC.
    return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(CHINA_TIME)
