"""The two cookies: the session, and the mark of a browser whose owner was signed in."""

from datetime import UTC, datetime

from starlette.responses import Response

from tenancy.config import settings

DEVICE_SECONDS = 180 * 24 * 3600


def is_encrypted() -> bool:
    """Whether people reach this installation by https."""
    return settings().public_url.startswith("https://")


def session_cookie_name() -> str:
    """The name binds the cookie to this host and to https where there is https."""
    return "__Host-zhidu" if is_encrypted() else "zhidu"


def device_cookie_name() -> str:
    """The cookie of a browser that was signed in before."""
    return "__Host-zhidu-device" if is_encrypted() else "zhidu-device"


def read_cookie(header: str | None, name: str) -> str | None:
    """The value of a cookie in a Cookie header."""
    if header is None:
        return None
    for pair in header.split(";"):
        key, _, value = pair.strip().partition("=")
        if key == name:
            return value
    return None


def set_session(response: Response, token: str, expires_at: datetime) -> None:
    """Give the browser its session."""
    _set(response, session_cookie_name(), token, int((expires_at - datetime.now(UTC)).total_seconds()))


def set_device(response: Response, mark: str) -> None:
    """Let the browser be known again at the next sign-in."""
    _set(response, device_cookie_name(), mark, DEVICE_SECONDS)


def clear_session(response: Response) -> None:
    """Take the session from the browser."""
    _set(response, session_cookie_name(), "", 0)


def _set(response: Response, name: str, value: str, seconds: int) -> None:
    response.set_cookie(name, value, max_age=seconds, path="/", secure=is_encrypted(), httponly=True, samesite="lax")
