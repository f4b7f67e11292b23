"""One change for people: as text for a terminal, or as one self-contained HTML page that can be printed and filed."""

from __future__ import annotations

import textwrap
from html import escape
from string import Template
from zoneinfo import ZoneInfo

from watcher.model import Change, Site

DIRECTIONS = {
    "limits": "toward limiting cooperation with federal immigration enforcement",
    "expands": "toward requiring or expanding cooperation with federal immigration enforcement",
    "mixed": "in both directions",
    "unclear": "unclear",
}

PAGE = Template("""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>$title</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>
body{font:16px/1.5 Georgia,serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#111;background:#fff}
h1{font-size:1.3rem}h2{font-size:1rem;margin-top:2rem}dt{font-weight:bold}dd{margin:0 0 .5rem}
.two{display:grid;grid-template-columns:1fr 1fr;gap:1rem}.text{white-space:pre-wrap;border:1px solid #bbb;padding:.75rem}
del{background:#fde2e0;text-decoration:line-through}ins{background:#dff3e3;text-decoration:underline}
code{font-size:.85rem;word-break:break-all}@media(max-width:40rem){.two{grid-template-columns:1fr}}
</style></head><body>
<h1>$title</h1>
<dl>$facts</dl>
<h2>Redline</h2><div class="text">$redline</div>
<h2>Before and after</h2><div class="two"><div class="text">$before</div><div class="text">$after</div></div>
<h2>Why it was judged so</h2><ul>$reasons</ul>
<h2>How to check this without our software</h2>
<p>Each snapshot is the body of one HTTP response, named by its SHA-256. It is stored in the folder
<code>objects/</code> under its digest, compressed with the open zstd format. After
<code>zstd -d</code>, <code>sha256sum</code> of the file must print the digest above.</p>
</body></html>
""")


def facts(change: Change, site: Site | None) -> list[tuple[str, str]]:
    """What stands above the redline, as pairs of a name and its words."""
    zone = ZoneInfo(site.jurisdiction.time_zone) if site else None
    seen = change.seen_at.astimezone(zone) if zone else change.seen_at
    verdict = change.verdict
    where = (
        f"{site.jurisdiction.name}, {site.jurisdiction.state}" + (f" – {site.body}" if site.body else "")
        if site
        else ""
    )
    last = change.last_seen_unchanged_at
    rows = [
        ("Where", where or change.site),
        ("What", f"{change.kind}: " + " › ".join(change.heading) if change.heading else change.kind),
        ("Source", change.url),
        ("Noticed", f"{seen:%a %d %b %Y, %H:%M %Z}"),
        ("Last seen unchanged", f"{(last.astimezone(zone) if zone else last):%a %d %b %Y, %H:%M %Z}" if last else ""),
    ]
    if change.meeting and change.meeting.start:
        rows.append(("Meeting", f"{change.meeting.body}, {change.meeting.start:%a %d %b %Y, %H:%M %Z}"))
    if change.matter:
        rows.append(("Matter", " ".join(filter(None, (change.matter.file, change.matter.title)))))
    if verdict:
        topics = ", ".join(verdict.topics) or "none"
        rows += [
            ("Judged", f"{verdict.label} (score {verdict.score:.2f}, {verdict.judge}); topics: {topics}"),
            ("Direction of the text", DIRECTIONS[verdict.stance]),
            ("Stage", verdict.stage.replace("_", " ")),
        ]
    rows += [
        ("Snapshot before (SHA-256)", change.snapshot_before or ""),
        ("Snapshot after (SHA-256)", change.snapshot_after or ""),
        ("Change", change.id),
    ]
    return [(name, words) for name, words in rows if words]


def as_text(change: Change, site: Site | None) -> str:
    """For a terminal: [-struck-] and {+inserted+} marks that survive without colour."""
    marks = {"=": ("", ""), "-": ("[-", "-]"), "+": ("{+", "+}")}
    red = "".join(marks[op][0] + words + marks[op][1] for op, words in change.redline)
    head = [f"{name}: {words}" for name, words in facts(change, site)]
    body = "\n".join(textwrap.fill(line, 100, initial_indent="  ", subsequent_indent="  ") for line in red.splitlines())
    reasons = [f"  - {reason}" for reason in change.verdict.reasons] if change.verdict else []
    why = ["", "Why it was judged so:", *reasons] if reasons else []
    return plain("\n".join([*head, "", body, *why]))


def plain(text: str) -> str:
    """Text that cannot steer a terminal: control characters other than line breaks and tabs are dropped."""
    return "".join(c for c in text if c in "\n\t" or (c.isprintable() or ord(c) > 0x9F))


def as_html(change: Change, site: Site | None) -> str:
    """One page with everything in it; every word of it escaped, no script, no request to anywhere."""
    tags = {"=": ("", ""), "-": ("<del>", "</del>"), "+": ("<ins>", "</ins>")}
    reasons = change.verdict.reasons if change.verdict else ()
    return PAGE.substitute(
        title=escape(" – ".join(filter(None, (facts(change, site)[0][1], " › ".join(change.heading) or change.kind)))),
        facts="".join(f"<dt>{escape(name)}</dt><dd>{escape(words)}</dd>" for name, words in facts(change, site)),
        redline="".join(tags[op][0] + escape(words) + tags[op][1] for op, words in change.redline),
        before=escape(change.before) or "<em>nothing: this text is new</em>",
        after=escape(change.after) or "<em>nothing: this text is gone</em>",
        reasons="".join(f"<li>{escape(reason)}</li>" for reason in reasons) or "<li>not judged</li>",
    )
