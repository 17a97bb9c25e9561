"""Logging in: what is asked for, who was invited, what became of a login."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from analytics_pipeline.schemas.platforms import Platform

META_SCOPES = (
    "pages_show_list",
    "pages_read_engagement",
    "instagram_basic",
    "instagram_manage_insights",
    "business_management",
    "pages_manage_metadata",
)
"""What is asked for at Facebook, in the order in which its page shows it."""

TIKTOK_SCOPES = (
    "user.info.basic",
    "user.info.profile",
    "user.info.stats",
    "video.list",
)
"""What is asked for at TikTok."""

ASKED_SCOPES = {Platform.INSTAGRAM: META_SCOPES, Platform.TIKTOK: TIKTOK_SCOPES}

ESSENTIAL_SCOPES = {
    Platform.INSTAGRAM: frozenset({"pages_show_list", "instagram_basic"}),
    Platform.TIKTOK: frozenset({"user.info.basic", "video.list"}),
}
"""Without these, nothing of an account can be read."""

MISSED_SCOPES = {
    Platform.INSTAGRAM: frozenset(
        {"pages_read_engagement", "instagram_manage_insights"}
    ),
    Platform.TIKTOK: frozenset({"user.info.profile", "user.info.stats"}),
}
"""Without these, some numbers stay unknown. The others' lack shows nowhere."""


def missing_scopes(platform: Platform, granted: Collection[str]) -> frozenset[str]:
    """Return the permissions that were unticked and whose lack shows.

    Args:
        platform: Where.
        granted: What was granted; nothing when the platform does not say.

    Returns:
        Essential and other ones.
    """
    if not granted:
        return frozenset()
    return (ESSENTIAL_SCOPES[platform] | MISSED_SCOPES[platform]) - set(granted)


VALID_FOR = timedelta(days=7)
"""How long an invitation works unless its maker says otherwise."""


@dataclass(frozen=True, slots=True)
class InvitationRequest:
    """An invitation to be made.

    Attributes:
        creator_id: Whom to invite.
        invited_by: Who does it: the command line, or the name of an API key.
        platforms: Where; none means everywhere.
        valid_for: How long it works.
    """

    creator_id: str
    invited_by: str
    platforms: tuple[Platform, ...] = ()
    valid_for: timedelta = VALID_FOR


