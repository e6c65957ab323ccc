"""Bodies that an authentic but broken partner may send: ``(name, body)``."""

import json
import random

EVENT = {
    "code": "MOV_ARRIVED",
    "occurred_at": "2026-03-01T09:30:00+01:00",
    "shipment": {"references": [{"type": "tracking", "value": "HOSTILE1", "issuer": "x"}]},
}


def message(name, **changes):
    """A message that would be right but for ``changes``."""
    return {"version": "1.0", "id": f"hostile-{name}", "issuer": "x", "events": [EVENT], **changes}


def with_event(name, **changes):
    return message(name, events=[{**EVENT, **changes}])


def dump(payload):
    return json.dumps(payload).encode()


def raw_cases():
    """Bytes that are no JSON, or none that may be trusted."""
    yield "empty object", b"{}"
    yield "empty list", b"[]"
    yield "blank", b" "
    yield "zero", b"0"
    yield "null", b"null"
    yield "true", b"true"
    yield "text", b'"text"'
    yield "not json", b"<html>503 upstream</html>"
    yield "cut off", b'{"id": "x", "events": [{"code"'
    yield "trailing", b'{"id": "x"} {"id": "y"}'
    yield "NUL", b"\x00\x00\x00"
    yield "NUL in text", b'{"id": "a\\u0000b"}'
    yield "raw NUL in text", b'{"id": "a\x00b"}'
    yield "latin-1", '{"id": "M\u00fcnchen"}'.encode("latin-1")
    yield "utf-16", '{"id": "x"}'.encode("utf-16")
    yield "byte order mark", b"\xef\xbb\xbf" + dump(message("bom"))
    yield "lone surrogate", b'{"id": "\\ud800"}'
    yield "invalid utf-8", b'{"id": "\xc3\x28"}'
    yield "overlong utf-8", b'{"id": "\xc0\xaf"}'
    yield "NaN", b'{"id": NaN}'
    yield "Infinity", b'{"id": -Infinity}'
    yield "1e400", b'{"id": 1e400}'
    yield "huge integer", b'{"id": ' + b"9" * 100_000 + b"}"
    yield "long exponent", b'{"id": 1' + b"0" * 5000 + b"e-5000}"
    yield "deep lists", b"[" * 100_000
    yield "deep objects", b'{"a":' * 50_000 + b"1" + b"}" * 50_000
    yield "deep mixed", (b'[{"a":' * 30_000)[:900_000]
    yield "same key twice", b'{"id": "1", "id": "2", "issuer": "x", "events": []}'
    yield "many keys", dump({f"k{n}": n for n in range(40_000)})
    yield "quotes only", b'"' * 900_000
    yield "backslashes only", b'"' + b"\\" * 900_000
    yield "random bytes", random.Random(1).randbytes(10_000)
    yield "gzip", bytes.fromhex("1f8b08000000000000ffab5632545212a2e5020043bfa6a308000000")
    yield (
        "xml bomb",
        (
            b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
            b"<l>&b;</l>"
        ),
    )
    yield "csv injection", b'=cmd|"/c calc"!A0,1,2'
    yield "only blanks", b"\n" * 100_000
    yield "emoji", dump(message("emoji", issuer="\U0001f4e6"))


