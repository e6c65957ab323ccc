# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Which shipment an event belongs to: found, not known, or not certain."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from odoo.addons.logistics_connector_base.core.canonical import REFERENCE_TYPES, Reference
from odoo.addons.logistics_connector_base.core.matching import (
    Candidate,
    CandidateReference,
    Match,
    reference_keys,
    resolve,
)

laws = settings(deadline=None, max_examples=100)

SHIPPED = date(2024, 5, 1)
SCANNED = datetime(2024, 5, 3, 9, tzinfo=UTC)
TRACKING = Reference("tracking", "1Z999", "ups")


def candidate(number, *references, ship_date=SHIPPED):
    return Candidate(number, references, ship_date)


def find(references, *candidates, occurred_at=SCANNED, ship_date=None):
    return resolve(references, occurred_at, ship_date, candidates)


def test_found_by_number_however_it_is_written():
    stored = candidate(7, ("tracking", "1z 99-9", "ups", None, None))
    assert find([TRACKING], stored) == Match(7, "matched", TRACKING)


def test_not_known():
    assert find([TRACKING], candidate(7, ("tracking", "1Z998", "ups"))) == Match(None, "unknown")
    assert find([TRACKING]) == Match(None, "unknown")
    assert find([], candidate(7, ("tracking", "1Z999"))) == Match(None, "unknown")


def test_two_that_fit_are_never_guessed_between():
    stored = ("tracking", "1Z999", "ups")
    found = find([TRACKING], candidate(8, stored), candidate(7, stored))
    assert found == Match(None, "ambiguous", TRACKING, (7, 8))


def test_what_a_person_chose_settles_it_for_that_number():
    plain = ("tracking", "1Z999", "ups")
    chosen = (*plain, None, None, None, True)
    assert find([TRACKING], candidate(8, plain), candidate(7, chosen)).shipment_id == 7
    # Two choices are none, a choice for another number neither, and none outside of its window.
    twice = find([TRACKING], candidate(8, chosen), candidate(7, chosen))
    assert twice.why == "ambiguous"
    other = ("tracking", "1Z998", "ups", None, None, None, True)
    assert find([TRACKING], candidate(8, plain), candidate(7, plain, other)).why == "ambiguous"
    later = candidate(7, chosen, ship_date=SHIPPED + timedelta(days=200))
    assert find([TRACKING], candidate(8, plain), later).shipment_id == 8


@pytest.mark.parametrize(
    ("event_issuer", "stored_issuer", "why"),
    [
        ("ups", "ups", "matched"),
        ("UPS ", "ups", "matched"),
        ("ups", " Ups", "matched"),
        ("ups", "", "matched"),
        ("", "ups", "matched"),
        ("ups", "fedex", "unknown"),
    ],
)
def test_issuer(event_issuer, stored_issuer, why):
    stored = candidate(7, ("tracking", "1Z999", stored_issuer))
    assert find([Reference("tracking", "1Z999", event_issuer)], stored).why == why


def test_a_number_without_issuer_that_fits_two_carriers_is_ambiguous():
    found = find(
        [Reference("tracking", "1Z999")],
        candidate(1, ("tracking", "1Z999", "ups")),
        candidate(2, ("tracking", "1Z999", "fedex")),
    )
    assert found.why == "ambiguous"


@pytest.mark.parametrize(
    ("event_type", "stored_type", "why"),
    [
        ("tracking", "master_tracking", "matched"),
        ("sscc", "tracking", "matched"),
        ("waybill", "tracking", "matched"),
        ("tracking", "bol", "unknown"),
        ("customer", "order", "unknown"),
        ("order", "picking", "unknown"),
        ("tracking", "carrier_uid", "unknown"),
        ("nonsense", "nonsense", "unknown"),
    ],
)
def test_which_types_name_the_same_number(event_type, stored_type, why):
    stored = candidate(7, (stored_type, "X1"))
    assert find([Reference(event_type, "X1")], stored).why == why


def test_sscc_with_and_without_its_prefix():
    stored = candidate(7, ("sscc", "340434161094042557"))
    assert find([Reference("tracking", "00340434161094042557", "dhl")], stored).shipment_id == 7


# -- strength -------------------------------------------------------------------------------------


def test_the_strongest_reference_decides():
    right = candidate(1, ("shipment", "SHP1"))
    wrong = candidate(2, ("tracking", "1Z999", "ups"), ("order", "S1"))
    own = Reference("shipment", "SHP1")
    references = [Reference("order", "S1"), TRACKING, own]
    assert find(references, wrong, right) == Match(1, "matched", own)


def test_the_unique_id_beats_the_number():
    uid = Reference("carrier_uid", "U1", "fedex")
    number = Reference("tracking", "99", "fedex")
    first = candidate(1, ("tracking", "99", "fedex"), ("carrier_uid", "U1", "fedex"))
    second = candidate(2, ("tracking", "99", "fedex"))
    assert find([number, uid], second, first) == Match(1, "matched", uid)


