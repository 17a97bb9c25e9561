"""The dashboard's texts, in English and Czech."""

from collections.abc import Mapping

from analytics_pipeline.api.pages.language import Language
from analytics_pipeline.dashboard.texts.czech import CZECH
from analytics_pipeline.dashboard.texts.english import ENGLISH

TEXTS: Mapping[Language, Mapping[str, str]] = {
    Language.ENGLISH: ENGLISH,
    Language.CZECH: CZECH,
}
