"""Error pages in Chinese: what happened, what to do, and a number to quote."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

import structlog
from flask import Flask, Response, flash, jsonify, make_response, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException
from werkzeug.http import HTTP_STATUS_CODES
from werkzeug.wrappers import Response as AnyResponse

from host.auth.held_forms import hold_form
from host.kernel.access import NotConfirmed, NotSignedIn, current_actor
from host.kernel.audit import record_change
from host.kernel.db import db
from host.kernel.errors import DomainError

log = structlog.get_logger("host.web")

SENTENCES = {
    400: ("请求有误", "请返回上一页，检查填写的内容后再试。"),
    401: ("请先登录", "登录后会回到您要看的页面。"),
    403: ("没有权限", "您没有此项操作权限。如确需办理，请联系本单位管理员。"),
    404: ("没有找到", "页面或记录不存在，或不在您的管理范围内。请从菜单重新进入。"),
    405: ("不支持的操作", "请从页面上的按钮进行操作。"),
    409: ("操作未完成", "数据已被他人修改或状态已变化，请刷新后再试。"),
    413: ("文件过大", "请压缩或拆分文件后再上传。"),
    415: ("不支持的内容类型", "请按页面说明的格式提交。"),
    422: ("提交的内容有误", "请按提示修改后重新提交。"),
    429: ("操作太频繁", "请稍等一分钟再试。"),
    500: ("系统出错了", "这不是您的操作造成的。请稍后再试；仍然出错时，请把下面的编号告诉管理员。"),
    503: ("系统繁忙", "请稍等片刻再试，已提交的内容不会丢失。"),
}


def register_errors(app: Flask) -> None:
    app.register_error_handler(DomainError, show_domain_error)
    app.register_error_handler(NotSignedIn, ask_to_sign_in)
    app.register_error_handler(NotConfirmed, ask_for_password)
    app.register_error_handler(CSRFError, show_stale_form)
    app.register_error_handler(HTTPException, show_http_error)
    app.register_error_handler(OperationalError, show_busy)
    app.register_error_handler(PoolTimeout, show_busy)
    app.register_error_handler(DBAPIError, show_database_error)
    app.register_error_handler(Exception, show_bug)


def show_domain_error(error: DomainError) -> Response:
    """Tell the person which rule was broken: a toast for htmx, JSON for the API, a page otherwise."""
    db.session.rollback()
    return answer(error.status, str(error))


def ask_to_sign_in(_error: NotSignedIn) -> AnyResponse:
    """Lead to the sign-in form and back again."""
    if _wants_json() or "HX-Request" in request.headers or request.method != "GET":
        response = answer(401, "请先登录")
        response.headers["HX-Redirect"] = url_for("auth.sign_in_form")
        return response
    return redirect(url_for("auth.sign_in_form", next=request.full_path.rstrip("?")), 302)


def ask_for_password(error: NotConfirmed) -> AnyResponse:
    """Lead to the page that asks for the password, and back to where the person was; written down (security row 12).

    What a form held is kept meanwhile, so that nobody types it twice.
    """
    db.session.rollback()
    actor = current_actor()
    record_change(
        f"auth_session:{actor.session_id or 0}",
        action="session.confirmation_asked",
        actor=actor,
        after={"path": request.path[:200]},
    )
    db.session.commit()
    form = url_for("auth.confirm_form", next=_way_back() or None)
    if _wants_json() or "HX-Request" in request.headers:
        response = answer(error.status, str(error))
        response.headers["HX-Redirect"] = form
        return response
    if request.method == "POST" and not hold_form(request, actor):
        flash("刚才填写的内容没有保留（含附件、密码或内容过长的不保留），确认后请重新提交", "warning")
    return redirect(form, 303)


def _way_back() -> str:
    """The page that was asked for; of a form that was sent, the page on which it stands."""
    if request.method == "GET":
        return request.full_path.rstrip("?")
    page = urlsplit(request.referrer or "")
    return urlunsplit(("", "", page.path, page.query, "")) if page.netloc == request.host else ""


def show_stale_form(_error: CSRFError) -> Response:
    return answer(400, "页面已过期，请刷新页面后重新提交（已填写的内容请先复制）")


def show_http_error(error: HTTPException) -> AnyResponse:
    db.session.rollback()
    status = error.code or 500
    if 300 <= status < 400:
        return error.get_response()
    response = answer(status, None)
    fields = getattr(error, "data", {}).get("messages")
    if fields and _wants_json():
        # Which fields are wrong, without the values that were sent.
        response = make_response(
            jsonify(code=status, message="提交的内容有误，请按 errors 修改", errors=fields), status
        )
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After"}:
            response.headers[name] = value
    return response


def show_busy(error: Exception) -> Response:
    """The database does not answer or a lock was waited for too long: 503, to be tried again."""
    log.warning("database_unavailable", error=type(error).__name__, detail=str(error)[:300])
    db.session.rollback()
    response = answer(503, None)
    response.headers["Retry-After"] = "2"
    return response


def show_database_error(error: DBAPIError) -> Response:
    """Text that PostgreSQL cannot hold (NUL, lone surrogates) and numbers out of range are the sender's fault."""
    state = getattr(error.orig, "sqlstate", None) or ""
    if state.startswith("22") or isinstance(error, DataError):
        db.session.rollback()
        return answer(422, "内容中有无法保存的字符或超出范围的数值，请修改后重新提交")
    if error.connection_invalidated or state.startswith(("57", "08")):
        return show_busy(error)
    return show_bug(error)


def show_bug(error: Exception) -> Response:
    if isinstance(error, UnicodeEncodeError | UnicodeDecodeError):
        db.session.rollback()
        return answer(422, "内容中有无法保存的字符，请修改后重新提交")
    log.error("unhandled", exc_info=error)
    db.session.rollback()
    return answer(500, None)


def answer(status: int, sentence: str | None) -> Response:
    """The answer in the form the caller reads. ``sentence`` None: the usual one of ``status``."""
    title, advice = SENTENCES.get(status, (HTTP_STATUS_CODES.get(status, "出错了"), "请稍后再试。"))
    if _wants_json():
        return make_response(jsonify(code=status, message=sentence or f"{title}：{advice}"), status)
    template = "host/_toast.html" if "HX-Request" in request.headers else "host/error.html"
    page = render_template(template, status=status, title=title, sentence=sentence, advice=advice)
    return make_response(page, status)


def _wants_json() -> bool:
    return request.path.startswith("/api/") or request.accept_mimetypes.best == "application/json"
