"""Walls, log-in pages, soft 404s and emptiness are named; documents are left alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.errors import Blocked, FetchError, Refused
from watcher.fetch import refusal
from watcher.model import Request, Response

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
URL = "https://council.example.gov/agenda"
NAV = "<ul>" + "".join(f"<li><a href='/p{n}'>Department number {n}</a></li>" for n in range(60)) + "</ul>"
PROSE = "<p>The council will hear the ordinance amending chapter two of the code, and the public may speak on it.</p>"


def answer(
    body: str | bytes,
    status: int = 200,
    *,
    url: str = URL,
    asked: str = URL,
    headers: Mapping[str, str] | None = None,
    media_type: str = "text/html; charset=utf-8",
) -> Response:
    raw = body.encode() if isinstance(body, str) else body
    return Response(Request(asked), url, status, {"content-type": media_type, **(headers or {})}, raw, NOW)


def refused(response: Response) -> FetchError:
    error = refusal(response)
    assert error is not None
    return error


WALLS = {
    "cloudflare managed challenge": (
        403,
        "<!DOCTYPE html><html lang='en-US'><head><title>Just a moment...</title><meta http-equiv='refresh' content='360'>"
        "</head><body><div class='main-wrapper'><noscript><div class='h2'><span id='challenge-error-text'>Enable JavaScript "
        "and cookies to continue</span></div></noscript></div><script>(function(){window._cf_chl_opt={cvId:'3',cZone:"
        "'x.gov',cType:'managed'};var a=document.createElement('script');a.src='/cdn-cgi/challenge-platform/h/b/orchestrate"
        "/chl_page/v1?ray=9'; document.body.appendChild(a);}());</script></body></html>",
    ),
    "cloudflare block": (
        403,
        "<html><head><title>Attention Required! | Cloudflare</title></head><body><div id='cf-wrapper'><h1>Sorry, you have "
        "been blocked</h1><h2>You are unable to access x.gov</h2><p>This website is using a security service to protect "
        "itself from online attacks.</p><p>Cloudflare Ray ID: 8a</p></div></body></html>",
    ),
    "cloudflare under 200": (
        200,
        "<html><head><title>Just a moment...</title></head><body><p>x.gov needs to review the security of your connection "
        "before proceeding.</p></body></html>",
    ),
    "akamai": (
        403,
        "<HTML><HEAD><TITLE>Access Denied</TITLE></HEAD><BODY><H1>Access Denied</H1>You don't have permission to access "
        '"http&#58;&#47;&#47;x&#46;gov&#47;" on this server.<P>Reference&#32;&#35;18&#46;2d351ab8&#46;1557333295'
        "<P>https&#58;&#47;&#47;errors&#46;edgesuite&#46;net&#47;18</BODY></HTML>",
    ),
    "imperva iframe": (
        200,
        "<html style='height:100%'><head><META NAME='ROBOTS' CONTENT='NOINDEX, NOFOLLOW'></head><body style='margin:0'>"
        "<iframe id='main-iframe' src='/_Incapsula_Resource?CWUDNSAI=23&xinfo=9-1-0&incident_id=442' frameborder=0>Request "
        "unsuccessful. Incapsula incident ID: 442000-1</iframe></body></html>",
    ),
    "imperva interruption": (
        405,
        "<html><head><title>Pardon Our Interruption</title></head><body><h1>Pardon Our Interruption...</h1><p>As you were "
        "browsing something about your browser made us think you were a bot.</p></body></html>",
    ),
    "perimeterx": (
        403,
        "<html><head><title>Access to this page has been denied</title></head><body><h2>Before we continue...</h2><div "
        "id='px-captcha'></div><p>Press & Hold to confirm you are a human (and not a bot).</p></body></html>",
    ),
    "datadome": (
        403,
        "<html><head><title>x.gov</title><style>#cmsg{animation: A 1.5s;}</style></head><body><p id='cmsg'>Please enable JS "
        "and disable any ad blocker</p><script data-cfasync='false'>var dd={'rt':'c','host':'geo.captcha-delivery.com'}"
        "</script><script src='https://ct.captcha-delivery.com/c.js'></script></body></html>",
    ),
    "aws waf": (
        202,
        "<!DOCTYPE html><html><head><title></title></head><body><script>window.awsWafCookieDomainList = [];window.gokuProps "
        "= {'key':'AQ','iv':'C','context':'x'};</script><script src='https://a1.token.awswaf.com/a1/challenge.js'></script>"
        "<noscript><h1>JavaScript is disabled</h1>In order to continue, we need to verify that you're not a robot.</noscript>",
    ),
    "sucuri": (
        403,
        "<html><head><title>Sucuri WebSite Firewall - Access Denied</title></head><body><h1>Sucuri Website Firewall</h1>"
        "<p>Block reason: Bad bot access attempt.</p></body></html>",
    ),
    "f5": (
        200,
        "<html><head><title>Request Rejected</title></head><body>The requested URL was rejected. Please consult with your "
        "administrator.<br><br>Your support ID is: 1099<br><a href='javascript:history.back();'>[Go Back]</a></body></html>",
    ),
    "wordfence": (
        503,
        "<html><head><title>Your access to this site has been limited by the site owner</title></head><body><h1>Your access "
        "to this site has been limited by the site owner</h1><p>Generated by Wordfence at Tue</p></body></html>",
    ),
    "siteground": (
        202,
        "<html><head><meta http-equiv='refresh' content='0;/.well-known/sgcaptcha/?r=%2F&y=ipc:1.2.3.4'></head></html>",
    ),
    "plain captcha": (
        200,
        "<html><head><title>Town of X</title></head><body><p>Please complete the security check to access the site.</p>"
        "<div class='g-recaptcha' data-sitekey='k'></div></body></html>",
    ),
    "captcha without words": (
        200,
        "<html><head><script src='https://js.hcaptcha.com/1/api.js'></script></head><body><form><div class='h-captcha'>"
        "</div><input type=submit></form></body></html>",
    ),
    "vercel": (
        429,
        "<html><head><title>Vercel Security Checkpoint</title></head><body><p>We're verifying your browser</p></body></html>",
    ),
    "home-made": (
        200,
        "<html><head><title>City</title></head><body><h1>City of X</h1><p>Our system detected unusual traffic from your "
        "network. Please verify you are human to go on.</p><button>I am human</button></body></html>",
    ),
}


@pytest.mark.parametrize("name", WALLS)
def test_a_wall_is_a_wall_in_every_makers_style(name: str) -> None:
    status, page = WALLS[name]
    error = refused(answer(page, status))
    assert isinstance(error, Blocked)
    assert (error.reason, error.status) == ("wall", status)


@pytest.mark.parametrize("name", WALLS)
@pytest.mark.parametrize("status", [200, 403, 503])
def test_a_wall_is_a_wall_under_any_status(name: str, status: int) -> None:
    assert refused(answer(WALLS[name][1], status)).reason == "wall"


@pytest.mark.parametrize(
    "headers", [{"cf-mitigated": "challenge"}, {"x-amzn-waf-action": "captcha"}], ids=["cloudflare", "aws"]
)
def test_a_challenge_header_tells_a_wall_whatever_the_body(headers: Mapping[str, str]) -> None:
    assert refused(answer("", 202, headers=headers)).reason == "wall"


def test_a_wall_where_json_was_asked_for_is_a_wall() -> None:
    wall = answer(WALLS["cloudflare under 200"][1], media_type="application/json")
    assert refused(wall).reason == "wall"
    coded = answer(
        '{"url":"https://geo.captcha-delivery.com/captcha/?initialCid=A"}', 403, media_type="application/json"
    )
    assert refused(coded).reason == "wall"


@pytest.mark.parametrize(
    "extra",
    [
        "<script src='/cdn-cgi/challenge-platform/scripts/jsd/main.js'></script>",
        "<script src='/_Incapsula_Resource?SWJIYLWA=719d'></script>",
        "<script src='https://www.google.com/recaptcha/api.js'></script><div class='g-recaptcha'></div>",
        "<p>Access denied is what the committee told the vendor, and the captcha was removed.</p>",
        "<form><label>Staff</label><input type='password'></form>",
        "<noscript>You need to enable JavaScript to run this app.</noscript>",
    ],
)
def test_a_good_page_that_carries_a_near_twin_of_a_mark_is_left_alone(extra: str) -> None:
    assert refusal(answer(f"<html><body>{extra}<h1>Agenda</h1>{PROSE * 40}</body></html>")) is None


LOGINS = {
    "password and little else": "<html><head><title>City Portal</title></head><body><form><label>User name</label><input "
    "name=u><label>Password</label><input type='password'><button>Log in</button></form></body></html>",
    "amid navigation": f"<html><head><title>Sign in - Town of X</title></head><body>{NAV}<h1>Sign in</h1><form>User <input>"
    "<input type=password></form><footer>Town hall, 1 Main Street</footer></body></html>",
    "saml": "<html><body onload='document.forms[0].submit()'><form method='post' action='https://idp.x/sso'><input "
    "type='hidden' name='SAMLRequest' value='PHNhbWw+'><noscript>Press continue</noscript></form></body></html>",
}


@pytest.mark.parametrize("name", LOGINS)
def test_a_log_in_page_under_200_is_a_log_in(name: str) -> None:
    error = refused(answer(LOGINS[name]))
    assert isinstance(error, Blocked)
    assert error.reason == "login"


@pytest.mark.parametrize(
    "final",
    [
        "https://council.example.gov/login?next=/agenda",
        "https://council.example.gov/Account/Login.aspx?ReturnUrl=%2f",
        "https://login.microsoftonline.com/common/x",
        "https://sts.example.gov/adfs/ls/?wa=wsignin1.0",
    ],
)
def test_a_redirect_to_a_log_in_is_a_log_in_even_without_a_password_field(final: str) -> None:
    assert refused(answer("<html><body><h1>Welcome</h1><p>Your e-mail</p></body></html>", url=final)).reason == "login"


def test_a_page_that_was_asked_for_under_a_log_in_path_may_be_read() -> None:
    url = "https://council.example.gov/auth/agenda"
    assert refusal(answer(f"<html><body>{PROSE * 30}</body></html>", url=url, asked=url)) is None


@pytest.mark.parametrize("status", [401, 407])
def test_401_and_407_are_log_ins(status: int) -> None:
    assert refused(answer("<html><body>Unauthorized</body></html>", status)).reason == "login"


SOFT = {
    "bare": "<html><head><title>404</title></head><body><h1>Page not found</h1></body></html>",
    "amid navigation": f"<html><head><title>Page Not Found | Town</title></head><body><nav>{NAV}</nav><h1>Page Not Found</h1>"
    "<p>The page you requested could not be found. Try the search.</p></body></html>",
    "heading only": f"<html><head><title>Town of X</title></head><body>{NAV}<h1>Sorry, this page doesn't exist</h1></body></html>",
    "iis": "<html><head><title>The resource cannot be found.</title></head><body><h1>Server Error in '/' Application.</h1>"
    "<h2><i>The resource cannot be found.</i></h2></body></html>",
    "vendor": "<html><head><title></title></head><body><div>Invalid parameters!</div></body></html>",
    "maintenance": "<html><head><title>Maintenance</title></head><body><h1>Down for maintenance</h1><p>We will be back "
    "soon.</p></body></html>",
}


@pytest.mark.parametrize("name", SOFT)
def test_an_error_page_under_200_is_a_soft_404(name: str) -> None:
    error = refused(answer(SOFT[name]))
    assert isinstance(error, Refused)
    assert error.reason == "soft_404"


def test_a_good_page_titled_page_not_found_is_left_alone() -> None:
    page = f"<html><head><title>Page not found - City of X</title></head><body>{NAV}<h1>Agendas</h1>{PROSE * 20}</body></html>"
    assert refusal(answer(page)) is None
    links = "".join(f"<li><a href='/files/agenda-{n}.pdf'>Agenda {n}</a></li>" for n in range(30))
    listing = (
        f"<html><head><title>Page not found</title></head><body><h1>Nothing here</h1><ul>{links}</ul></body></html>"
    )
    assert refusal(answer(listing)) is None


def test_an_agenda_that_speaks_of_errors_and_missing_pages_is_left_alone() -> None:
    page = "<html><head><title>Council agenda</title></head><body><h1>Agenda</h1><p>Item 1: correct an error in Resolution 404.</p></body></html>"
    assert refusal(answer(page)) is None


@pytest.mark.parametrize("body", [b"", b"  \r\n\t ", b"\n"])
@pytest.mark.parametrize("media_type", ["text/html", "application/json", "application/pdf", "text/plain"])
def test_an_empty_body_is_empty_whatever_its_type(body: bytes, media_type: str) -> None:
    error = refused(answer(body, media_type=media_type))
    assert (error.reason, error.permanent) == ("empty", False)


SHELLS = {
    "react": "<!doctype html><html><head><title>Meetings</title><script src='/static/js/main.js'></script></head><body>"
    "<noscript>You need to enable JavaScript to run this app.</noscript><div id='root'></div></body></html>",
    "angular": "<!doctype html><html><head><title>Portal</title></head><body><app-root>Loading...</app-root><script "
    "src='main.js'></script></body></html>",
    "state only": "<html><head><title>x</title></head><body><div id=__next></div><script id='__NEXT_DATA__' "
    'type=\'application/json\'>{"a":"' + "agenda text " * 400 + '"}</script></body></html>',
    "frame": "<html><head><title>x</title></head><body><iframe src='a.htm'></iframe></body></html>",
    "frames of nothing": "<html><head><title>x</title></head><frameset cols='*'></frameset></html>",
    "nothing": "<html><head><title>Agenda</title></head><body><img src='scan.png'>&nbsp;</body></html>",
}


@pytest.mark.parametrize("name", SHELLS)
def test_a_page_without_text_is_empty(name: str) -> None:
    assert refused(answer(SHELLS[name])).reason == "empty"


def test_a_page_of_frames_is_left_to_its_reader_who_knows_which_frame_holds_the_text() -> None:
    body = "<html><head><title>Code</title></head><frameset cols='30%,*'><frame src='toc.php'><frame src='a.php'></frameset></html>"
    assert refusal(answer(body)) is None


def test_a_shell_says_that_it_needs_javascript() -> None:
    assert "JavaScript" in str(refused(answer(SHELLS["react"])))


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        ("<html><body>Hi</body></html>", "text/html"),
        ("<p>No meetings are scheduled.</p>", "text/html"),
        ("[]", "application/json"),
        ("{}", "application/json"),
        ("<?xml version='1.0'?><rss><channel><title>Not found</title></channel></rss>", "text/xml"),
        ("%PDF-1.7 404 access denied", "application/pdf"),
        ("Minutes of the meeting of 4 May.", "text/plain"),
        ("BEGIN:VCALENDAR\r\nEND:VCALENDAR", "text/calendar"),
        ("PK\x03\x04", "application/zip"),
    ],
)
def test_short_documents_are_documents(body: str, media_type: str) -> None:
    assert refusal(answer(body, media_type=media_type)) is None


@pytest.mark.parametrize("status", [400, 404, 410, 418, 500, 502, 503, 521])
def test_an_error_status_is_refused_with_its_status(status: int) -> None:
    error = refused(answer("<html><body><h1>Error</h1></body></html>", status))
    assert isinstance(error, Refused)
    assert (error.reason, error.status) == ("refused", status)


def test_a_plain_403_without_marks_is_refused_and_no_wall() -> None:
    assert isinstance(refused(answer("<html><body><h1>Not for you</h1></body></html>", 403)), Refused)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120.0),
        ("Tue, 24 Nov 2026 12:00:30 GMT", 30.0),
        ("Tue, 24 Nov 2026 11:00:00 GMT", 0.0),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(text: str, seconds: float | None) -> None:
    assert refused(answer("busy", 503, headers={"retry-after": text})).retry_after == seconds


def test_a_part_that_nobody_asked_for_is_no_document() -> None:
    error = refusal(answer(b"<p>Agenda, page 1 of 4</p>", status=206))
    assert error is not None
    assert (error.reason, error.status) == ("refused", 206)


def test_a_redirect_without_a_target_is_refused() -> None:
    assert refused(answer("", 302)).reason == "refused"


def test_no_error_shows_a_token_of_the_url() -> None:
    url = "https://x.gov/a?token=s3cret&id=5"
    error = refused(answer("", url=url, asked=url))
    assert "s3cret" not in error.url + str(error)
    assert "id=5" in error.url


@given(
    st.binary(max_size=3000),
    st.sampled_from([200, 202, 403, 503]),
    st.sampled_from(["text/html", "", "application/json"]),
)
def test_no_body_breaks_the_recogniser(body: bytes, status: int, media_type: str) -> None:
    refusal(answer(body, status, media_type=media_type))


@given(st.text(alphabet="abcdefghijklmnop .", max_size=400))
def test_running_text_is_never_refused(text: str) -> None:
    page = f"<html><head><title>Agenda</title></head><body><p>{text}</p>{PROSE * 15}</body></html>"
    assert refusal(answer(page)) is None


def shared_pages() -> Iterator[Path]:
    shared = Path(__file__).parents[2] / "../shared"
    for folder in ("corpus", "timeseries"):
        yield from sorted((shared / folder).glob("*/*.*"))


def test_no_recorded_response_of_a_public_body_is_refused() -> None:
    types = {
        ".html": "text/html",
        ".json": "application/json",
        ".xml": "text/xml",
        ".txt": "text/plain",
        ".pdf": "application/pdf",
    }
    pages = [path for path in shared_pages() if path.suffix in types]
    if not pages:
        pytest.skip("the recorded responses (../shared) are not here")
    for path in pages:
        for media_type in {types[path.suffix], "text/html" if path.suffix in (".html", ".txt") else ""}:
            error = refusal(answer(path.read_bytes(), media_type=media_type))
            assert error is None, f"{path.name} as {media_type or 'no type'}: {error}"