class InvitationState(StrEnum):
    """Whether an invitation can be used on a platform."""

    OPEN = "open"
    USED = "used"
    EXPIRED = "expired"
    REVOKED = "revoked"
    NOT_INVITED = "not_invited"


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation of a creator to log in.

    Attributes:
        invitation_id: Ours.
        creator_id: Whose accounts it is for.
        platforms: Where.
        invited_by: Who made it.
        created_at: When.
        expires_at: When it ends by itself.
        revoked_at: When it was withdrawn.
        used_on: Platforms on which an account was bound through it.
    """

    invitation_id: str
    creator_id: str
    platforms: tuple[Platform, ...]
    invited_by: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
    used_on: frozenset[Platform] = frozenset()

    def ended(self, now: datetime) -> InvitationState | None:
        """Return how it ended for all platforms; None while it lives."""
        if self.revoked_at is not None:
            return InvitationState.REVOKED
        return InvitationState.EXPIRED if self.expires_at <= now else None

    def state(self, platform: Platform, now: datetime) -> InvitationState:
        """Return whether it can be used on a platform.

        Args:
            platform: Where.
            now: The current instant.

        Returns:
            `OPEN` if it can.
        """
        if platform not in self.platforms:
            return InvitationState.NOT_INVITED
        if platform in self.used_on:
            return InvitationState.USED
        return self.ended(now) or InvitationState.OPEN


class LoginOutcome(StrEnum):
    """What became of a login that was begun."""

    CONNECTED = "connected"
    RENEWED = "renewed"
    LIMITED = "limited"
    REFUSED = "refused"
    EXPIRED = "expired"
    CODE_REJECTED = "code_rejected"
    OTHER_APP = "other_app"
    PERMISSION_MISSING = "permission_missing"
    NO_PAGE = "no_page"
    NO_PROFESSIONAL_ACCOUNT = "no_professional_account"
    OTHER_CREATOR = "other_creator"
    INVITATION_ENDED = "invitation_ended"
    PLATFORM_FAILED = "platform_failed"


@dataclass(frozen=True, slots=True)
class LoginOutcomeInfo:
    """What an outcome means and what to do about it.

    Attributes:
        is_bound: Whether an account was bound.
        meaning: One sentence for the operator.
        next_step: What the operator can do; empty when nothing needs doing.
    """

    is_bound: bool
    meaning: str
    next_step: str


LOGIN_OUTCOMES: dict[LoginOutcome, LoginOutcomeInfo] = {
    LoginOutcome.CONNECTED: LoginOutcomeInfo(
        True, "The account is connected, with all permissions that are used.", ""
    ),
    LoginOutcome.RENEWED: LoginOutcomeInfo(
        True,
        "The account was connected before; its tokens were replaced by new ones.",
        "",
    ),
    LoginOutcome.LIMITED: LoginOutcomeInfo(
        True,
        "The account is connected, but a permission was unticked: the numbers that "
        "need it stay unknown.",
        "Tell the creator what is missing; invite again if it shall be granted.",
    ),
    LoginOutcome.REFUSED: LoginOutcomeInfo(
        False,
        "The creator did not agree on the platform's page.",
        "Ask the creator; the invitation still works.",
    ),
    LoginOutcome.EXPIRED: LoginOutcomeInfo(
        False,
        "The creator took longer than the login's time.",
        "Nothing; the invitation still works.",
    ),
    LoginOutcome.CODE_REJECTED: LoginOutcomeInfo(
        False,
        "The platform did not accept the code it had given: used, expired, or made for "
        "another redirect address.",
        "If it happens to everybody, compare the redirect address in the app's "
        "settings with ANALYTICS_PUBLIC_URL (docs/logins.md).",
    ),
    LoginOutcome.OTHER_APP: LoginOutcomeInfo(
        False,
        "The token belongs to another app, or the platform calls it invalid.",
        "Check that META_APP_ID and META_APP_SECRET are of one app; else somebody "
        "tried to pass a foreign token.",
    ),
    LoginOutcome.PERMISSION_MISSING: LoginOutcomeInfo(
        False,
        "A permission was unticked without which nothing can be read.",
        "Ask the creator to leave it ticked; the invitation still works.",
    ),
    LoginOutcome.NO_PAGE: LoginOutcomeInfo(
        False,
        "The platform listed no Facebook Page: there is none, it was unticked, or the "
        "person has no role on it.",
        "Send the creator the steps in docs/logins.md; the invitation still works.",
    ),
    LoginOutcome.NO_PROFESSIONAL_ACCOUNT: LoginOutcomeInfo(
        False,
        "There are Facebook Pages, but none has a professional Instagram account.",
        "The creator switches the account to professional and links it to the Page; "
        "the invitation still works.",
    ),
    LoginOutcome.OTHER_CREATOR: LoginOutcomeInfo(
        False,
        "The account is bound to another creator; nothing was changed.",
        "Find out whose it is; if the binding is wrong, `analytics-pipeline "
        "connections remove` it and invite again.",
    ),
    LoginOutcome.INVITATION_ENDED: LoginOutcomeInfo(
        False,
        "The invitation expired, was used or was withdrawn while the login was under "
        "way.",
        "Invite again if it was not meant to end.",
    ),
    LoginOutcome.PLATFORM_FAILED: LoginOutcomeInfo(
        False,
        "The platform could not be reached or did not answer as it should; `detail` "
        "says more.",
        "Nothing if it happens once; the invitation still works.",
    ),
}


@dataclass(frozen=True, slots=True)
class LoginChoice:
    """An account that a login can bind.

    Attributes:
        account_id: Instagram user id, or TikTok `open_id`.
        name: Its handle; on TikTok its public name where no handle is told.
        username: The handle, if it was told.
        page_id: The Facebook Page that leads to it.
        page_name: The Page's name.
    """

    account_id: str
    name: str
    username: str | None = None
    page_id: str | None = None
    page_name: str | None = None


@dataclass(frozen=True, slots=True)
class LoginGrant:
    """What a platform handed out for a login. Never printed.

    Attributes:
        platform_user_id: Who logged in, as the platform's callbacks name them.
        access_token: The token to ask with.
        refresh_token: What renews it; None on Instagram.
        access_token_expires_at: None when it never does, or the platform does not say.
        refresh_token_expires_at: None when there is none, or not known.
        consent_expires_at: When the owner must agree again; None when not known.
        scopes: What was granted; empty when the platform does not say.
        page_tokens: Tokens of the Facebook Pages, by the Pages' ids.
    """

    platform_user_id: str | None
    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    access_token_expires_at: datetime | None
    refresh_token_expires_at: datetime | None
    consent_expires_at: datetime | None
    scopes: tuple[str, ...]
    page_tokens: dict[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Login:
    """A login that was begun at a platform's page, without its tokens.

    Attributes:
        login_id: Hash of its state.
        invitation_id: Through which invitation.
        platform: Where.
        browser_hash: Of the cookie of the browser it began in.
        expires_at: Until when it can go on.
        returned_at: When the platform's page led back.
        choices: Accounts it can bind.
        scopes: What was granted.
        outcome: What became of it; None while it is under way.
        detail: More about that.
    """

    login_id: str
    invitation_id: str
    platform: Platform
    browser_hash: str
    expires_at: datetime
    returned_at: datetime | None
    choices: tuple[LoginChoice, ...]
    scopes: tuple[str, ...]
    outcome: LoginOutcome | None
    detail: str | None
