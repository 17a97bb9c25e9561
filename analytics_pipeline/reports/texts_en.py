"""A report's texts in English."""

from analytics_pipeline.schemas.outcomes import (
    CAMPAIGN_PROBLEMS,
    REASONS,
    UNKNOWN_MEANINGS,
)

_PAGE = {
    "day_format": "%Y-%m-%d",
    "short_day_format": "%b %d",
    "instant_format": "%Y-%m-%d %H:%M",
    "thousands": ",",
    "decimal": ".",
    "percent": "{number}%",
    "report_title": "Campaign report",
    "as_known_on": "As known on {day}",
    "as_known_now": "Newest numbers, of {day}",
    "made_at": "Made {when} ({zone})",
    "campaign_id_is": "Campaign {campaign_id}",
    "publishing": "Published from {first} to {last}",
    "publishing_unknown": "Publishing dates unknown",
    "rule_all": "A post must carry all of these hashtags:",
    "rule_any": "A post must carry one of these hashtags:",
    "no_hashtags": "No hashtags",
    "cannot_match": "This campaign cannot match as it stands: {problem}.",
    "rejected_tags": "Can never be a hashtag: {tags}",
    "nothing_known": "Nothing is known of this campaign yet.",
    "nothing_known_on": "Nothing was known of this campaign on {day}.",
    "left_out": "{posts} posts were observed only after {when} for days until then; "
    "these {rows} observations are left out of this report.",
    "contents": "Contents",
    # Key figures.
    "key_figures": "Key figures",
    "key_figures_intro": "Last known numbers: each post that counts with its newest "
    "known number until {day}. A total says on how many of the posts it rests; what is "
    "not known is left out, never counted as zero.",
    "posts": "Posts",
    "of_creators": "of {count} creators",
    "rests_on_all": "of all {posts} posts",
    "rests_on": "known of {known} of {posts} posts",
    "older_numbers": "{count} older than {day}",
    "reach_note": "added up over posts: who saw several is in it several times",
    "standing_note_older": "newest numbers from an earlier day: {count}",
    "standing_note_ended": "stories that have ended: {count}",
    "standing_note_removed": "removed from the platform: {count}",
    "standing_note_late": "observed too late for their day: {count}",
    "standing_note_erased": "of people who asked to be forgotten: {count}",
    "observed_between": "The numbers were told by the platforms between {first} and "
    "{last} ({zone}).",
    "by_platform": "By platform",
    "over_both": "Over both",
    "number": "Number",
    "creators_with_posts": "Creators with posts",
    "last_known": "Last known",
    "as_observed": "Observed for {day}",
    "observed_note": "“Observed” holds only what the platforms told for {day} itself; "
    "stories that have ended and accounts without an answer are not in it.",
    "posts_of": "{known} of {posts}",
    # Days.
    "growth": "Growth by day",
    "growth_intro": "The line is what was last known on each day; the dots are what "
    "was observed for the day itself. “Growth” compares posts that were known on time "
    "on both days, and new posts.",
    "chart_description": "{name} by day, from {first} to {last}: last known "
    "{from_value} on the first day and {to_value} on the last. The table of days has "
    "the same numbers.",
    "day": "Day",
    "posts_observed": "Posts observed",
    "posts_carried": "Posts carried forward",
    "growth_below": "growth",
    "growth_of": "{name}: growth",
    "answered": "Accounts answered",
    "answered_of": "{answered} of {asked}",
    "days_table": "All days",
    # Engagement.
    "engagement": "Engagement rates side by side",
    "engagement_intro": "There is no one engagement rate. “Weighted” is all engagement "
    "over the whole base of the posts that have both; “median” is the middle one of "
    "the posts’ own rates.",
    "rate": "Rate",
    "formula": "Formula",
    "weighted": "Weighted",
    "median": "Median",
    # Parts.
    "content_types": "Content types",
    "content_type": "Content type",
    "creators": "Creators",
    "creators_intro": "Ranked by views, then by likes. Rates are weighted.",
    "creator": "Creator",
    "creator_forgotten": "a creator who asked to be forgotten",
    "rank": "Rank",
    "counted_posts": "Posts that count",
    "posts_intro": "Ranked by likes, each with its last known numbers.",
    "posts_more": "and {count} more: the XLSX, CSV and JSON files have all of them",
    "post": "Post",
    "published": "Published ({zone})",
    "no_caption": "(no text)",
    "evidence": "Why it counts",
    "evidence_hashtags": "carries {tags}",
    "evidence_review": "confirmed by {who} on {when}",
    "evidence_review_unknown": "confirmed by a person",
    "no_link": "no link",
    "numbers_of": "Numbers of",
    "heat_map": "When posts go up",
    "heat_map_intro": "Posts that count, by weekday and hour of publication ({zone}).",
    "hour": "Hour",
    "hashtags": "What matched by which hashtag",
    "hashtag": "Hashtag",
    "hashtag_counted": "Posts that count and carry it",
    "hashtag_counted_without": "Posts that count without it",
    "hashtag_partial": "Partial matches that carry it",
    "hashtag_partial_without": "Partial matches that lack it",
    "lift": "Compared with the creators’ own posts",
    "lift_intro": "Medians of the campaign’s posts beside posts of the same creators, "
    "platform, content type and publishing time that belong to no campaign. With fewer "
    "than {least} posts on a side nothing is compared.",
    "lift_campaign": "Campaign, median",
    "lift_own": "Own posts, median",
    "lift_difference": "Difference",
    "lift_too_few": "too few posts",
    "lift_no_base": "own median is zero",
    "median_of": "of {posts} posts",
    # To look at.
    "to_review": "To look at",
    "near_misses": "Near misses",
    "near_misses_intro": "Posts of participants that do not count but might. Nobody "
    "has decided about them yet.",
    "kind": "Kind",
    "score": "Likelihood",
    "carries": "Carries",
    "lacks": "Lacks",
    "partial": "Partial matches: listed, not counted",
    "rejected": "Rejected by a person: not counted",
    "no_longer_matching": "No longer matching: not counted",
    "no_longer_matching_intro": "They matched once; their text was edited, or their "
    "creator no longer takes part.",
    "stories": "Stories without text: no hashtag can match them, not counted",
    "listed_more": "and {count} more",
    # Coverage.
    "coverage": "Coverage",
    "coverage_intro": "What became of the participants’ accounts, day by day. A late "
    "answer tells only posts published that day, with their later numbers.",
    "late": "of them late",
    "untold": "Not accounted for",
    "missing": "Accounts without an answer on {day}",
    "missing_none": "Every account answered on {day}.",
    "why": "Why",
    "account": "Account",
    "unknowns": "What is not known, and why",
    "unknowns_none": "Every number of every post is known.",
    "about": "How to read this report",
    "about_counts": "A post counts when a participant published it within the "
    "publishing window, as a content type the campaign asks for, with its hashtags; or "
    "when a person confirmed it.",
    "about_days": "Days are days in {zone}. Platforms tell numbers as of now only; the "
    "state of a day is what was told during it or within the grace period after it.",
    "about_last_known": "Each post with its newest known number until the day, however "
    "old; so totals do not fall when stories end or an account gives no answer. What "
    "was observed for the day itself stands beside it.",
    "about_as_known": "A report as known on a past day leaves out what was observed "
    "after that. The campaign’s own terms are those of today.",
    "about_unknown": "“–” is unknown, with the reason beside it. Zero is what a "
    "platform said.",
    "about_views": "Views of connected Instagram accounts are organic; those of other "
    "reels count paid views too. Do not compare the two.",
    "footer": "Made by the Analytics Pipeline, report version {version}.",
    "footer_agency": "{agency}. Made by the Analytics Pipeline, report version "
    "{version}.",
}

