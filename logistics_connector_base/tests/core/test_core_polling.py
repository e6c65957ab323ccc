# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What providers declare of being asked, and the pieces of an answer."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from odoo.addons.logistics_connector_base.core.canonical import ParseContext, ParseError
from odoo.addons.logistics_connector_base.core.identity import event_fingerprint
from odoo.addons.logistics_connector_base.core.json_slices import elements
from odoo.addons.logistics_connector_base.core.polling import (
    iso,
    next_link,
    parameter,
    pieces,
    with_query,
)
from odoo.addons.logistics_connector_base.providers.canonical import parse as canonical
from odoo.addons.logistics_connector_base.providers.canonical import poll as canonical_poll
from odoo.addons.logistics_connector_base.providers.epcis import parse as epcis
from odoo.addons.logistics_connector_base.providers.epcis import poll as epcis_poll

SINCE = datetime(2026, 3, 11, 10, tzinfo=UTC)
PROVIDERS = Path(canonical.__file__).parents[1]
CONTEXT = ParseContext("Europe/Amsterdam", datetime(2026, 3, 20, tzinfo=UTC))

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@settings(deadline=None, max_examples=200)
@given(st.lists(values, max_size=5), st.integers(0, 2), st.booleans(), st.booleans())
def test_slices_are_the_bytes_as_they_came(items, depth, is_ascii, is_wide):
    path = tuple("abc"[:depth])
    raw = items
    for key in reversed(path):
        raw = {"before": items[:1], key: raw, "after": "]"}
    text = json.dumps(raw, ensure_ascii=is_ascii, indent=2 if is_wide else None)
    try:
        body = text.encode()
    except UnicodeEncodeError:
        return
    found = elements(body, path)
    assert [json.loads(piece) for piece in found] == items
    assert all(piece in body for piece in found)


@pytest.mark.parametrize(
    "raw", [b"{", b"[1,]", b"[1 2]", b'{"a" 1}', b'{"a":[1}', b"[1,2", b'{"a":{}}', b"\xff", b"7"]
)
def test_what_is_no_list_is_refused(raw):
    with pytest.raises(ParseError):
        elements(raw, ("a",) if raw.startswith(b"{") else ())


def test_a_missing_list_holds_nothing():
    assert elements(b'{"b": [1]}', ("a",)) == elements(b'{"a": null}', ("a", "c")) == []
    assert pieces(b" ", ("a",)) == [] and pieces(b"{}", None) == [b"{}"]


def test_addresses():
    assert with_query("https://x.example/a?b=1&c=2", b="3", d="", e=None) == (
        "https://x.example/a?c=2&b=3"
    )
    assert parameter("https://x.example/?cursor=a%3D&x=1", "cursor") == "a="
    assert parameter("no address", "cursor") == ""
    link = '<https://x.example/?p=1>; rel="prev", <https://x.example/?p=3>; rel=next'
    assert next_link({"Link": link}) == "https://x.example/?p=3"
    assert next_link({}) == "" and iso(SINCE) == "2026-03-11T10:00:00Z"


def feed_page():
    message = json.loads((PROVIDERS / "canonical/fixtures/normal.json").read_bytes())
    entry = {"recorded_at": "2026-03-11T10:00:02.5Z", "message": message}
    other = {"recorded_at": "2026-03-11T09:59:59Z", "message": {**message, "id": "other"}}
    return json.dumps({"entries": [entry, other], "next": "c2"}, indent=1).encode(), message


def test_the_canonical_feed():
    url = "https://partner.example/feed?site=7"
    ask = canonical_poll.FEED.ask(url, SINCE, "c1", 50)
    assert ask.url == f"{url}&since=2026-03-11T10%3A00%3A00Z&limit=50&cursor=c1"
    raw, message = feed_page()
    page = canonical_poll.FEED.page(raw, {})
    assert (page.cursor, page.count) == ("c2", 2)
    assert page.latest == datetime(2026, 3, 11, 10, 0, 2, 500000, tzinfo=UTC)
    first, _other = pieces(raw, canonical_poll.FEED.elements)
    polled = canonical.parse(first, CONTEXT)
    sent = canonical.parse(json.dumps(message).encode(), CONTEXT)
    assert polled.external_id == "" and sent.external_id
    assert prints(polled) == prints(sent)
    assert list(canonical.glance(first)) == list(canonical.glance(json.dumps(message).encode()))


def test_the_epcis_query():
    ask = epcis_poll.FEED.ask("https://epcis.example/events", SINCE, "t", 30)
    assert "GE_recordTime=2026-03-11T10%3A00%3A00Z" in ask.url and "nextPageToken=t" in ask.url
    document = json.loads((PROVIDERS / "epcis/fixtures/all_types.json").read_bytes())
    events = document["epcisBody"]["eventList"]
    events[0]["recordTime"] = "2026-03-11T10:00:05+01:00"
    answer = {"epcisBody": {"queryResults": {"resultsBody": {"eventList": events}}}}
    raw = json.dumps({"type": "EPCISQueryDocument", **answer}).encode()
    headers = {"Link": '<https://epcis.example/events?nextPageToken=abc>; rel="next"'}
    page = epcis_poll.FEED.page(raw, headers)
    assert (page.cursor, page.count) == ("abc", len(events))
    assert page.latest >= datetime(2026, 3, 11, 9, 0, 5, tzinfo=UTC)
    polled = [
        print_
        for piece in pieces(raw, epcis_poll.FEED.elements)
        for print_ in prints(epcis.parse(piece, CONTEXT))
    ]
    assert sorted(polled) == sorted(prints(epcis.parse(json.dumps(document).encode(), CONTEXT)))


def prints(parsed):
    return [event_fingerprint(event) for event in parsed.events]
