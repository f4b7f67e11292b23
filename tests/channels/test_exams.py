"""The exams that every channel sits: what it says for any text, what each answer proves, and that no secret gets out."""

from __future__ import annotations

import json
import logging
import math
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import aiohttp
import pydantic
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fakes import slack as fake_slack
from tests.fakes import telegram as fake_telegram
from tests.fakes.hook import SECRET, Hook
from tests.fakes.news import BOSTON, MATTER, MEETING, NOON, alert, change, verdict
from tests.fakes.service import Fault
from tests.fakes.slack import Slack
from tests.fakes.telegram import Telegram
from watcher import channels
from watcher.alerts import short_id, together, units
from watcher.alerts.bundle import digest_bundle, meeting_bundle
from watcher.channels import apprise, retry_after, slack, telegram, webhook
from watcher.channels.slack.blocks import decided
from watcher.errors import DeliveryError
from watcher.model import Alert, Channel, Evidence, Message, Receipt

# --------------------------------------------------------------------------------------------------- the candidates


def slack_bot(service: Slack, **more: Any) -> Channel:
    options = {"channel": "C1", "base_url": service.base_url} | more
    return Channel("newsroom", "slack", options, {"token": fake_slack.TOKEN})


def slack_hook(service: Slack) -> Channel:
    return Channel("basic", "slack", {}, {"webhook": service.webhook})


def telegram_chat(service: Telegram, **more: Any) -> Channel:
    options = {"chat": -100, "base_url": service.base_url} | more
    return Channel("field", "telegram", options, {"token": fake_telegram.TOKEN})


def hook(service: Hook) -> Channel:
    return Channel("hook", "webhook", {}, {"url": service.url, "secret": SECRET})


def apprise_hook(service: Hook) -> Channel:
    address = service.url.replace("http://", "json://") + "?rto=1.5&cto=1.5"
    return Channel("anything", "apprise", {}, {"url": address})


SECRETS = (fake_slack.TOKEN, fake_slack.HOOK, fake_telegram.TOKEN, SECRET, "pretendwebhooksecret", "hook-path-secret")


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slack, "TIMEOUT", aiohttp.ClientTimeout(total=1.5, sock_connect=1.5))
    monkeypatch.setattr(webhook, "TIMEOUT", aiohttp.ClientTimeout(total=1.5, sock_connect=1.5))
    monkeypatch.setattr(telegram, "READ_TIMEOUT", 1.5)


@contextmanager
def slack_candidate() -> Iterator[tuple[Any, Channel, str]]:
    with Slack() as service:
        yield service, slack_bot(service), "chat.postMessage"


@contextmanager
def slack_hook_candidate() -> Iterator[tuple[Any, Channel, str]]:
    with Slack() as service:
        yield service, slack_hook(service), "webhook"


@contextmanager
def telegram_candidate() -> Iterator[tuple[Any, Channel, str]]:
    with Telegram() as service:
        yield service, telegram_chat(service), "sendMessage"


@contextmanager
def hook_candidate() -> Iterator[tuple[Any, Channel, str]]:
    with Hook() as service:
        yield service, hook(service), "hook"


@contextmanager
def apprise_candidate() -> Iterator[tuple[Any, Channel, str]]:
    with Hook() as service:
        yield service, apprise_hook(service), "hook"


CANDIDATES = {
    "slack": slack_candidate,
    "slack webhook": slack_hook_candidate,
    "telegram": telegram_candidate,
    "webhook": hook_candidate,
    "apprise": apprise_candidate,
}
everyone = pytest.mark.parametrize("candidate", CANDIDATES.values(), ids=CANDIDATES)


async def sent(channel: Channel, told: Alert | Message, key: str = "key/1", thread: str | None = None) -> Receipt:
    kind = channels.load(channel.kind)
    message = told if isinstance(told, Message) else kind.render(told, channel, reply=thread is not None, repeat=False)
    sender = kind.Sender(channel)
    try:
        said: list[bool] = []
        mark = channels.leaving.set(lambda: said.append(True))
        receipt: Receipt = await sender.send(message, key=key, thread=thread)
        channels.leaving.reset(mark)
        assert bool(said) == getattr(sender, "says_when", False)
    finally:
        await sender.close()
    return receipt


