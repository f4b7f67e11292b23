"""Further styles of refusals, as sites amid their own navigation and footers serve them, and their harmless twins."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from watcher.fetch import refusal
from watcher.model import Request, Response

URL = "https://council.example.gov/agenda"
WORDS = [
    "Home",
    "Government",
    "Departments",
    "Residents",
    "Business",
    "Visitors",
    "Calendar",
    "Agendas",
    "Minutes",
    "Jobs",
    "Contact",
    "Payments",
]
NAV = "<nav><ul>" + "".join(f"<li><a href='/d'>{word}</a></li>" for word in WORDS * 6) + "</ul></nav>"
ADDRESS = (
    "<p>City Hall, 100 Main Street, Springfield. Phone 555-0100. Monday to Friday 8 to 5. All rights reserved.</p>"
)
FOOT = f"<footer>{ADDRESS}<a href='/privacy'>Privacy</a></footer>"
DIVFOOT = f"<div class='footer'>{ADDRESS}</div>"


def page(title: str, body: str, chrome: bool = True, foot: str = FOOT) -> str:
    """A page of the usual weight: styles, scripts and, with `chrome`, navigation and footer."""
    head = f"<title>{title}</title><style>{'x{color:red}' * 500}</style><script>{'var a=1;' * 2000}</script>"
    frame = (NAV, foot) if chrome else ("", "")
    return f"<!DOCTYPE html><html><head>{head}</head><body>{frame[0]}{body}{frame[1]}</body></html>"


def refused(body: str, status: int = 200) -> str | None:
    answer = Response(
        Request(URL), URL, status, {"content-type": "text/html"}, body.encode(), datetime(2026, 11, 24, tzinfo=UTC)
    )
    error = refusal(answer)
    return error.reason if error is not None else None


PAGES: dict[str | None, list[str]] = {
    "soft_404": [
        page(
            "Page not found | City of Springfield",
            "<h1>Page not found</h1><p>The requested page could not be found.</p>",
        ),
        page(
            "Page not found – Springfield",
            "<h1>Oops! That page can’t be found.</h1><p>It looks like nothing was found at this location. Maybe try one of the links below or a search?</p>",
        ),
        page("City of Springfield", "<h1>404 - Category not found</h1><p>The page you requested is not available.</p>"),
        page(
            "Error",
            "<h1>Sorry, something went wrong</h1><p>An unexpected error has occurred.</p><p>Correlation ID: 1234</p>",
            False,
        ),
        page(
            "Springfield, TX",
            "<h2>We couldn't find the page you were looking for.</h2><p>This is either because there is an error in the URL or the page was moved.</p>",
        ),
        page("Springfield", "<h1>Whoops!</h1><p>The page you're looking for isn't here.</p>", True, DIVFOOT),
        page("File Not Found", "<p>We're sorry, the file you requested was not found on this server.</p>", False),
        page(
            "Welcome to nginx!",
            "<h1>Welcome to nginx!</h1><p>If you see this page, the nginx web server is successfully installed and working. Further configuration is required.</p>",
            False,
        ),
        page(
            "Apache2 Ubuntu Default Page: It works",
            "<h1>It works!</h1><p>This is the default welcome page used to test the correct operation of the Apache2 server.</p>",
            False,
        ),
        page("springfield-city.org", "<h1>springfield-city.org is for sale</h1><p>Buy this domain.</p>", False),
        page("Springfield", "<h1>Site Under Maintenance</h1><p>Please check back soon.</p>", False),
        page("Document unavailable", "<p>The document you requested is not available at this time.</p>", False),
        page("Meeting Details", "<div>This meeting is no longer available.</div>", False),
        page("Calendar", "<div>Error: Object reference not set to an instance of an object.</div>", False),
        page("Database Error", "<h1>Error establishing a database connection</h1>", False),
        page("Not Found", "<h1>Not Found</h1><p>HTTP Error 404. The requested resource is not found.</p>", False),
        "<html><body><h2>Object not found!</h2></body></html>",
        "<html><head><title>HTTP 404</title></head><body>HTTP 404 - the page cannot be displayed</body></html>",
        page(
            "Account Suspended",
            "<h1>This Account has been suspended.</h1><p>Contact your hosting provider for more information.</p>",
            False,
        ),
    ],
    "wall": [
        page(
            "Checking",
            "<h2>Checking your browser before accessing springfield.gov.</h2><p>This process is automatic. Your browser will redirect to your requested content shortly.</p>",
            False,
        ),
        page(
            "springfield.gov",
            "<p>Verify you are human by completing the action below.</p><p>springfield.gov needs to review the security of your connection before proceeding.</p>",
            False,
        ),
        page(
            "Robot or human?",
            "<h1>Robot or human?</h1><p>Activate and hold the button to confirm that you’re human. Thank You!</p>",
            False,
        ),
        page(
            "Security Check",
            "<p>Let's confirm you are human. Complete the security check before continuing. This step verifies that you are not a bot.</p>",
            False,
        ),
        page("Blocked", "<h1>Your request has been blocked</h1><p>Incident number 77</p>", False),
        page(
            "Web Application Firewall", "<p>This request has been blocked for security reasons. Event ID: 8</p>", False
        ),
        page(
            "403",
            "<h1>Access Denied</h1><p>Our security system has identified your request as potentially harmful. Support ID 555.</p>",
            False,
        ),
        page("City", "<p>Please wait while we verify your browser...</p>", False),
        page(
            "Making sure you're not a bot!",
            "<h1>Making sure you're not a bot!</h1><p>Loading... You are seeing this because the administrator has set up Anubis to protect the server against the scourge of AI companies.</p>",
            False,
        ),
        page("DDoS-Guard", "<p>Checking your browser before accessing</p><p>Please allow up to 5 seconds</p>", False),
        page("One moment, please...", "<h1>Please wait while your request is being verified...</h1>", False),
        page(
            "City",
            "<h1>Too many requests</h1><p>We have detected automated requests from your network. Type the characters you see below.</p><img src='/captcha.png'>",
            False,
        ),
        page("Access Restricted", "<p>Access from your country or network is restricted.</p>", False),
        page("Attention", "<p>Sorry, you have been blocked. You are unable to access this site.</p>", False),
        page(
            "Pardon", "<p>To continue, please enable cookies and JavaScript, then prove you are not a robot.</p>", False
        ),
        page("Human Verification", "<p>In order to continue, drag the slider.</p>", False),
    ],
    "login": [
        page(
            "Log In • CivicEngage",
            "<h1>Website Sign In</h1><form><label>Username</label><input type='text'><label>Password</label><input type=\"password\"><a href='#'>Forgot password?</a><button>Sign In</button></form>",
        ),
        page(
            "Sign in to your account",
            "<div>Sign in</div><input type='email'><input name=passwd type='password'><p>Can’t access your account?</p>",
            False,
        ),
        page(
            "Portal",
            "<h2>Please log in to continue</h2><form><input name=u><input type=password></form>",
            True,
            DIVFOOT,
        ),
        page("City Intranet", "<p>You must be logged in to view this page.</p><a href='/login'>Log in</a>", False),
        page("Session expired", "<p>Your session has expired. Please sign in again.</p>", False),
        page(
            "Login",
            "<form action='/j_security_check'><input name=j_username><input name=j_password type='PASSWORD'></form>",
            False,
        ),
        page(
            "Access Your Account",
            "<form><p>E-mail address</p><input><p>Password</p><input type=password><button>Continue</button><p>New here? Create an account to receive notifications about meetings and to save your searches.</p></form>",
            True,
        ),
    ],
    "empty": [
        page(
            "Meetings",
            "<div id='app'></div><noscript><strong>We're sorry but portal doesn't work properly without JavaScript enabled. Please enable it to continue.</strong></noscript>",
            False,
        ),
        page("Meetings", "<app-root><div class='spinner'>Loading meetings, please wait</div></app-root>", False),
        page(
            "Portal",
            "<div id=root></div><p>This site requires JavaScript. Please enable JavaScript in your browser settings.</p>",
            False,
        ),
        "<html></html>",
        "<!-- nothing -->",
        "<html><head><title>Agenda</title></head><body></body></html>",
    ],
    None: [
        page(
            "Agenda",
            "<h1>City Council Agenda</h1><p>1. Call to order. 2. Error correction of minutes. 3. Ordinance 404 is not found to be in conflict.</p>",
        ),
        page("Meetings", "<h1>Meetings</h1><p>No upcoming meetings were found.</p>"),
        page("Search", "<h1>Search results</h1><p>No records found for your search. 0 results.</p>"),
        page("Calendar", "<h1>Calendar</h1><p>There are no meetings scheduled this month.</p>", False),
        page(
            "Council",
            "<h1>Council</h1><p>Subscribe: <input type=email><div class='g-recaptcha'></div> The council meets on the first Monday of every month at 7 pm in Council Chambers, 100 Main Street. Agendas are posted 72 hours before.</p>",
        ),
        page(
            "Trust Act",
            "<h1>Sec. 2-10. Access denied.</h1><p>Access to any jail shall be denied to agents of Immigration and Customs Enforcement without a judicial warrant.</p>",
            False,
        ),
        page("Minutes", "<h1>Minutes</h1><p>Motion fails.</p>", False),
        page("Meeting cancelled", "<h1>Notice of cancellation</h1><p>The meeting of May 4 is cancelled.</p>", False),
        page("Ordinance 12", "<h1>Ordinance 12</h1><p>Repealed. This section is no longer in effect.</p>", False),
        page(
            "Agenda",
            "<form><input type=text><input type=password><button>Staff login</button></form><h1>Agenda of May 4</h1>"
            + "<p>Consider an agreement with the sheriff on detention services.</p>" * 12,
        ),
        page("Maintenance committee", "<h1>Street Maintenance Committee</h1><p>Agenda to be posted.</p>", False),
        page(
            "Municipal code",
            "<h1>Chapter 9 Security</h1><p>9.1 No person shall block access. The firewall of a building must be inspected. Request for access is denied where the inspector finds a hazard.</p>",
            False,
        ),
        page(
            "Notice",
            "<h1>Notice of error</h1><p>The agenda of June 1 contained an error in item 4; the corrected item reads: Approve contract.</p>",
            False,
        ),
        page(
            "Policy 404",
            "<h1>Policy 404: Immigration enforcement</h1><p>Officers shall not ask for immigration status.</p>",
            False,
        ),
        page("Blocked streets", "<h1>Blocked streets</h1><p>Main street is blocked for the parade.</p>", False),
        page(
            "Board page",
            "<h1>Board of Supervisors</h1><p>The page has moved to item 4: agenda.</p><a href='a.pdf'>Agenda</a>",
        ),
    ],
}


@pytest.mark.parametrize(("reason", "body"), [(reason, body) for reason, bodies in PAGES.items() for body in bodies])
def test_a_page_is_what_it_is(reason: str | None, body: str) -> None:
    assert refused(body) == reason


CHROME = (
    NAV + "<footer>" + ADDRESS + '<a href="/login">Staff log in</a> <a href="/files/ada.pdf">Accessibility</a></footer>'
)


@pytest.mark.parametrize(
    ("reason", "title", "body"),
    [
        ("login", "Login", "<h1>Login</h1><form><input name='u'><input type='password' name='p'></form>"),
        ("login", "Portal", "<h2>Welcome</h2><p>Please sign in to view this meeting.</p>"),
        ("login", "Time out", "<p>Your session has expired. Please log in again.</p>"),
        ("soft_404", "Moved", "<h1>We’ve moved!</h1><p>The page you were looking for doesn’t live here any more.</p>"),
        ("soft_404", "Town", "<h1>Content Unavailable</h1><p>The content you are looking for is no longer here.</p>"),
        ("soft_404", "Town", "<h1>Back soon</h1><p>Our website is undergoing scheduled maintenance.</p>"),
        ("soft_404", "Town › Error", "<p>There has been a critical error on this website.</p>"),
        ("wall", "town.gov", "<h1>town.gov</h1><p>Performing security verification</p>"),
        ("wall", "Client Challenge", "<p>A required part of this site couldn’t load.</p>"),
        (
            None,
            "Moved",
            "<h1>We’ve moved!</h1><p>The clerk’s office is now at 200 Oak Street. Council meets June 8.</p>",
        ),
        (
            None,
            "Council",
            "<p>Our website will be under maintenance on Sunday.</p><p>Council: <a href='a.pdf'>Agenda</a></p>",
        ),
        (
            None,
            "Council",
            "<form><input name='q'></form><p>Next meeting: June 8, 6 p.m. The agenda follows on Friday.</p>",
        ),
    ],
)
def test_a_paper_in_the_footer_does_not_make_a_refusal_a_document(reason: str | None, title: str, body: str) -> None:
    assert (
        refused(f"<!DOCTYPE html><html><head><title>{title}</title></head><body>{CHROME}{body}</body></html>") == reason
    )


@pytest.mark.parametrize(
    "cells",
    [
        ("Council", "12/8/2026", "REVISED AGENDA", "Not&nbsp;available", "Not&nbsp;available"),
        ("Planning", "12/9/2026", "Special Meeting", "Not&nbsp;available"),
        ("Council", "12/9/2026", "Room 2, see agenda", "Not available"),
    ],
)
def test_a_column_that_is_not_available_yet_is_no_page_that_was_not_found(cells: tuple[str, ...]) -> None:
    row = "".join(f"<td>{cell}</td>" for cell in cells)
    listing = f"<table><tr>{row}</tr></table>" + f"<div>{'</div><div>'.join(cells)}</div>"
    assert refused(page("Calendar", f"<a href='MeetingDetail.aspx?ID=1'>Details</a>{listing}", chrome=False)) is None


@pytest.mark.parametrize(
    "text",
    [
        "Consider the purchase of a web application firewall and DDoS protection for the city.",
        "Police report: officers noticed suspicious activity and unusual traffic on Elm Street.",
        "Access to the jail is denied to federal agents without a warrant. Permission was blocked by the court.",
        "Item 404: the sheriff shall not verify the immigration status of a person.",
        "The request of ICE for access has been denied by the board.",
        "The captcha on the comment form has been removed.",
        "Sec. 4-20. Repealed.",
        "Members must sign the roll.",
    ],
)
def test_a_short_document_on_a_touchy_subject_is_a_document(text: str) -> None:
    assert refused(page("Town of Springfield", f"<h1>Council</h1><p>{text}</p>", chrome=False)) is None
    assert refused(page("Town of Springfield", f"<h1>Council</h1><p>{text}</p>")) is None


@pytest.mark.parametrize(
    "hostile",
    ["<b>" * 150_000, "<h1" * 170_000, "<title" * 80_000, "<a href=" * 60_000, "href = " * 70_000, "<h1>" * 120_000],
)
def test_a_hostile_page_does_not_hold_us_up(hostile: str) -> None:
    started = time.process_time()
    refused(hostile)
    refused("<html>" + hostile, 403)
    assert time.process_time() - started < 5, "seconds, where milliseconds are usual"
