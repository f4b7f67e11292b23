"""Recognises an answer that is not the document: error status, wall, log-in page, soft 404, emptiness.

Runs on every answer, so it looks at cheap signs first (status, headers, size, counts of tags in the first 64 KB) and
parses only what looks like little text. A page of much text is the document, whatever words it holds.
"""

from __future__ import annotations

import re
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from html import unescape
from itertools import islice
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser

from watcher.errors import Blocked, FetchError, Refused
from watcher.fetch import marks
from watcher.model import Response
from watcher.net import shown

_HEAD = 65_536  # bytes looked at
_MOST_TAGS = 6_000  # the parser is quadratic in depth: this deep it takes under half a second
_LARGE = 524_288  # bytes: no wall or error page is that large
_MANY = 60  # tags of running text: a page with that many holds more than a wall
_VERY_MANY = 250  # ... more than a log-in page amid a site's navigation
_LITTLE = 1_500  # characters: a wall's text stays below
_OWN_LITTLE = 700  # characters outside links and navigation: an error or log-in page's text stays below
_SHELL = 250
_PERMANENT = frozenset({400, 404, 405, 410, 414, 451, 501})

_HTML_START = re.compile(
    rb"[\s\xef\xbb\xbf]*<(!doctype html|html|head|body|title|script|meta|!--|noscript|frameset|center|h1)", re.I
)
_TITLE = re.compile(rb"<title[^>]{0,300}>(.{0,400}?)</title", re.DOTALL)
_HEADING = re.compile(rb"<h[12]\b[^>]{0,300}>(.{0,400}?)</h[12]", re.DOTALL)
_TAG = re.compile(rb"<[^>]*>")
_DOCUMENT_LINK = re.compile(
    rb"href\s*=\s*[\"']?[^\"'>\s]{1,300}?(\.pdf|\.docx?|view\.ashx|fileopen\.aspx|meetingdetail|viewfile/)"
)
_NOT_TEXT = ["script", "style", "noscript", "template", "svg", "title", "head"]
_AROUND = ["nav", "footer", "header", "aside", "menu"]
_NOT_OWN = ["a", "select", "button"]
_NAVIGATION = re.compile(rb"<(nav|footer)\b.*?</\1\s*>", re.DOTALL | re.IGNORECASE)  # lists of links, no running text
_RUNNING_TEXT = re.compile(rb"<(?:td|li|p|br)", re.IGNORECASE)
_DIV = re.compile(rb"<div", re.IGNORECASE)
_BLOCK = re.compile(rb"<(?:td|th|li|dt|dd|p|div)\b[^>]{0,300}>", re.IGNORECASE)


def refusal(response: Response) -> FetchError | None:
    """The error this answer stands for, or None where it may be the document. Pure; 304 and other 1xx-3xx are None,
    except a redirect that leads nowhere."""
    status = response.status
    if status == 304 or (response.request.method == "HEAD" and status < 400):
        return None
    if (maker := _wall_header(response)) is not None:
        return _wall(response, maker)
    if status >= 400:
        return _error_status(response)
    if status >= 300:
        return _refused(response, "a redirect that leads nowhere", "refused")
    if status == 206:  # RFC 9110 section 15.3.7: only ever the answer to a request for a range, which we never make
        return _refused(response, "a part of the document that nobody asked for", "refused")
    return _page(response)


def retry_after(response: Response, now: datetime) -> float | None:
    """Seconds the server asks us to wait (RFC 9110 section 10.2.3: seconds or an HTTP date), or None."""
    text = response.headers.get("retry-after", "").strip()
    if text.isdecimal():
        return float(min(int(text[:9]), 7 * 86_400))
    try:
        moment = parsedate_to_datetime(text)
        return min(max((moment - now).total_seconds(), 0.0), 7 * 86_400.0)
    except (ValueError, TypeError):
        return None


def _error_status(response: Response) -> FetchError:
    status = response.status
    page = _Page.suspected(response)
    if page is not None and (maker := page.wall()) is not None:
        return _wall(response, maker)
    if status in (401, 407):
        return _login(response, "the server asks for a user name and password")
    wait = retry_after(response, response.fetched_at) if status in (429, 503) else None
    return Refused(
        f"the server answered {status}",
        url=shown(response.url),
        status=status,
        retry_after=wait,
        permanent=status in _PERMANENT,
    )


