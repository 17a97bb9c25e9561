"""Whether a post was removed: what proves it, and since when it is proven.

A post that a list lacks is not removed. Proof takes an account that is read with its
own token: its list, walked back past the post, lacks the post, and a direct read says
that it does not exist, twice, at least six hours apart.

Source: docs/sources/instagram.md (When a post is removed).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from analytics_pipeline.schemas.outcomes import Status
from analytics_pipeline.schemas.records import Attempt
from analytics_pipeline.transform.canonical import Reading
from analytics_pipeline.transform.parsed import ParsedAnswer

PROOF_INTERVAL = timedelta(hours=6)
"""How far apart the two direct reads have to be."""

_DOES_NOT_EXIST = (100, 33)


@dataclass(frozen=True, slots=True)
class RemovalCheck:
    """One direct read of a post that its account's list lacked.

    Attributes:
        post_id: The post.
        is_gone: Whether the platform said that it does not exist.
        covers_from: How far back the list had been walked.
        observed_at: When the platform answered.
    """

    post_id: str
    is_gone: bool
    covers_from: datetime
    observed_at: datetime


def asked_post(request: Mapping[str, object]) -> str | None:
    """Return the post a request of Instagram read directly; None for any other.

    Args:
        request: As the landing store keeps it.

    Returns:
        The post's id; only direct reads ask for nothing but the id.
    """
    params = request.get("params")
    if not isinstance(params, dict) or params.get("fields") != "id":
        return None
    return urlsplit(str(request.get("url", ""))).path.rpartition("/")[2] or None


def parse_direct_read(payload: object, post_id: str) -> ParsedAnswer:
    """Read the answer to a direct read.

    Args:
        payload: The answer's JSON.
        post_id: The post that was asked for.

    Returns:
        Whether the post is gone; nothing where the answer does not tell.
    """
    if not isinstance(payload, dict):
        return ParsedAnswer()
    if "error" not in payload:
        is_there = str(payload.get("id")) == post_id
        return ParsedAnswer(directly_read={post_id: False} if is_there else {})
    error = payload["error"] if isinstance(payload["error"], dict) else {}
    codes = (error.get("code"), error.get("error_subcode"))
    is_gone = codes == _DOES_NOT_EXIST and error.get("is_transient") is not True
    return ParsedAnswer(directly_read={post_id: True} if is_gone else {})


def removal_checks(
    attempt: Attempt, readings: Sequence[Reading]
) -> Iterable[RemovalCheck]:
    """Return what an attempt tells of posts that the account's list lacked.

    Args:
        attempt: The attempt.
        readings: Its answers, in order.

    Returns:
        The last word on each post. Nothing unless the same token read the account and
        walked its list as far as it was meant to.
    """
    covers_from = attempt.covers_from
    has_account = any(reading.parsed.account is not None for reading in readings)
    if attempt.status is not Status.OK or covers_from is None or not has_account:
        return ()
    listed = {post.post_id for reading in readings for post in reading.parsed.posts}
    found = {
        post_id: RemovalCheck(post_id, is_gone, covers_from, reading.observed_at)
        for reading in readings
        for post_id, is_gone in reading.parsed.directly_read.items()
        if post_id not in listed
    }
    return found.values()


def removed_at(
    posted_at: datetime, last_seen_at: datetime, checks: Iterable[RemovalCheck]
) -> datetime | None:
    """Return when the removal of a post was proven.

    Args:
        posted_at: When it was published.
        last_seen_at: The newest answer that showed it; proof from before is void.
        checks: Every direct read of it, in any order.

    Returns:
        When the second of two proofs was observed; None while there is no proof.
    """
    known = list(checks)
    there = [check.observed_at for check in known if not check.is_gone]
    since = max([last_seen_at, *there])
    proofs = sorted(
        check.observed_at
        for check in known
        if check.is_gone
        and check.covers_from <= posted_at
        and check.observed_at > since
    )
    return next((at for at in proofs if at - proofs[0] >= PROOF_INTERVAL), None)
