# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Law 3: two identities."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from odoo.addons.logistics_connector_base.core import identity
from odoo.addons.logistics_connector_base.core.canonical import (
    Document,
    Instant,
    ParsedEvent,
    Place,
    Reference,
)

laws = settings(deadline=None, max_examples=100)

NOON = datetime(2024, 5, 1, 12, 0, 5, tzinfo=UTC)
EVENT = ParsedEvent(
    issuer="ups",
    shipment_key="1Z999AA10123456784",
    references=(Reference("tracking", "1Z999AA10123456784", "ups"),),
    raw_code="D",
    raw_sub_code="9E",
    raw_text="DELIVERED",
    occurred=Instant(NOON, 120),
    place=Place(city="São Paulo", zip="01310-100", country="BR", street="Av. Paulista 1"),
)
ESTIMATE = replace(
    EVENT,
    classifier="estimated",
    estimated_delivery=Instant(NOON + timedelta(days=2)),
    recorded=Instant(NOON),
)


def fingerprint(event, **changes):
    return identity.event_fingerprint(replace(event, **changes))


# -- messages -------------------------------------------------------------------------------------


def test_digest_is_sha256_of_the_bytes():
    assert identity.digest(b"abc") == hashlib.sha256(b"abc").hexdigest()
    assert identity.digest(b'{"a":1}') != identity.digest(b'{"a": 1}')


def test_message_identity():
    digest = identity.digest(b"x")
    assert identity.message_identity("evt_1", "", digest) == ("id:evt_1", "")
    assert identity.message_identity(" evt_1 ", " 2 ", digest) == ("id:evt_1", "2")
    assert identity.message_identity("", "7", digest) == (f"sha256:{digest}", "")
    assert identity.message_identity(None, None, digest) == (f"sha256:{digest}", "")


@laws
@given(st.text(max_size=300), st.text(max_size=300), st.text(max_size=150))
def test_message_identities_can_be_stored_and_differ(one, other, revision):
    first = identity.message_identity(one, revision, "0" * 64)
    second = identity.message_identity(other, revision, "0" * 64)
    for part in (*first, *second):
        assert part.isprintable() and len(part.encode("utf-8", "strict")) <= 4 * 203
        assert len(part) <= 203
    assert (first.identity == second.identity) == (one.strip() == other.strip())


def test_the_longest_plain_id_and_revision():
    found = identity.message_identity("x" * 200, "y" * 100, "0" * 64)
    assert found == ("id:" + "x" * 200, "y" * 100)
    longer = identity.message_identity("x" * 200, "y" * 101, "0" * 64)
    assert longer.revision.startswith("hash:") and len(longer.revision) == 69


@pytest.mark.parametrize("external_id", ["x" * 201, "a\x00b", "idhash:1", "a\nb", "\ud800"])
def test_awkward_ids_are_hashed(external_id):
    found = identity.message_identity(external_id, "", "0" * 64).identity
    assert found.startswith("idhash:") and len(found) == 71


def test_an_id_that_looks_like_a_digest_is_not_taken_for_one():
    digest = identity.digest(b"x")
    assert identity.message_identity(f"sha256:{digest}", "", "1" * 64) != (f"sha256:{digest}", "")


@pytest.mark.parametrize(
    ("existing", "new", "declared", "known", "verdict"),
    [
        (None, "a", "", "", "new"),
        (None, "a", "2", "", "new"),
        ("a", "a", "", "", "duplicate"),
        ("a", "a", "2", "", "duplicate"),
        ("a", "b", "", "", "conflict"),
        ("a", "b", "2", "", "new"),
        ("a", "b", "2", "1", "new"),
        ("a", "b", "2", "2", "conflict"),
        ("a", "b", "", "2", "conflict"),
    ],
)
def test_message_classify(existing, new, declared, known, verdict):
    assert identity.message_classify(existing, new, declared, known) == verdict


# -- numbers --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "key"),
    [
        ("1z 999 aa1-0123-4567 84", "1Z999AA10123456784"),
        ("１Ｚ９９９", "1Z999"),
        ("123\u2011456\u00a07\u200b\ufeff", "1234567"),
        ("WH/OUT/00012", "WH/OUT/00012"),
        ("(00)340434161094042557", "340434161094042557"),
        ("00340434161094042557", "340434161094042557"),
        ("00340434161094042558", "00340434161094042558"),  # no SSCC: its check digit is wrong
        ("00000000000000000000", "000000000000000000"),  # the check digit 0
        ("007", "007"),
        ("1\x00\ud8002", "12"),
        ("", ""),
        (None, ""),
    ],
)
def test_normalise_number(value, key):
    assert identity.normalise_number(value) == key


