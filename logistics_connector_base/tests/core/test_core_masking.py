# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Law 9: secrets stay in."""

import io
import logging
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from odoo.addons.logistics_connector_base.core.masking import (
    LogTokenFilter,
    mask_headers,
    mask_path,
    mask_url,
)

laws = settings(deadline=None, max_examples=100)

TOKEN = "s3cr3tT0ken-_~ABC"
PATH = f"/logistics/v1/in/{TOKEN}"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (PATH, "/logistics/v1/in/***"),
        (f'"POST {PATH} HTTP/1.1" 202 -', '"POST /logistics/v1/in/*** HTTP/1.1" 202 -'),
        (f"https://x.example{PATH}?a=1#b", "https://x.example/logistics/v1/in/***?***"),
        (f"POST {PATH}?token=hunter2 HTTP/1.1", "POST /logistics/v1/in/***?*** HTTP/1.1"),
        (
            "next=%2Flogistics%2Fv1%2Fin%2Fabc%3Ftoken%3Dx&y",
            "next=%2Flogistics%2Fv1%2Fin%2F***?***",
        ),
        (f"{PATH}/ping and {PATH}", "/logistics/v1/in/***/ping and /logistics/v1/in/***"),
        (f"/LOGISTICS/v1/In/{TOKEN}", "/LOGISTICS/v1/In/***"),
        (f"//logistics/v1/in//{TOKEN}", "//logistics/v1/in//***"),
        (f"next=%2Flogistics%2Fv1%2fin%2F{TOKEN}%3Fa", "next=%2Flogistics%2Fv1%2fin%2F***?***"),
        ("/logistics/v1/in/a%20b%C3%A9", "/logistics/v1/in/***"),
        (f"'{PATH}'", "'/logistics/v1/in/***'"),
        ("/logistics/v1/in/", "/logistics/v1/in/"),
        ("/logistics/v1/messages/abc", "/logistics/v1/messages/abc"),
        ("nothing to see", "nothing to see"),
    ],
)
def test_mask_path(text, masked):
    assert mask_path(text) == masked
    assert mask_path(masked) == masked


@laws
@given(
    st.text(max_size=20),
    st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~", min_size=8),
    st.text(max_size=20),
)
def test_no_token_survives(before, token, after):
    masked = mask_path(f"{before}/logistics/v1/in/{token}{after}")
    assert f"/{token}" not in masked.removeprefix(before)


# -- headers --------------------------------------------------------------------------------------

SECRETS = {
    "Authorization": "Bearer abcdefgh12345678",
    "Proxy-Authorization": "Basic dXNlcjpwYXNz",
    "Cookie": "session_id=abcdefgh12345678",
    "X-Api-Key": "abcdefgh12345678",
    "apikey": "abcdefgh12345678",
    "X-Auth-Token": "abcdefgh12345678",
    "Credential": "abcdefgh12345678",
    "X-Shop-Password": "abcdefgh12345678",
    "x-client-secret": "abcdefgh12345678",
    "X-Amz-Security-Token": "abcdefgh12345678",
}
KEPT = {
    "Content-Type": "application/json",
    "User-Agent": "UPSPubSubTrackingService",
    "webhook-id": "msg_1",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    "X-Hub-Signature-256": "sha256=75710",
    "X-Hmac-Signature": "hmac-sha256-hex=75710",
    "Shippo-Auth-Signature": "t=1,v1=75710",
    "aftership-hmac-sha256": "75710",
    "Content-Digest": "sha-256=:75710:",
}


def test_secrets_are_masked_and_proof_is_kept():
    masked = mask_headers({**SECRETS, **KEPT})
    assert list(masked) == [*SECRETS, *KEPT]
    for name, value in SECRETS.items():
        assert "***" in masked[name] and value.split()[-1] not in masked[name], name
    assert masked["Authorization"] == "Bearer ***"
    for name, value in KEPT.items():
        assert masked[name] == value


def test_a_named_header_is_secret_whatever_it_looks_like():
    headers = {"X-Partner": "s3cr3t", "X-Signature": "s3cr3t"}
    assert mask_headers(headers, ["x-partner ", "X-SIGNATURE", "", None]) == {
        "X-Partner": "***",
        "X-Signature": "***",
    }


def test_the_same_secret_can_be_recognised_under_a_key_only():
    one = mask_headers({"Authorization": "Bearer a"}, key=b"k")["Authorization"]
    same = mask_headers({"Authorization": "Bearer a"}, key=b"k")["Authorization"]
    other = mask_headers({"Authorization": "Bearer b"}, key=b"k")["Authorization"]
    elsewhere = mask_headers({"Authorization": "Bearer a"}, key=b"j")["Authorization"]
    assert one == same and len({one, other, elsewhere}) == 3
    assert one.startswith("Bearer *** (") and len(one) == len("Bearer *** (12345678)")


def test_tokens_in_other_values_are_masked():
    masked = mask_headers({"Referer": f"https://x{PATH}", "X-Original-URI": PATH})
    assert TOKEN not in "".join(masked.values())


def test_pairs_repetitions_and_awkward_values():
    pairs = [("Via", "a"), ("Via", "b"), ("X-A", "x\r\nSet-Cookie: y\x00"), ("X-B", "\ud800é")]
    assert mask_headers(pairs) == {"Via": "a, b", "X-A": "x\nSet-Cookie: y", "X-B": "é"}
    assert mask_headers({}) == {}


