"""In which language a report is written for people."""

from enum import StrEnum


class Language(StrEnum):
    """The languages there are texts in."""

    ENGLISH = "en"
    CZECH = "cs"
