"""A person's answers without the person: pseudonyms for names, numbers as they are.

What stays is listed, all else goes: counts, times, kinds, and of captions the hashtags
that campaigns ask for. So a day that is read again gives the same totals.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from analytics_pipeline.schemas.erasure import ERASED_PREFIX
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.transform.hashtags import extract_hashtags, match_key
from analytics_pipeline.transform.values import storable

Line = dict[str, Any]

_DIGEST = 24
# Counts are shorter, and so are times; a longer number is an id.
_LARGEST_NUMBER = 10**13
_NAMES = frozenset({"id", "username", "user_id", "open_id", "union_id", "media_id"})
_CAPTIONS = frozenset({"caption", "video_description"})
_CONTAINERS = frozenset(
    {
        "breakdowns",
        "business_discovery",
        "changes",
        "data",
        "entry",
        "error",
        "media",
        "results",
        "total_value",
        "user",
        "value",
        "values",
        "videos",
    }
)
_KEPT_TEXTS = frozenset(
    {
        "code",
        "create_time",
        "dimension_keys",
        "dimension_values",
        "end_time",
        "field",
        "media_product_type",
        "media_type",
        "object",
        "period",
        "timestamp",
        "type",
    }
)
_KEPT_PARAMETERS = frozenset(
    {
        "breakdown",
        "limit",
        "max_count",
        "metric",
        "metric_type",
        "period",
        "since",
        "timeframe",
        "until",
    }
)
_KEPT_HEADERS = frozenset(
    {"content-type", "date", "facebook-api-version", "retry-after"}
)
# The named parts of the APIs' paths; any other part is an id.
_PATH_WORD = re.compile(r"v\d+(?:\.\d+)?|[a-z_]+")
_DISCOVERED = re.compile(r"(?<=username\()[^)]*")
_CURSOR = re.compile(r"\.after\([^)]*\)")
_METRIC_NAME = re.compile(r"[a-z_]{1,60}")


@dataclass(frozen=True, slots=True)
class Eraser:
    """Takes one person out of texts, ids and answers, always in the same way.

    Attributes:
        key: Of the pseudonyms. Once it is gone, nobody can tell whose they are.
        platform: Where; its rules say what a hashtag is.
        hashtag_keys: Match keys of all hashtags that campaigns ask for.
    """

    key: bytes
    platform: Platform
    hashtag_keys: Collection[str]

    def pseudonym(self, name: str) -> str:
        """Return what stands for an id or a handle; for a pseudonym, itself."""
        if name.startswith(ERASED_PREFIX):
            return name
        digest = hmac.new(self.key, name.encode(errors="replace"), hashlib.sha256)
        return ERASED_PREFIX + digest.hexdigest()[:_DIGEST]

    def caption(self, caption: str) -> str:
        """Return a caption reduced to the hashtags that campaigns ask for."""
        tags = extract_hashtags(storable(caption), self.platform)
        return " ".join(f"#{tag}" for tag in tags if self._is_asked_for(tag))

    def hashtags(self, tags: Collection[str]) -> list[str]:
        """Return those of some hashtags that campaigns ask for."""
        return [tag for tag in tags if self._is_asked_for(tag)]

    def line(self, line: Line) -> Line:
        """Return a landing object's line about the person without the person.

        Args:
            line: Of kind `answer`, `attempt` or `opening`.

        Returns:
            The same line, pseudonymised; erased twice is erased once.
        """
        erased = dict(line)
        if isinstance(line.get("account"), dict):
            erased["account"] = self._account(line["account"])
        if "detail" in line:
            erased["detail"] = None
        if line.get("kind") == "answer":
            erased["request"] = self._request(line["request"])
            erased["headers"] = {
                name: value
                for name, value in line["headers"].items()
                if name in _KEPT_HEADERS
            }
            erased["payload"] = self.payload(line["payload"])
        return erased

    def payload(self, text: str) -> str:
        """Return an answer's body; nothing where it is no JSON object.

        Args:
            text: As received.

        Returns:
            JSON with what parsers need to give the same numbers.
        """
        try:
            parsed = json.loads(text)
            if isinstance(parsed, dict | list):
                return json.dumps(self._value("data", parsed), ensure_ascii=False)
        except (ValueError, RecursionError):
            pass
        return ""

    def _is_asked_for(self, tag: str) -> bool:
        return match_key(tag) in self.hashtag_keys

    def _account(self, account: Mapping[str, Any]) -> Line:
        return {
            name: self.pseudonym(value)
            if name in {"connection_id", "account_id", "username"} and value
            else value
            for name, value in account.items()
        }

    def _request(self, request: Mapping[str, Any]) -> Line:
        """Return a request: what was asked for, not about whom."""
        erased: Line = {"method": request.get("method")}
        if "source" in request:  # Who pushed it.
            erased["source"] = request["source"]
        if "url" in request:
            erased["url"] = self._url(str(request["url"]))
        for holder in ("params", "json"):
            if isinstance(request.get(holder), dict):
                erased[holder] = self._parameters(request[holder])
        return erased

    def _url(self, text: str) -> str:
        url = urlsplit(text)
        path = "/".join(
            part
            if not part or part.startswith(ERASED_PREFIX) or _PATH_WORD.fullmatch(part)
            else self.pseudonym(part)
            for part in url.path.split("/")
        )
        return f"{url.scheme}://{url.netloc}{path}" if url.netloc else path

    def _parameters(self, asked: Mapping[str, Any]) -> Line:
        kept = {
            name: value
            for name, value in asked.items()
            if name in _KEPT_PARAMETERS or _is_number(value)
        }
        if isinstance(asked.get("fields"), str):
            fields = _CURSOR.sub("", asked["fields"])
            kept["fields"] = _DISCOVERED.sub(
                lambda found: self.pseudonym(found[0]), fields
            )
        return kept

    def _object(self, record: Mapping[str, Any]) -> Line:
        erased = {}
        for name, value in record.items():
            if _stays(name, value) or (name == "name" and _is_metric(record)):
                erased[name] = self._value(name, value)
        return erased

    def _value(self, name: str, value: object) -> object:
        if isinstance(value, dict):
            return self._object(value)
        if isinstance(value, list):
            return [
                self._value(name, item) for item in value if _is_kept_in(name, item)
            ]
        if name in _NAMES and value not in (None, ""):
            # An insight is named by its post, the metric and the period.
            post_id, slash, metric = str(value).strip().partition("/insights/")
            return self.pseudonym(post_id) + slash + metric
        if name in _CAPTIONS and isinstance(value, str):
            return self.caption(value)
        return value


def _stays(name: str, value: object) -> bool:
    """Tell whether a field stays, if only as a pseudonym."""
    if isinstance(value, dict | list):
        return name in _CONTAINERS | _KEPT_TEXTS
    if isinstance(value, str):
        is_count = name.endswith("_count") and value.isascii() and value.isdigit()
        return is_count or name in _NAMES | _CAPTIONS | _KEPT_TEXTS
    return name in _NAMES or value is None or _is_number(value)


def _is_metric(record: Mapping[str, Any]) -> bool:
    """Tell whether a record's name is that of a metric; a person's is not kept."""
    has_values = not {"period", "values", "total_value"}.isdisjoint(record)
    return has_values and bool(_METRIC_NAME.fullmatch(str(record["name"])))


def _is_number(value: object) -> bool:
    """Tell whether a value is a flag, or a number that is no id."""
    return isinstance(value, int | float) and abs(value) < _LARGEST_NUMBER


def _is_kept_in(name: str, item: object) -> bool:
    """Tell whether an entry of a list stays: of texts only the known ones."""
    return not isinstance(item, str) or name in _KEPT_TEXTS
