"""Forgetting a person: in the stored files first, then in the tables, then the key.

The order is what makes it safe to be killed. Whom the request is about stands in the
tables until their one transaction, so the next run finds the same objects again, and
with the same key the same pseudonyms. Objects are changed one by one, each whole; one
that was changed already stays as it is.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from analytics_pipeline.landing.archive import ArchiveStore
from analytics_pipeline.landing.rewriting import rewrite_object
from analytics_pipeline.schemas.attempt_kinds import raw_assets
from analytics_pipeline.schemas.erasure import ErasureRequest
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.schemas.tables import CREATORS
from analytics_pipeline.settings import Settings
from analytics_pipeline.steps.archive import erase_from_archive
from analytics_pipeline.steps.asking import recover
from analytics_pipeline.steps.replay import index_object
from analytics_pipeline.steps.report_files import remove_reports, reports_folder
from analytics_pipeline.steps.run import Run
from analytics_pipeline.transform.canonical import caption_id
from analytics_pipeline.transform.erased_creators import body_without_creators
from analytics_pipeline.transform.erasure import Eraser
from analytics_pipeline.warehouse.attempts import indexed_objects
from analytics_pipeline.warehouse.campaigns import list_campaigns
from analytics_pipeline.warehouse.cipher import TokenCipher
from analytics_pipeline.warehouse.erased_accounts import remember_erased
from analytics_pipeline.warehouse.erasure import (
    Caption,
    Substitutes,
    pseudonymise,
    remove,
)
from analytics_pipeline.warehouse.erasure_requests import (
    begin_erasure,
    complete_erasure,
    pending_requests,
)
from analytics_pipeline.warehouse.exclusion import alone
from analytics_pipeline.warehouse.persons import (
    Person,
    campaigns_of,
    captions_of,
    find_person,
    hashtags_of,
    landing_objects_of,
    names_of,
)
from analytics_pipeline.warehouse.post_links import bind_links
from analytics_pipeline.warehouse.token_journal import TokenJournal

_log = logging.getLogger(__name__)
_Line = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ErasureTools:
    """What an erasure needs beside the stores.

    Attributes:
        cipher: Encrypts keys.
        journal: Where tokens may still stand that are not in the database.
        reports: The folder of the reports that the pipeline has written.
        archive: The months that have left the tables.
    """

    cipher: TokenCipher
    journal: TokenJournal
    reports: Path
    archive: ArchiveStore

    @classmethod
    def from_settings(cls, settings: Settings) -> "ErasureTools":
        """Return the tools of a deployment."""
        cipher = TokenCipher.from_settings(settings)
        journal = TokenJournal(settings.token_journal, cipher)
        archive = ArchiveStore(settings.archive_root)
        return cls(cipher, journal, reports_folder(settings), archive)


@dataclass(frozen=True, slots=True)
class Erased:
    """One request that is done.

    Attributes:
        request: As it was before.
        report: What was removed and what was kept, in numbers, by place.
    """

    request: ErasureRequest
    report: Mapping[str, int]


def erase_pending(run: Run, tools: ErasureTools) -> list[Erased]:
    """Forget everybody who has asked for it; complete what an earlier run began.

    Waits until no other step is at work, and lets none begin before it is done.

    Args:
        run: The run.
        tools: What it needs.

    Returns:
        What was done, request by request.
    """
    with alone(run.warehouse):
        with run.warehouse.begin() as connection:
            waiting = pending_requests(connection)
        if not waiting:
            return []
        _make_index_complete(run)
        done = [_erase(run, tools, request) for request in waiting]
    _log.info("%d requests to forget a person are done", len(done))
    return done


def count_personal(
    connection: sa.Connection, platform: Platform, creator_id: str
) -> dict[str, int]:
    """Count what is known of a creator on a platform, changing nothing.

    Args:
        connection: To the warehouse.
        platform: Where.
        creator_id: Of whom.

    Returns:
        Numbers by what they count.
    """
    person = find_person(connection, platform, creator_id=creator_id)
    return {
        "accounts": len(person.connection_ids),
        "posts": len(person.post_ids),
        "captions": len(captions_of(connection, person)),
        "landing objects": len(landing_objects_of(connection, person)),
    }


def _make_index_complete(run: Run) -> None:
    """Let the tables know every attempt there is, so that none is overlooked."""
    recover(run)
    run.landing.remove_drafts()
    with run.warehouse.begin() as connection:
        known = indexed_objects(connection)
    for asset in raw_assets():
        for name in run.landing.names(asset):
            if name not in known:
                index_object(run, name)


def _erase(run: Run, tools: ErasureTools, request: ErasureRequest) -> Erased:
    code = request.confirmation_code
    with run.warehouse.begin() as connection:
        bind_links(connection)
        key = begin_erasure(connection, code, tools.cipher, run.run_id)
        keys = {
            tag for row in list_campaigns(connection) for tag in row["hashtag_keys"]
        }
        person = find_person(
            connection,
            request.platform,
            user_id=request.platform_user_id,
            creator_id=request.creator_id,
        )
        objects = landing_objects_of(connection, person)
        concerned = campaigns_of(connection, person)
        captions = captions_of(connection, person)
    eraser = Eraser(key, request.platform, keys)
    report = _rewrite_answers(run, eraser, objects)
    report |= _rewrite_creators(run, person)
    report["archived_rows"] = erase_from_archive(
        tools.archive, person, eraser, captions
    )
    report["report_files"] = remove_reports(tools.reports, concerned)
    for connection_id in person.connection_ids:
        tools.journal.forget(connection_id)
    with run.warehouse.begin() as connection:
        report |= _change_tables(connection, run, person, eraser)
        names = person.account_ids | person.handles
        for creator_id in person.creator_ids:
            whose = (person.platform, creator_id)
            remember_erased(connection, tools.cipher, whose, names, run.clock())
        complete_erasure(connection, code, report, run.clock())
    return Erased(request, dict(request.report) | report)


def _rewrite_answers(
    run: Run, eraser: Eraser, objects: Mapping[str, frozenset[str]]
) -> dict[str, int]:
    lines = 0
    for name, attempt_ids in objects.items():
        change = partial(_erased_line, eraser, attempt_ids)
        lines += rewrite_object(run.landing, name, change)
    return {"landing_objects": len(objects), "landing_lines": lines}


def _erased_line(
    eraser: Eraser, attempt_ids: frozenset[str], line: _Line
) -> _Line | None:
    return eraser.line(line) if line.get("attempt_id") in attempt_ids else None


def _rewrite_creators(run: Run, person: Person) -> dict[str, int]:
    """Take the creator's details out of the Creators app's lists."""
    change = partial(_line_without_creators, person.creator_ids)
    concerned = sum(
        rewrite_object(run.landing, name, change) > 0
        for name in run.landing.names(CREATORS.name)
    )
    return {"creator_lists": concerned}


def _line_without_creators(creator_ids: frozenset[str], line: _Line) -> _Line | None:
    payload = line.get("payload")
    if not isinstance(payload, str):
        return None
    rest = body_without_creators(payload, creator_ids)
    return None if rest == payload else line | {"payload": rest}


def _change_tables(
    connection: sa.Connection, run: Run, person: Person, eraser: Eraser
) -> dict[str, int]:
    tags = hashtags_of(connection, person)
    substitutes = Substitutes(
        names={
            name: eraser.pseudonym(name)
            for name in names_of(connection, person) | person.account_ids
        },
        captions={
            text: _caption(eraser, text) for text in captions_of(connection, person)
        },
        hashtags=frozenset(eraser.hashtags(tags)),
    )
    counts = pseudonymise(connection, person, substitutes, run.run_id)
    return counts | remove(connection, person, run.clock())


def _caption(eraser: Eraser, text: str) -> Caption:
    rest = eraser.caption(text)
    return Caption(_fingerprint(text), rest, _fingerprint(rest))


def _fingerprint(text: str) -> str:
    return caption_id(text) or ""
