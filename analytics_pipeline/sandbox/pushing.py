"""Sends pushes and callbacks to an application, in a thread of their own."""

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import requests
from starlette.concurrency import run_in_threadpool

from analytics_pipeline.sandbox.graph.insights import metric_value
from analytics_pipeline.sandbox.population.calendar import as_instant
from analytics_pipeline.sandbox.population.config import DAY_SECONDS
from analytics_pipeline.sandbox.population.records import Post
from analytics_pipeline.sandbox.state import SandboxState
from analytics_pipeline.sandbox.webhooks import SIGNATURE_HEADER, signature

DELAY_SECONDS: Final = 3_600
TAKEN: Final = 200

_TIMEOUT_SECONDS = 10
_FEWEST_TOLD = 5
_TOO_FEW_TO_TELL = -1
_FORWARD_SHARE, _BACK_SHARE = 0.7, 0.1


@dataclass(frozen=True, slots=True)
class Reply:
    """What an application answered.

    Attributes:
        status: The HTTP status; 0 when no answer came.
        body: The answer, read as JSON if it is; else as text.
    """

    status: int
    body: object

    def as_json(self) -> dict[str, object]:
        """Give the reply as the control addresses show it."""
        return {"status": self.status, "body": self.body}


async def send(
    method: str,
    url: str,
    *,
    body: bytes = b"",
    params: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
) -> Reply:
    """Send one request without holding up the sandbox.

    Args:
        method: GET or POST.
        url: Where to.
        body: What to send.
        params: What to add to the query.
        headers: The headers.

    Returns:
        The reply; a connection that failed is one with status 0.
    """

    def ask() -> Reply:
        try:
            with requests.Session() as session:
                # A proxy of the environment is for the world outside.
                session.trust_env = False
                answer = session.request(
                    method,
                    url,
                    data=body,
                    params=params,
                    headers=headers,
                    timeout=_TIMEOUT_SECONDS,
                    allow_redirects=False,
                )
        except (requests.RequestException, ValueError) as error:
            return Reply(0, type(error).__name__)
        return Reply(answer.status_code, _read(answer))

    return await run_in_threadpool(ask)


async def verify(callback_url: str, verify_token: str) -> tuple[bool, Reply]:
    """Shake hands with an application: it must send a challenge back.

    Args:
        callback_url: Its address.
        verify_token: What both sides agreed on.

    Returns:
        Whether it did, and what came back.
    """
    challenge = str(secrets.randbelow(10**10))
    params = {
        "hub.mode": "subscribe",
        "hub.verify_token": verify_token,
        "hub.challenge": challenge,
    }
    reply = await send("GET", callback_url, params=params)
    echoed = str(reply.body) == challenge
    return reply.status == TAKEN and echoed, reply


async def push(state: SandboxState, body: bytes, signed: str | None) -> Reply:
    """Send a push to the registered address.

    Args:
        state: The sandbox.
        body: The push.
        signed: The value of its signature header, or None to leave it out.

    Returns:
        What the application answered.
    """
    headers = {"Content-Type": "application/json"}
    if signed is not None:
        headers[SIGNATURE_HEADER] = signed
    return await send("POST", state.webhooks.callback_url, body=body, headers=headers)


def due_stories(state: SandboxState, creator: int | None) -> Iterator[Post]:
    """Find the stories whose final numbers are due: an hour after they ended.

    Args:
        state: The sandbox.
        creator: Only this creator's, or None for everyone's who is connected.

    Yields:
        Stories as they ended, account by account; delivered ones too.
    """
    accounts = _connected(state) if creator is None else {creator: 0}
    now = state.clock.now()
    latest = as_instant(now) - DELAY_SECONDS - DAY_SECONDS
    for account, since in accounts.items():
        for story in state.world.stories_ended(account, now):
            if since - DAY_SECONDS <= as_instant(story.posted_at) <= latest:
                yield story


def story_push(state: SandboxState, story: Post, *, as_list: bool) -> bytes:
    """Write the push that brings a story's final numbers.

    Args:
        state: The sandbox.
        story: The story as it ended.
        as_list: Wrap it into a list, as seen in the vendor's own sample.

    Returns:
        The body; the same for the same story every time.
    """
    ended = as_instant(story.posted_at) + DAY_SECONDS
    taps = metric_value(state.world.config.seed, story, "navigation")
    forward, back = int(taps * _FORWARD_SHARE), int(taps * _BACK_SHARE)
    counts = {
        "impressions": story.counters.views,
        "reach": story.counters.reach,
        "replies": story.counters.comments,
        "exits": taps - forward - back,
        "taps_forward": forward,
        "taps_back": back,
    }
    value: dict[str, object] = {"media_id": story.post_id}
    for name, count in counts.items():
        value[name] = count if count >= _FEWEST_TOLD else _TOO_FEW_TO_TELL
    entry = {
        "id": state.world.identities.instagram_id(story.account),
        "time": ended + DELAY_SECONDS,
        "changes": [{"field": "story_insights", "value": value}],
    }
    whole = {"object": "instagram", "entry": [entry]}
    return json.dumps([whole] if as_list else whole).encode()


async def deliver(
    state: SandboxState, creator: int | None, *, as_list: bool, repeat: bool
) -> tuple[int, int]:
    """Push every story that is due; one that is not taken stays due.

    Args:
        state: The sandbox.
        creator: Only this creator's, or None for everyone's.
        as_list: Wrap each push into a list.
        repeat: Send again what was delivered before.

    Returns:
        How many were taken, and how many were not.
    """
    taken = refused = 0
    # Resetting the sandbox puts others in its place; this delivery is the old one's.
    delivered = state.webhooks.delivered
    due = await run_in_threadpool(lambda: list(due_stories(state, creator)))
    for story in due:
        if story.post_id in delivered and not repeat:
            continue
        body = story_push(state, story, as_list=as_list)
        signed = signature(state.world.config.meta_app_secret, body)
        reply = await push(state, body, signed)
        if reply.status == TAKEN:
            delivered.add(story.post_id)
            taken += 1
        else:
            refused += 1
    return taken, refused


def _connected(state: SandboxState) -> dict[int, int]:
    """Give who is connected, and since which Unix second: 0 for from the start."""
    from_the_start = {
        person.index: 0
        for person in state.world.people
        if person.instagram == "connected" and state.meta_tokens.lives(person.index)
    }
    return state.meta_tokens.consented_here() | from_the_start


def _read(answer: requests.Response) -> object:
    text = answer.text
    if not text.lstrip().startswith(("{", "[")):
        return text
    try:
        return answer.json()
    except ValueError:
        return text