async def failure(channel: Channel, told: Alert | Message | None = None) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        await sent(channel, told or alert())
    assert caught.value.channel == channel.name
    return caught.value


# ------------------------------------------------------------------------------------------- what an answer proves


@everyone
@pytest.mark.parametrize("status", [200, 201, 301, 400, 401, 403, 404, 408, 409, 410, 413, 429, 500, 502, 503, 504])
async def test_no_status_and_no_page_in_place_of_json_breaks_a_channel(
    candidate: Callable[[], Any], status: int, caplog: pytest.LogCaptureFixture
) -> None:
    with candidate() as (service, channel, method):
        service.fails(method, Fault("html", status=status))
        if channel.kind in ("webhook", "apprise") and status < 300:
            await sent(channel, alert())  # any 2xx is taken as taken
            return
        error = await failure(channel)
    if status >= 500 and not (channel.kind == "webhook" and status == 503):
        assert error.ambiguous  # a proxy may have lost the answer only
    if status == 429:
        assert not error.ambiguous or channel.kind == "telegram"
    assert error.scope in ("message", "target", "token", "service", "thread")
    assert not [line for line in caplog.records if line.levelno >= logging.WARNING]


@everyone
@pytest.mark.parametrize("kind", ["drop", "hang", "half"])
async def test_silence_after_the_words_were_sent_is_ambiguous(candidate: Callable[[], Any], kind: str) -> None:
    with candidate() as (service, channel, method):
        service.fails(method, Fault(kind, taken=True))
        if channel.kind == "webhook" and kind == "half":
            await sent(channel, alert())  # its status said taken
            return
        error = await failure(channel)
        assert (error.ambiguous, error.scope, error.permanent) == (True, "service", False)
        assert service.calls[method] == 1  # no SDK has sent it again behind our back


@everyone
async def test_a_refused_connection_proves_that_nothing_was_sent(candidate: Callable[[], Any]) -> None:
    with candidate() as (service, channel, _):
        service.refuse()
        error = await failure(channel)
    assert (error.ambiguous, error.scope, error.code) == (False, "service", "unreachable")


