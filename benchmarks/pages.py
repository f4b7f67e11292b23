"""Council pages that do not exist: page `n` of generation `g` is a pure function of both.

    0  the first time       1  the same bytes       2  other tokens, the same visible text       3  a real change

Each page is 50 to 130 KB: a header with menus, a hidden view state, an agenda as a table with links and collapsed
reports, a footer with scripts, and as many tags to the KB as real ones have (16). A real change rewords one title and puts one item on the agenda; one page in twenty
gets an item about cooperation with immigration authorities.
"""

from __future__ import annotations

import base64
import hashlib
import html
import random
from datetime import date, timedelta

FIRST, SAME_BYTES, CHURNED, CHANGED = range(4)

VERBS = ("Approve", "Authorize", "Adopt", "Receive", "Accept", "Award", "Amend", "Ratify", "Introduce", "Discuss")
THINGS = (
    "a contract for street resurfacing",
    "the minutes of the regular meeting",
    "a lease of the community hall",
    "an ordinance on short-term rentals",
    "the annual investment report",
    "a grant for the public library",
    "a memorandum of understanding with the school district",
    "the purchase of two ambulances",
    "an easement for a water main",
    "a resolution honoring the volunteers of the food bank",
    "the zoning of a parcel beside the depot",
    "a budget amendment for parks and recreation",
)
ICE = "an intergovernmental agreement with U.S. Immigration and Customs Enforcement under section 287(g)"
WORDS = [
    "the",
    "of",
    "and",
    "to",
    "in",
    "for",
    "a",
    "on",
    "is",
    "by",
    "with",
    "be",
    "as",
    "that",
    "this",
    "at",
    "from",
    "shall",
    "an",
    "or",
    "are",
    "it",
    "council",
    "city",
    "county",
    "staff",
    "report",
    "recommends",
    "funding",
    "fiscal",
    "year",
    "department",
    "public",
    "works",
    "contract",
    "amount",
    "program",
    "service",
    "community",
    "project",
    "review",
    "section",
    "code",
    "general",
    "fund",
    "available",
    "approve",
    "manager",
    "authorize",
    "execute",
    "agreement",
    "term",
    "renewal",
    "vendor",
    "proposal",
    "bids",
    "received",
    "lowest",
    "responsive",
    "responsible",
    "bidder",
    "notice",
    "hearing",
    "comment",
    "property",
    "street",
    "avenue",
    "district",
    "park",
    "water",
]
MENU = ("Home", "Government", "Departments", "Agendas", "Calendar", "Residents", "Business", "Jobs", "Contact")


def page(number: int, generation: int) -> bytes:
    """Return the bytes of one page as the server sends them, UTF-8."""
    dice = random.Random(f"council {number}")
    tokens = random.Random(f"tokens {number} {max(generation, SAME_BYTES)}")
    items = [_item(dice, place) for place in range(dice.randint(28, 74))]
    state_size = dice.randint(4_000, 12_000)
    if generation == CHANGED:
        title, report = items[3]
        items[3] = f"{title}, as amended", report
        subject = ICE if number % 20 == 0 else "an agreement for the maintenance of traffic signals"
        items.insert(7, (f"Consider {subject}", _prose(dice, 60)))
    session = hashlib.sha256(tokens.randbytes(8)).hexdigest()
    rows = "\n".join(_row(place, title, report, session) for place, (title, report) in enumerate(items, start=1))
    day = date(2026, 12, 1) + timedelta(days=number % 28)
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Agenda {day:%B} {day.day} - Town of Sample {number}</title>
<link rel="stylesheet" href="/site.css?v={session[:8]}">
<script nonce="{session[8:24]}">window.session="{session}";window.started={tokens.randrange(10**9)};</script>
<style>{_style(dice)}</style></head>
<body><form method="post" action="agenda" id="form1">
<input type="hidden" name="__VIEWSTATE" value="{_state(tokens, state_size)}">
<input type="hidden" name="__EVENTVALIDATION" value="{_state(tokens, 900)}">
<nav><ul>{"".join(f'<li><a href="/{name.lower()}?sid={session[:16]}">{name}</a></li>' for name in MENU)}</ul></nav>
<div id="main"><h1>Town of Sample {number}</h1><h2>Regular Meeting of the Council</h2>
<p>{day:%A, %B} {day.day}, {day.year}, 6:30 PM &ndash; Council Chamber, 1 Main Street</p>
<table class="agenda" cellspacing="0"><thead><tr><th>No.</th><th>Item</th><th>Documents</th></tr></thead>
<tbody>
{rows}
</tbody></table></div>
<footer><p>Office of the Clerk &middot; (555) 555-0{number % 1000:03d}</p></footer>
<script nonce="{session[8:24]}">track("{session[24:40]}");</script>
</form></body></html>
""".encode()


def _item(dice: random.Random, place: int) -> tuple[str, str]:
    title = (
        f"{dice.choice(VERBS)} {dice.choice(THINGS)} in the amount of ${dice.randint(5, 900)},000 (file 26-{place:04d})"
    )
    return title, _prose(dice, dice.randint(40, 110))


def _row(place: int, title: str, report: str, session: str) -> str:
    file = f"/ViewReport.ashx?M=R&amp;N={place}&amp;sid={session[:16]}"
    name = f"ctl00_Main_gridAgenda_ctl{place:02d}"
    return f"""
            <tr class="row{place % 2}" id="r{session[40:48]}{place}" onmouseover="highlight(this)" valign="top">
                <td class="no" align="right" style="width:40px"><span id="{name}_lblNo">{place}.</span></td>
                <td align="left">
                    <div class="title" style="padding:2px 4px">
                        <a id="{name}_hypTitle" href="{file}" target="_blank"><b>{html.escape(title)}</b></a>
                    </div>
                    <div id="{name}_pnlReport" class="report collapsed" style="display:none">
                        <p><font face="Tahoma" size="2">{html.escape(report)}</font></p>
                    </div>
                </td>
                <td class="docs"><ul>
                    <li><a id="{name}_hypReport" href="{file}&amp;D=1">Staff report</a></li>
                    <li><a id="{name}_hypExhibit" href="{file}&amp;D=2">Exhibit A</a></li>
                </ul></td>
            </tr>"""


def _prose(dice: random.Random, words: int) -> str:
    text = " ".join(dice.choices(WORDS, k=words))
    return text[0].upper() + text[1:] + "."


def _state(tokens: random.Random, size: int) -> str:
    return base64.b64encode(tokens.randbytes(size * 3 // 4)).decode()


def _style(dice: random.Random) -> str:
    return "".join(f".c{n}{{margin:{dice.randint(0, 20)}px;padding:{dice.randint(0, 9)}px}}" for n in range(120))


if __name__ == "__main__":
    sizes = sorted(len(page(number, FIRST)) for number in range(200))
    print(f"{sizes[0]:,} to {sizes[-1]:,} bytes, mean {sum(sizes) // len(sizes):,}")