# -- logging --------------------------------------------------------------------------------------


@pytest.fixture
def log():
    """A logger behind the filter, and what it printed."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(LogTokenFilter())
    logger = logging.Logger("test")
    logger.addHandler(handler)
    return logger, stream.getvalue


def test_tokens_in_message_and_arguments(log):
    logger, printed = log
    logger.info("plain %s", "text")
    logger.info(PATH)
    logger.info('"%s" %s %s', f"POST {PATH} HTTP/1.1", 202, "-")
    logger.info("%(path)s", {"path": PATH})
    logger.info("100%% of %r", [PATH])
    assert TOKEN not in printed()
    assert printed().splitlines() == [
        "plain text",
        "/logistics/v1/in/***",
        '"POST /logistics/v1/in/*** HTTP/1.1" 202 -',
        "/logistics/v1/in/***",
        "100% of ['/logistics/v1/in/***']",
    ]


def test_path_and_token_from_different_places(log):
    logger, printed = log
    logger.info("/logistics/v1/in/%s", TOKEN)
    logger.info("%s/in/%s", "/logistics/v1", TOKEN)
    assert TOKEN not in printed()


def test_objects_whose_text_holds_a_token(log):
    logger, printed = log
    logger.info("%s", type("Request", (), {"__str__": lambda self: PATH})())
    logger.info(ValueError(PATH))
    assert TOKEN not in printed()


def test_tracebacks(log):
    logger, printed = log
    try:
        raise ValueError(f"no route {PATH}")
    except ValueError:
        logger.exception("failed")
        logger.error("failed", exc_info=True, stack_info=True)
    assert TOKEN not in printed()
    assert "ValueError: no route /logistics/v1/in/***" in printed()
    assert 'File "' in printed() and "\n\n" not in printed()


def test_stack_of_a_call_with_a_token(log):
    logger, printed = log
    record = logger.makeRecord("x", 20, "f", 1, "m", (), None, sinfo=f'call("{PATH}")')
    logger.handle(record)
    assert 'call("/logistics/v1/in/***")' in printed()


def test_tracebacks_without_a_token_are_left_to_the_formatter():
    try:
        raise ValueError("other")
    except ValueError:
        record = logging.LogRecord("x", 20, "f", 1, "m %s", ("a",), sys.exc_info())
    assert LogTokenFilter().filter(record) is True
    assert record.exc_text is None and record.args == ("a",) and record.msg == "m %s"


class Hostile:
    def __str__(self):
        raise RuntimeError(PATH)

    __repr__ = __str__


@pytest.mark.parametrize(
    ("message", "arguments"),
    [
        ("%d", (PATH,)),
        ("%s %s", (PATH,)),
        (f"{PATH} %", ("x",)),
        ("%s", (Hostile(),)),
        (Hostile(), ()),
        (None, ()),
        ("%(a)s", ("x",)),
    ],
    ids=["type", "missing", "format", "str", "msg", "none", "map"],
)
def test_the_filter_never_raises_nor_drops_nor_leaks(message, arguments, capsys):
    record = logging.LogRecord("x", 20, "f", 1, message, arguments, None)
    assert LogTokenFilter().filter(record) is True
    logging.StreamHandler(io.StringIO()).handle(record)
    assert TOKEN not in capsys.readouterr().err
    assert TOKEN not in f"{record.__dict__.get('msg')!s}{record.args!r}"


# -- URLs -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://api.ups.com/track/v1", "https://api.ups.com/track/v1"),
        ("https://x.example:8443/?key=S3CR3T", "https://x.example:8443/?key=***"),
        ("https://x.example/a?key=S3CR3T&q=1;b", "https://x.example/a?key=***&q=***&***"),
        ("https://x.example/?S3CR3T", "https://x.example/?***"),
        ("https://u:S3CR3T@x.example/a", "https://***@x.example/a"),
        ("https://u:S3/CR3T@x.example/a", "https://***"),
        ("https://u:S3?CR3T@x.example/a", "https://***"),
        ("https://x.example:S3CR3T/a", "https://***"),
        ("https://[::1]:8443/a?b", "https://[::1]:8443/a?***"),
        ("https://x.example/a#S3CR3T", "https://x.example/a"),
        ("https://hooks.example/T00/XS3CR3TXXXXXXXXX1/b", "https://hooks.example/T00/***/b"),
        (f"https://x.example{PATH}/a", "https://x.example/logistics/v1/in/***/a"),
        ("https://x.example/a\r\nS3CR3T: b?c=S3CR3T", "https://x.example/a\nS3CR3T: b?c=***"),
        ("S3CR3T", "(not a URL)"),
        ("", "(not a URL)"),
        (None, "(not a URL)"),
        (b"https://S3CR3T", "(not a URL)"),
    ],
)
def test_mask_url(url, shown):
    assert mask_url(url) == shown


@laws
@given(st.text(max_size=40), st.text(max_size=40))
def test_no_value_of_a_query_survives(path, name):
    marked = f"https://x.example/{path.replace('?', '')}?{name.replace('=', '')}=S3CR3T4711"
    assert "S3CR3T4711" not in mask_url(marked)
