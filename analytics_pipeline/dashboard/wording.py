"""Numbers, days and times as people of a language write them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from analytics_pipeline.api.pages.language import Language
from analytics_pipeline.dashboard.texts.languages import TEXTS

_NO_BREAK = "\u00a0"
_MINUS = "\u2212"
_UNKNOWN = "\u2013"
# Between the missing part of a rate and why it is missing.
_PART = ": "
_HOUR_SECONDS = 3600
_DAY_HOURS = 24
_LONG_HOURS = 48


@dataclass(frozen=True, slots=True)
class Wording:
    """How one page says things.

    Attributes:
        language: The page's.
        zone: In which times are told.
        now: When the page is made.
        agency: The agency's name; None if it has none.
    """

    language: Language
    zone: ZoneInfo
    now: datetime
    agency: str | None

    def text(self, name: str, /, **values: object) -> str:
        """Return a text, its blanks filled."""
        return self._texts[name].format(**values)

    def known_text(self, prefix: str, code: object) -> str:
        """Return the text of a code from a closed list; the code, if it has none."""
        return self._texts.get(f"{prefix}_{code}", str(code))

    def column(self, name: str) -> str:
        """Return what a column is called, also that of a growth, a median or a mean."""
        for suffix in ("_delta", "_median", "_mean"):
            if name.endswith(suffix):
                of = self.known_text("column", name.removesuffix(suffix))
                return self.text(f"column_of{suffix}", name=of)
        return self.known_text("column", name)

    def count(self, value: float | None, *, is_signed: bool = False) -> str:
        """Return a count; a dash for an unknown one.

        Args:
            value: The number.
            is_signed: Whether a growth has a plus.

        Returns:
            The text.
        """
        if value is None:
            return _UNKNOWN
        text = (
            f"{abs(value):,.0f}" if float(value).is_integer() else f"{abs(value):,.1f}"
        )
        return _sign(value, is_signed=is_signed) + self._separated(text)

    def rate(self, value: float | None, *, is_signed: bool = False) -> str:
        """Return a fraction as a percentage; a dash for an unknown one.

        Args:
            value: The fraction.
            is_signed: Whether a growth has a plus.

        Returns:
            The text.
        """
        if value is None:
            return _UNKNOWN
        text = self._separated(f"{abs(value) * 100:,.2f}")
        unit = f"{_NO_BREAK}%" if self._is_czech else "%"
        return _sign(value, is_signed=is_signed) + text + unit

    def day(self, value: date | None) -> str:
        """Return a day."""
        if value is None:
            return _UNKNOWN
        if self._is_czech:
            return f"{value.day}.{_NO_BREAK}{value.month}.{_NO_BREAK}{value.year}"
        return f"{value.day}{_NO_BREAK}{value:%b}{_NO_BREAK}{value.year}"

    def short_day(self, value: date) -> str:
        """Return a day without its year."""
        if self._is_czech:
            return f"{value.day}.{_NO_BREAK}{value.month}."
        return f"{value.day}{_NO_BREAK}{value:%b}"

    def month(self, value: date) -> str:
        """Return the month that a day is in."""
        return f"{value.month}/{value.year}" if self._is_czech else f"{value:%b %Y}"

    def days(self, first: date | None, last: date | None) -> str:
        """Return a span of days."""
        if first is None and last is None:
            return self.text("no_dates")
        return self.text("from_to", first=self.day(first), last=self.day(last))

    def instant(self, value: datetime | None) -> str:
        """Return a time of a day, in the agency's zone."""
        if value is None:
            return _UNKNOWN
        local = value.astimezone(self.zone)
        return f"{self.day(local.date())}, {local:%H:%M}"

    def age(self, value: datetime | None) -> str:
        """Return how long ago something was."""
        if value is None:
            return _UNKNOWN
        hours = int((self.now - value).total_seconds() // _HOUR_SECONDS)
        if hours < 1:
            return self.text("age_now")
        if hours < _LONG_HOURS:
            return self.text("age_hours", hours=hours)
        return self.text("age_days", days=hours // _DAY_HOURS)

    def reason(self, unknown: str | None) -> str:
        """Return why a number is not known; of a rate, which of its parts is not."""
        if unknown is None:
            return self.text("unknown_without_reason")
        part, _, reason = unknown.rpartition(_PART)
        told = self.known_text("unknown", reason)
        return f"{self.column(part)}: {told}" if part else told

    @property
    def _texts(self) -> Mapping[str, str]:
        return TEXTS[self.language]

    @property
    def _is_czech(self) -> bool:
        return self.language is Language.CZECH

    def _separated(self, text: str) -> str:
        if not self._is_czech:
            return text
        return text.replace(",", _NO_BREAK).replace(".", ",")


def _sign(value: float, *, is_signed: bool) -> str:
    if value < 0:
        return _MINUS
    return "+" if is_signed and value > 0 else ""
