"""The environment, the secrets it holds, and that they show nowhere."""

from __future__ import annotations

import io
import ipaddress
import logging
from pathlib import Path

import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.errors import RegistryError
from watcher.model import Channel
from watcher.settings import NAMES, Redaction, SecretRef, Settings, idle, links, load, redact, resolve

TELEGRAM = "123456789:AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQr"
SLACK = "-".join(["xoxb", "1234567890", "abcdefABCDEF"])
HOOK = "https://hooks.slack.com/services/T0AAAAAAA/B0BBBBBBB/ccccccccccccccccc"


def refusal(environ: dict[str, str]) -> str:
    with pytest.raises(RegistryError) as error:
        load(environ)
    return str(error.value)


# ------------------------------------------------------------------------------------------------------- settings


def test_an_empty_environment_gives_the_defaults() -> None:
    settings = load({})
    assert settings == Settings()
    assert idle(settings) == ()
    assert (str(settings.registry), str(settings.data)) == ("sites.yaml", "snapshots")
    assert (settings.web_host, settings.web_port, settings.log) == ("127.0.0.1", 8080, "console")


def test_messages_that_lead_nobody_to_the_page_are_told_of() -> None:
    console, away = Channel("log", "console"), Channel("newsroom", "slack")
    assert links(Settings(), [console]) == ()
    assert links(load({"WATCHER_WEB_URL": "https://watch.example"}), [away]) == ()
    (said,) = map(str, links(Settings(), [console, away]))
    assert said.startswith(
        "environment: WATCHER_WEB_URL: is not set: messages to newsroom lead to the page on this machine"
    )
    (said,) = map(str, links(load({"WATCHER_BEHIND_PROXY": "1"}), [away]))
    assert "messages to newsroom carry no link to the page" in said


def test_every_variable_is_read() -> None:
    settings = load(
        {
            "WATCHER_REGISTRY": "other.yaml",
            "WATCHER_DATA": "/srv/watcher",
            "WATCHER_DATABASE_URL": "postgresql+psycopg://u:p@db/watcher",
            "WATCHER_OBJECTS_URL": "s3://bucket/prefix",
            "WATCHER_LOG": "json",
            "WATCHER_ALLOW_NETWORKS": "127.0.0.0/8, ::1/128 10.1.2.3",
            "WATCHER_CONTACT": "mailto:desk@example.org",
            "WATCHER_WEB_HOST": "0.0.0.0",
            "WATCHER_WEB_PORT": "0",
            "WATCHER_BEHIND_PROXY": "1",
            "WATCHER_OPERATOR_TOKEN": "open sesame",
            "WATCHER_CHROMIUM": "/opt/chromium/chrome",
            "WATCHER_WEB_URL": "https://watch.example/council/",
        }
    )
    assert settings.chromium == Path("/opt/chromium/chrome")
    assert settings.web_url == "https://watch.example/council"
    assert [problem.key for problem in idle(settings)] == ["WATCHER_OBJECTS_URL"]
    assert settings.registry == Path("other.yaml")
    assert settings.log == "json"
    assert settings.allow_networks == tuple(map(ipaddress.ip_network, ("127.0.0.0/8", "::1/128", "10.1.2.3/32")))
    assert settings.web_port == 0
    assert settings.behind_proxy
    assert settings.operator_token == "open sesame"
    assert "sesame" not in repr(settings)
    assert "u:p@" not in repr(settings)


