"""The pretend council's pages in the forms real ones take: InSite's grids and ids, accessible agendas, a code page.

View states, tokens in links and the page's own clock differ at every request, as they do on real sites.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from html import escape
from uuid import NAMESPACE_URL, uuid5

from watcher.demo.story import File, Line, Publication, Sitting

HOLDER = "ctl00_ContentPlaceHolder1_"
NOT_AVAILABLE = '<a id="{id}" class="meetingAgendaNotAvailbleLink" style="color:Gray;">Not&nbsp;available</a>'


def guid(kind: str, number: int) -> str:
    """The GUID that goes with an ID."""
    return str(uuid5(NAMESPACE_URL, f"{kind}:{number}")).upper()


def day(moment: date | datetime) -> str:
    """11/24/2026, as InSite writes it."""
    return f"{moment.month}/{moment.day}/{moment.year}"


def hour(moment: datetime) -> str:
    """6:30 PM."""
    return f"{moment.hour % 12 or 12}:{moment:%M} {'PM' if moment.hour >= 12 else 'AM'}"


def address(page: str, kind: str, number: int, mode: str = "") -> str:
    """An InSite link: the page, then ID and GUID."""
    return f"{page}?{f'M={mode}&' if mode else ''}ID={number}&GUID={guid(kind, number)}"


def page(title: str, action: str, body: str) -> str:
    """InSite's frame: one big form with a fresh view state."""
    return f"""<!DOCTYPE html>
<html lang="en">
<head><title>
\t{escape(title)}
</title><meta charset="utf-8"></head>
<body>
<form method="post" action="./{escape(action)}" id="aspnetForm">
<input type="hidden" name="__EVENTTARGET" id="__EVENTTARGET" value="">
<input type="hidden" name="__EVENTARGUMENT" id="__EVENTARGUMENT" value="">
<input type="hidden" name="__VIEWSTATE" id="__VIEWSTATE" value="{secrets.token_urlsafe(600)}">
<input type="hidden" name="__EVENTVALIDATION" id="__EVENTVALIDATION" value="{secrets.token_urlsafe(90)}">
<div id="ctl00_tabTop"><ul><li><a href="Calendar.aspx">Calendar</a></li><li><a href="Legislation.aspx">Legislation</a></li></ul></div>
{body}
</form>
</body>
</html>
"""