def test_a_weaker_reference_is_asked_only_when_the_stronger_finds_nothing():
    order = Reference("order", "S1")
    stored = candidate(2, ("order", "S1"))
    assert find([TRACKING, order], stored) == Match(2, "matched", order)


@pytest.mark.parametrize(
    ("event_number", "stored", "why"),
    [
        # Another parcel of the order, or one that comes back: not this shipment.
        (TRACKING, ("tracking", "1Z111", "ups"), "unknown"),
        (TRACKING, ("tracking", "1Z111", "dhl"), "unknown"),
        (Reference("waybill", "W1"), ("tracking", "1Z111", "ups"), "unknown"),
        # The number itself fits; only its carrier is called otherwise.
        (TRACKING, ("tracking", "1Z999", "dhl"), "matched"),
        # Nothing to compare with.
        (Reference("sscc", "340434161094042557"), ("tracking", "1Z111", "ups"), "matched"),
        (TRACKING, ("sscc", "340434161094042557"), "matched"),
        (TRACKING, ("tracking", "1Z111", "ups", None, SHIPPED - timedelta(9)), "matched"),
    ],
)
@pytest.mark.parametrize("kind", ["order", "customer"])
def test_what_shipments_share_does_not_lead_to_another_parcels_shipment(
    event_number, stored, why, kind
):
    references = [event_number, Reference(kind, "S1")]
    assert find(references, candidate(2, stored, (kind, "S1"))).why == why


def test_the_delivery_orders_own_name_leads_to_its_shipment_whatever_the_label_says():
    stored = candidate(2, ("tracking", "1Z111", "ups"), ("picking", "WH/OUT/1"))
    assert find([TRACKING, Reference("picking", "WH/OUT/1")], stored).shipment_id == 2


def test_other_references_may_tell_two_apart():
    outbound = candidate(1, ("tracking", "1Z999", "ups"), ("order", "S1"))
    other = candidate(2, ("tracking", "1Z999", "ups"), ("order", "S2"))
    references = [TRACKING, Reference("order", "S2")]
    assert find(references, outbound, other) == Match(2, "matched", TRACKING)


def test_the_reference_that_is_named_does_not_depend_on_the_order():
    stored = candidate(1, ("tracking", "A"), ("tracking", "B"))
    one, other = Reference("tracking", "A"), Reference("tracking", "B")
    assert find([one, other], stored).reference == one
    assert find([other, one], stored).reference == one


def test_other_references_do_not_bring_in_a_third():
    stored = ("tracking", "1Z999", "ups")
    third = candidate(3, ("order", "S3"))
    references = [TRACKING, Reference("order", "S3")]
    found = find(references, candidate(1, stored), candidate(2, stored), third)
    assert found == Match(None, "ambiguous", TRACKING, (1, 2))


# -- recycled numbers -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "why"),
    [(-4, "unknown"), (-3, "matched"), (0, "matched"), (120, "matched"), (121, "unknown")],
)
def test_a_number_is_valid_around_its_ship_date(days, why):
    stored = candidate(7, ("tracking", "1Z999", "ups"))
    moment = datetime.combine(SHIPPED, SCANNED.timetz()) + timedelta(days=days)
    assert find([TRACKING], stored, occurred_at=moment).why == why
    assert find([TRACKING], stored, occurred_at=None, ship_date=moment.date()).why == why


def test_all_known_days_must_fit():
    stored = candidate(7, ("tracking", "1Z999", "ups"))
    assert find([TRACKING], stored, ship_date=date(2023, 1, 1)).why == "unknown"


def test_days_are_counted_in_utc():
    stored = candidate(7, ("tracking", "1Z999", "ups", None, date(2024, 5, 3)))
    moment = datetime(2024, 5, 4, 1, tzinfo=timezone(timedelta(hours=2)))
    assert find([TRACKING], stored, occurred_at=moment).why == "matched"


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "why"),
    [
        (date(2024, 5, 3), date(2024, 5, 3), "matched"),
        (date(2024, 5, 4), None, "unknown"),
        (None, date(2024, 5, 2), "unknown"),
    ],
)
def test_the_own_window_of_a_reference(valid_from, valid_to, why):
    stored = candidate(7, ("tracking", "1Z999", "ups", valid_from, valid_to))
    assert find([TRACKING], stored).why == why


def test_the_life_of_a_recycled_number_tells_two_shipments_apart():
    stored = ("tracking", "1Z999", "ups")
    old = candidate(1, stored, ship_date=date(2023, 5, 1))
    new = candidate(2, stored, ship_date=SHIPPED)
    assert find([TRACKING], old, new).shipment_id == 2
    past = datetime(2023, 5, 4, tzinfo=UTC)
    assert find([TRACKING], old, new, occurred_at=past).shipment_id == 1


@pytest.mark.parametrize("kind", REFERENCE_TYPES)
def test_which_types_are_recycled(kind):
    stored = candidate(7, (kind, "X1"), ship_date=date(2020, 1, 1))
    lasting = kind in ("shipment", "carrier_uid", "picking", "order")
    assert find([Reference(kind, "X1")], stored).why == ("matched" if lasting else "unknown")