def shaped_cases():
    """JSON of nearly the right shape."""
    yield "no events", message("none", events=[])
    yield "events are an object", message("object", events={})
    yield "events are text", message("text", events="DLV_DELIVERED")
    yield "event is null", message("null", events=[None])
    yield "event is a list", message("list", events=[[]])
    yield "1001 events", message("many", events=[EVENT] * 1001)
    yield "unknown field", message("field", surprise=1)
    yield "prototype", message("proto", **{"__proto__": {"admin": True}})
    yield "id is a number", message("number", id=5)
    yield "id is an object", message("object id", id={"$ne": None})
    yield "id is very long", message("long", id="x" * 100_000)
    yield "id is blank", message("blank", id="   ")
    yield "issuer with blanks", message("issuer", issuer="DROP TABLE logistics_message;")
    yield "version of the future", message("version", version="9.9")
    yield "unknown code", with_event("code", code="XXX_NEVER")
    yield "code with quotes", with_event("quotes", code="'; DELETE FROM logistics_event; --")
    yield "code is a number", with_event("code number", code=7)
    yield "code is very long", with_event("code long", raw_code="x" * 50_000)
    yield "raw code with NUL", with_event("code nul", raw_code="a\x00b")
    yield "raw code with surrogate", with_event("code surrogate", raw_code="a\ud800b")
    yield "raw code in percent", with_event("percent", raw_code="%s %(x)s {0} %%")
    yield "text with markup", with_event("markup", raw_text="<script>alert(1)</script>")
    yield "text with NUL", with_event("text nul", raw_text="a\x00\x00b")
    yield "text turned around", with_event("bidi", raw_text="\u202e7654321")
    yield "no time", with_event("no time", occurred_at="")
    yield "time is null", with_event("null time", occurred_at=None)
    yield "no such day", with_event("no day", occurred_at="2026-02-30T00:00:00Z")
    yield "hour 25", with_event("hour", occurred_at="2026-02-03T25:00:00Z")
    yield "year 0001", with_event("year 1", occurred_at="0001-01-01T00:00:00+14:00")
    yield "year 9999", with_event("year 9999", occurred_at="9999-12-31T23:59:59-12:00")
    yield "offset of 99 hours", with_event("offset", occurred_at="2026-02-03T10:00:00+99:99")
    yield (
        "zone that is none",
        with_event("zone", occurred_at="2026-02-03T10:00:00", time_zone="Moon/Tycho"),
    )
    yield (
        "zone that is a path",
        with_event("path", occurred_at="2026-02-03T10:00:00", time_zone="../../etc/passwd"),
    )
    yield "no shipment", message("no shipment", events=[{"code": "DLV_OUT"}])
    yield "no references", with_event("no references", shipment={"references": []})
    yield (
        "reference is blank",
        with_event(
            "blank reference", shipment={"references": [{"type": "tracking", "value": "  "}]}
        ),
    )
    yield (
        "reference of no type",
        with_event("no type", shipment={"references": [{"type": "password", "value": "x"}]}),
    )
    yield (
        "reference with NUL",
        with_event(
            "nul reference", shipment={"references": [{"type": "tracking", "value": "\x00"}]}
        ),
    )
    yield (
        "1000 references",
        with_event(
            "references",
            shipment={"references": [{"type": "tracking", "value": f"R{n}"} for n in range(1000)]},
        ),
    )
    yield "place off the map", with_event("place", place={"latitude": 1e308, "longitude": -1e308})
    yield "place is text", with_event("place text", place="Hamburg")
    yield (
        "document is no base64",
        with_event("base64", documents=[{"filename": "a.pdf", "content_base64": "%%%"}]),
    )
    yield (
        "document is a program",
        with_event(
            "program",
            documents=[
                {
                    "kind": "pod",
                    "filename": "a.html",
                    "mimetype": "text/html",
                    "content_base64": "PGI+",
                }
            ],
        ),
    )
    yield (
        "document goes up",
        with_event("up", documents=[{"filename": "../../etc/cron.d/x", "content_base64": "eA=="}]),
    )
    yield "stop of a million", with_event("stop", stop_sequence=10**6)
    yield "stop is true", with_event("stop true", stop_sequence=True)
    yield "revision is huge", message("revision", revision=10**300)
    yield "revision with fraction", message("fraction", revision=1.5)
    yield "corrects itself", with_event("itself", id="e1", revision="1", corrects="e1")
    yield "retracts nothing", with_event("nothing", id="e2", retracts="never-seen")
    yield "signed by a page", with_event("signed", signed_by="x" * 10_000)


def cases():
    """All of them, as bytes."""
    yield from raw_cases()
    for name, payload in shaped_cases():
        yield name, dump(payload)
