"""The Creators app: who the creators are, which campaigns run, who takes part.

Large lists are written piece by piece, so that 100,000 creators never stand in
memory at once and other requests are answered in between.
"""

import json
from collections.abc import Iterator
from itertools import islice

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from analytics_pipeline.sandbox.population.people import FIRST_CREATOR_ID
from analytics_pipeline.sandbox.population.records import Campaign
from analytics_pipeline.sandbox.state import SandboxState

_JSON = "application/json"
_PIECE = 500
_MOST_AT_ONCE = 2_000
_LISTED_TWICE = 1
_WITHOUT_EMAIL = 2


class CreatorsApp:
    """The Creators app of one sandbox."""

    def __init__(self, state: SandboxState) -> None:
        """Serve a sandbox's world.

        Args:
            state: The sandbox.
        """
        self._state = state
        self._world = state.world

    def respond(self, request: Request, endpoint: str) -> Response:
        """Answer a request.

        Args:
            request: The request.
            endpoint: Its path below ``/api-influencers/``, without slashes.

        Returns:
            The list asked for; 401 without the token, 404 for other paths.
        """
        token = self._state.behaviour.creators_token
        if token and request.headers.get("authorization") != f"Bearer {token}":
            return _refusal(401, "Authentication credentials were not provided.")
        if request.method != "GET":
            return _refusal(405, f"Method {request.method} is not allowed.")
        if endpoint == "creators":
            return _answer(self._creators(), "creators", len(self._world.people))
        if endpoint == "campaigns":
            campaigns = (_campaign(campaign) for campaign in self._world.book)
            return _answer(campaigns, "campaigns", len(self._world.people))
        if endpoint == "involved":
            return self._involved(request)
        return _refusal(404, "Not found.")

    def _creators(self) -> Iterator[dict[str, object]]:
        odd = self._world.config.odd_creators_list
        people = self._world.people
        for index in range(len(people)):
            row: dict[str, object] = {"id": FIRST_CREATOR_ID + index}
            if not (odd and index == _WITHOUT_EMAIL):
                row["email"] = people.email(index)
            yield row
            if odd and index == _LISTED_TWICE:
                yield row

    def _involved(self, request: Request) -> Response:
        ids = _read_ids(request.query_params.get("campaign-ids"))
        if ids is None:
            return _refusal(400, "campaign-ids must be a list such as [1, 2, 3].")
        rows: Iterator[dict[str, object]] = (
            {"campaign_id": known, "creator_ids": self._world.participants(known)}
            for known in ids
            if self._world.book.find(known)
        )
        return _answer(rows, None, len(ids))


def _answer(rows: Iterator[dict[str, object]], key: str | None, size: int) -> Response:
    pieces = _pieces(rows, key)
    if size > _MOST_AT_ONCE:
        return StreamingResponse(pieces, media_type=_JSON)
    return Response("".join(pieces), media_type=_JSON)


def _pieces(rows: Iterator[dict[str, object]], key: str | None) -> Iterator[str]:
    yield f'{{"{key}":[' if key else "["
    first = True
    while chunk := list(islice(rows, _PIECE)):
        text = json.dumps(chunk, ensure_ascii=False)[1:-1]
        yield text if first else f",{text}"
        first = False
    yield "]}" if key else "]"


def _campaign(campaign: Campaign) -> dict[str, object]:
    return {
        "id": campaign.campaign_id,
        "name": campaign.name,
        "hashtags": campaign.hashtags,
        "publishing_start_date": campaign.start.isoformat() if campaign.start else None,
        "publishing_end_date": campaign.end.isoformat() if campaign.end else None,
        "platforms": [{"id": content} for content in campaign.content_types],
    }


def _read_ids(text: str | None) -> list[int] | None:
    try:
        ids = json.loads(text or "")
    except ValueError:
        return None
    if not isinstance(ids, list) or any(type(number) is not int for number in ids):
        return None
    return list(dict.fromkeys(ids))


def _refusal(status: int, detail: str) -> Response:
    return Response(json.dumps({"detail": detail}), status, media_type=_JSON)
