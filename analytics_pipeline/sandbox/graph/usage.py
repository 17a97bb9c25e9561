"""The usage headers of the Graph API: whole percentages of a budget."""

import json

FULL = 100
_TYPICAL_MINUTES = 12


def app_usage(percent: int) -> dict[str, str]:
    """Give ``X-App-Usage``, the platform budget of an app's user."""
    usage = {
        "call_count": percent,
        "total_time": percent * 9 // 10,
        "total_cputime": percent * 8 // 10,
    }
    return {"X-App-Usage": json.dumps(usage)}


def use_case_usage(instagram_id: str, percent: int) -> dict[str, str]:
    """Give ``X-Business-Use-Case-Usage`` of one connected account.

    The same key stands in it twice, as in the vendor's own sample, and the entry
    that matters comes first: a plain JSON parse loses it.

    Args:
        instagram_id: The account.
        percent: How much of its budget is used.

    Returns:
        The header, with the minutes to wait when the budget is spent.
    """
    entries = (("instagram", percent), ("pages", 0))
    parts = []
    for kind, used in entries:
        entry = {
            "type": kind,
            "call_count": used,
            "total_cputime": used * 8 // 10,
            "total_time": used * 9 // 10,
            "estimated_time_to_regain_access": _TYPICAL_MINUTES if used >= FULL else 0,
        }
        parts.append(f'"{instagram_id}":[{json.dumps(entry)}]')
    return {"X-Business-Use-Case-Usage": "{" + ",".join(parts) + "}"}
