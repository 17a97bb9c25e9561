"""Numbers, days and reasons as people read them, in one language."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from analytics_pipeline.reports.language import Language
from analytics_pipeline.reports.model import CampaignReport
from analytics_pipeline.reports.texts_cs import CZECH
from analytics_pipeline.reports.texts_en import ENGLISH

UNKNOWN = "–"
TEXTS: Mapping[Language, Mapping[str, str]] = {
    Language.ENGLISH: ENGLISH,
    Language.CZECH: CZECH,
}


class Wording:
    """The texts of one language, and how it writes numbers and days.

    Args:
        language: The language.
        zone: In which instants are told.
    """

    def __init__(self, language: Language, zone: ZoneInfo) -> None:
        self._texts = TEXTS[language]
        self._zone = zone
        self.language = language

    def __call__(self, name: str, /, **values: object) -> str:
        """Return a text by its name, with values put in."""
        return self._texts[name].format(**values)

    def value(self, kind: str, value: str) -> str:
        """Return a value of a closed list in words; one that has none, as it is."""
        return self._texts.get(f"{kind}_{value}", value)

    def label(self, column: str) -> str:
        """Return what a column is called."""
        return self.value("column", column)

    def number(self, value: float | None, decimals: int = 0) -> str:
        """Return a number with its thousands apart; a dash when unknown."""
        if value is None:
            return UNKNOWN
        text = f"{value:,.{decimals}f}"
        apart = {",": self._texts["thousands"], ".": self._texts["decimal"]}
        return "".join(apart.get(char, char) for char in text)

    def middle(self, value: float | None) -> str:
        """Return a median of counts: with a decimal only where it has one."""
        is_whole = value is None or float(value).is_integer()
        return self.number(value, 0 if is_whole else 1)

    def percent(self, fraction: float | None) -> str:
        """Return a fraction as a percentage; a dash when unknown."""
        if fraction is None:
            return UNKNOWN
        return self("percent", number=self.number(fraction * 100, 2))

    def difference(self, fraction: float) -> str:
        """Return by how much something is higher or lower, with its sign."""
        sign = "+" if fraction >= 0 else "\N{MINUS SIGN}"
        return sign + self("percent", number=self.number(abs(fraction) * 100, 0))

    def change(self, value: float | None) -> str:
        """Return a growth with its sign; a dash when unknown."""
        if value is None:
            return UNKNOWN
        sign = "+" if value > 0 else "\N{MINUS SIGN}" if value < 0 else ""
        return sign + self.number(abs(value))

    def day(self, day: date | None) -> str:
        """Return a day; a dash when there is none."""
        return UNKNOWN if day is None else day.strftime(self._texts["day_format"])

    def short_day(self, day: date) -> str:
        """Return a day without its year."""
        return day.strftime(self._texts["short_day_format"])

    def instant(self, instant: datetime | None) -> str:
        """Return an instant in the report's zone; a dash when there is none."""
        if instant is None:
            return UNKNOWN
        local = instant.astimezone(self._zone)
        return local.strftime(self._texts["instant_format"])

    def unknown(self, reason: str) -> str:
        """Return why a number is unknown, in words.

        Args:
            reason: A reason, or that of a rate: `column: reason`.

        Returns:
            The sentence; the reason itself where there is none for it.
        """
        part, separator, rest = reason.partition(": ")
        if separator:
            return f"{self.label(part)}: {self.unknown(rest)}"
        return self.value("unknown", reason)


def opening(report: CampaignReport, say: Wording) -> str:
    """Return of when a report is: as known on which day."""
    if report.day is None and report.asked_day is None:
        return say("nothing_known")
    if report.day is None:
        return say("nothing_known_on", day=say.day(report.asked_day))
    if report.asked_day is None:
        return say("as_known_now", day=say.day(report.day))
    return say("as_known_on", day=say.day(report.asked_day))


def formulas(
    numerator: Mapping[str, Sequence[str]], denominator: str, say: Wording
) -> Iterator[tuple[str, str]]:
    """Yield the formula of a rate in words, by platform."""
    for platform, columns in numerator.items():
        parts = " + ".join(say.label(name).lower() for name in columns)
        yield platform, f"({parts}) / {say.label(denominator).lower()}"
