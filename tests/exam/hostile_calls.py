"""Trial 24's battery: calls that must be refused, and those that must be taken all the same."""

import base64
import hashlib
import hmac
import json
import time
import uuid

from ..e2e import hostile
from ..support import http

#: reliability.md 1.1: the published secret, id, body. The time is ours: the published one is old.
VECTOR_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
VECTOR_ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
VECTOR_BODY = b'{"test": 2432232314}'
PUBLISHED_TIME = "1614265330"
PUBLISHED_SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
JUNK = "Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc="

#: What may stand in the place of a header's value. HTTP can carry all of it.
GARBAGE = (
    "", "x", "v1", "v1,", "v1,a,b", "v1,abc", "t=,v1=", "t=Infinity,v1=00", "t=1,v1=1", "=", ",",
    ";", ":::", "\xe9" * 9, "\xff\xfe", "a" * 8000, "0" * 64, "0" * 63, "Bearer ", "Basic",
    "Basic !", "Basic " + "A" * 5000, "a.b.c", "..", "sig1=:AA==:", "sig1=()", "sig1=",
    'sig1=("@method");created=1', "sha-256=:AA==:", "null", "{}", "[" * 4000, "-1", "1e9", "NaN",
    "9" * 20, "9" * 4000, "%00", "\t", "' OR 1=1 --", "${jndi:ldap://x}", "../../etc/passwd",
    "eyJhbGciOiJub25lIn0.e30.", "sha256=" + "0" * 64, "sha1=" + "0" * 40,
)  # fmt: skip


def vector_signature(body=VECTOR_BODY, at="", message_id=VECTOR_ID, secret=VECTOR_SECRET):
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = f"{message_id}.{at}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()


def vectors(now):
    """``(name, headers, body, must be taken)`` for Standard Webhooks, after reliability.md 1.1."""
    at = str(int(now))

    def case(name, taken=False, body=VECTOR_BODY, sent=None, **changes):
        message_id = changes.pop("id", VECTOR_ID)
        moment = changes.pop("at", at)
        good = vector_signature(body, moment, message_id)
        headers = {"webhook-id": message_id, "webhook-timestamp": moment, "webhook-signature": good}
        signature = changes.pop("signature", None)
        if signature is not None:
            headers["webhook-signature"] = signature(good) if callable(signature) else signature
        for missing in changes.pop("without", ()):
            del headers[missing]
        assert not changes
        return name, headers, body if sent is None else sent, taken

    yield case("the vector, signed now", taken=True)
    yield case("the vector as published, old", at=PUBLISHED_TIME, signature=PUBLISHED_SIGNATURE)
    yield case("empty object", taken=True, body=b"{ }")
    yield case("without the space", taken=True, body=b'{"test":2432232314}')
    yield case("signed with a space, sent without", sent=b'{"test":2432232314}')
    yield case("signed without, sent with", body=b'{"test":2432232314}', sent=VECTOR_BODY)
    many = f"v1,{JUNK} v2,{JUNK} "
    yield case("many signatures", taken=True, signature=lambda good: f"{many}{good} v1,{JUNK}")
    yield case("two blanks", taken=True, signature=lambda good: f"v1,{JUNK}  {good}")
    yield case("only wrong ones", signature=many.strip())
    yield case("the eleventh", signature=lambda good: f"v1,{JUNK} " * 10 + good)
    for name in ("webhook-id", "webhook-timestamp", "webhook-signature"):
        yield case(f"without {name}", without=(name,))
    for text in ("hello", "161426533.0", "invalid timestamp", "-161426533", "", "1e9", f"{at}.9",
                 f"+{at}", "9" * 400, "\u00b2" * 10):  # fmt: skip
        yield case(f"time {text[:20]!r}", at=text)
    for drift in (301, 310, 3600, 10**8):
        yield case(f"{drift} s ahead", at=str(int(now) + drift + 5))
        yield case(f"{drift} s late", at=str(int(now) - drift - 5))
    for drift in (-290, -60, 60, 290):
        yield case(f"within the window, {drift} s", taken=True, at=str(int(now) + drift))
    for name, change in {
        "v1,": "v1,", "v1": "v1", "first 8": lambda good: good[:8],
        "three parts": "v1,a,b", "not base64": "v1,dawfeoifkpqwoekfpqoekf",
        "one letter changed": lambda good: _other_letter(good, 20),
        "last letter": lambda good: _other_letter(good, len(good) - 2),
        "more letters": lambda good: good[:-1] + "dd", "padding doubled": lambda good: good + "=",
        "another version": lambda good: "v2" + good[2:], "v1a": lambda good: "v1a" + good[2:],
        "upper case": lambda good: good.upper(),
        "blank within": lambda good: good[:9] + " " + good[9:],
        "a comma more": lambda good: good.replace(",", ",,"), "huge": "v1," + "A" * 7000,
    }.items():  # fmt: skip
        yield case(name, signature=change)
    for message_id in ("a.b", "x" * 257, ""):
        yield case(f"id {message_id[:8]!r}", id=message_id)


