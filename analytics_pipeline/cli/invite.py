"""`analytics-pipeline invite`: the links through which creators log in."""

from datetime import timedelta
from typing import Any

import click

from analytics_pipeline.api.signing import InvitationLinks
from analytics_pipeline.cli.console import err, out, print_rows, values_of
from analytics_pipeline.cli.errors import CommandError, WrongUseError
from analytics_pipeline.schemas.logins import (
    VALID_FOR,
    Invitation,
    InvitationRequest,
    InvitationState,
)
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.setting_values import parse_duration
from analytics_pipeline.settings import Settings, load_settings
from analytics_pipeline.warehouse.campaigns import known_creator_ids
from analytics_pipeline.warehouse.engine import Warehouse
from analytics_pipeline.warehouse.invitations import (
    LONGEST_VALID_FOR,
    create_invitation,
    list_invitations,
    revoke_invitation,
)

_COLUMNS = (
    "invitation_id",
    "creator_id",
    "platforms",
    "state",
    "used_on",
    "expires_at",
    "invited_by",
)


class _Duration(click.ParamType[timedelta]):
    """A duration such as 7d or 36h, within what an invitation may live."""

    name = "duration"

    def convert(
        self,
        value: Any,  # noqa: ANN401 - as click has it
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> timedelta:
        """Return the duration that a text stands for."""
        if isinstance(value, timedelta):
            return value
        try:
            duration = parse_duration(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)
        if not timedelta(0) < duration <= LONGEST_VALID_FOR:
            self.fail(
                f"an invitation is valid for up to {LONGEST_VALID_FOR.days} days",
                param,
                ctx,
            )
        return duration


@click.command()
@click.argument("creator_id", required=False)
@click.option(
    "--platform",
    "platforms",
    multiple=True,
    type=click.Choice([platform.value for platform in Platform]),
    help="Only for this platform; may be given several times.",
)
@click.option(
    "--valid-for",
    type=_Duration(),
    default=f"{VALID_FOR.days}d",
    show_default=True,
    help="How long the link works: 7d, 36h.",
)
@click.option("--list", "lists", is_flag=True, help="List the invitations instead.")
@click.option("--revoke", metavar="ID", help="Withdraw an invitation instead.")
def invite(
    creator_id: str | None,
    platforms: tuple[str, ...],
    valid_for: timedelta,
    revoke: str | None,
    *,
    lists: bool,
) -> None:
    """Make a link through which the creator CREATOR_ID connects own accounts.

    The link is the permission: send it to the creator and to nobody else. It works once
    per platform; whoever opens it binds accounts to this creator.
    """
    if [creator_id is not None, lists, revoke is not None].count(True) != 1:
        msg = "give either a CREATOR_ID, or --list, or --revoke ID"
        raise WrongUseError(msg)
    settings = load_settings()
    with Warehouse.open(settings) as warehouse:
        if creator_id is not None:
            wanted = InvitationRequest(
                creator_id,
                "command line",
                tuple(map(Platform, platforms)),
                valid_for,
            )
            _invite(settings, warehouse, wanted)
        elif revoke is not None:
            _revoke(settings, warehouse, revoke)
        else:
            _list(settings, warehouse)


def _invite(
    settings: Settings, warehouse: Warehouse, wanted: InvitationRequest
) -> None:
    with warehouse.begin() as connection:
        creators = known_creator_ids(connection)
        if creators and wanted.creator_id not in creators:
            msg = (
                f"the Creators app has not listed a creator {wanted.creator_id!r}; "
                "`analytics-pipeline collect` reads its list"
            )
            raise CommandError(msg)
        made = create_invitation(connection, wanted, settings.now())
    if not creators:
        err.print(
            "no creators are known yet, so nobody could check that "
            f"{wanted.creator_id!r} is one"
        )
    out.print(InvitationLinks(settings).link(made.invitation_id))
    err.print(
        f"invitation {made.invitation_id} for {', '.join(made.platforms)}, "
        f"until {made.expires_at.isoformat(timespec='minutes')}"
    )


def _revoke(settings: Settings, warehouse: Warehouse, invitation_id: str) -> None:
    with warehouse.begin() as connection:
        was_there = revoke_invitation(connection, invitation_id, settings.now())
    if not was_there:
        msg = (
            f"there is no invitation {invitation_id!r}; "
            "`analytics-pipeline invite --list` shows them"
        )
        raise CommandError(msg)
    out.print(f"withdrew {invitation_id}")


def _list(settings: Settings, warehouse: Warehouse) -> None:
    with warehouse.begin() as connection:
        found = list_invitations(connection)
    rows = [_row(item, settings) for item in found]
    print_rows(_COLUMNS, values_of(_COLUMNS, rows), "table")


def _row(item: Invitation, settings: Settings) -> dict[str, Any]:
    ended = item.ended(settings.now())
    if item.used_on.issuperset(item.platforms):
        ended = InvitationState.USED
    return {
        "invitation_id": item.invitation_id,
        "creator_id": item.creator_id,
        "platforms": [platform.value for platform in item.platforms],
        "state": (ended or InvitationState.OPEN).value,
        "used_on": sorted(platform.value for platform in item.used_on),
        "expires_at": item.expires_at,
        "invited_by": item.invited_by,
    }
