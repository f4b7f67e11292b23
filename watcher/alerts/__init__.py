"""What people should hear, and who hears it. A thinking room: values in, values out.

judged changes ─ compose ─▶ Alert*          one matter, one alert; a find seen in three documents is one find
alert, routes  ─ route ───▶ Delivery*       owed, held or withheld, each with its reason
alerts         ─ together ▶ Alert           the digest of a period, or one message for a meeting: a line for each
alerts         ─ stages ─▶ Stage*           the way of one matter, forward and back
alert          ─ notice ──▶ Notice          the alert in neutral words, for every channel to lay out its own way
"""

from __future__ import annotations

from watcher.alerts.bundle import (
    ALONE,
    NOWHERE,
    is_digest,
    is_meeting,
    meeting_bundle,
    next_period,
    together,
    under_way,
)
from watcher.alerts.compose import compose
from watcher.alerts.enacted import linked
from watcher.alerts.notice import (
    Notice,
    Quote,
    apart,
    excerpt,
    lines_within,
    notice,
    overflows,
    plain_text,
    web_address,
)
from watcher.alerts.privacy import masked, masked_change, masked_redline, offices_kept, private_parts_masked
from watcher.alerts.route import hushed, mismatch, muted, muted_by, released, route
from watcher.alerts.stages import stages
from watcher.alerts.storm import WINDOW as STORM_WINDOW
from watcher.alerts.storm import is_wholesale, is_widespread
from watcher.alerts.wording import clean, cut, head, inert, one_line, short_id, shortened, span, units

__all__ = [
    "ALONE",
    "NOWHERE",
    "STORM_WINDOW",
    "Notice",
    "Quote",
    "apart",
    "clean",
    "compose",
    "cut",
    "excerpt",
    "head",
    "hushed",
    "inert",
    "is_digest",
    "is_meeting",
    "is_wholesale",
    "is_widespread",
    "lines_within",
    "linked",
    "masked",
    "masked_change",
    "masked_redline",
    "meeting_bundle",
    "mismatch",
    "muted",
    "muted_by",
    "next_period",
    "notice",
    "offices_kept",
    "one_line",
    "overflows",
    "plain_text",
    "private_parts_masked",
    "released",
    "route",
    "short_id",
    "shortened",
    "span",
    "stages",
    "together",
    "under_way",
    "units",
    "web_address",
]
