"""The ledger of call budgets, shared by all processes."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from analytics_pipeline.schemas.budgets import BudgetState, CallSlot
from analytics_pipeline.schemas.records import Clock
from analytics_pipeline.warehouse.engine import Warehouse
from analytics_pipeline.warehouse.tables import api_budgets

T = TypeVar("T")

_ATTEMPTS = 3


class BudgetLedger:
    """Keeps what is known of budgets in the warehouse.

    A change locks the budget's row, so calls of one budget are taken one by one by all
    threads of all processes; different budgets do not wait for each other.

    Args:
        warehouse: Where the ledger is.
        clock: Stamps changes.
    """

    def __init__(self, warehouse: Warehouse, clock: Clock) -> None:
        self._warehouse = warehouse
        self._clock = clock

    def change(
        self, budget: str, how: Callable[[BudgetState], tuple[BudgetState, T]]
    ) -> T:
        """Change what is known of a budget, alone.

        Args:
            budget: Its name.
            how: Given what is known, returns what is known then, and what it made of
                it. Called again if the connection is lost: a call may then be counted
                twice, and is never missed.

        Returns:
            What `how` made of it.
        """
        for _ in range(_ATTEMPTS - 1):
            try:
                return self._change(budget, how)
            except sa.exc.OperationalError:
                continue  # The server was restarted.
        return self._change(budget, how)

    def _change(
        self, budget: str, how: Callable[[BudgetState], tuple[BudgetState, T]]
    ) -> T:
        mine = api_budgets.c.budget == budget
        with self._warehouse.begin() as connection:
            query = sa.select(api_budgets).where(mine).with_for_update()
            row = connection.execute(query).mappings().first()
            if row is None:
                empty = _values(BudgetState()) | {"updated_at": self._clock()}
                connection.execute(
                    insert(api_budgets)
                    .values(budget=budget, **empty)
                    .on_conflict_do_nothing()
                )
                row = connection.execute(query).mappings().one()
            before = _state(row)
            after, made = how(before)
            if after != before:
                values = _values(after) | {"updated_at": self._clock()}
                connection.execute(sa.update(api_budgets).where(mine).values(values))
        return made


def _state(row: sa.RowMapping) -> BudgetState:
    return BudgetState(
        stopped_until=_seconds(row["stopped_until"]),
        used_share=row["used_share"],
        told_at=_seconds(row["told_at"]),
        calls_when_told=row["calls_when_told"],
        slots=tuple(CallSlot(*slot) for slot in row["call_slots"]),
    )


def _values(state: BudgetState) -> dict[str, Any]:
    return {
        "stopped_until": _instant(state.stopped_until),
        "used_share": state.used_share,
        "told_at": _instant(state.told_at),
        "calls_when_told": state.calls_when_told,
        "call_slots": [[slot.first, slot.last, slot.calls] for slot in state.slots],
    }


def _seconds(instant: datetime | None) -> float | None:
    return None if instant is None else instant.timestamp()


def _instant(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
