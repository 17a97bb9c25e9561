"""What is known of a call budget, as processes share it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CallSlot:
    """Calls that were made close together.

    Attributes:
        first: When the first was made, in seconds since 1970.
        last: When the last was made.
        calls: How many.
    """

    first: float
    last: float
    calls: int


@dataclass(frozen=True, slots=True)
class BudgetState:
    """One budget.

    Attributes:
        stopped_until: No call before, in seconds since 1970; None when it is open.
        used_share: What share of it is used, as the platform last told.
        told_at: When it told.
        calls_when_told: Calls in the window at that moment.
        slots: The calls in the window, in order.
    """

    stopped_until: float | None = None
    used_share: float | None = None
    told_at: float | None = None
    calls_when_told: int = 0
    slots: tuple[CallSlot, ...] = ()

    @property
    def calls(self) -> int:
        """Calls in the window."""
        return sum(slot.calls for slot in self.slots)
