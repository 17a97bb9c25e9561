"""Whether a login still opens an account, as the older routes have always told it."""

from collections.abc import Iterable
from datetime import datetime

from analytics_pipeline.schemas.connections import ConnectionStatus, LoginState
from analytics_pipeline.schemas.platforms import Platform


def has_valid_login(
    logins: Iterable[LoginState], platform: Platform, now: datetime
) -> bool:
    """Tell whether one of a person's accounts on a platform can be read by its login.

    TikTok's access tokens live a day and are renewed, so the refresh token decides;
    Meta's own token decides, and the consent behind it. An end that is not known is no
    valid login.

    Args:
        logins: The person's.
        platform: Where.
        now: The current instant.

    Returns:
        Whether there is one.
    """
    return any(_is_valid(item, now) for item in logins if item.platform is platform)


def _is_valid(item: LoginState, now: datetime) -> bool:
    if item.status is not ConnectionStatus.CONNECTED:
        return False
    ends = [item.refresh_token_expires_at]
    if item.platform is Platform.INSTAGRAM:
        # A token that never ends has a consent that does.
        ends = [item.access_token_expires_at, item.consent_expires_at]
    known = [end for end in ends if end is not None]
    return bool(known) and min(known) > now
