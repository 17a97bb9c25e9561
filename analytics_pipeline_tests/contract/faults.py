"""What a client is expected to make of each fault the sandbox can show."""

import time
from dataclasses import dataclass, field

import pytest

from analytics_pipeline.clients.errors import ApiError, TransientApiError
from analytics_pipeline.sandbox.faults import FaultKind, applies
from analytics_pipeline.schemas.outcomes import Reason
from analytics_pipeline_tests.unit.clients.talking import Talk

_SETTLED_SECONDS = 20


@dataclass(frozen=True)
class Expected:
    """What a fault leads to.

    Attributes:
        error: The exception; None when the walk succeeds all the same.
        reason: The outcome's reason.
        calls: How many calls are made.
        params: Details of the fault.
    """

    error: type[ApiError] | None
    reason: Reason | None
    calls: int
    params: dict = field(default_factory=dict)


def cases(table):
    """Give a table's rows as parameters of a test."""
    return [pytest.param(*row, id=row[0].value) for row in table.items()]


def kinds_of(api):
    """Give all faults an API can have; a slow answer has a test of its own."""
    kinds = {kind for kind in FaultKind if applies(kind, api)}
    return kinds - {FaultKind.SLOW}


def check(ask, talk, expected):
    """Ask, and compare what comes of it with what is expected."""
    if expected.error is None:
        found = ask(talk)
    else:
        with pytest.raises(ApiError) as caught:
            ask(talk)
        found = caught.value
        assert (type(found), found.reason) == (expected.error, expected.reason)
    assert talk.calls == expected.calls
    return found


def check_slow(ask, sandbox, api, endpoint):
    """Ask an endpoint that takes longer than the client waits; it gives up."""
    fault = {"endpoint": endpoint, "params": {"seconds": 0.8}}
    sandbox.faults.add(FaultKind.SLOW, api=api, **fault)
    with Talk(repeats=1, read_seconds=0.4) as talk:
        with pytest.raises(TransientApiError, match=r"no answer in 0\.4 s") as caught:
            ask(talk)
        assert caught.value.reason is Reason.TRANSIENT
        assert talk.repeated == 1
        # The sandbox counts its answers late; the next test must not find them.
        deadline = time.monotonic() + _SETTLED_SECONDS
        while sandbox.calls.count() < talk.calls and time.monotonic() < deadline:
            time.sleep(0.01)
        assert sandbox.calls.count() == talk.calls