def test_empty_variables_are_as_if_not_set() -> None:
    assert load(dict.fromkeys(NAMES, "")) == Settings()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("WATCHER_LOG", "text", "must be console or json"),
        ("WATCHER_WEB_PORT", "http", "must be a port"),
        ("WATCHER_WEB_PORT", "65536", "must be a port"),
        ("WATCHER_BEHIND_PROXY", "yes", "must be 0 or 1"),
        ("WATCHER_ALLOW_NETWORKS", "127.0.0.1/8", "has host bits set"),
        ("WATCHER_ALLOW_NETWORKS", "localhost", "is not a network like 127.0.0.0/8"),
        ("WATCHER_DATABASE_URL", "mysql://u:hunter2@db", "must start with postgresql://"),
        ("WATCHER_OBJECTS_URL", "bucket", "must start with s3://"),
        ("WATCHER_CONTACT", "a\r\nX-Evil: 1", "User-Agent"),
        ("WATCHER_WEB_HOST", "0.0.0.0", "set WATCHER_BEHIND_PROXY=1"),
        ("WATCHER_WEB_HOST", "watcher.example.org", "set WATCHER_BEHIND_PROXY=1"),
    ],
)
def test_a_wrong_value_is_refused_by_the_name_of_its_variable(name: str, value: str, said: str) -> None:
    message = refusal({name: value})
    assert name in message
    assert said in message
    assert "hunter2" not in message


def test_all_that_is_wrong_is_said_at_once() -> None:
    message = refusal({"WATCHER_LOG": "x", "WATCHER_WEB_PORT": "x", "WATCHER_BEHIND_PROXY": "x"})
    assert len(message.splitlines()) == 3


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
def test_loopback_needs_no_proxy(host: str) -> None:
    assert load({"WATCHER_WEB_HOST": host}).web_host == host


def test_any_variable_may_come_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("open sesame\n")
    assert load({"WATCHER_OPERATOR_TOKEN_FILE": str(path)}).operator_token == "open sesame"
    assert "keep one of the two" in refusal({"WATCHER_OPERATOR_TOKEN": "x", "WATCHER_OPERATOR_TOKEN_FILE": str(path)})


# -------------------------------------------------------------------------------------------------------- secrets


class Options(pydantic.BaseModel):
    token: SecretRef


@pytest.mark.parametrize("written", ["env:SLACK_BOT_TOKEN", "env:_x9"])
def test_a_reference_names_a_variable(written: str) -> None:
    assert Options(token=written).token == written


@pytest.mark.parametrize("written", [SLACK, "hunter2", "", "env:", "env:9", "env:A B", "ENV:A", "env:A\n", "$A"])
def test_anything_else_is_refused_without_being_repeated(written: str) -> None:
    with pytest.raises(pydantic.ValidationError) as error:
        Options(token=written)
    (detail,) = error.value.errors()
    assert detail["msg"].startswith("must be env:NAME")
    if len(written) > len("env:"):
        assert written not in detail["msg"]


def test_secrets_move_out_of_the_options_and_out_of_sight() -> None:
    channel = resolve(Channel("news", "slack", {"token": "env:T", "channel": "C1"}), {"T": f"{SLACK}\n"})
    assert dict(channel.options) == {"channel": "C1"}
    assert dict(channel.secrets) == {"token": SLACK}
    assert SLACK not in repr(channel)