@laws
@given(st.text(alphabet=st.characters(), max_size=30))
def test_normalised_numbers_stay_and_can_be_searched_for(value):
    key = identity.normalise_number(value)
    assert identity.normalise_number(key) == key
    assert "\x00" not in key
    key.encode()


# -- events ---------------------------------------------------------------------------------------

SAME_SCAN = {
    "written otherwise": {
        "issuer": " UPS ",
        "shipment_key": "1z 999 aa1 0123-4567 84",
        "raw_code": "d",
        "raw_sub_code": " 9e ",
    },
    "other words, people, links": {
        "raw_text": "Zugestellt",
        "reason": "carrier.missort",
        "signed_by": "MILLER",
        "references": (),
        "documents": (Document("pod", "a.pdf", "application/pdf", b"x"),),
        "pointer": "/events/7",
        "stop_sequence": 3,
        "ship_date": NOON.date(),
        "recorded": Instant(NOON + timedelta(hours=1)),
        "estimated_delivery": Instant(NOON),
    },
    "mapped meanwhile": {"code": "DLV_DELIVERED"},
    "an id per channel": {"source_id": "evt_77"},
    "another offset": {"occurred": Instant(NOON, -300)},
    "a fraction of a second": {"occurred": Instant(NOON.replace(microsecond=123456))},
    "a poll without postal code": {"place": Place(city="São Paulo", country="BR")},
    "EDI: upper case, no accents, no country": {"place": Place(city="SAO  PAULO", state="SP")},
    "coordinates": {"place": Place(city="sao paulo", latitude=-23.5, longitude=-46.6)},
}


@pytest.mark.parametrize("changes", SAME_SCAN.values(), ids=SAME_SCAN.keys())
def test_the_same_scan_by_any_channel_is_one_event(changes):
    assert fingerprint(EVENT, **changes) == identity.event_fingerprint(EVENT)


ANOTHER_EVENT = {
    "issuer": {"issuer": "fedex"},
    "shipment": {"shipment_key": "1Z999AA10123456785"},
    "code": {"raw_code": "I"},
    "sub code": {"raw_sub_code": "FS"},
    "second": {"occurred": Instant(NOON + timedelta(seconds=1), 120)},
    "day only": {"occurred": Instant(NOON, 120, "day")},
    "no time": {"occurred": None},
    "town": {"place": Place(city="Campinas", zip="01310-100", country="BR")},
    "no place": {"place": Place()},
    "classifier": {"classifier": "planned"},
    "withdrawal": {"retracts": "e1"},
    "correction": {"corrects": "e1"},
    "a version of its source": {"source_id": "e1", "revision": "1"},
}


def test_every_part_of_the_identity_counts():
    found = [identity.event_fingerprint(EVENT)]
    found += [fingerprint(EVENT, **changes) for changes in ANOTHER_EVENT.values()]
    assert len(set(found)) == len(found)


def test_a_source_without_seconds_pads_them_elsewhere():
    minute = NOON.replace(second=0)
    padded = fingerprint(EVENT, occurred=Instant(minute))
    for second in (0, 5, 59):  # what stands there is not known
        known = Instant(minute.replace(second=second), 0, "minute")
        assert fingerprint(EVENT, occurred=known) == padded


def test_a_day_is_the_day_of_its_source():
    # 1 May in Kiribati (UTC+14): its noon is 22:00 of 30 April in UTC.
    kiribati = Instant(datetime(2024, 4, 30, 22, tzinfo=UTC), 14 * 60, "day")
    utc = Instant(datetime(2024, 5, 1, 12, tzinfo=UTC), 0, "day")
    assert fingerprint(EVENT, occurred=kiribati) == fingerprint(EVENT, occurred=utc)
    tomorrow = Instant(utc.utc + timedelta(days=1), 0, "day")
    assert fingerprint(EVENT, occurred=tomorrow) != fingerprint(EVENT, occurred=utc)


def test_without_a_town_the_next_best_part_of_the_place_counts():
    keys = {
        identity.place_key(place)
        for place in (
            Place(zip="10115", name="Depot 1", country="DE"),
            Place(name="Depot 1", country="DE"),
            Place(country="DE"),
            Place(street="Main St 1"),
        )
    }
    assert keys == {"10115", "depot 1", "de", ""}


