"""One change for people: as text for a terminal, or as one self-contained HTML page that can be printed and filed.

The words are those of the alerts, so that a message and the page it leads to never disagree. What the bodies published
is shown as it was published, uncut.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from datetime import datetime
from html import escape
from string import Template

from watcher.alerts import clean, one_line, private_parts_masked, short_id, timing, web_address
from watcher.alerts.wording import STAGES, TOPICS, likely, local, place, voted, what_happened
from watcher.model import Alert, Change, Evidence, Site

DIRECTIONS = {
    "limits": "moves toward limiting cooperation with federal immigration enforcement",
    "expands": "moves toward requiring or expanding cooperation with federal immigration enforcement",
    "mixed": "moves in both directions",
    "unclear": "unclear from this text",
}

PAGE = Template("""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>
:root{color-scheme:light dark;--ink:#151515;--paper:#fff;--rule:#c9c9c9;--soft:#5a5a5a;--link:#0b4f8a;--out:#fbdedb;
--in:#d9f0de;--cue:#fff1b3}
@media(prefers-color-scheme:dark){:root{--ink:#ececec;--paper:#16181b;--rule:#44484e;--soft:#a6a6a6;--link:#8cc1f0;
--out:#5c2a26;--in:#1f4a2b;--cue:#5a4a00}}
@media print{:root{color-scheme:light;--ink:#000;--paper:#fff;--rule:#999;--soft:#444;--link:#000;--out:#fbdedb;
--in:#d9f0de;--cue:#fff1b3}body{print-color-adjust:exact}nav{display:none}.text,tr,li{break-inside:avoid}}
body{font:17px/1.55 Georgia,"Times New Roman",serif;max-width:58rem;margin:0 auto;padding:1rem;color:var(--ink);
background:var(--paper);overflow-wrap:anywhere}
a{color:var(--link)}nav,th,h2,.small{font-family:system-ui,sans-serif}nav{margin-bottom:1rem}.small{font-size:.85rem}
h1{font-size:1.45rem;line-height:1.3;margin:.5rem 0}h2{font-size:1rem;margin:2rem 0 .5rem}.lead{margin:0 0 1.2rem}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.3rem .8rem .3rem 0;
border-top:1px solid var(--rule)}th{width:11rem;font-size:.85rem;line-height:1.8;color:var(--soft);font-weight:normal}
.text{white-space:pre-wrap;border:1px solid var(--rule);padding:.7rem .9rem}
.two{display:grid;grid-template-columns:1fr 1fr;gap:1rem}.two h3{font:.85rem system-ui,sans-serif;color:var(--soft);margin:0 0 .3rem}
del,ins,mark{color:inherit}del{background:var(--out)}ins{background:var(--in)}mark{background:var(--cue)}
code{font-size:.85rem}
@media(max-width:44rem){.two{grid-template-columns:1fr}th,td{display:block;width:auto}th{padding-bottom:0}td{border:0;padding-top:0}}
</style></head><body>
$back<h1>$title</h1>
<p class="lead">$lead</p>
<table>$facts</table>
<h2>Redline</h2><div class="text">$redline</div>
<h2>Before and after</h2><div class="two"><div><h3>before</h3><div class="text">$before</div></div>
<div><h3>after</h3><div class="text">$after</div></div></div>
<h2>Why it was judged so</h2><ul>$reasons</ul>
<h2>How to check this without our software</h2>
<p>Each snapshot is the body of one HTTP response, exactly as it was read, named by its SHA-256 and compressed with the
open zstd format. In the folder of the watcher, this must print the name of the file:</p>
<div class="text"><code>$commands</code></div>
<p class="small">Change $id. Verdicts are made by fixed rules and can be wrong; the two texts above are the evidence.</p>
</body></html>
""")


def facts(change: Change, site: Site | None) -> list[tuple[str, str]]:
    """What stands above the redline, as pairs of a name and its words; what is not known is left out."""
    zone = site.jurisdiction.time_zone if site else "UTC"
    verdict, meeting, last = change.verdict, change.meeting, change.last_seen_unchanged_at
    matter = [text for text in (change.matter.file, change.matter.title) if text] if change.matter else []
    body = (site.body if site else None) or (meeting.body if meeting else "")
    rows = [
        ("Where", " – ".join(filter(None, (place(site.jurisdiction) if site else change.site, body)))),
        ("What", happened(change, site)),
        ("Under", " › ".join(one_line(part) for part in change.heading if part not in matter)),
        ("Meeting", f"{local(meeting.start, zone)}{sitting(meeting.status)}" if meeting and meeting.start else ""),
        ("Timing", timing.told(change, site.jurisdiction) if site else ""),
        ("Matter", " · ".join(matter)),
        ("Votes", "; ".join(voted(change, zone))),
        ("Who voted", "; ".join(_names(change))),
        ("Ordinance", "; ".join(_ordinances(change))),
    ]
    if verdict:
        rows += [
            ("Stage", STAGES.get(verdict.stage, "not stated")),
            ("Direction of the text", DIRECTIONS[verdict.stance]),
            ("Topics", "; ".join(TOPICS.get(topic, topic) for topic in verdict.topics)),
            ("Judged", f"{verdict.label} ({likely(verdict.score)}, {verdict.judge})"),
        ]
    rows += [
        ("Source", change.url),
        ("Noticed", local(change.seen_at, zone)),
        ("Last seen unchanged", local(last, zone) if last else ""),
        (
            "Happened",
            f"after {local(last, zone)} and before {local(change.seen_at, zone)}"
            if last
            else f"before {local(change.seen_at, zone)}",
        ),
        ("Snapshot before (SHA-256)", change.snapshot_before or ""),
        ("Snapshot after (SHA-256)", change.snapshot_after or ""),
        ("Change", change.id),
    ]
    return [(name, one_line(words)) for name, words in rows if words]


def _names(change: Change) -> Iterable[str]:
    """Each side of each vote with the members that the source prints for it."""
    for vote in change.votes:
        for side, names in vote.names:
            yield f"{side}: {', '.join(names)}"


def _ordinances(change: Change) -> Iterable[str]:
    """The ordinances that the code's note names for the change, with the watched matter of that number."""
    for one in change.ordinances:
        yield f"No. {one.number}" + (f" – {one.title or one.thread}" if one.thread else "")


def happened(change: Change, site: Site | None) -> str:
    """The kind of change in words: "item added to the agenda of Tue 1 Dec 2026, 4:00 PM"."""
    return what_happened(change, site.kind if site else "", site.jurisdiction.time_zone if site else "UTC")


def subject(change: Change) -> str:
    """What the change is about in one line: its matter, or the end of its heading with the beginning of the text."""
    text = one_line(change.after or change.before)
    if change.matter and change.matter.title:
        return one_line(change.matter.title)
    heading = one_line(change.heading[-1]) if change.heading else ""
    return ": ".join(filter(None, (heading, text if text != heading else "")))


def sitting(status: str) -> str:
    """What must be known of a meeting besides its time."""
    return f" ({status})" if status in ("tentative", "cancelled") else ""


def cues(change: Change) -> Iterable[str]:
    """The words that decided, each with the cue it gave: “honor ICE detainers” – immigration-detainer."""
    found = change.verdict.evidence if change.verdict else ()
    said = (
        f"“{one_line(seen.text)}” – {seen.cue}" + (f" (in the {seen.side})" * (seen.side == "context"))
        for seen in found
    )
    return dict.fromkeys(said)


def as_text(change: Change, site: Site | None) -> str:
    """For a terminal: [-struck-] and {+inserted+} marks that survive without colour."""
    marks = {"=": ("", ""), "-": ("[-", "-]"), "+": ("{+", "+}")}
    red = "".join(marks[op][0] + words + marks[op][1] for op, words in change.redline) or change.after or change.before
    told = facts(change, site)
    width = max(len(name) for name, _ in told) + 2
    head = [
        textwrap.fill(words, 100, initial_indent=f"{name + ':':{width}}", subsequent_indent=" " * width)
        if " " in words
        else f"{name + ':':{width}}{words}"
        for name, words in told
    ]
    body = "\n".join(textwrap.fill(line, 100, initial_indent="  ", subsequent_indent="  ") for line in red.splitlines())
    reasons = [f"  - {reason}" for reason in change.verdict.reasons] if change.verdict else []
    why = ["", "Why it was judged so:", *reasons, *(f"  - {cue}" for cue in cues(change))] if reasons else []
    return plain("\n".join([*head, "", body, *why]))


def plain(text: str) -> str:
    """Text that cannot steer a terminal: escapes and unseen characters are dropped, line breaks and tabs stay."""
    return clean(text)


def stamp(moment: datetime) -> str:
    """A time in the zone of this machine, as lists show it: 2026-11-24 06:46."""
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"


def as_html(change: Change, site: Site | None, *, home: str = "") -> str:
    """One page with everything in it; every word of it escaped, no script, no request to anywhere.

    `home` is the address of the list it was opened from, for a page that is served; a page to file has none.
    """
    tags = {"=": ("", ""), "-": ("<del>", "</del>"), "+": ("<ins>", "</ins>")}
    verdict, told = change.verdict, dict(facts(change, site))
    reasons = [*(verdict.reasons if verdict else ("not judged",)), *cues(change)]
    lead = [told["Where"], told.get("Meeting") and f"meeting {told['Meeting']}", told.get("Direction of the text")]
    digests = [digest for digest in (change.snapshot_before, change.snapshot_after) if digest]
    commands = "\n".join(f"zstd -dc objects/{digest[:2]}/{digest[2:]}.zst | sha256sum" for digest in digests)
    evidence = verdict.evidence if verdict else ()
    return PAGE.substitute(
        title=escape(
            f"{told['What'][:1].upper()}{told['What'][1:]}: {textwrap.shorten(subject(change), 200, placeholder=' …')}"
        ),
        lead=escape(" · ".join(filter(None, lead))),
        back=f'<nav><a href="{escape(home)}">All changes</a></nav>\n' if home else "",
        facts="".join(f"<tr><th>{escape(name)}</th><td>{linked(words)}</td></tr>" for name, words in told.items()),
        redline="".join(tags[op][0] + escape(words) + tags[op][1] for op, words in change.redline),
        before=marked(change.before, "before", evidence) or "<em>nothing: this text is new</em>",
        after=marked(change.after, "after", evidence) or "<em>nothing: this text is gone</em>",
        reasons="".join(f"<li>{escape(reason)}</li>" for reason in reasons),
        commands=escape(commands),
        id=escape(change.id),
    )


def pages(alert: Alert, limit: int = 3) -> list[tuple[str, bytes]]:
    """The alert's longest changes as files: name and page, private contact data masked."""
    site = Site(
        alert.site, alert.jurisdiction, "", alert.source_url, body=alert.body, kind=alert.kind, contact=alert.contact
    )
    longest = sorted(private_parts_masked(alert).changes, key=lambda change: -len(change.before + change.after))
    return [
        (f"{short_id(alert.key).lstrip('#')}-{change.id[:8]}.html", as_html(change, site).encode("utf-8", "replace"))
        for change in longest[:limit]
    ]


def linked(words: str) -> str:
    """Escaped words; an http or https address becomes a link that says nothing of where it was clicked."""
    address = web_address(words) if words.startswith(("http://", "https://")) else None
    shown = escape(words)
    return f'<a href="{escape(address)}" rel="noopener noreferrer">{shown}</a>' if address else shown


def marked(text: str, side: str, evidence: Iterable[Evidence]) -> str:
    """The text of one side, escaped, with the words that decided marked; spans that overlap become one mark."""
    shown, at = "", 0
    for seen in sorted((seen for seen in evidence if seen.side == side), key=lambda seen: (seen.start, -seen.end)):
        start, end = max(seen.start, at), min(seen.end, len(text))
        if start < end:
            shown += f"{escape(text[at:start])}<mark>{escape(text[start:end])}</mark>"
            at = end
    return shown + escape(text[at:])
