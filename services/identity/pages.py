"""Pages for browsers: templates, the headers that protect them, cookies; nothing is loaded from anywhere else."""

import functools
from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.identity import words
from services.identity.commands.passkeys import origin
from services.identity.commands.signing_in import Step
from shared import problems
from shared.problems import Problem
from shared.requests import Route
from shared.settings import Settings

FOLDER = Path(__file__).with_name("templates")
YEAR = 365 * 86_400  # seconds that a browser is remembered
CHINA = timezone(timedelta(hours=8))  # one time, and no summer time
KEPT = {"jieli_device": YEAR}
GUARDS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


@functools.cache
def _templates() -> Environment:
    made = Environment(loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined)
    made.globals |= {"chinese": words.chinese, "when": _when}
    return made


def _when(moment: datetime) -> str:
    return moment.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")


def page(name: str, status: int = 200, **values: object) -> HTMLResponse:
    """One page."""
    return HTMLResponse(_templates().get_template(f"{name}.html").render(**values), status, GUARDS)


def shown(step: Step, settings: Settings) -> Response:
    """Where a sign-in stands: the next page, or back to where the browser came from (303, FAPI 2.0, 5.3.2.2)."""
    if step.location:
        answer: Response = RedirectResponse(step.location, 303, {"cache-control": "no-store"})
    else:
        status = step.problem.kind.status if step.problem else 200
        answer = page("sign-in", status, step=step, region=settings.region_name)
    keep(answer, settings, step.cookies)
    return answer


def keep(answer: Response, settings: Settings, cookies: Mapping[str, str]) -> None:
    """Set cookies; an empty value takes one away."""
    secure = origin(settings).startswith("https:")
    for name, value in cookies.items():
        age = KEPT.get(name) if value else 0
        answer.set_cookie(name, value, max_age=age, path="/", secure=secure, httponly=True, samesite="lax")


def asset(name: str, kind: str) -> Response:
    """A script or style sheet of ours."""
    return Response((FOLDER / name).read_text("utf-8"), media_type=kind, headers={"cache-control": "no-cache"})


class PageRoute(Route):
    """A route that shows its problems as a page."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's handler with problems rendered for people."""
        handle = super().get_route_handler()

        async def show(request: Request) -> Response:
            try:
                return await handle(request)
            except Problem as problem:
                return page("problem", problem.kind.status, problem=problem)
            except RequestValidationError:
                unfit = problems.BODY_INVALID("Go back, and fill in what the page asks for.")
                return page("problem", unfit.kind.status, problem=unfit)

        return show


def router() -> APIRouter:
    """A router of pages."""
    return APIRouter(route_class=PageRoute, default_response_class=HTMLResponse)
