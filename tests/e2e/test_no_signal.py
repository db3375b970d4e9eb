"""Work without signal: what is written on a phone without network arrives once, and nobody else reads it there."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Locator, Page, expect

from host.kernel.pages import today_in_china
from tests.e2e.conftest import CHROMIUM, FLAGS, PHONE, Platform

pytestmark = pytest.mark.browser

OpenPhone = Callable[[], BrowserContext]
#: Everything that a device keeps, as text: databases (decoded byte by byte), caches, local storage.
WHAT_IS_KEPT = """async () => {
  const found = [JSON.stringify({...localStorage}), JSON.stringify({...sessionStorage})];
  const letters = (bytes) => new TextDecoder('utf-8').decode(bytes) + new TextDecoder('utf-16').decode(bytes);
  const flat = (value) => value instanceof CryptoKey ? `key extractable=${value.extractable}`
    : value instanceof ArrayBuffer ? letters(value) : ArrayBuffer.isView(value) ? ''
    : value && typeof value === 'object' ? Object.values(value).map(flat).join('|') : String(value);
  for (const {name} of await indexedDB.databases()) {
    const db = await new Promise((done) => { const r = indexedDB.open(name); r.onsuccess = () => done(r.result); });
    for (const store of db.objectStoreNames) {
      const rows = await new Promise((done) => {
        const r = db.transaction(store).objectStore(store).getAll();
        r.onsuccess = () => done(r.result);
      });
      found.push(`${store}: ` + rows.map(flat).join('\\n'));
    }
    db.close();
  }
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) found.push(request.url, await (await cache.match(request)).text());
  }
  return found.join('\\n');
}"""


@pytest.fixture
def open_phone(platform: Platform, browser: Browser, tmp_path: Path) -> Iterator[OpenPhone]:
    """The same phone, again and again: what a browser kept is there when it is opened anew."""
    opened: list[BrowserContext] = []

    def open_it() -> BrowserContext:
        context = browser.browser_type.launch_persistent_context(
            tmp_path / "profile",
            executable_path=CHROMIUM,
            args=FLAGS,
            viewport=PHONE,  # type: ignore[arg-type]
            base_url=platform.url,
        )
        opened.append(context)
        return context

    yield open_it
    for context in opened:
        with contextlib.suppress(Error):
            context.close()


def test_three_days_written_without_signal_arrive_once_after_the_browser_was_killed(
    open_phone: OpenPhone, platform: Platform
) -> None:
    phone = open_phone()
    page = _sign_in(phone, platform, "staff")
    _make_ready(page)
    days = [today_in_china() - timedelta(days=back) for back in range(3)]
    phone.set_offline(True)
    page.goto("/duty-eval/today")
    for day in days:
        _write(page, day, f"离线写于{day.isoformat()}的事")
    expect(page.locator("[data-entries] .chip", has_text="待同步")).to_have_count(3)
    _kill(phone, page)

    phone = open_phone()
    page = _sign_in(phone, platform, "staff")
    expect(page.locator("[data-outbox-count]")).to_be_hidden()
    page.goto("/duty-eval/offline")
    expect(page.locator("[data-entries] .chip", has_text="已同步")).to_have_count(3)
    page.goto("/duty-eval/offline")

    assert [_count_on(page, day, f"离线写于{day.isoformat()}的事") for day in days] == [1, 1, 1]


def test_a_form_of_the_day_goes_to_the_outbox_when_the_network_is_gone(
    open_phone: OpenPhone, platform: Platform
) -> None:
    phone = open_phone()
    page = _sign_in(phone, platform, "staff")
    _make_ready(page)
    phone.set_offline(True)
    _words(page).fill("在网络中断时提交")
    page.get_by_role("button", name="提交", exact=True).click()
    page.wait_for_url("**/duty-eval/offline")
    expect(page.locator("[data-entries]")).to_contain_text("在网络中断时提交")

    phone.set_offline(False)
    expect(page.locator("[data-entries] .chip", has_text="已同步")).to_have_count(1)

    assert _count_on(page, today_in_china(), "在网络中断时提交") == 1


def test_row_42_another_account_on_the_same_phone_sees_nothing_and_the_entries_wait_for_their_owner(
    open_phone: OpenPhone, platform: Platform
) -> None:
    phone = open_phone()
    page = _sign_in(phone, platform, "staff")
    _make_ready(page)
    own_duty = page.locator("input[name=post_duty_id] + span").first.inner_text()
    phone.set_offline(True)
    page.goto("/duty-eval/offline")
    _write(page, today_in_china(), "只有本人能看到的内容")
    assert "只有本人能看到的内容" not in page.evaluate(WHAT_IS_KEPT)
    phone.clear_cookies()
    phone.set_offline(False)

    page = _sign_in(phone, platform, "head")
    page.goto("/duty-eval/offline")
    expect(page.locator("[data-empty]")).to_be_visible()
    kept = page.evaluate(WHAT_IS_KEPT)
    assert "只有本人能看到的内容" not in page.content() + kept
    assert own_duty not in kept
    assert "extractable=true" not in kept
    page.goto("/")
    page.get_by_role("button", name=re.compile("退出")).click()
    page.wait_for_url("**/account/sign-in")

    page = _sign_in(phone, platform, "staff")
    page.goto("/duty-eval/offline")
    expect(page.locator("[data-entries] .chip", has_text="已同步")).to_have_count(1)
    assert _count_on(page, today_in_china(), "只有本人能看到的内容") == 1


def test_row_42_signing_out_asks_about_unsent_entries_and_leaves_nothing(
    open_phone: OpenPhone, platform: Platform
) -> None:
    phone, page = _cut_off(open_phone, platform)
    _write(page, today_in_china(), "不想提交了")
    page.route("**/offline/key", lambda route: route.abort())  # still no way through for the outbox
    phone.set_offline(False)
    page.goto("/")
    expect(page.locator("[data-outbox-count]")).to_contain_text("待同步 1")
    page.get_by_role("button", name=re.compile("退出")).click()
    expect(page.get_by_text("本机还有 1 项没有同步")).to_be_visible()
    page.get_by_role("button", name="放弃并退出").click()
    page.wait_for_url("**/account/sign-in")

    kept = page.evaluate(WHAT_IS_KEPT)
    assert re.sub(r"\W|accounts|entries", "", kept) == ""


def test_an_expired_session_keeps_what_was_not_sent_and_says_to_sign_in_again(
    open_phone: OpenPhone, platform: Platform
) -> None:
    phone, page = _cut_off(open_phone, platform)
    _write(page, today_in_china(), "会话过期前没有发出的事")
    phone.clear_cookies()  # the session is over: the server knows this phone no more
    phone.set_offline(False)

    expect(page.get_by_text("登录已过期。记录仍加密保存在本机")).to_be_visible()
    expect(page.locator("[data-entries] .chip", has_text="待同步")).to_have_count(1)
    page.locator("[data-sign-in]").click()
    page.get_by_label("登录名").fill("staff")
    page.get_by_label("密码").fill(platform.accounts["staff"])
    page.get_by_role("button", name="登录").click()

    page.wait_for_url("**/duty-eval/offline")
    expect(page.locator("[data-entries] .chip", has_text="已同步")).to_have_count(1)
    assert _count_on(page, today_in_china(), "会话过期前没有发出的事") == 1


def test_who_signs_out_may_have_unsent_entries_sent_first(open_phone: OpenPhone, platform: Platform) -> None:
    phone, page = _cut_off(open_phone, platform)
    _write(page, today_in_china(), "退出之前才发出的事")
    page.route("**/offline/key", lambda route: route.abort())  # still no way through for the outbox
    phone.set_offline(False)
    page.goto("/")
    expect(page.locator("[data-outbox-count]")).to_contain_text("待同步 1")
    page.get_by_role("button", name=re.compile("退出")).click()
    page.unroute("**/offline/key")

    page.get_by_role("button", name="先提交再退出").click()

    page.wait_for_url("**/account/sign-in")
    page = _sign_in(phone, platform, "staff")
    assert _count_on(page, today_in_china(), "退出之前才发出的事") == 1


def test_an_entry_that_is_refused_is_shown_with_what_to_do_and_sent_once_mended(
    open_phone: OpenPhone, platform: Platform
) -> None:
    phone, page = _cut_off(open_phone, platform)
    _write(page, today_in_china(), "做了半小时", minutes=30)
    _write(page, today_in_china(), "一天做了二十四小时", minutes=1440)
    phone.set_offline(False)
    conflict = page.locator("[data-entries] li", has=page.locator(".chip", has_text="冲突")).first
    expect(conflict).to_contain_text("超过 24 小时")

    conflict.get_by_role("button", name="修改").click()
    page.locator("#minutes").fill("")
    page.get_by_role("button", name="存入本机").click()

    expect(page.locator("[data-entries] .chip", has_text="已同步")).to_have_count(2)


def test_what_is_typed_while_an_entry_is_being_saved_is_the_next_entry(
    open_phone: OpenPhone, platform: Platform
) -> None:
    _, page = _cut_off(open_phone, platform)
    expect(page.get_by_text("添加说明")).to_be_visible()
    page.evaluate(
        """() => {
          const seal = crypto.subtle.encrypt.bind(crypto.subtle);
          crypto.subtle.encrypt = (...given) => new Promise((done) => { window.goOn = () => done(seal(...given)); });
        }"""
    )
    _words(page).fill("正在存的一项")
    page.get_by_role("button", name="存入本机").click()
    _words(page).fill("接着写的一项")
    page.evaluate("window.goOn()")
    expect(page.locator("[data-entries]")).to_contain_text("正在存的一项")

    assert page.get_by_label("做了什么").input_value() == "接着写的一项"


def test_an_entry_that_the_device_cannot_keep_stays_in_the_form(open_phone: OpenPhone, platform: Platform) -> None:
    _, page = _cut_off(open_phone, platform)
    expect(page.get_by_text("添加说明")).to_be_visible()
    page.evaluate("() => { crypto.subtle.encrypt = () => Promise.reject(new Error('full')); }")
    _words(page).fill("存不下的一项")
    page.get_by_role("button", name="存入本机").click()

    expect(page.locator("[data-status]")).to_contain_text("本机存不下")
    assert page.get_by_label("做了什么").input_value() == "存不下的一项"


def test_a_device_takes_the_duties_along_from_the_first_page_after_signing_in(
    open_phone: OpenPhone, platform: Platform
) -> None:
    phone = open_phone()
    page = _sign_in(phone, platform, "staff")
    _wait_for_duties(page)
    phone.set_offline(True)
    page.goto("/duty-eval/today")

    expect(page.get_by_text("添加说明")).to_be_visible()
    assert page.locator("input[name=post_duty_id]").count() > 1


def test_a_new_device_says_that_it_needs_one_visit_with_signal_and_how(
    open_phone: OpenPhone, platform: Platform
) -> None:
    page = open_phone().new_page()
    page.goto("/duty-eval/offline")

    expect(page.locator("[data-nobody]")).to_contain_text("需要先有一次网络")
    expect(page.locator("[data-nobody] li")).to_have_count(3)
    expect(page.get_by_role("link", name="登录", exact=True)).to_be_visible()
    expect(page.get_by_text("添加说明")).to_be_hidden()


def test_who_keeps_no_records_is_told_so_and_no_page_waits_for_duties(
    open_phone: OpenPhone, platform: Platform
) -> None:
    page = _sign_in(open_phone(), platform, "unit-clerk")
    page.wait_for_load_state("networkidle")
    page.goto("/duty-eval/offline")

    expect(page.locator("[data-barred]")).to_be_visible()
    expect(page.get_by_text("添加说明")).to_be_hidden()


def test_a_duty_with_minutes_needs_no_words_and_nothing_at_all_is_told_at_once(
    open_phone: OpenPhone, platform: Platform
) -> None:
    phone, page = _cut_off(open_phone, platform)
    page.get_by_role("button", name="存入本机").click()
    expect(page.locator("[data-entries] li")).to_have_count(0)

    page.get_by_role("button", name="1 小时", exact=True).click()
    page.get_by_role("button", name="存入本机").click()

    expect(page.locator("[data-entries] li")).to_have_count(1)
    phone.set_offline(False)
    expect(page.locator("[data-entries] .chip", has_text="已同步")).to_have_count(1)


def _sign_in(phone: BrowserContext, platform: Platform, login: str) -> Page:
    page = phone.pages[0] if phone.pages else phone.new_page()
    page.goto("/account/sign-in")
    page.get_by_label("登录名").fill(login)
    page.get_by_label("密码").fill(platform.accounts[login])
    page.get_by_role("button", name="登录").click()
    page.wait_for_url("**/")
    return page


def _cut_off(open_phone: OpenPhone, platform: Platform) -> tuple[BrowserContext, Page]:
    """The phone of a staff member who was here before and has no signal now, on the page for that."""
    phone = open_phone()
    page = _sign_in(phone, platform, "staff")
    _make_ready(page)
    phone.set_offline(True)
    page.goto("/duty-eval/offline")
    return phone, page


def _make_ready(page: Page) -> None:
    """One visit of the day with network: the service worker is there, and my duties are kept."""
    page.goto("/duty-eval/today")
    _wait_for_duties(page)


def _wait_for_duties(page: Page) -> None:
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.evaluate(
        """async () => {
          const isReady = () => new Promise((done) => {
            const r = indexedDB.open('lvzhi-offline');
            r.onsuccess = () => {
              const all = r.result.transaction('accounts').objectStore('accounts').getAll();
              all.onsuccess = () => { r.result.close(); done(all.result.some((one) => one.key && one.facts)); };
            };
          });
          while (!(await isReady())) await new Promise((done) => setTimeout(done, 50));
        }"""
    )


def _words(page: Page) -> Locator:
    """The field of the words, which is folded away until it is asked for."""
    if not (box := page.locator("[data-words-box]")).get_attribute("open"):
        box.evaluate("(one) => { one.open = true; }")
    return box.get_by_label("做了什么")


def _write(page: Page, day: date, content: str, minutes: int = 30) -> None:
    before = page.locator("[data-entries] li").count()
    page.get_by_label("日期").fill(day.isoformat())
    _words(page).fill(content)
    page.locator("#minutes").fill(str(minutes))
    page.get_by_role("button", name="存入本机").click()
    expect(page.locator("[data-entries] li")).to_have_count(before + 1)


def _count_on(page: Page, day: date, content: str) -> int:
    """How often the words stand among the records of the day, as the server shows it."""
    page.goto(f"/duty-eval/today?day={day.isoformat()}")
    return page.locator(".record-list .record-words", has_text=content).count()


def _kill(phone: BrowserContext, page: Page) -> None:
    """The browser dies where it stands."""
    with contextlib.suppress(Error):
        phone.new_cdp_session(page).send("Browser.crash")
