"""Security headers on every answer, errors and files included (security rows 37–39)."""

from flask import Flask, Response, g

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)

_ALWAYS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), camera=(), microphone=(), payment=(), usb=()",
}

#: In the form in which every answer takes them: (lower-case name, (name, value)).
_PERSONAL = tuple((name.lower(), (name, value)) for name, value in {**_ALWAYS, "Cache-Control": "no-store"}.items())


def add_headers(response: Response) -> Response:
    """Set the headers; pages are personal, so nothing but the hashed static files is ever kept by a cache."""
    if response.location and response.mimetype == "text/html":
        response.data = b""  # the library's sentence is English, and browsers go on without showing it
    headers = response.headers
    own = {name.lower() for name, _ in headers}
    headers.extend([pair for lower, pair in _PERSONAL if lower not in own])
    if request_id := g.get("request_id"):
        response.headers["X-Request-Id"] = request_id
    return response


def static_headers(headers: object, _path: str, _url: str) -> None:
    """The same for whitenoise's answers, whose cache life is its own affair."""
    for name, value in _ALWAYS.items():
        headers[name] = value  # type: ignore[index]


def register_headers(app: Flask) -> None:
    app.after_request(add_headers)
