"""The lines of a landing object: answers, and attempts that tell what became of them.

Each line is one JSON object. `kind: answer` holds one answered request as received,
`kind: attempt` closes the attempt its answers belong to. `docs/landing_store.md` is the
reference for people who read them with other tools.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from analytics_pipeline.schemas.attempt_kinds import AttemptKind
from analytics_pipeline.schemas.outcomes import Reason, Status
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.schemas.records import Account, Answer, Attempt

FORMAT_VERSION = 1

# Made once: making it costs as much as a short line.
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class LandedAnswer:
    """One answer as it stands in the landing store.

    Attributes:
        attempt_id: The attempt it belongs to.
        sequence: Its number within the attempt, from 1.
        account: Whom it is about; None for the Creators app's lists.
        answer: As received.
    """

    attempt_id: str
    sequence: int
    account: Account | None
    answer: Answer


def answer_line(landed: LandedAnswer) -> str:
    """Return the line of one answer, without the line break."""
    answer = landed.answer
    return _dump(
        {
            "v": FORMAT_VERSION,
            "kind": "answer",
            "attempt_id": landed.attempt_id,
            "sequence": landed.sequence,
            "account": landed.account and _account_object(landed.account),
            "observed_at": answer.observed_at.isoformat(),
            "request": answer.request,
            "status": answer.status,
            "headers": answer.headers,
            "payload": answer.body,
        }
    )


def attempt_line(attempt: Attempt, *, opening: bool = False) -> str:
    """Return the line of an attempt.

    Args:
        attempt: Its object's address is left out: it is where the line stands.
        opening: Written before the first answer, so that a killed attempt can be told;
            such lines stay in the spool.

    Returns:
        The line, without the line break.
    """
    covers_from = attempt.covers_from
    return _dump(
        {
            "v": FORMAT_VERSION,
            "kind": "opening" if opening else "attempt",
            "attempt_id": attempt.attempt_id,
            "run_id": attempt.run_id,
            "account": _account_object(attempt.account),
            "snapshot_dates": [day.isoformat() for day in attempt.snapshot_dates],
            "observed_at": attempt.observed_at.isoformat(),
            "covers_from": covers_from.isoformat() if covers_from else None,
            "status": attempt.status,
            "reason": attempt.reason,
            "detail": attempt.detail,
            "calls": attempt.calls,
            "calls_planned": attempt.calls_planned,
            "calls_unplanned": attempt.calls_unplanned,
            "calls_repeated": attempt.calls_repeated,
            "attempt_kind": attempt.attempt_kind,
        }
    )


def parse_line(line: str) -> dict[str, Any] | None:
    """Return a line's object; None when a kill cut it off."""
    try:
        parsed = json.loads(line)
    except ValueError:
        return None
    return parsed if isinstance(parsed, dict) else None


def landed_answer(line: Mapping[str, Any]) -> LandedAnswer:
    """Return the answer of a line of kind `answer`."""
    account = line["account"]
    return LandedAnswer(
        attempt_id=line["attempt_id"],
        sequence=line["sequence"],
        account=_account(account) if account else None,
        answer=Answer(
            request=line["request"],
            status=line["status"],
            headers=line["headers"],
            body=line["payload"],
            observed_at=datetime.fromisoformat(line["observed_at"]),
        ),
    )


def attempt_of(line: Mapping[str, Any]) -> Attempt:
    """Return the attempt of a line of kind `attempt` or `opening`."""
    covers_from = line["covers_from"]
    return Attempt(
        attempt_id=line["attempt_id"],
        run_id=line["run_id"],
        account=_account(line["account"]),
        snapshot_dates=tuple(map(date.fromisoformat, line["snapshot_dates"])),
        observed_at=datetime.fromisoformat(line["observed_at"]),
        covers_from=datetime.fromisoformat(covers_from) if covers_from else None,
        status=Status(line["status"]),
        reason=Reason(line["reason"]) if line["reason"] else None,
        detail=line["detail"],
        calls=line["calls"],
        calls_planned=line["calls_planned"],
        calls_unplanned=line["calls_unplanned"],
        calls_repeated=line["calls_repeated"],
        # Lines from before there were others have none.
        attempt_kind=AttemptKind(line.get("attempt_kind", AttemptKind.MEDIA)),
    )


def _dump(line: Mapping[str, object]) -> str:
    return _ENCODER.encode(line)


def _account_object(account: Account) -> dict[str, str | None]:
    return {
        "platform": account.platform,
        "creator_id": account.creator_id,
        "connection_id": account.connection_id,
        "account_id": account.account_id,
        "username": account.username,
    }


def _account(line: Mapping[str, Any]) -> Account:
    return Account(
        platform=Platform(line["platform"]),
        creator_id=line["creator_id"],
        connection_id=line["connection_id"],
        account_id=line["account_id"],
        username=line["username"],
    )