def _other_letter(text, position):
    letter = "A" if text[position] != "A" else "B"
    return text[:position] + letter + text[position + 1 :]


def flips(body, rng, count):
    """``body`` with one bit changed, ``count`` times."""
    for _flip in range(count):
        changed = bytearray(body)
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
        yield bytes(changed)


def malformed_headers(caller, body, rng, count):
    """``(name, headers, url)``: right but for one header, and with all of them wrong. ``count`` of
    the values; the empty one is always among them."""
    headers, url = caller.signed(body)
    names = [name for name in headers if name not in ("Content-Type", "X-Path")]
    chosen = [GARBAGE[0], *rng.sample(GARBAGE[1:], min(count, len(GARBAGE)) - 1)]
    for garbage in chosen:
        value = garbage.encode("latin-1")
        for name in names:
            yield f"{name}: {garbage[:30]!r}", {**headers, name: value}, url
        if len(names) > 1:
            yield f"all {garbage[:30]!r}", {**headers, **dict.fromkeys(names, value)}, url


def hostile_bodies():
    """Nonsense that is signed rightly must be taken and kept: ``(name, body)``, never a copy."""
    yield from hostile.cases()


def transport(port, path):
    """``(name, bytes, statuses that are right)`` of requests that no library would make."""

    def lines(*more, method="POST", where=path, version="HTTP/1.1"):
        return "\r\n".join([f"{method} {where} {version}", "Host: x", *more, "", ""]).encode(
            "latin-1"
        )

    yield "no length", lines("Content-Type: application/json"), {411}
    yield "chunked", lines("Transfer-Encoding: chunked") + b"2\r\n{}\r\n0\r\n\r\n", {411}
    yield "longer than what comes", lines("Content-Length: 2000000"), {400, 413}
    yield "much too large", lines(f"Content-Length: {10**15}"), {413, 400}
    yield (
        "form",
        lines("Content-Type: application/x-www-form-urlencoded", "Content-Length: 2") + b"{}",
        {415},
    )
    yield (
        "multipart",
        lines("Content-Type: multipart/form-data; boundary=x", "Content-Length: 2") + b"{}",
        {415},
    )
    yield "gzip", lines("Content-Encoding: gzip", "Content-Length: 2") + b"{}", {415}
    yield "unsigned", lines("Content-Length: 2") + b"{}", {401}
    for method in ("GET", "PUT", "DELETE", "OPTIONS", "TRACE", "X" * 50):
        yield f"method {method[:9]}", lines("Content-Length: 0", method=method), {
            400, 401, 404, 405, 411, 415, 501,
        }  # fmt: skip
    for where in ("/logistics/v1/in/", "/logistics/v1/in/%00", "/logistics/v1/in/..%2f..",
                  "/logistics/v1/in/" + "a" * 9000, "/logistics/v1/in/%ff%fe",
                  "/logistics/v1/messages/%00", "/logistics/v1/messages/" + "0" * 32):  # fmt: skip
        yield f"path {where[-12:]}", lines("Content-Length: 2", where=where) + b"{}", {
            400, 401, 404, 405, 411, 414, 415,
        }  # fmt: skip


def status_of(received):
    """The status of a raw answer; 0 for none (the server may close what is no HTTP)."""
    try:
        return int(received.split(b" ", 2)[1])
    except (IndexError, ValueError):
        return 0


def raw_status(port, data):
    """Send bytes; the status that comes back."""
    try:
        return status_of(http.raw(port, data, timeout=5, close_early=True))
    except OSError:
        return 0


def unique_body():
    return json.dumps(
        {"version": "1.0", "id": uuid.uuid4().hex, "issuer": "x", "events": [], "at": time.time()}
    ).encode()
