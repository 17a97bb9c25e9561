"""Faults on demand: what can go wrong, for whom, and how often.

This module keeps the list and decides *whether* a fault strikes; what the client
then sees is made in ``fault_answers``. Chance falls the same way every time: it
depends on the seed, the fault's number and how many requests about the same
account it has met, not on the order in which accounts are asked.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from itertools import count
from threading import Lock
from typing import Final

from analytics_pipeline.sandbox.calls import Target
from analytics_pipeline.sandbox.population.dice import Dice

ANY: Final = "*"
APIS: Final = ("creators_app", "instagram", "tiktok")


class FaultKind(StrEnum):
    """What can go wrong."""

    LIMIT_429 = "limit_429"
    LIMIT_CODE_4 = "limit_code_4"
    LIMIT_CODE_17 = "limit_code_17"
    LIMIT_USE_CASE = "limit_use_case"
    SERVER_ERROR = "server_error"
    TRANSIENT_CODE_1 = "transient_code_1"
    REDUCE_DATA = "reduce_data"
    EXPIRED_TOKEN = "expired_token"  # noqa: S105 - the name of a fault
    TRUNCATED_JSON = "truncated_json"
    HTML = "html"
    ERROR_IN_200 = "error_in_200"
    SLOW = "slow"
    RESET = "reset"
    EMPTY = "empty"
    REPEAT_CURSOR = "repeat_cursor"
    PATCH = "patch"


_GRAPH_ONLY = frozenset(
    {
        FaultKind.LIMIT_CODE_4,
        FaultKind.LIMIT_CODE_17,
        FaultKind.LIMIT_USE_CASE,
        FaultKind.TRANSIENT_CODE_1,
        FaultKind.REDUCE_DATA,
    }
)
_PLATFORMS_ONLY = frozenset({FaultKind.REPEAT_CURSOR})


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault, and whom it strikes.

    Attributes:
        number: Its number, for removing it again.
        kind: What goes wrong.
        api: ``instagram``, ``tiktok``, ``creators_app``, or ``*``.
        account: A username or account id, or ``*``.
        endpoint: A part of the path or of the endpoint's short name, or None.
        rate: The share of matching requests it strikes.
        times: How often it strikes at most; None has no end.
        params: Details that depend on the kind.
    """

    number: int
    kind: FaultKind
    api: str = ANY
    account: str = ANY
    endpoint: str | None = None
    rate: float = 1.0
    times: int | None = None
    params: Mapping[str, object] = field(default_factory=dict)

    def concerns(self, target: Target, path: str) -> bool:
        """Tell whether a request is one this fault may strike."""
        if self.api not in {ANY, target.api} or not applies(self.kind, target.api):
            return False
        if self.account != ANY and not target.is_about(self.account):
            return False
        part = self.endpoint
        return part is None or part in path or part in target.endpoint

    def as_json(self) -> dict[str, object]:
        """Give the fault as the control address shows it."""
        return {**asdict(self), "kind": self.kind.value, "id": self.number}


def applies(kind: FaultKind, api: str) -> bool:
    """Tell whether an API can have a fault at all."""
    if kind in _GRAPH_ONLY:
        return api == "instagram"
    return not (kind in _PLATFORMS_ONLY and api == "creators_app")


def _check_params(kind: FaultKind, params: Mapping[str, object]) -> None:
    if kind is FaultKind.PATCH and not params.keys() & {"ops", "headers"}:
        message = 'a patch needs params such as {"ops": [...]}'
        raise ValueError(message)
    if not isinstance(params.get("ops", []), list):
        message = "ops must be a list of operations"
        raise TypeError(message)
    if not isinstance(params.get("seconds", 0), int | float):
        message = "seconds must be a number"
        raise TypeError(message)


class Faults:
    """The faults in force; safe to use from several threads."""

    def __init__(self, seed: int) -> None:
        """Begin without faults.

        Args:
            seed: The world's seed, on which chance depends.
        """
        self._seed = seed
        self._lock = Lock()
        self._numbers = count(1)
        self._faults: dict[int, Fault] = {}
        self._met: Counter[tuple[int, str, str]] = Counter()
        self._struck: Counter[int] = Counter()

    def add(  # noqa: PLR0913 - one keyword for each part of a fault
        self,
        kind: str,
        *,
        api: str = ANY,
        account: str = ANY,
        endpoint: str | None = None,
        rate: float = 1.0,
        times: int | None = None,
        params: Mapping[str, object] | None = None,
    ) -> int:
        """Put a fault in force.

        Args:
            kind: One of ``FaultKind``.
            api: ``instagram``, ``tiktok``, ``creators_app``, or ``*`` for all.
            account: A username or account id, or ``*`` for all.
            endpoint: A part of the path or of the endpoint's short name.
            rate: The share of matching requests to strike, 0 to 1.
            times: How often to strike at most.
            params: Details, as listed in ``fault_answers``.

        Returns:
            The fault's number.

        Raises:
            ValueError: There is no such kind or API, the rate is no share, or a
                patch has nothing to change.
        """
        known = FaultKind(kind)
        if api != ANY and (api not in APIS or not applies(known, api)):
            message = f"the API {api!r} has no fault {kind!r}"
            raise ValueError(message)
        if not 0 <= rate <= 1:
            message = f"rate must be 0 to 1, not {rate}"
            raise ValueError(message)
        _check_params(known, params or {})
        with self._lock:
            fault = Fault(
                number=next(self._numbers),
                kind=known,
                api=api,
                account=account.removeprefix("@") or ANY,
                endpoint=endpoint,
                rate=rate,
                times=times,
                params=dict(params or {}),
            )
            self._faults[fault.number] = fault
        return fault.number

    def remove(self, number: int) -> bool:
        """Lift one fault; tells whether it was in force."""
        with self._lock:
            return self._faults.pop(number, None) is not None

    def clear(self) -> None:
        """Lift all faults; the same ones added again strike the same requests."""
        with self._lock:
            self._numbers = count(1)
            self._faults.clear()
            self._met.clear()
            self._struck.clear()

    def rows(self) -> list[dict[str, object]]:
        """List the faults in force and how often each has struck."""
        with self._lock:
            return [
                {**fault.as_json(), "struck": self._struck[number]}
                for number, fault in self._faults.items()
            ]

    def strike(self, target: Target, path: str) -> list[Fault]:
        """Decide which faults strike a request, in the order they were added.

        Args:
            target: What the request is about.
            path: Its path.

        Returns:
            Usually nothing.
        """
        if not self._faults:
            return []
        with self._lock:
            return [
                fault
                for fault in self._faults.values()
                if fault.concerns(target, path) and self._falls(fault, target)
            ]

    def _falls(self, fault: Fault, target: Target) -> bool:
        if fault.times is not None and self._struck[fault.number] >= fault.times:
            return False
        account = target.account_id or target.username
        place = (fault.number, target.endpoint, account)
        self._met[place] += 1
        dice = Dice(self._seed, "fault", *place, self._met[place])
        if not dice.chance(fault.rate):
            return False
        self._struck[fault.number] += 1
        return True
