"""Reading a connections file: CSV or JSON, one row per platform account.

Every row is checked alone; a wrong one is named by its number and costs no other.
Messages never hold a token.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from analytics_pipeline.schemas.connections import CONNECTION_COLUMNS, ConnectionRow
from analytics_pipeline.schemas.instants import UnreadableTimeError, parse_iso
from analytics_pipeline.schemas.platforms import Platform

_INSTAGRAM_HANDLE = re.compile(r"[a-z0-9._]{1,30}")


class ConnectionFileError(Exception):
    """The file cannot be read at all; the message says what it should look like."""


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that cannot be used.

    Attributes:
        number: Its number, from 1, without the header.
        problem: What is wrong with it.
    """

    number: int
    problem: str


def parse_connection_file(
    text: str, *, is_json: bool
) -> tuple[list[ConnectionRow], list[RefusedRow]]:
    """Read the rows of a connections file.

    Args:
        text: CSV with a header, or a JSON array of objects.
        is_json: Which of them it is.

    Returns:
        The usable rows, and the others with what is wrong with them.
    """
    rows: list[ConnectionRow] = []
    refused: list[RefusedRow] = []
    for number, fields in enumerate(_json(text) if is_json else _csv(text), 1):
        try:
            rows.append(_row(fields))
        except ValueError as error:
            refused.append(RefusedRow(number, str(error)))
    return rows, refused


def _csv(text: str) -> Iterator[dict[str, str]]:
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    try:
        _check_columns(reader.fieldnames or [], {"creator_id", "platform"})
        for fields in reader:
            yield {
                name: value.strip()
                for name, value in fields.items()
                if name is not None and isinstance(value, str)
            }
    except csv.Error as error:
        msg = f"this is no CSV: {error}"
        raise ConnectionFileError(msg) from error


def _json(text: str) -> Iterator[dict[str, str]]:
    try:
        listed = json.loads(text)
    except ValueError as error:
        msg = f"this is no JSON: {error}"
        raise ConnectionFileError(msg) from error
    if not isinstance(listed, list):
        msg = "a JSON file of connections is an array of objects"
        raise ConnectionFileError(msg)
    for item in listed:
        if not isinstance(item, dict):
            yield {}
            continue
        _check_columns(item, set())
        yield {name: _json_text(value) for name, value in item.items()}


def _json_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return " ".join(map(str, value))
    return str(value).strip()


def _check_columns(names: Iterable[str], required: set[str]) -> None:
    given = set(names)
    unknown = sorted(given - set(CONNECTION_COLUMNS))
    missing = sorted(required - given)
    if unknown or missing:
        problems = [
            f"{word} {', '.join(columns)}"
            for word, columns in (("unknown:", unknown), ("missing:", missing))
            if columns
        ]
        msg = (
            f"the columns do not fit ({'; '.join(problems)}); "
            f"known are {', '.join(CONNECTION_COLUMNS)}"
        )
        raise ConnectionFileError(msg)


def _row(fields: Mapping[str, str]) -> ConnectionRow:
    creator_id = fields.get("creator_id", "")
    if not creator_id:
        msg = "creator_id is empty"
        raise ValueError(msg)
    name = fields.get("platform", "").lower()
    if name not in list(Platform):
        msg = f"platform is {name!r}; it must be one of {', '.join(Platform)}"
        raise ValueError(msg)
    row = ConnectionRow(
        creator_id=creator_id,
        platform=Platform(name),
        username=fields.get("username", "").lstrip("@").lower() or None,
        account_id=fields.get("account_id") or None,
        access_token=fields.get("access_token") or None,
        refresh_token=fields.get("refresh_token") or None,
        access_token_expires_at=_instant(fields, "access_token_expires_at"),
        refresh_token_expires_at=_instant(fields, "refresh_token_expires_at"),
        scopes=tuple(fields.get("scopes", "").replace(",", " ").split()),
    )
    _check(row)
    return row


def _check(row: ConnectionRow) -> None:
    """Check what a row needs to be of use on its platform."""
    problem = None
    if row.platform is Platform.TIKTOK:
        if not (row.refresh_token or row.access_token):
            problem = "a TikTok account needs refresh_token, or at least access_token"
        elif not (row.account_id or row.username):
            problem = "a TikTok account needs account_id (its open_id) or username"
    elif row.access_token is not None and row.account_id is None:
        problem = "an Instagram account with a token needs account_id"
    elif row.access_token is None and row.username is None:
        problem = "an Instagram account without a token needs username"
    elif row.username is not None and not _INSTAGRAM_HANDLE.fullmatch(row.username):
        problem = f"username {row.username!r} is no possible Instagram handle"
    if problem is not None:
        raise ValueError(problem)


def _instant(fields: Mapping[str, str], name: str) -> datetime | None:
    text = fields.get(name, "")
    if not text:
        return None
    try:
        return parse_iso(text)
    except UnreadableTimeError as error:
        msg = f"{name} is no ISO 8601 time with offset"
        raise ValueError(msg) from error