def test_a_secret_may_be_mounted_as_a_file(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_bytes(b"\xef\xbb\xbf" + TELEGRAM.encode() + b"\r\n")
    channel = resolve(Channel("field", "telegram", {"token": "env:T", "chat": 5}), {"T_FILE": str(path)})
    assert dict(channel.secrets) == {"token": TELEGRAM}


def test_what_is_missing_empty_double_or_unreadable_is_named_for_every_secret_at_once(tmp_path: Path) -> None:
    channel = Channel("news", "slack", {"a": "env:A", "b": "env:B", "c": "env:C", "d": "env:D", "e": "env:E"})
    (tmp_path / "empty").write_text("\n")
    environ = {
        "B": " ",
        "C": "hunter2",
        "C_FILE": "/x",
        "D_FILE": str(tmp_path / "none"),
        "E_FILE": str(tmp_path / "empty"),
    }
    with pytest.raises(RegistryError) as error:
        resolve(channel, environ)
    said = [str(problem) for problem in error.value.problems]
    assert [line.split(": ")[2] for line in said] == ["A", "B", "C", "D_FILE", "E_FILE"]
    assert "is not set" in said[0]
    assert "is empty" in said[1]
    assert "keep one of the two" in said[2]
    assert "No such file" in said[3]
    assert "which is empty" in said[4]
    assert all("news" in line for line in said)
    assert "hunter2" not in "".join(said)


def test_a_channel_without_secrets_stays_as_it_is() -> None:
    channel = Channel("log", "console")
    assert resolve(channel, {}) == channel


# ------------------------------------------------------------------------------------------------------ redaction


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        (f"POST https://api.telegram.org/bot{TELEGRAM}/sendMessage 200", TELEGRAM),
        (f"The token `{TELEGRAM}` was rejected by the server.", TELEGRAM),
        (f"https://x.org/?u={TELEGRAM.replace(':', '%3A')}", "AAbbCCdd"),
        (f"token={SLACK}", SLACK),
        (f"'{SLACK}'", SLACK),
        ("xoxe.xoxp-1-Mi0yLTEyMzQ1", "Mi0yLTEyMzQ1"),
        ("-".join(["xapp", "1", "A0123", "456", "abcdef"]), "abcdef"),
        (HOOK, "ccccccccccccccccc"),
        ("postgresql://watcher:hunter2@db:5432/watcher", "hunter2"),
        ("mailto://clerk:hunt@er2@smtp.example.org", "er2"),
        ("https://hunter2@example.org/feed", "hunter2"),
        ("GET /v1/boston/events?$top=5&token=hunter2", "hunter2"),
        ("https://x.org/?key=hunter2&a=b", "hunter2"),
        ("https://x.org/?a=b&api_key=hunter2#c", "hunter2"),
        ("https://x.org/?X-Amz-Signature=hunter2", "hunter2"),
        ("Authorization: Bearer hunter2", "hunter2"),
        ("authorization: hunter2", "hunter2"),
        ("{'Authorization': 'Basic aHVudGVyMg=='}", "aHVudGVyMg"),
        ('{"authorization": "Bearer hunter2"}', "hunter2"),
        ("(b'Authorization', b'Bearer hunter2-hunter2')", "hunter2"),
    ],
)
def test_whatever_is_shaped_like_a_credential_is_masked(text: str, secret: str) -> None:
    assert secret not in redact(text)
    assert "[redacted]" in redact(text)
    assert redact(redact(text)) == redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "https://boston.legistar.com/LegislationDetail.aspx?ID=6757540&GUID=A1B2&Search=key",
        "https://x.org/@mayor and clerk@boston.gov",
        "2026-11-24T05:26:00+00:00 visited 12345678:ok",
        "The key question: who has authority?",
        "https://x.org/?keyword=ICE&monkey=1",
    ],
)
def test_ordinary_text_stays(text: str) -> None:
    assert redact(text) == text


def test_a_known_secret_without_any_shape_is_masked_too() -> None:
    assert redact("signed with hunter2", ["hunter2", ""]) == "signed with [redacted]"


@given(st.text())
def test_redaction_takes_any_text(text: str) -> None:
    assert redact(redact(text)) == redact(text)


def logged(*secrets: str) -> tuple[logging.Logger, io.StringIO]:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    handler.addFilter(Redaction(secrets))
    logger = logging.Logger("quiet")
    logger.addHandler(handler)
    return logger, stream


def test_messages_arguments_exceptions_and_stacks_are_cleaned() -> None:
    logger, stream = logged("hunter2")
    logger.info("HTTP Request: %s %s", "POST", f"https://api.telegram.org/bot{TELEGRAM}/getMe")
    logger.info("signed %(how)s", {"how": "hunter2"})
    logger.info({"token": SLACK})
    try:
        try:
            raise ValueError(TELEGRAM)
        except ValueError as first:
            raise RuntimeError(f"cannot reach {HOOK}") from first
    except RuntimeError:
        logger.exception("failed for hunter2", stack_info=True)
    text = stream.getvalue()
    for secret in (TELEGRAM, SLACK, "ccccccccccccccccc", "hunter2"):
        assert secret not in text
    assert "RuntimeError: cannot reach https://hooks.slack.com/services/[redacted]" in text
    assert "Traceback" in text
    assert "HTTP Request: POST" in text


def test_a_log_line_with_wrong_arguments_is_still_written_and_clean() -> None:
    logger, stream = logged()
    logger.info("%d sites", SLACK)
    assert "sites" in stream.getvalue()
    assert SLACK not in stream.getvalue()
