"""People who sign in to the dashboard: what they may do, and what is known of them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 256
LONGEST_USER_NAME = 60

IDLE_LIFE = timedelta(hours=12)
LONGEST_LIFE = timedelta(days=7)


class UserRole(StrEnum):
    """What somebody may do; each role may do what those before it may."""

    VIEWER = "viewer"
    REVIEWER = "reviewer"
    ADMIN = "admin"

    def may(self, needed: "UserRole") -> bool:
        """Tell whether this role may do what another one is needed for.

        Args:
            needed: The role that something takes.

        Returns:
            Whether this one is the same or more.

        Examples:
            >>> UserRole.ADMIN.may(UserRole.REVIEWER)
            True
        """
        order = list(UserRole)
        return order.index(self) >= order.index(needed)


USER_ROLES: dict[UserRole, str] = {
    UserRole.VIEWER: "see campaigns, creators, posts and the state of the data",
    UserRole.REVIEWER: "also decide which posts belong to a campaign",
    UserRole.ADMIN: "also ask for a refresh, and manage who may sign in",
}


@dataclass(frozen=True, slots=True)
class User:
    """One person, without the password.

    Attributes:
        user_id: Our id.
        name: To sign in with.
        role: What they may do.
        created_at: When they were entered.
        password_changed_at: When the password was last set.
        disabled_at: Since when they may not sign in; None while they may.
        last_signed_in_at: When they last signed in.
        locked_until: No password is tried before; None while any is.
    """

    user_id: str
    name: str
    role: UserRole
    created_at: datetime
    password_changed_at: datetime
    disabled_at: datetime | None
    last_signed_in_at: datetime | None
    locked_until: datetime | None


class UserError(Exception):
    """Something about a user cannot be done; the message says why."""
