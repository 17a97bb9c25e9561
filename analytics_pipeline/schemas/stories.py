"""Stories: posts that live a day."""

from dataclasses import dataclass
from datetime import datetime, timedelta

STORY_LIFE = timedelta(hours=24)
"""After this a story and its insights are gone."""


@dataclass(frozen=True, slots=True)
class LiveStory:
    """A story that is known and has not ended.

    Attributes:
        connection_id: Whose it is.
        post_id: The story.
        posted_at: When its life began.
    """

    connection_id: str
    post_id: str
    posted_at: datetime
