"""Refusals: problem details (RFC 9457), which never tell what failed inside.

Source: https://www.rfc-editor.org/rfc/rfc9457
"""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

import sqlalchemy as sa
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

MEDIA_TYPE = "application/problem+json"
_RETRY_AFTER_SECONDS = 30
DATABASE_IS_AWAY = (
    sa.exc.OperationalError,
    sa.exc.InterfaceError,
    sa.exc.TimeoutError,
)
"""What is raised while the database cannot be reached."""
# Whoever calls these is a program, whatever it says that it accepts.
_PROGRAMS = ("/api/", "/webhooks/", "/meta/", "/healthz", "/readyz", "/metrics")


_SCHEMA = {
    "type": "object",
    "title": "Problem",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["where", "problem"],
                "properties": {
                    "where": {"type": "array", "items": {"type": "string"}},
                    "problem": {"type": "string"},
                },
            },
        },
    },
}


class ProblemError(Exception):
    """A request cannot be served; its caller is told why.

    Args:
        status: Of the answer.
        detail: What is wrong and what to do, for the caller's eyes: no secret, and
            nothing of what it sent.
        headers: Of the answer.
    """

    def __init__(
        self,
        status: HTTPStatus,
        detail: str,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = dict(headers or {})


def problem(
    status: HTTPStatus,
    detail: str | None = None,
    headers: Mapping[str, str] | None = None,
    **more: Any,  # noqa: ANN401 - any JSON
) -> Response:
    """Return a refusal.

    Args:
        status: Its status; its phrase is the title.
        detail: What is wrong with this request.
        headers: Beside the media type.
        more: Members of its own.

    Returns:
        The answer.
    """
    content = {"type": "about:blank", "title": status.phrase, "status": int(status)}
    if detail is not None:
        content["detail"] = detail
    return JSONResponse(
        content | more, status, headers=dict(headers or {}), media_type=MEDIA_TYPE
    )


def refusals(*statuses: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    """Return what OpenAPI says about the refusals of a route.

    Args:
        statuses: Those that are worth a word; none for any other.

    Returns:
        The descriptions, by status.
    """
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    if not statuses:
        return {"default": {"description": "Any other refusal", "content": content}}
    return {
        int(status): {"description": status.phrase, "content": content}
        for status in statuses
    }


class Refusals:
    """Answers what cannot be served: programs as problems, people with a page.

    Args:
        page: Renders the page for a status.
    """

    def __init__(self, page: Callable[[Request, HTTPStatus], Response]) -> None:
        self._page = page

    def install(self, app: FastAPI) -> None:
        """Let an application answer its refusals so, and say so to programs.

        Args:
            app: The application.
        """
        app.add_exception_handler(ProblemError, self._of_ours)
        app.add_exception_handler(HTTPException, self._of_the_framework)
        app.add_exception_handler(RequestValidationError, self._of_validation)
        for error in DATABASE_IS_AWAY:
            app.add_exception_handler(error, self._of_the_database)
        _describe_problems(app)

    def refuse(
        self,
        request: Request,
        status: HTTPStatus,
        detail: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Refuse a request.

        Args:
            request: What is refused.
            status: Of the answer.
            detail: What is wrong with it, for a program.
            headers: Of the answer.

        Returns:
            A page for a browser that asks for one, else a problem.
        """
        if not _is_a_persons(request):
            return problem(status, detail, headers)
        page = self._page(request, status)
        page.headers.update(headers or {})
        return page

    def _of_ours(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, ProblemError)  # noqa: S101 - installed for it
        return self.refuse(request, error.status, error.detail, error.headers)

    def _of_the_framework(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - installed for it
        status = HTTPStatus(error.status_code)
        detail = None if error.detail == status.phrase else error.detail
        return self.refuse(request, status, detail, error.headers)

    def _of_validation(self, _request: Request, error: Exception) -> Response:
        """Name what is wrong, not what was sent: that may be a secret."""
        assert isinstance(error, RequestValidationError)  # noqa: S101 - installed
        errors = [
            {"where": _place(item), "problem": item["msg"]} for item in error.errors()
        ]
        return problem(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "the request has a wrong form",
            errors=errors,
        )

    def _of_the_database(self, request: Request, _error: Exception) -> Response:
        return self.refuse(
            request,
            HTTPStatus.SERVICE_UNAVAILABLE,
            "the service cannot reach its database; try again later",
            {"Retry-After": str(_RETRY_AFTER_SECONDS)},
        )


def _place(item: Mapping[str, Any]) -> list[str]:
    """Return where something is wrong; a name that is not ours is not repeated."""
    parts = [str(part) for part in item["loc"]]
    return parts[:-1] if item["type"] == "extra_forbidden" else parts


def _is_a_persons(request: Request) -> bool:
    if request.url.path.startswith(_PROGRAMS):
        return False
    return "text/html" in request.headers.get("Accept", "")


def _describe_problems(app: FastAPI) -> None:
    describe = app.openapi

    def with_problems() -> dict[str, Any]:
        description = describe()
        components = description.setdefault("components", {})
        components.setdefault("schemas", {})["Problem"] = _SCHEMA
        return description

    app.openapi = with_problems  # type: ignore[method-assign]