def test_our_own_names_are_not_recycled():
    stored = candidate(7, ("picking", "WH/OUT/1"), ship_date=date(2020, 1, 1))
    assert find([Reference("picking", "WH/OUT/1")], stored).why == "matched"


def test_without_any_day_the_number_alone_must_do():
    stored = candidate(7, ("tracking", "1Z999", "ups"), ship_date=None)
    assert find([TRACKING], stored).why == "matched"
    dated = candidate(7, ("tracking", "1Z999", "ups"))
    assert find([TRACKING], dated, occurred_at=None).why == "matched"


# -- bound to another unique id -------------------------------------------------------------------

NUMBER = Reference("tracking", "99", "fedex")
UID = Reference("carrier_uid", "U2", "fedex")


def test_a_number_bound_to_another_unique_id_does_not_match():
    bound = candidate(1, ("tracking", "99", "fedex"), ("carrier_uid", "U1", "fedex"))
    free = candidate(2, ("tracking", "99", "fedex"))
    assert find([NUMBER, UID], bound).why == "unknown"
    assert find([NUMBER, UID], bound, free).shipment_id == 2
    # An event that names no unique id may still be either.
    assert find([NUMBER], bound, free).why == "ambiguous"


def test_a_unique_id_of_another_issuer_binds_nothing():
    stored = candidate(1, ("tracking", "99", "fedex"), ("carrier_uid", "U1", "aggregator"))
    assert find([NUMBER, UID], stored).shipment_id == 1


def test_a_bound_number_does_not_bind_our_own_names():
    stored = candidate(1, ("order", "S1"), ("carrier_uid", "U1", "fedex"))
    assert find([Reference("order", "S1"), UID], stored).shipment_id == 1


def test_each_package_has_its_own_unique_id():
    stored = candidate(
        1,
        CandidateReference("tracking", "98", "fedex", subject="package 1"),
        CandidateReference("carrier_uid", "U1", "fedex", subject="package 1"),
        CandidateReference("tracking", "99", "fedex", subject="package 2"),
    )
    assert find([NUMBER, UID], stored).shipment_id == 1
    again = [Reference("tracking", "98", "fedex"), UID]
    assert find(again, stored).why == "unknown"


# -- keys and laws --------------------------------------------------------------------------------


def test_reference_keys():
    references = [
        TRACKING,
        Reference("order", "1z 999"),
        Reference("customer", " - "),
        ("picking", "wh/out/1", ""),
    ]
    assert reference_keys(references) == ["1Z999", "WH/OUT/1"]


VALUES = st.sampled_from(["A", "B", "a-", "C"])
ISSUERS = st.sampled_from(["", "ups", "fedex"])
TYPES = st.sampled_from(REFERENCE_TYPES)
REFERENCES = st.lists(st.builds(Reference, TYPES, VALUES, ISSUERS), max_size=4)
CANDIDATES = st.lists(
    st.builds(
        Candidate,
        st.integers(1, 5),
        st.lists(st.tuples(TYPES, VALUES, ISSUERS, st.none(), st.none()), max_size=3).map(tuple),
        st.sampled_from([None, SHIPPED, date(2023, 1, 1)]),
    ),
    max_size=4,
    unique_by=lambda found: found.shipment_id,
)


@laws
@given(REFERENCES, CANDIDATES, st.randoms(use_true_random=False))
def test_no_order_changes_the_verdict(references, candidates, rng):
    shuffled = rng.sample(references, len(references))
    others = rng.sample(candidates, len(candidates))
    one = resolve(references, SCANNED, None, candidates)
    other = resolve(shuffled, SCANNED, None, others)
    assert (one.shipment_id, one.why, one.candidates) == (
        other.shipment_id,
        other.why,
        other.candidates,
    )


@laws
@given(REFERENCES, CANDIDATES)
def test_a_twin_makes_every_match_ambiguous(references, candidates):
    found = resolve(references, SCANNED, None, candidates)
    if found.why != "matched":
        return
    (matched,) = [c for c in candidates if c.shipment_id == found.shipment_id]
    twin = Candidate(99, matched.references, matched.ship_date)
    verdict = resolve(references, SCANNED, None, [*candidates, twin])
    assert verdict.why == "ambiguous" and {99, matched.shipment_id} <= set(verdict.candidates)


@laws
@given(REFERENCES, CANDIDATES)
def test_a_verdict_is_consistent_and_found_by_its_key(references, candidates):
    found = resolve(references, SCANNED, None, candidates)
    assert (found.shipment_id is not None) == (found.why == "matched")
    assert (found.reference is None) == (found.why == "unknown")
    assert (len(found.candidates) > 1) == (found.why == "ambiguous")
    if found.why == "matched":
        (matched,) = [c for c in candidates if c.shipment_id == found.shipment_id]
        # The prefetch by keys would have brought this candidate.
        assert set(reference_keys(references)) & set(reference_keys(matched.references))
        assert resolve(references, SCANNED, None, [matched]).shipment_id == found.shipment_id
