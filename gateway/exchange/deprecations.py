"""Operations that go: said on each answer (RFC 9745, RFC 8594), and all of them on one page."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time
from email.utils import format_datetime

from gateway.exchange import routes
from gateway.exchange.forward import Answer
from gateway.exchange.routes import Route

PAGE = "/deprecations"


def headers(route: Route, public_url: str) -> dict[str, str]:
    """Deprecation, Sunset and where to read more; nothing for what stays."""
    if route.deprecated is None:
        return {}
    since, sunset = _moment(route.deprecated.since), _moment(route.deprecated.sunset)
    page = f'<{public_url}{PAGE}>; type="application/json"'
    return {
        "deprecation": f"@{int(since.timestamp())}",
        "sunset": format_datetime(sunset, usegmt=True),
        "link": f'{page}; rel="deprecation", {page}; rel="sunset"',
    }


def marked(answer: Answer, route: Route, public_url: str) -> Answer:
    """The answer with what its caller should know; links that the service gave stay (RFC 8288, 3)."""
    more = headers(route, public_url)
    if not more:
        return answer
    if "link" in answer.headers:
        more["link"] = f"{answer.headers['link']}, {more['link']}"
    return replace(answer, headers={**answer.headers, **more})


def every() -> Iterator[Route]:
    """The lines of the table that go."""
    return (route for route in routes.ROUTES if route.deprecated)


def _moment(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
