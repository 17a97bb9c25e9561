"""Metrics the platform gives up, for all products or for some, from now on."""

from collections.abc import Collection
from threading import Lock
from typing import Final

ACCOUNT: Final = "ACCOUNT"
PRODUCTS: Final = ("FEED", "REELS", "STORY", ACCOUNT)


class RetiredMetrics:
    """Which metrics are retired; safe to use from several threads."""

    def __init__(self) -> None:
        """Begin with every metric in service."""
        self._lock = Lock()
        self._products: dict[str, frozenset[str] | None] = {}

    def retire(self, name: str, products: Collection[str] | None) -> None:
        """Retire a metric.

        Args:
            name: The metric.
            products: For which products only; None for all kinds of posts.
        """
        with self._lock:
            self._products[name] = None if products is None else frozenset(products)

    def restore(self, name: str) -> None:
        """Put a metric back into service; harmless if it was not retired."""
        with self._lock:
            self._products.pop(name, None)

    def is_unknown(self, name: str) -> bool:
        """Tell whether a metric is retired for all kinds of posts."""
        with self._lock:
            return name in self._products and self._products[name] is None

    def is_unfit(self, name: str, product: str) -> bool:
        """Tell whether a metric is retired for a product in particular."""
        with self._lock:
            return product in (self._products.get(name) or ())

    def rows(self) -> list[dict[str, object]]:
        """List the retired metrics and for which products each is."""
        with self._lock:
            return [
                {
                    "name": name,
                    "retired": True,
                    "products": None if products is None else sorted(products),
                }
                for name, products in sorted(self._products.items())
            ]