def _page(response: Response) -> FetchError | None:
    body = response.body
    if not body or body.isspace():
        return _refused(response, "an empty body", "empty")
    redirected = _redirected_to_login(response)
    page = _Page.suspected(response, always=redirected)
    if page is None:
        return None
    if (maker := page.wall()) is not None:
        return _wall(response, maker)
    if not page.html:
        return None
    if (why := page.login(redirected)) is not None:
        return _login(response, why)
    if (why := page.error()) is not None:
        return _refused(response, why, "soft_404")
    if (why := page.emptiness()) is not None:
        return _refused(response, why, "empty")
    return None


def _wall_header(response: Response) -> str | None:
    headers = response.headers
    for name, needle, maker in marks.HEADERS:
        if name in headers and needle in headers[name].lower():
            return maker
    return None


def _redirected_to_login(response: Response) -> bool:
    asked, got = response.request.url, response.url
    if asked == got:
        return False
    before, after = urlsplit(asked), urlsplit(got)
    if marks.LOGIN_PATH.search(after.path) and not marks.LOGIN_PATH.search(before.path):
        return True
    host = after.hostname or ""
    return host != before.hostname and marks.IDENTITY_HOST.search(host) is not None


def _wall(response: Response, maker: str) -> Blocked:
    wait = retry_after(response, response.fetched_at)
    return Blocked(
        f"a bot wall ({maker}) instead of the document",
        url=shown(response.url),
        reason="wall",
        status=response.status,
        retry_after=wait,
    )


def _login(response: Response, why: str) -> Blocked:
    return Blocked(
        f"a log-in page instead of the document: {why}", url=shown(response.url), reason="login", status=response.status
    )


def _refused(response: Response, why: str, reason: str) -> Refused:
    return Refused(why, url=shown(response.url), reason=reason, status=response.status)


class _Page:
    """A small or otherwise suspicious page, read only as far as a question needs."""

    def __init__(self, body: bytes, low: bytes, html: bool, title: str, headings: list[str]) -> None:
        self.html = html
        self._body = body
        self._low = low
        self._title = title
        self._headings = headings
        self._text: str | None = None
        self._own: str | None = None
        self._links = 0
        self._noscript = ""

    @classmethod
    def suspected(cls, response: Response, *, always: bool = False) -> _Page | None:
        """The page, or None where its cheap signs say that it is an ordinary document."""
        body = response.body
        if len(body) > _LARGE or not body:
            return None
        html = _is_html(response)
        if not html:
            if len(body) > 4096 or body.startswith(b"%PDF"):
                return None
            return cls(body, body.lower(), False, "", [])
        low = body[:_HEAD].lower()
        title = _plain(found[1]) if (found := _TITLE.search(low)) else ""
        headings = [_plain(heading) for heading in _HEADING.findall(low)[:6]]
        page = cls(body, low, True, title, headings)
        if not (always or response.status >= 400 or page._speaks_of_trouble()):
            enough = _VERY_MANY if b"password" in low and marks.PASSWORD.search(low) else _MANY
            if _holds_much(body, _VERY_MANY):
                return None
            own = _NAVIGATION.sub(b"", body) if _holds_much(body, enough) else b""
            if own and _holds_much(own, enough):
                return None
        return page if body.count(b"<") < _MOST_TAGS else None

    def _speaks_of_trouble(self) -> bool:
        return any(_tells_trouble(line) for line in (self._title, *self._headings))

    def _read(self) -> None:
        if not self.html:
            self._text = self._own = " ".join(self._body.decode("utf-8", "replace").split())
            self._links = len(_DOCUMENT_LINK.findall(self._low))
            return
        tree = LexborHTMLParser(self._body)
        self._noscript = " ".join(node.text(separator=" ") for node in tree.css("noscript"))
        tree.strip_tags(_NOT_TEXT)
        self._text = _squeezed(tree)
        tree.strip_tags(_AROUND)
        self._links = len(_DOCUMENT_LINK.findall((tree.html or "").lower().encode()))
        tree.strip_tags(_NOT_OWN)
        self._own = _squeezed(tree)

    def _beginning(self) -> str:
        """The first of the page's own words, with a bar between blocks: “Agenda” and “Not available” are two cells."""
        tree = LexborHTMLParser(_BLOCK.sub(rb"\g<0>| ", self._body))
        tree.strip_tags([*_NOT_TEXT, *_AROUND, *_NOT_OWN])
        return _squeezed(tree).lstrip("| ")[:160]

    @property
    def text(self) -> str:
        """Visible text, hidden panels included."""
        if self._text is None:
            self._read()
        return self._text or ""

    @property
    def own(self) -> str:
        """Visible text outside links, navigation, header and footer."""
        if self._own is None:
            self._read()
        return self._own or ""

    @property
    def links(self) -> int:
        """How many links to documents stand outside navigation, header and footer."""
        if self._text is None:
            self._read()
        return self._links

    def wall(self) -> str | None:
        """Who built the wall, or None."""
        for mark, maker in marks.MARKS:
            if mark in self._low and len(self.text) < 2 * _LITTLE:
                return maker
        if marks.TITLES.search(self._title) and len(self.text) < _LITTLE:
            return "by its title"
        if len(self.text) < _LITTLE and marks.PHRASES.search(self.text):
            return "by its words"
        if self.html and len(self.text) < 200 and len(self._body) < 32_768 and self._captcha_only():
            return "captcha"
        return None

    def _captcha_only(self) -> bool:
        return marks.CAPTCHA.search(self._low) is not None and not self.links

    def login(self, redirected: bool) -> str | None:
        """Why this is a log-in page, or None."""
        if redirected:
            return "redirected to one"
        if marks.SAML.search(self._low) and len(self.text) < _LITTLE:
            return "a sign-on form"
        if self.links:
            return None
        if len(self.own) < _OWN_LITTLE // 2 and marks.LOGIN_ONLY.search(self.own):
            return "it asks to log in"
        if not marks.PASSWORD.search(self._low):
            return None
        named = any(_SIGN_IN.search(line) for line in (self._title, *self._headings))
        if len(self.own) < (4 * _OWN_LITTLE if named else _OWN_LITTLE) and (named or len(self.text) < 2 * _LITTLE):
            return "a password field and little else"
        return None

    def error(self) -> str | None:
        """Why this is an error page under a good status, or None."""
        if len(self.own) > _OWN_LITTLE or len(_DOCUMENT_LINK.findall(self._low)) >= 3:
            return None
        headed = self._headings or ([self._beginning()] if len(self.text) < _LITTLE and not self.links else [])
        for pattern, why in (
            (marks.NOT_FOUND, "a page that says it was not found"),
            (marks.OUT_OF_ORDER, "an error page"),
        ):
            # The title alone does not do: good pages have been seen under "Page not found".
            if any(pattern.search(line) for line in headed) or (
                pattern.search(self._title) and pattern.search(self.own)
            ):
                return why
        if len(self.own) < _OWN_LITTLE // 2 and not self.links and marks.TOLD.search(self.own):
            return "a page that says it has nothing to show"
        return None

    def emptiness(self) -> str | None:
        """Why there is nothing to read here, or None."""
        script = b"<script" in self._low
        if not self.text:
            if _FRAMES.search(self._low):
                return None  # an old way to build a page: its reader knows which frame holds the text
            if b"<frame" in self._low or b"<iframe" in self._low:
                return "no text: only a frame"
            return "no text: a page that needs JavaScript" if script else "a page without text"
        if script and len(self.text) < _SHELL:
            if marks.WAITING.search(self.text):
                return "no text: a page that needs JavaScript"
            if marks.WANTS_SCRIPT.search(f"{self._noscript} {self.text}"):
                return "little text: a page that needs JavaScript"
        return None