@everyone
async def test_no_secret_is_in_any_error_or_log_line(
    candidate: Callable[[], Any], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("slack_sdk", "telegram", "aiohttp", "asyncio"):
        caplog.set_level(logging.INFO, logger=name)
    with candidate() as (service, channel, method):
        orders = [Fault(kind) for kind in ("drop", "half", "hang")] + [
            Fault("html", status=status) for status in (200, 400, 401, 403, 404, 500, 502)
        ]
        said = [repr(channel)]
        for order in orders:
            service.fails(method, order)
            try:
                await sent(channel, alert())
            except DeliveryError as error:
                chain: BaseException | None = error
                while chain is not None:
                    said += [str(chain), repr(chain)]
                    chain = chain.__cause__ or (None if chain.__suppress_context__ else chain.__context__)
        service.refuse()
        said.append(str(await failure(channel)))
    text = "\n".join([*said, caplog.text])
    assert not [secret for secret in SECRETS if secret in text]


SLACK_CODES = {
    "token": [
        "invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "missing_scope",
        "not_allowed_token_type", "app_access_restricted", "access_denied", "two_factor_setup_required",
        "org_login_required",
    ],
    "target": [
        "channel_not_found", "not_in_channel", "is_archived", "restricted_action", "restricted_action_read_only_channel",
        "restricted_action_of_tomorrow", "no_permission", "messages_tab_disabled", "ekm_access_denied", "team_not_found",
    ],
    "message": [
        "invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "no_text", "too_many_attachments",
        "markdown_text_conflict", "invalid_metadata_format", "metadata_too_large", "invalid_arg_name", "invalid_charset",
        "invalid_form_data",
    ],
    "thread": [
        "message_not_found", "thread_not_found", "cannot_reply_to_message", "restricted_action_thread_locked",
        "restricted_action_non_threadable_channel",
    ],
    "service": [
        "ratelimited", "rate_limited", "message_limit_exceeded", "internal_error", "fatal_error", "request_timeout",
        "service_unavailable", "team_added_to_org", "a_code_of_tomorrow",
    ],
}  # fmt: skip


@pytest.mark.parametrize(("scope", "code"), [(scope, code) for scope, codes in SLACK_CODES.items() for code in codes])
async def test_every_code_of_slack_has_its_class(scope: str, code: str) -> None:
    with Slack() as service:
        service.fails("chat.postMessage", fake_slack.refuses(code))
        error = await failure(slack_bot(service))
    assert (error.scope, error.code) == (scope, code)
    assert error.permanent == (scope in ("token", "target", "message"))
    assert error.ambiguous == (code in ("internal_error", "fatal_error", "request_timeout", "service_unavailable"))
    assert error.retry_after == (60.0 if code in ("ratelimited", "rate_limited", "message_limit_exceeded") else None)


@pytest.mark.parametrize(
    ("status", "code", "scope"),
    [(400, "invalid_payload", "message"), (403, "action_prohibited", "target"), (404, "no_service", "target"),
     (404, "channel_not_found", "target"), (410, "channel_is_archived", "target"), (500, "rollup_error", "service")],
)  # fmt: skip
async def test_every_answer_of_a_slack_webhook_has_its_class(status: int, code: str, scope: str) -> None:
    with Slack() as service:
        service.fails("webhook", Fault("status", status=status, answer={"error": code}))
        error = await failure(slack_hook(service))
    assert (error.scope, error.code) == (scope, code)


TELEGRAM_ANSWERS = [
    (401, "Unauthorized", "token"),
    (404, "Not Found", "token"),
    (403, "Forbidden: bot was kicked from the supergroup chat", "target"),
    (403, "Forbidden: bot was blocked by the user", "target"),
    (403, "Forbidden: bot is not a member of the channel chat", "target"),
    (400, "Bad Request: chat not found", "target"),
    (400, "Bad Request: not enough rights to send text messages to the chat", "target"),
    (400, "Bad Request: CHAT_WRITE_FORBIDDEN", "target"),
    (400, "Bad Request: CHANNEL_PRIVATE", "target"),
    (400, "Bad Request: CHAT_SEND_PLAIN_FORBIDDEN", "target"),
    (400, "Bad Request: group chat was upgraded to a supergroup chat", "target"),  # and no word of where to
    (400, "Bad Request: the group is deleted", "target"),
    (400, "Bad Request: can't parse entities: Unsupported start tag", "message"),
    (400, "Bad Request: message is too long", "message"),
    (400, "Bad Request: message text is empty", "message"),
    (409, "Conflict: terminated by other getUpdates request", "service"),
    (500, "Internal Server Error", "service"),
]


@pytest.mark.parametrize(("status", "description", "scope"), TELEGRAM_ANSWERS)
async def test_every_description_of_telegram_has_its_class(status: int, description: str, scope: str) -> None:
    with Telegram() as service:
        service.fails("sendMessage", fake_telegram.refuses(status, description))
        error = await failure(telegram_chat(service))
    assert error.scope == scope
    assert error.permanent == (scope in ("token", "target", "message"))
    assert error.ambiguous == (status == 500)


async def test_words_of_telegram_that_nobody_knows_condemn_no_message() -> None:
    with Telegram() as service:
        service.fails("sendMessage", fake_telegram.refuses(400, "Bad Request: SOMETHING_NEW"))
        error = await failure(telegram_chat(service))
    assert (error.scope, error.permanent, error.ambiguous) == ("message", False, False)


DATED = {"Date": "Tue, 24 Nov 2026 12:00:00 GMT", "Retry-After": "Tue, 24 Nov 2026 12:00:30 GMT"}


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [({"Retry-After": "7"}, 7), ({"Retry-After": "2.5"}, 2.5), ({"Retry-After": "-3"}, 0), (DATED, 30),
     (DATED | {"Date": "Tue, 24 Nov 2026 12:01:00 GMT"}, 0), ({"Retry-After": DATED["Retry-After"]}, None),
     ({"Retry-After": "nan"}, None), ({"Retry-After": "soon"}, None), ({}, None), ({"Retry-After": "1e400"}, math.inf)],
)  # fmt: skip
def test_retry_after_is_read_in_every_form(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


async def test_a_429_of_telegram_without_a_time_waits_a_minute() -> None:
    with Telegram() as service:
        service.fails("sendMessage", Fault("html", status=429))
        error = await failure(telegram_chat(service))
    assert (error.scope, error.retry_after, error.ambiguous) == ("service", 60.0, False)


async def test_an_ok_of_slack_that_names_no_message_confirms_nothing() -> None:
    with Slack() as service:
        service.fails("chat.postMessage", Fault("json", status=200, answer={"ok": True}))
        error = await failure(slack_bot(service))
    assert (error.scope, error.ambiguous) == ("service", True)


async def test_a_result_of_telegram_that_is_no_message_confirms_nothing() -> None:
    with Telegram() as service:
        service.fails("sendMessage", Fault("json", status=200, answer={"ok": True, "result": True}))
        error = await failure(telegram_chat(service))
    assert (error.scope, error.ambiguous) == ("service", True)


async def test_telegram_says_once_where_messages_go_instead_and_when_they_are_back(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(telegram, "TOPIC_REST", 0.0)
    with Telegram() as service:
        chat = telegram.Sender(telegram_chat(service, topic=7))
        asides = []
        for topics in (set(), set(), {7}, {7}):
            service.topics = topics
            message = telegram.render(alert(), telegram_chat(service), reply=False, repeat=False)
            asides.append((await chat.send(message, key="k", thread=None)).aside)
        await chat.close()
    assert asides == [telegram.ASIDE, None, "", None]


async def test_a_time_to_wait_is_passed_on() -> None:
    with Slack() as service:
        service.fails("chat.postMessage", fake_slack.too_many_requests(7))
        assert (await failure(slack_bot(service))).retry_after == 7
        service.fails(
            "webhook", Fault("status", status=429, headers={"Retry-After": "3"}, answer={"error": "rate_limited"})
        )
        assert (await failure(slack_hook(service))).retry_after == 3
    with Telegram() as service_:
        service_.fails("sendMessage", fake_telegram.too_many_requests(9))
        assert (await failure(telegram_chat(service_))).retry_after == 9
    with Hook() as receiver:
        receiver.fails("hook", Fault("html", status=503, headers={"Retry-After": "11"}))
        assert (await failure(hook(receiver))).retry_after == 11


# ----------------------------------------------------------------------------------------------------- what is sent


async def test_slack_gets_blocks_the_key_and_no_previews() -> None:
    with Slack() as service:
        receipt = await sent(slack_bot(service), alert())
        reply = await sent(slack_bot(service), alert(), key="key/2", thread=receipt.id)
        lost = await sent(slack_bot(service), alert(), key="key/3", thread="1.2")
    root, second, third = service.posted
    assert root["metadata"] == {"event_type": "ordinance_watcher_alert", "event_payload": {"key": "key/1"}}
    assert re.fullmatch(r"[0-9a-f-]{36}", root["client_msg_id"])
    assert root["unfurl"] in ("0", "false", False)
    assert second["thread_ts"] == root["ts"] == reply.thread == receipt.thread
    assert (third["thread_ts"], lost.thread) == (None, third["ts"])  # a root of its own, and known to be one


async def test_slack_finds_what_it_has_by_its_key_in_channel_and_thread() -> None:
    with Slack() as service:
        channel = slack_bot(service)
        roots = [await sent(channel, alert(), key=f"root/{n}") for n in range(5)]
        await sent(channel, alert(), key="reply/1", thread=roots[0].id)
        sender = slack.Sender(channel)
        try:
            found = [await sender.find(f"root/{n}", NOON, None) for n in range(6)]
            assert [receipt and receipt.id for receipt in found] == [*(root.id for root in roots), None]
            reply = await sender.find("reply/1", NOON, roots[0].id)
            assert reply is not None
            assert reply.thread == roots[0].id
            assert await sender.find("root/9", NOON, "9.9") is None  # a thread that is gone is no trouble
        finally:
            await sender.close()


async def test_telegram_gets_html_in_its_topic_as_a_reply_without_preview() -> None:
    with Telegram() as service:
        channel = telegram_chat(service, topic=42)
        root = await sent(channel, alert())
        await sent(channel, alert(), thread=root.id)
        await sent(telegram_chat(service, topic=1), alert())
    first, second, general = service.posted
    assert (first["topic"], first["mode"], first["reply_to"]) == ("42", "HTML", None)
    assert '"is_disabled": true' in first["preview"]
    assert second["reply_to"] == first["id"]
    assert general["topic"] is None  # topic 1 is General and must not be named


async def test_telegram_tells_the_main_chat_where_the_topic_is_gone(caplog: pytest.LogCaptureFixture) -> None:
    with Telegram() as service:
        await sent(telegram_chat(service, topic=7), alert())
    assert service.posted[0]["topic"] is None
    assert "topic" in caplog.text


async def test_a_webhook_is_signed_and_says_which_delivery_it_is() -> None:
    with Hook() as receiver:
        await sent(hook(receiver), alert())
    ((headers, body),) = receiver.received
    assert headers["Idempotency-Key"] == "key/1"
    assert headers["X-Watcher-Signature"] == webhook.signature(SECRET, body)
    told = json.loads(body)
    assert (told["type"], told["jurisdiction"], told["changes"]) == ("alert", "ma-boston", ["c-k1"])
    assert told["details"][0]["type"] == "change"


async def test_a_webhook_does_not_follow_a_redirect() -> None:
    with Hook() as receiver:
        receiver.fails("hook", Fault("html", status=307, headers={"Location": receiver.url}))
        error = await failure(hook(receiver))
    assert (error.scope, len(receiver.received)) == ("target", 0)


async def test_the_console_writes_to_stderr_and_only_there(capsys: pytest.CaptureFixture[str]) -> None:
    await sent(Channel("log", "console"), alert("k1", change(before="may", after="shall not")))
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "[-may-]{+shall not+}" in printed.err
    assert "\x1b" not in printed.err  # no terminal, no colours


@everyone
async def test_a_plain_text_goes_everywhere_however_long(candidate: Callable[[], Any]) -> None:
    with candidate() as (_, channel, _):
        await sent(channel, Message("<!channel> & 😀 " * 3000))


# ------------------------------------------------------------------------------------------------ any text whatever

HOSTILE = (
    "<!channel> <@U1> <!here> @everyone @durov #tag /start </b><script> `*_~` &amp; &lt; |> ‮ \u200b\x00\x1b[31m "
    "😀👨‍👩‍👧 https://evil.example javascript:alert(1) a < b && c > d jane@mail.example.org 617-555-0123 "
)
texts = st.one_of(
    st.text(max_size=60),
    st.text(st.characters(codec=None), max_size=30),  # lone surrogates too
    st.sampled_from(
        [HOSTILE, HOSTILE * 40, "😀" * 3000, "é" * 4000, "<" * 4000, "a" * 20_000, "&amp;" * 2000, " ", "\n" * 500]
    ),
)


@st.composite
def alerts_of_any_text(draw: st.DrawFn) -> Alert:
    many = draw(st.sampled_from([1, 1, 2, 14]))
    word = draw(st.tuples(texts, texts, texts, texts))
    marks = draw(st.lists(st.tuples(st.sampled_from("=-+"), texts), max_size=6)) * draw(st.sampled_from([1, 1, 1, 30]))
    seen = tuple(
        Evidence("after", 0, 1, text, cue) for text, cue in draw(st.lists(st.tuples(texts, texts), max_size=6))
    )
    news = change(
        "c1", word[0], word[1], heading=(word[2], word[3]), redline=tuple(marks), verdict=verdict(evidence=seen),
        url=draw(st.one_of(texts, st.just("https://council.example/x?a=<b>|c\"'&d"))),
        meeting=draw(st.sampled_from([None, MEETING, replace(MEETING, location=word[3], body=word[0])])),
    )  # fmt: skip
    about = draw(st.sampled_from([None, replace(MATTER, title=word[1], file=word[2])]))
    place = replace(BOSTON, name=(word[3] or "x").replace("jane@", ""))
    return alert("k", *(replace(news, id=f"c{n}") for n in range(many)), headline=word[0] + word[1], body=word[2], matter=about, jurisdiction=place)  # fmt: skip


any_alert = given(told=alerts_of_any_text(), reply=st.booleans(), repeat=st.booleans())
thorough = settings(
    max_examples=int(os.environ.get("EXAMPLES", "60")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@thorough
@any_alert
def test_slack_takes_any_text_and_it_pings_nobody(told: Alert, reply: bool, repeat: bool) -> None:
    app = Channel("c", "slack", {}, {"app_token": "xapp"}, "https://watch.example/council")
    body = slack.render(told, app, reply=reply, repeat=repeat, latest=told if reply else None).body
    blocks: Any = body["blocks"]
    marked_up = [*fake_slack._mrkdwn(blocks), str(body["text"])]
    assert not [text for text in marked_up if re.search("&(?!(amp|lt|gt);)", text)]  # an entity that a cut went through
    left = [re.sub(r"<https?://[^<>|]+\|(Page|Source|Redline)>", "", text) for text in marked_up]
    assert not [text for text in left if "<" in text or ">" in text]  # no mark-up besides our own links
    assert blocks[-1]["type"] == "actions"
    muted = decided(blocks, f"Muted by {told.headline}", "k", undo=True)
    assert fake_slack.wrong_with(muted, "muted") is None
    assert fake_slack.pings("", muted) == []
    assert fake_slack.wrong_with(blocks, str(body["text"])) is None
    assert len(json.dumps(blocks)) <= 12_000
    assert units(str(body["text"])) <= 3000
    assert fake_slack.pings(str(body["text"]), blocks) == []
    assert ("possible repeat" in json.dumps(blocks)) == repeat
    json.dumps(body, ensure_ascii=False).encode()


@thorough
@any_alert
def test_telegram_takes_any_text_and_it_mentions_nobody(told: Alert, reply: bool, repeat: bool) -> None:
    chat = Channel("c", "telegram", page="https://watch.example/council")
    html = str(telegram.render(told, chat, reply=reply, repeat=repeat, latest=told if reply else None).body["html"])
    text = fake_telegram.parsed(html)
    assert 1 <= units(text + fake_telegram.parsed(telegram.NO_TOPIC)) <= 4096
    own = short_id(told.key)  # a tag that leads to all messages of this alert
    assert set(fake_telegram.mentions(re.sub(r"https?://\S+", "", text))) <= {own}
    assert ("possible repeat" in text) == repeat
    html.encode()


@st.composite
def messages_of_lines(draw: st.DrawFn) -> Alert:
    """A digest, a meeting, or a word to the operator."""
    told = draw(alerts_of_any_text())
    if draw(st.booleans()):
        source = draw(
            st.sampled_from(["HTTPS://Council.EXAMPLE/a b?<x>|y", "http://c.example/" + "p" * 1900, "ftp://x", ""])
        )
        many = draw(st.sampled_from([1, 3, 40, 120]))
        several = [replace(told, key=f"k{n}", source_url=source) for n in range(many)]
        bundle = draw(st.sampled_from([digest_bundle("daily 07:30", "UTC", NOON), meeting_bundle(told)]))
        return together(several, bundle, NOON)
    lines = draw(st.lists(st.tuples(texts, texts), max_size=8))
    return replace(
        told, kind="notice", lines=tuple(lines), late=draw(st.sampled_from(["", HOSTILE.replace("jane@", "")]))
    )


@thorough
@given(told=messages_of_lines(), repeat=st.booleans())
def test_a_digest_a_meeting_and_a_word_of_any_text_are_taken(told: Alert, repeat: bool) -> None:
    blocks: Any
    body = slack.render_lines(told, Channel("c", "slack"), repeat=repeat).body
    blocks, fallback = body["blocks"], str(body["text"])
    assert fake_slack.wrong_with(blocks, fallback) is None
    assert len(json.dumps(blocks)) <= 12_000
    assert fake_slack.pings(fallback, blocks) == []
    html = str(telegram.render_lines(told, Channel("c", "telegram"), repeat=repeat).body["html"])
    text = fake_telegram.parsed(html)
    assert 1 <= units(text + fake_telegram.parsed(telegram.NO_TOPIC)) <= 4096
    known = {short_id(told.key), *re.findall(r"#[A-Z2-7]{5}\b", " ".join(line for line, _ in told.lines))}
    assert set(fake_telegram.mentions(re.sub(r"https?://\S+", "", text))) <= known
    for kind in ("webhook", "apprise"):
        message = channels.load(kind).render_lines(told, Channel("c", kind), repeat=repeat)
        message.text.encode()
        json.dumps(message.body)
        assert "jane@mail" not in message.text
    assert all(("possible repeat" in said) == repeat for said in (json.dumps(blocks), text, message.text))


@thorough
@any_alert
def test_console_and_webhook_take_any_text(told: Alert, reply: bool, repeat: bool) -> None:
    for kind in ("console", "webhook", "apprise"):
        message = channels.load(kind).render(told, Channel("c", kind), reply=reply, repeat=repeat)
        message.text.encode()
        json.dumps(message.body)
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", message.text)
        assert "jane@mail" not in message.text


@thorough
@any_alert
def test_no_service_behind_apprise_makes_a_mention_of_any_text(told: Alert, reply: bool, repeat: bool) -> None:
    body = apprise.render(told, Channel("c", "apprise"), reply=reply, repeat=repeat).body
    text = f"{body['title']}\n{body['text']}"
    assert not re.search(r"@(everyone|here|channel)|<[@!#]", text)
    assert set(fake_telegram.mentions(re.sub(r"https?:\S+", "", text))) <= {short_id(told.key)}
    assert ("possible repeat" in text) == repeat
    assert units(str(body["title"])) <= 2 * 200


@pytest.mark.parametrize("url", ["", "nonsense://x", "json://a.example json://b.example", "https://a.example/in"])
def test_an_address_that_apprise_does_not_know_parks_the_channel(url: str) -> None:
    with pytest.raises(DeliveryError) as caught:
        apprise.Sender(Channel("anything", "apprise", {}, {"url": url}))
    assert (caught.value.scope, caught.value.code) == ("token", "wrong_address")
    assert url == "" or url not in str(caught.value)


async def test_apprise_says_the_alert_in_the_form_of_the_service() -> None:
    with Hook() as receiver:
        await sent(apprise_hook(receiver), alert("k1", change(before="may", after="shall not")))
    told = json.loads(receiver.received[0][1])
    assert told["title"].startswith("Boston, MA – City Council: item added")
    assert "[-may-]{+shall not+}" in told["message"]


@pytest.mark.parametrize(
    ("said", "scope", "ambiguous"),
    [
        ("Socket Exception: (421, b'busy, try later')", "service", False),
        ("Socket Exception: {'c@d.example': (451, b'greylisted')}", "service", False),
        ("Socket Exception: {'c@d.example': (550, b'5.1.1 no such user')}", "target", False),
        ("Socket Exception: (554, b'5.6.0 refused')", "message", False),
        ("Socket Exception: (535, b'5.7.8 no')", "token", False),
        ("Socket Exception: Connection unexpectedly closed", "service", True),
        ("Socket Exception: [SSL: WRONG_VERSION_NUMBER] wrong version number", "service", False),
    ],
)
def test_what_a_mail_server_refused_it_did_not_take(said: str, scope: str, ambiguous: bool) -> None:
    error = apprise.Sender(Channel("m", "apprise", {}, {"url": "json://127.0.0.1"}))._known([said])
    assert (error.scope, error.ambiguous) == (scope, ambiguous)


async def test_an_apprise_message_is_cut_to_what_its_service_takes() -> None:
    with Hook() as receiver:
        await sent(apprise_hook(receiver), Message("long " * 20_000))
    assert len(json.loads(receiver.received[0][1])["message"]) <= 32_768


def test_page_text_formats_nothing_in_slack() -> None:
    title = "*Act* ~void~ _now_ `rm` file_name_2 https://council.example/~a_b/*"
    told = slack.render(alert(matter=replace(MATTER, title=title)), Channel("s", "slack"), reply=False, repeat=False)
    blocks: Any = told.body["blocks"]
    (matter,) = [f["text"] for f in blocks[1]["fields"] if f["text"].startswith("*Matter*")]
    said = matter.removeprefix("*Matter*")
    assert "file_name_2 https://council.example/~a_b/*" in said
    assert not set("*~`") & set(said.partition("https")[0])
    assert " _now" not in said


async def test_the_services_themselves_take_hostile_text() -> None:
    evil = alert("k", change("c1", HOSTILE * 30, heading=(HOSTILE,)), headline=HOSTILE * 3, body=HOSTILE)
    with Slack() as service, Telegram() as chat:
        await sent(slack_bot(service), evil)
        await sent(slack_hook(service), evil)
        await sent(telegram_chat(chat), evil)
    assert service.pings == []
    assert len(service.posted) == len(service.hooked) == len(chat.posted) == 1


# ---------------------------------------------------------------------------------------------------------- options


def options(kind: str, **said: Any) -> pydantic.BaseModel:
    made: pydantic.BaseModel = channels.load(kind).Options(**said)
    return made


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("slack", {"token": "env:T", "channel": "C0123456789"}),
        ("slack", {"token": "env:T", "channel": "C1", "app_token": "env:A", "base_url": "http://127.0.0.1:9301/api/"}),
        ("slack", {"webhook": "env:W"}),
        ("telegram", {"token": "env:T", "chat": -1001234567890, "topic": 42, "base_url": "http://127.0.0.1:9201/bot"}),
        ("telegram", {"token": "env:T", "chat": "@council_news"}),
        ("telegram", {"token": "env:T", "chat": -1, "allowed": [7], "silent": "never", "buttons": False}),
        ("slack", {"token": "env:T", "channel": "C1", "app_token": "env:A", "allowed": ["U1"]}),
        ("webhook", {"url": "https://x.example/in", "secret": "env:S"}),
        ("webhook", {"url": "env:U"}),
        ("apprise", {"url": "env:A"}),
        ("console", {}),
    ],
)
def test_the_options_of_the_interface_are_taken(kind: str, said: dict[str, Any]) -> None:
    options(kind, **said)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("slack", {}),
        ("slack", {"token": "env:T"}),
        ("slack", {"token": "env:T", "channel": "#general"}),
        ("slack", {"token": "xoxb-1-2-3", "channel": "C1"}),
        ("slack", {"token": "env:T", "channel": "C1", "webhook": "env:W"}),
        ("slack", {"webhook": "env:W", "channel": "C1"}),
        ("slack", {"webhook": "env:W", "app_token": "env:A"}),
        ("telegram", {"token": "env:T", "chat": -1, "silent": "sometimes"}),
        ("telegram", {"token": "env:T"}),
        ("telegram", {"token": "env:T", "chat": -1, "topics": 3}),
        ("webhook", {"url": "ftp://x.example"}),
        ("apprise", {"url": "mailto://user:password@mail.example"}),
        ("apprise", {}),
        ("webhook", {"url": "https://x.example", "secret": "plain"}),
        ("console", {"colour": "red"}),
    ],
)
def test_wrong_options_are_refused_without_quoting_a_secret(kind: str, said: dict[str, Any]) -> None:
    with pytest.raises(pydantic.ValidationError) as caught:
        options(kind, **said)
    assert caught.value.errors()


def test_an_unknown_kind_is_unknown() -> None:
    assert set(channels.kinds()) >= {"console", "slack", "telegram", "webhook"}
    with pytest.raises(KeyError):
        channels.load("pigeon")


def test_no_message_of_a_late_alert_hides_when_it_was_noticed() -> None:
    told = alert("k", change(seen_at=NOON - timedelta(days=3)))
    for kind in channels.kinds():
        message = channels.load(kind).render(told, Channel("c", kind), reply=False, repeat=False)
        assert "noticed Sat 21 Nov 2026" in message.text