@pytest.mark.parametrize(
    "changes",
    [
        {"estimated_delivery": Instant(NOON + timedelta(days=3))},
        {"estimated_delivery": None},
        # back to an earlier value: a new statement all the same
        {"recorded": Instant(NOON + timedelta(hours=5))},
    ],
)
def test_each_new_estimate_is_a_new_event(changes):
    assert fingerprint(ESTIMATE, **changes) != identity.event_fingerprint(ESTIMATE)


def test_the_same_estimate_is_the_same_event():
    assert fingerprint(ESTIMATE, raw_text="new words") == identity.event_fingerprint(ESTIMATE)


def test_a_source_that_keeps_versions_identifies_its_events():
    version = replace(EVENT, source_id="e1", revision="2024-05-01T12:00:05Z")
    one = identity.event_fingerprint(version)
    # Whatever else it says: this version is this version.
    assert fingerprint(version, raw_code="X", occurred=None, place=Place()) == one
    blanks = fingerprint(version, source_id=" e1 ", revision=" 2024-05-01T12:00:05Z ", retracts=" ")
    assert blanks == one
    for changes in (
        {"issuer": "fedex"},
        {"source_id": "e2"},
        {"revision": "2"},
        {"retracts": "e1"},
    ):
        assert fingerprint(version, **changes) != one


def test_a_withdrawal_that_repeats_the_event_is_not_its_duplicate():
    # EPCIS: an error declaration carries the id and all content of the event that it withdraws.
    event = replace(EVENT, source_id="urn:1")
    withdrawal = fingerprint(event, retracts="urn:1")
    assert withdrawal != identity.event_fingerprint(event)
    assert fingerprint(event, retracts=" urn:1 ") == withdrawal
    assert fingerprint(event, corrects=" urn:1 ") == fingerprint(event, corrects="urn:1")


def test_our_code_counts_where_the_partner_speaks_our_taxonomy():
    canonical = replace(EVENT, raw_code="", raw_sub_code="")
    assert fingerprint(canonical, code="MOV_ARRIVED") != fingerprint(canonical, code="DLV_OUT")


WORDS = st.text(alphabet='ab|,:\x00[]" 1', max_size=4)


@laws
@given(st.tuples(WORDS, WORDS, WORDS), st.tuples(WORDS, WORDS, WORDS))
def test_no_choice_of_contents_is_ambiguous(one, other):
    assume([" ".join(w.split()) for w in one] != [" ".join(w.split()) for w in other])
    names = ("issuer", "raw_code", "raw_sub_code")
    assume(one[1].strip() and other[1].strip())
    assert fingerprint(EVENT, **dict(zip(names, one, strict=True))) != fingerprint(
        EVENT, **dict(zip(names, other, strict=True))
    )


@laws
@given(st.builds(ParsedEvent, issuer=st.text(), shipment_key=st.text(), raw_code=st.text(),
                 references=st.just(()), occurred=st.none(), source_id=st.text(),
                 revision=st.text(), retracts=st.text(), raw_sub_code=st.text()))  # fmt: skip
def test_every_event_has_a_fingerprint(event):
    found = identity.event_fingerprint(event)
    assert found.startswith("v1:") and len(found) == 67 and found.isascii()


def test_the_rule_of_version_1_is_frozen():
    # Stored fingerprints outlive the code: a new rule is a new version, beside this one.
    assert (
        identity.event_fingerprint(EVENT)
        == "v1:040a0cc6c53a170dc3b82ea7a842b46d81087e4abbbeee50f2a40d8c228a7f45"
    )
    assert (
        fingerprint(EVENT, source_id="e1", revision="1")
        == "v1:049c5e48f4f9d2d0387082b0e251214e1f95bce5b33fa4446a9f2de0123a2228"
    )
    assert (
        identity.event_fingerprint(ESTIMATE)
        == "v1:32584380eed4d24b1d3b97911582ebd20fb34115b4246e366f0f893cfcb3d00e"
    )


def test_content_tells_a_repetition_from_another_statement():
    told = EVENT
    same = replace(told, place=Place(city="Elsewhere"), raw_text="in other words", signed_by="X")
    assert identity.event_content(same) == identity.event_content(told)
    later = replace(told.occurred, utc=told.occurred.utc + timedelta(hours=1))
    for other in (
        replace(told, occurred=later),
        replace(told, raw_code=f"{told.raw_code}X"),
        replace(told, shipment_key="another parcel"),
        replace(told, estimated_delivery=later),
        replace(told, retracts="e1"),
    ):
        assert identity.event_content(other) != identity.event_content(told)