def grid(name: str, headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Telerik grid with its record count above, and the vendor's own words where it is empty."""
    head = "".join(
        f'<th scope="col" class="rgHeader"><a title="Click here to sort" href="#">{h}</a></th>' for h in headers
    )
    lines = [
        f'<tr class="{("rgRow", "rgAltRow")[number % 2]}" id="{HOLDER}{name}_ctl00__{number}">'
        + "".join(f"<td>{cell}</td>" for cell in row)
        + "</tr>"
        for number, row in enumerate(rows)
    ]
    empty = f'<tr class="rgNoRecords"><td colspan="{len(headers)}"><div>No records to display.</div></td></tr>'
    count = f"{len(rows)} record{'' if len(rows) == 1 else 's'}"
    return f"""<div class="RadMenu"><ul><li class="rmItem"><a class="rmLink rmRootLink rmDisabled"><span class="rmText">{count}</span></a></li></ul></div>
<div id="{HOLDER}{name}" class="RadGrid"><table class="rgMasterTable" id="{HOLDER}{name}_ctl00">
<thead><tr class="rgPager"><td colspan="{len(headers)}"></td></tr><tr>{head}</tr></thead>
<tbody>{"".join(lines) or empty}</tbody></table></div>"""


def link(ident: str, href: str | None, label: str) -> str:
    """A link, or InSite's grey words where there is nothing to link to."""
    if href is None:
        return NOT_AVAILABLE.format(id=ident)
    return f'<a id="{ident}" href="{escape(href)}">{escape(label)}</a>'


def calendar(site: Publication) -> str:
    """Calendar.aspx, newest first."""
    headers = (
        "Name",
        "Meeting Date",
        '<img alt="ics" src="Images/ical.gif">',
        "Meeting Time",
        "Meeting Location",
        "Meeting Details",
        "Agenda",
        "Accessible Agenda",
        "Minutes",
    )
    ordered = sorted(site.sittings, key=lambda sitting: sitting.start, reverse=True)
    rows = [calendar_row(number, sitting) for number, sitting in enumerate(ordered)]
    period = (
        f'<input name="ctl00$ContentPlaceHolder1$lstYears" type="text" value="This Year" id="{HOLDER}lstYears_Input">'
    )
    state = f'<input id="{HOLDER}lstYears_ClientState" name="{HOLDER}lstYears_ClientState" type="hidden" value="">'
    return page(f"{site.name} - Calendar", "Calendar.aspx", period + state + grid("gridCalendar", headers, rows))


def calendar_row(number: int, sitting: Sitting) -> list[str]:
    """One meeting."""
    row = f"{HOLDER}gridCalendar_ctl00_ctl{4 + 2 * number:02}_"
    remark = f"<br><em>{escape(sitting.remark)}</em>" if sitting.remark else ""
    detail = address("MeetingDetail.aspx", "meeting", sitting.id) + f"&Options=info|&Search={secrets.token_hex(4)}"
    agenda, accessible, minutes = documents(sitting)
    return [
        f'<a id="{row}hypBody" href="DepartmentDetail.aspx?ID={len(sitting.body)}">{escape(sitting.body)}</a>',
        day(sitting.start),
        link(row + "hypiCal", address("View.ashx", "meeting", sitting.id, "IC"), "").replace(
            "></a>", '><img alt="ics"></a>'
        ),
        f'<span id="{row}lblTime">{hour(sitting.start)}</span>',
        escape(sitting.place) + remark,
        link(row + "hypMeetingDetail", detail, "Meeting details"),
        link(row + "hypAgenda", agenda, "Agenda"),
        link(row + "hypAccessibleAgendaHTML", accessible, "Accessible Agenda"),
        link(row + "hypMinutes", minutes, "Minutes"),
    ]


def documents(sitting: Sitting) -> tuple[str | None, str | None, str | None]:
    """Addresses of agenda, accessible agenda and minutes, None where not published."""
    posted = bool(sitting.agenda)
    return (
        address("View.ashx", "meeting", sitting.id, "A") if posted else None,
        address("View.ashx", "meeting", sitting.id, "AADA") if posted and sitting.as_pdf else None,
        address("View.ashx", "meeting", sitting.id, "M") if sitting.minutes else None,
    )


def meeting(site: Publication, sitting: Sitting) -> str:
    """MeetingDetail.aspx: the head, then the items."""
    agenda, accessible, minutes = documents(sitting)
    head = [
        (
            "Meeting Name:",
            f'<a id="{HOLDER}hypName" href="DepartmentDetail.aspx?ID={len(sitting.body)}">{escape(sitting.body)}</a>',
        ),
        ("Agenda status:", label("lblAgendaStatus", "Final" if sitting.agenda else "Draft")),
        ("Meeting date/time:", label("lblDate", day(sitting.start)) + label("lblTime", hour(sitting.start))),
        ("Minutes status:", label("lblMinutesStatus", "Final" if sitting.minutes else "Draft")),
        ("Meeting location:", label("lblLocation", sitting.place, sitting.remark)),
        ("Published agenda:", link(HOLDER + "hypAgenda", agenda, "Agenda")),
        ("Accessible agenda:", link(HOLDER + "hypAccessibleAgenda", accessible, "Accessible Agenda")),
        ("Published minutes:", link(HOLDER + "hypMinutes", minutes, "Minutes")),
    ]
    headers = ("File #", "Ver.", "Agenda #", "Name", "Type", "Title", "Action", "Result", "Action Details", "Video")
    rows = [meeting_row(line) for line in sitting.agenda]
    action = address("MeetingDetail.aspx", "meeting", sitting.id)
    body = fields(head) + grid("gridMain", headers, rows)
    return page(f"{site.name} - Meeting of {sitting.body} on {day(sitting.start)}", action, body)


def meeting_row(line: Line) -> list[str]:
    """One item."""
    file = line.file
    number = link(f"{HOLDER}gridMain_hypFile", legislation_address(file), file.number) if file else "&nbsp;"
    done = NOT_AVAILABLE.format(id=f"{HOLDER}gridMain_hypDetails")
    if file and line.action:
        popup = address("HistoryDetail.aspx", "history", file.id)
        done = f'<a href="#" onclick="radopen(\'{popup}\', null);return false;">Action&nbsp;details</a>'
    return [
        number,
        "1" if file else "&nbsp;",
        escape(line.number),
        "&nbsp;",
        escape(file.kind) if file else "&nbsp;",
        escape(line.title),
        escape(line.action) or "&nbsp;",
        escape(line.result) or "&nbsp;",
        done,
        "Not&nbsp;available",
    ]


def legislation_address(file: File) -> str:
    """LegislationDetail.aspx of a file, with the search's own words that InSite hangs on."""
    return address("LegislationDetail.aspx", "legislation", file.id) + f"&Options=&Search={secrets.token_hex(3)}"


def legislation(site: Publication, file: File) -> str:
    """LegislationDetail.aspx: head, attachments, history, text."""
    attached = ", ".join(
        f'{number}. <a href="{escape(address("View.ashx", "file", ident, "F"))}">{escape(name)}</a>'
        for number, (ident, name, _) in enumerate(file.attachments, start=1)
    )
    head = [
        ("File #:", label("lblFile2", file.number)),
        ("Type:", label("lblType2", file.kind)),
        ("Status:", label("lblStatus2", file.status)),
        ("In control:", f'<a id="{HOLDER}hypInControlOf2" href="DepartmentDetail.aspx?ID=12">City Council</a>'),
        ("Title:", label("lblTitle2", file.title)),
        ("Attachments:", f'<span id="{HOLDER}lblAttachments2">{attached}</span>'),
    ]
    headers = ("Date", "Ver.", "Action By", "Action", "Result", "Action Details", "Meeting Details", "Video")
    rows = [
        [
            day(when),
            "1",
            escape(body),
            escape(action),
            escape(result),
            "Action&nbsp;details",
            "Meeting&nbsp;details",
            "Not&nbsp;available",
        ]
        for when, body, action, result in file.history
    ]
    text = "".join(f"<p>{escape(line)}</p>" for line in file.text)
    body = fields(head) + grid("gridLegislation", headers, rows) + f'<div id="{HOLDER}divText">{text}</div>'
    return page(f"{site.name} - File #: {file.number}", address("LegislationDetail.aspx", "legislation", file.id), body)


def label(name: str, text: str, remark: str = "") -> str:
    """A labelled value."""
    return f'<span id="{HOLDER}{name}">{escape(text)}{f"<br><em>{escape(remark)}</em>" if remark else ""}</span>'


def fields(rows: Iterable[tuple[str, str]]) -> str:
    """The table of labels and values above a grid."""
    return (
        f'<table id="{HOLDER}tblMeeting">' + "".join(f"<tr><td>{k}</td><td>{v}</td></tr>" for k, v in rows) + "</table>"
    )


def agenda_lines(sitting: Sitting) -> list[str]:
    """An agenda as lines of text, as its PDF has them."""
    head = [
        "CITY OF ALDER CREEK",
        sitting.body.upper(),
        f"{sitting.start:%A, %B} {sitting.start.day}, {sitting.start.year}",
        "",
    ]
    if sitting.remark:
        head.insert(0, sitting.remark)
    for line in sitting.agenda:
        head += [f"{line.number} {line.title}" + (f" ({line.file.kind} {line.file.number})" if line.file else ""), ""]
    return head


def agenda_page(sitting: Sitting) -> str:
    """The accessible agenda: the same lines as a web page."""
    first, *rest = (line for line in agenda_lines(sitting) if line)
    paragraphs = "".join(f"<p>{escape(line)}</p>" for line in rest)
    return f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(sitting.body)} agenda</title></head><body><h1>{escape(first)}</h1>{paragraphs}</body></html>\n'


def code_page(site: Publication) -> str:
    """A chapter of the municipal code."""
    sections = "".join(f"<p>{escape(line)}</p>" for line in site.code)
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Alder Creek Municipal Code, Chapter 9.20</title></head>
<body><nav><a href="/code">Contents</a></nav>
<main id="codeContent"><h1>Chapter 9.20 Cooperation with federal agencies</h1>{sections}</main>
<footer>Alder Creek Municipal Code</footer></body></html>
"""


def wall_page() -> str:
    """A bot wall, as a protection service puts it before a site."""
    return """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Just a moment...</title></head>
<body><h1>Checking your browser before accessing the site.</h1>
<noscript>Enable JavaScript and cookies to continue</noscript>
<div id="challenge-form" class="cf-browser-verification"></div></body></html>
"""