_FRAMES = re.compile(rb"<frameset\b[\s\S]*?<frame\s[^>]*\bsrc\s*=")

_SIGN_IN = re.compile(
    r"^\W*(log|sign)[ -]?(in|on)\b|\b(user|member|staff|account|portal|employee) (log|sign)[ -]?in\b|\blog ?in$|\bsign in\b",
    re.IGNORECASE,
)


@lru_cache(4_096)  # the headings of a page are asked for at each of its visits, and hardly ever change
def _tells_trouble(line: str) -> bool:
    return any(
        pattern.search(line) is not None for pattern in (marks.TITLES, marks.NOT_FOUND, marks.OUT_OF_ORDER, _SIGN_IN)
    )


def _holds_much(markup: bytes, enough: int) -> bool:
    """True where the tags of running text reach `enough`; looking for them stops there."""
    seen = len(list(islice(_RUNNING_TEXT.finditer(markup), enough)))  # one pass: a `count` for each tag costs thrice
    return seen >= enough or seen + len(_DIV.findall(markup)) // 4 >= enough


def _is_html(response: Response) -> bool:
    start = response.body[:512]
    if _HTML_START.match(start):
        return True
    return "html" in response.media_type and not start.lstrip().startswith(
        (b"%PDF", b"{", b"[", b"<?xml", b"PK\x03\x04")
    )


def _plain(markup: bytes) -> str:
    return " ".join(unescape(_TAG.sub(b" ", markup).decode("utf-8", "replace")).split())


def _squeezed(tree: LexborHTMLParser) -> str:
    root = tree.root
    return " ".join(root.text(separator=" ").replace("\u200b", "").split()) if root is not None else ""