_VALUES = {
    "platform_instagram": "Instagram",
    "platform_tiktok": "TikTok",
    "type_instagram_post": "Instagram post",
    "type_instagram_story": "Instagram story",
    "type_instagram_reel": "Instagram reel",
    "type_tiktok_video": "TikTok video",
    "type_facebook_post": "Facebook post",
    "campaign_upcoming": "upcoming",
    "campaign_active": "running",
    "campaign_ended": "ended",
    "campaign_incomplete": "dates missing",
    "status_ok": "Answered",
    "status_deferred": "Deferred",
    "status_skipped": "Skipped",
    "status_failed": "Failed",
    "standing_current": "of the day",
    "standing_older": "older",
    "standing_ended": "story has ended",
    "standing_removed": "removed from the platform",
    "standing_erased": "creator forgotten",
    "kind_partial": "carries some of the hashtags",
    "kind_near_tag": "a hashtag almost like the campaign’s",
    "kind_outside_window": "published outside the window",
    "kind_other_content_type": "another content type",
    "kind_sibling_tag": "hashtag of another campaign of the brand",
    "kind_no_tag": "no hashtag, but the right creator and time",
    "weekday_0": "Monday",
    "weekday_1": "Tuesday",
    "weekday_2": "Wednesday",
    "weekday_3": "Thursday",
    "weekday_4": "Friday",
    "weekday_5": "Saturday",
    "weekday_6": "Sunday",
}

_COLUMNS = {
    "platform": "Platform",
    "post_id": "Post id",
    "post_url": "Link",
    "creator_id": "Creator id",
    "username": "Account",
    "content_type": "Content type",
    "posted_at": "Published",
    "post_caption": "Text",
    "match_level": "Match",
    "match_basis": "Match rests on",
    "matched_hashtags": "Hashtags carried",
    "missing_hashtags": "Hashtags lacking",
    "confirmed_by": "Confirmed by",
    "confirmed_at": "Confirmed at",
    "view_count": "Views",
    "like_count": "Likes",
    "comment_count": "Comments",
    "share_count": "Shares",
    "save_count": "Saves",
    "reach": "Reach",
    "follower_count": "Followers",
    "engagement_rate_client": "Engagement, client’s formula",
    "engagement_rate_by_followers": "Engagement by followers",
    "engagement_rate_by_views": "Engagement by views",
    "engagement_rate_by_reach": "Engagement by reach",
    "unknown_reasons": "Why numbers are unknown",
    "known_on": "Numbers of earlier days",
    "standing": "Standing",
    "snapshot_date": "Newest day",
    "observed_at": "Observed",
    "is_late": "Observed too late",
    "removed_at": "Removed since",
}

ENGLISH: dict[str, str] = (
    _PAGE
    | _VALUES
    | {f"column_{name}": label for name, label in _COLUMNS.items()}
    | {f"unknown_{reason}": text for reason, text in UNKNOWN_MEANINGS.items()}
    | {f"reason_{reason}": info.meaning for reason, info in REASONS.items()}
    | {f"problem_{problem}": text for problem, text in CAMPAIGN_PROBLEMS.items()}
)
