"""The closed vocabularies of sites.yaml, and the nearest valid word to a mistyped one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from rapidfuzz import fuzz, process

# Postal code -> (name, IANA time zones; the one where most people live first). USPS Publication 28; tzdata zone1970.tab.
STATES: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "AL": ("Alabama", ("America/Chicago",)),
    "AK": ("Alaska", ("America/Anchorage", "America/Adak")),
    "AZ": ("Arizona", ("America/Phoenix",)),
    "AR": ("Arkansas", ("America/Chicago",)),
    "CA": ("California", ("America/Los_Angeles",)),
    "CO": ("Colorado", ("America/Denver",)),
    "CT": ("Connecticut", ("America/New_York",)),
    "DE": ("Delaware", ("America/New_York",)),
    "DC": ("District of Columbia", ("America/New_York",)),
    "FL": ("Florida", ("America/New_York", "America/Chicago")),
    "GA": ("Georgia", ("America/New_York",)),
    "HI": ("Hawaii", ("Pacific/Honolulu",)),
    "ID": ("Idaho", ("America/Boise", "America/Los_Angeles")),
    "IL": ("Illinois", ("America/Chicago",)),
    "IN": ("Indiana", ("America/Indiana/Indianapolis", "America/Chicago")),
    "IA": ("Iowa", ("America/Chicago",)),
    "KS": ("Kansas", ("America/Chicago", "America/Denver")),
    "KY": ("Kentucky", ("America/New_York", "America/Chicago")),
    "LA": ("Louisiana", ("America/Chicago",)),
    "ME": ("Maine", ("America/New_York",)),
    "MD": ("Maryland", ("America/New_York",)),
    "MA": ("Massachusetts", ("America/New_York",)),
    "MI": ("Michigan", ("America/Detroit", "America/Menominee")),
    "MN": ("Minnesota", ("America/Chicago",)),
    "MS": ("Mississippi", ("America/Chicago",)),
    "MO": ("Missouri", ("America/Chicago",)),
    "MT": ("Montana", ("America/Denver",)),
    "NE": ("Nebraska", ("America/Chicago", "America/Denver")),
    "NV": ("Nevada", ("America/Los_Angeles",)),
    "NH": ("New Hampshire", ("America/New_York",)),
    "NJ": ("New Jersey", ("America/New_York",)),
    "NM": ("New Mexico", ("America/Denver",)),
    "NY": ("New York", ("America/New_York",)),
    "NC": ("North Carolina", ("America/New_York",)),
    "ND": ("North Dakota", ("America/Chicago", "America/Denver")),
    "OH": ("Ohio", ("America/New_York",)),
    "OK": ("Oklahoma", ("America/Chicago",)),
    "OR": ("Oregon", ("America/Los_Angeles", "America/Boise")),
    "PA": ("Pennsylvania", ("America/New_York",)),
    "RI": ("Rhode Island", ("America/New_York",)),
    "SC": ("South Carolina", ("America/New_York",)),
    "SD": ("South Dakota", ("America/Chicago", "America/Denver")),
    "TN": ("Tennessee", ("America/Chicago", "America/New_York")),
    "TX": ("Texas", ("America/Chicago", "America/Denver")),
    "UT": ("Utah", ("America/Denver",)),
    "VT": ("Vermont", ("America/New_York",)),
    "VA": ("Virginia", ("America/New_York",)),
    "WA": ("Washington", ("America/Los_Angeles",)),
    "WV": ("West Virginia", ("America/New_York",)),
    "WI": ("Wisconsin", ("America/Chicago",)),
    "WY": ("Wyoming", ("America/Denver",)),
    "AS": ("American Samoa", ("Pacific/Pago_Pago",)),
    "GU": ("Guam", ("Pacific/Guam",)),
    "MP": ("Northern Mariana Islands", ("Pacific/Guam",)),
    "PR": ("Puerto Rico", ("America/Puerto_Rico",)),
    "VI": ("U.S. Virgin Islands", ("America/Puerto_Rico",)),
    "US": ("United States", ("America/New_York",)),  # federal documents
}

JURISDICTION_KINDS: Final = ("city", "county", "state", "district", "tribe", "federal", "other")
SITE_KINDS: Final = ("agenda", "ordinance", "code", "minutes", "legislation", "list")
FOLLOW: Final = ("agendas", "packets", "attachments", "minutes", "legislation")
FOLLOW_BY_DEFAULT: Final = ("agendas", "attachments", "minutes", "legislation")
LABELS: Final = ("relevant", "unsure")  # an unrelated change never becomes an alert
STANCES: Final = ("limits", "expands", "mixed", "unclear")
URGENCIES: Final = ("now", "soon", "routine")
TIERS: Final = ("core", "adjacent", "none")
TOPICS: Final = (
    "detainer", "warrant", "287g", "info_sharing", "release_notification", "jail_access", "resources", "joint_ops",
    "detention_facility", "data_alpr", "sensitive_locations", "non_inquiry", "property_staging", "agent_id",
    "designation", "preemption", "funding_conditions", "litigation", "reporting", "status_check", "vendor",
    "legal_defense", "position",
)  # fmt: skip
STAGES: Final = (
    "introduced", "first_reading", "second_reading", "referred", "hearing", "consent", "amended", "adopted", "vetoed",
    "tabled_withdrawn", "repealed", "report", "in_force", "unknown",
)  # fmt: skip
POLICY_STATUSES: Final = (
    "limits",
    "requires or expands",
    "287(g) agreement",
    "under consideration",
    "nothing on file",
)

# What people write for a word that sites.yaml spells otherwise, where spelling alone does not lead there.
_MEANT: Final = {
    "town": "city", "village": "city", "township": "city", "municipality": "city", "consolidated": "city",
    "parish": "county", "borough": "county", "nation": "tribe", "country": "federal",
    "287(g)": "287g", "alpr": "data_alpr", "flock": "data_alpr", "sanctuary": "designation", "detainers": "detainer",
    "passed": "adopted", "enacted": "adopted", "approved": "adopted", "withdrawn": "tabled_withdrawn",
    "tabled": "tabled_withdrawn", "restricts": "limits", "limiting": "limits", "expanding": "expands",
    "interval": "every", "schedule": "cron", "selector": "select", "css": "select", "timezone": "time_zone",
    "tz": "time_zone", "latitude": "lat", "longitude": "lon", "lng": "lon", "ocd_id": "division", "name": "id",
    "link": "url", "notes": "note", "comment": "note", "delay": "min_delay", "channel": "channels", "title": "body",
}  # fmt: skip


def nearest(word: str, known: Iterable[str]) -> str:
    """`did you mean "x"?` for the known word closest to `word`, or "" where none is close."""
    words = list(known)
    meant = _MEANT.get(word.lower())
    if meant not in words:
        found = process.extractOne(word.lower(), words, scorer=fuzz.ratio, score_cutoff=60, processor=str.lower)
        meant = found[0] if found else None
    return f'did you mean "{meant}"?' if meant else ""


def nearest_state(word: str) -> str:
    """The code that a state's name or a lower-case code stands for; guessing between two letters helps nobody."""
    if word.upper() in STATES:
        return f'did you mean "{word.upper()}"?'
    if len(word) < 4:
        return ""
    names = {name.lower(): code for code, (name, _) in STATES.items()}
    found = process.extractOne(word.lower(), names.keys(), scorer=fuzz.ratio, score_cutoff=75)
    return f'did you mean "{names[found[0]]}"?' if found else ""


def slug(text: str) -> str:
    """Lower case, accents and apostrophes dropped, everything else that is no letter or digit made one hyphen."""
    plain = unicodedata.normalize("NFKD", text.replace("'", "").replace("’", "")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
