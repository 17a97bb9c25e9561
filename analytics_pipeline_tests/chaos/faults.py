"""Drawing faults: one of each kind in turn, with whom and how often left to chance."""

from random import Random
from typing import Any

from analytics_pipeline.sandbox.faults import APIS, FaultKind, applies

PLATFORMS = ("instagram", "tiktok")
# Lies that nobody can see through: told only where the truth is known already.
LIES = (FaultKind.EMPTY,)
KINDS = tuple(kind for kind in FaultKind if kind not in LIES)

_ENDPOINTS = {
    "instagram": ("business_discovery", "media", None, None),
    "tiktok": ("oauth/token", "user/info", "video/list", None),
    "creators_app": ("creators", "campaigns", "involved", None),
}
_SECONDS = (0.05, 0.2, 1.7)
# An unknown field, or a number that is none.
_PATCHES: dict[str, list[dict[str, Any]]] = {
    "instagram": [
        {"path": ["business_discovery", "new_in_v99"], "value": {}},
        {
            "path": ["business_discovery", "media", "data", 0, "comments_count"],
            "value": "many",
        },
        {"path": ["data", 0, "like_count"], "value": -4},
    ],
    "tiktok": [
        {"path": ["data", "videos", 0, "view_count"], "value": 1.5},
        {"path": ["data", "user", "new_in_v3"], "value": [1]},
    ],
    "creators_app": [{"path": ["creators", 0, "shoe_size"], "value": 43}],
}


def draw_fault(random: Random, kind: FaultKind) -> dict[str, Any]:
    """Return the arguments of a fault of a kind."""
    api = random.choice([api for api in APIS if applies(kind, api)])
    fault: dict[str, Any] = {
        "kind": kind.value,
        "api": api,
        "endpoint": random.choice(_ENDPOINTS[api]),
        "times": random.choice([1, 1, 2, 6]),
        "rate": random.choice([1.0, 1.0, 0.3]),
        "params": {},
    }
    if kind is FaultKind.SLOW:
        fault["params"] = {"seconds": random.choice(_SECONDS)}
        fault["times"] = 1
    elif kind is FaultKind.RESET:
        fault["params"] = {"after": random.random() < 0.5}
    elif kind is FaultKind.PATCH:
        patch = {"op": "set"} | random.choice(_PATCHES[api])
        fault["params"] = {"ops": [patch]}
    elif kind is FaultKind.REDUCE_DATA:
        fault["params"] = {"max_limit": random.choice([0, 10, 30])}
    return fault
