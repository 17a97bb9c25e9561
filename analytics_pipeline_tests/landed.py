"""Accounts and answers put into the stores by hand, for tests that ask nobody."""

import json
import uuid
from datetime import UTC, date, datetime, timedelta

from analytics_pipeline.landing.spool import Spool
from analytics_pipeline.landing.store import ObjectKey
from analytics_pipeline.schemas.attempt_kinds import AttemptKind, raw_asset
from analytics_pipeline.schemas.connections import ConnectionRow
from analytics_pipeline.schemas.messages import META
from analytics_pipeline.schemas.outcomes import Status
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.schemas.records import Account, Answer, Attempt
from analytics_pipeline.schemas.tables import PARTICIPANTS
from analytics_pipeline.settings import load_settings
from analytics_pipeline.steps.run import Run
from analytics_pipeline.transform.story_looks import days_of_look
from analytics_pipeline.warehouse.attempts import store_attempts
from analytics_pipeline.warehouse.cipher import TokenCipher
from analytics_pipeline.warehouse.connections import import_connection
from analytics_pipeline.warehouse.inbox import store_message
from analytics_pipeline.warehouse.load import merge

_GRAPH = "https://graph.facebook.com/v23.0"
WHEN = "%Y-%m-%dT%H:%M:%S+0000"


def connect(run: Run, creator_id: str, account_id: str) -> Account:
    """Store a connected Instagram account."""
    row = ConnectionRow(
        creator_id=creator_id,
        platform=Platform.INSTAGRAM,
        username=f"creator.{creator_id}",
        account_id=account_id,
        access_token=f"token of {creator_id}",
        refresh_token=None,
        access_token_expires_at=None,
        refresh_token_expires_at=None,
        scopes=(),
    )
    with run.warehouse.begin() as connection:
        cipher = TokenCipher.from_settings(load_settings())
        import_connection(connection, row, cipher, run.clock())
    name = f"instagram-{creator_id}"
    return Account(Platform.INSTAGRAM, creator_id, name, account_id, row.username)


def take_part(run: Run, creator_id: str, day: date) -> None:
    """Let a creator take part in a campaign that is active on a day."""
    row = {
        "snapshot_date": day,
        "campaign_id": "501",
        "creator_id": creator_id,
        "publishing_start_date": day,
        "publishing_end_date": day,
        "platforms": [Platform.INSTAGRAM],
        "is_known_creator": True,
        "is_late": False,
        "observed_at": run.clock(),
        "run_id": run.run_id,
    }
    with run.warehouse.begin() as connection:
        merge(connection, PARTICIPANTS, [row])


def land(run: Run, account: Account, kind: AttemptKind, *answers: Answer) -> Attempt:
    """Put an attempt that went well into the landing store, with its answers."""
    at = answers[-1].observed_at
    days = days_of_look(at, run.rule)
    attempt = Attempt(
        attempt_id=uuid.uuid4().hex,
        run_id=run.run_id,
        account=account,
        snapshot_dates=days if kind is not AttemptKind.MEDIA else days[:1],
        observed_at=at,
        covers_from=None,
        status=Status.OK,
        attempt_kind=kind,
    )

    def published(made: list[Attempt]) -> None:
        with run.warehouse.begin() as connection:
            store_attempts(connection, made)

    key = ObjectKey(raw_asset(Platform.INSTAGRAM, kind), days[1], run.run_id)
    spool = Spool(run.spool_folder, run.landing, key, published)
    log = spool.open(attempt)
    for answer in answers:
        log.record(answer)
    log.close(attempt)
    spool.finish()
    return attempt


def answered(path: str, at: datetime, data: object, **params: str) -> Answer:
    """Give an answer of the Graph API."""
    request: dict[str, object] = {"method": "GET", "url": _GRAPH + path}
    body = json.dumps({"data": data})
    return Answer(request | {"params": params}, 200, {}, body, at)


def listed(post_id: str, posted_at: datetime, **changes: object) -> dict[str, object]:
    """Give a post or story as lists have it."""
    story = {
        "id": post_id,
        "media_type": "IMAGE",
        "media_product_type": "STORY",
        "permalink": f"https://instagram.com/stories/x/{post_id}",
        "timestamp": posted_at.strftime(WHEN),
    }
    return story | changes


def insights(post_id: str, at: datetime, **values: int) -> Answer:
    """Give the insights of a story."""
    data = [{"name": name, "values": [{"value": n}]} for name, n in values.items()]
    return answered(f"/{post_id}/insights", at, data, metric=",".join(values))


def pushed(account_id: str, sent_at: datetime, post_id: str, **values: int) -> str:
    """Give a `story_insights` push."""
    change = {"field": "story_insights", "value": {"media_id": post_id} | values}
    seconds = int(sent_at.timestamp())
    entry = {"id": account_id, "time": seconds, "changes": [change]}
    return json.dumps({"object": "instagram", "entry": [entry]})


def receive(run: Run, body: str, *, after: timedelta = timedelta()) -> str:
    """Receive a push; gives the message's id."""
    with run.warehouse.begin() as connection:
        now = run.clock() + after
        return store_message(connection, META, body, now.astimezone(UTC))[0]
