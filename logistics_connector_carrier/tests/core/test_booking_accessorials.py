"""Whatever is asked for beside the transport, for every carrier: it stands in the carrier's request
at the right place, and is charged; or it is refused before anything is sent."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from odoo.addons.logistics_connector_base.core import outcome as outcomes
from odoo.addons.logistics_connector_carrier.core import booking as core
from odoo.addons.logistics_connector_carrier.core.accessorials import (
    NONE,
    WHAT,
    Accessorials,
    Location,
    shares_of,
)
from odoo.addons.logistics_connector_carrier.engine.errors import NotOffered
from odoo.addons.logistics_connector_carrier.engine.reader import READERS

from .booking_requests import LOCATIONS, REQUESTS, returned
from .test_booking_contract import account, book, carrier, client_of, request_for

__all__ = ["carrier"]

EXTRA = Decimal("4.50")  # of the simulators, for each


def offers_of(server):
    return READERS[server.provider].RULES.offers


def asked_for(server, name):
    """The accessorials that ask for one thing, and how the carrier's books name it."""
    currency = offers_of(server).currency or server.currency
    if name.startswith("signature_"):
        kind = name.removeprefix("signature_")
        return Accessorials(signature=kind), ("signature", kind)
    if name in ("insurance", "declared_value", "cod"):
        wanted = Accessorials(**{name: "150.00"}, currency=currency)
        return wanted, (name, f"150.00 {currency}")
    if name == "hold_at":
        location = LOCATIONS.get(server.provider, Location("X1"))
        return Accessorials(hold_at=location), (name, location.id)
    return Accessorials(**{name: True}), (name, True)


def held(request):
    """With somebody who can be told that the parcel waits."""
    phone = request.recipient.phone or "+1 613 555 0100"
    recipient = replace(request.recipient, phone=phone, email="jane@calder.test")
    return replace(request, recipient=recipient)


def charged(said):
    return [one for one in said.value.charges if one.kind == "accessorial"]


@pytest.mark.parametrize("name", sorted(WHAT))
def test_what_is_offered_is_asked_for_and_charged(carrier, name):
    offers = offers_of(carrier)
    if name not in offers.kinds:
        pytest.skip(f"{carrier.provider} does not offer it")
    wanted, entry = asked_for(carrier, name)
    request = held(request_for(carrier, accessorials=wanted))
    assert core.request_from(json.loads(core.as_json(request))) == request
    said = book(carrier, request)
    assert said.outcome.kind == outcomes.DELIVERED, said.outcome
    (booked,) = carrier.live
    assert booked.accessorials == dict([entry])
    plain = book(carrier, request_for(carrier, reference="WH/OUT/00099-1"))
    if said.value.total:
        assert core.sum_of(said.value.charges) == Decimal(said.value.total)
        assert len(charged(said)) == len(charged(plain)) + 1
        assert core.sum_of(charged(said)) - core.sum_of(charged(plain)) == EXTRA
    assert core.answer_from(json.loads(core.as_json(said.value))) == said.value
    assert carrier.live[-1].accessorials == {}


@pytest.mark.parametrize("name", sorted(WHAT))
def test_what_is_not_offered_is_refused_and_not_asked(carrier, name):
    if name in offers_of(carrier).kinds:
        pytest.skip(f"{carrier.provider} offers it")
    wanted, _entry = asked_for(carrier, name)
    said = book(carrier, request_for(carrier, accessorials=wanted))
    assert said.outcome.kind == outcomes.REJECTED and WHAT[name] in said.words, said.outcome
    assert not carrier.calls


@pytest.mark.parametrize("name", ["insurance", "declared_value", "cod"])
def test_an_amount_is_shared_by_the_packages_to_the_cent(carrier, name):
    offers = offers_of(carrier)
    if name not in offers.kinds or name in offers.single:
        pytest.skip(f"{carrier.provider} does not offer it for several packages")
    currency = offers.currency or carrier.currency
    wanted = Accessorials(**{name: "100.00"}, currency=currency)
    said = book(carrier, request_for(carrier, "three", accessorials=wanted))
    assert said.outcome.kind == outcomes.DELIVERED, said.outcome
    told = [one.accessorials[name] for one in carrier.live]
    assert sum(Decimal(text.split()[0]) for text in told) == Decimal("100.00")


def test_what_takes_one_package_is_refused_for_three(carrier):
    for name in offers_of(carrier).single:
        wanted, _entry = asked_for(carrier, name)
        said = book(carrier, request_for(carrier, "three", accessorials=wanted))
        assert said.outcome.kind == outcomes.REJECTED and "one package" in said.words
    assert not carrier.calls


def test_what_is_offered_at_home_only_is_refused_abroad(carrier):
    for name in offers_of(carrier).home:
        wanted, _entry = asked_for(carrier, name)
        said = book(carrier, request_for(carrier, "abroad", accessorials=wanted))
        assert said.outcome.kind == outcomes.REJECTED and "within the country" in said.words
    assert not carrier.calls


def test_what_is_offered_abroad_stands_in_the_request(carrier):
    offers = offers_of(carrier)
    for number, name in enumerate(sorted(offers.kinds - offers.home)):
        wanted, entry = asked_for(carrier, name)
        reference = f"WH/OUT/0008{number}-1"
        request = request_for(carrier, "abroad", accessorials=wanted, reference=reference)
        said = book(carrier, request)
        assert said.outcome.kind == outcomes.DELIVERED, (name, said.outcome)
        assert carrier.live[-1].accessorials == dict([entry])


def test_what_excludes_each_other_is_refused(carrier):
    for one, other in offers_of(carrier).apart:
        first, _entry = asked_for(carrier, one)
        second, _entry = asked_for(carrier, other)
        changes = {
            field: getattr(second, field)
            for field in Accessorials.__dataclass_fields__
            if getattr(second, field)
        }
        wanted = replace(first, **changes)
        said = book(carrier, request_for(carrier, accessorials=wanted))
        assert said.outcome.kind == outcomes.REJECTED and WHAT[other] in said.words
    assert not carrier.calls


def test_the_rate_is_that_of_what_is_asked_for(carrier):
    if not carrier.has_rates:
        pytest.skip(f"{carrier.provider} has no rating")
    for name in sorted(offers_of(carrier).kinds):
        wanted, _entry = asked_for(carrier, name)
        with client_of(carrier) as client:
            ours = account(carrier)
            plain = ours.rate(request_for(carrier), client).value
            said = ours.rate(held(request_for(carrier, accessorials=wanted)), client)
        assert said.value, (name, said.outcome)
        for before, after in zip(plain, said.value, strict=True):
            extra = Decimal(after.total) - Decimal(before.total)
            taxes = [one for one in after.charges if one.kind == "tax"]
            assert extra == EXTRA or (taxes and extra > EXTRA), name
            assert core.sum_of(after.charges) == Decimal(after.total)


# -- returns -------------------------------------------------------------------------------------


def test_a_return_comes_from_the_customer_and_has_its_own_label(carrier):
    request = returned(REQUESTS[carrier.provider]["single"])
    said = book(carrier, request)
    if "alone" not in offers_of(carrier).returns:
        assert said.outcome.kind == outcomes.REJECTED and "return label" in said.words
        assert not carrier.calls
        return
    assert said.outcome.kind == outcomes.DELIVERED, said.outcome
    (booked,) = carrier.live
    assert booked.is_return
    names = [party.company or party.name for party in (request.shipper, request.recipient)]
    assert list(booked.route) == names
    assert [one.kind for one in said.value.documents if one.parcel == 0] == ["return_label"]
    if carrier.has_void and carrier.has_return_void:
        with client_of(carrier) as client:
            void = account(carrier).void(said.value.identifier, request.service, client)
        assert void.value is True and not carrier.live


def test_a_return_that_cannot_be_called_off_is_not_tried(carrier):
    if not carrier.has_void or carrier.has_return_void:
        pytest.skip(f"{carrier.provider} calls returns off as all the rest, or nothing")
    said = book(carrier, returned(request_for(carrier)))
    asked = len(carrier.calls)
    for again in (False, True):
        with client_of(carrier) as client, pytest.raises(NotOffered, match="return label"):
            account(carrier).void(said.value.identifier, "", client, again=again)
    assert len(carrier.calls) == asked and carrier.live


def test_a_return_from_abroad_brings_its_customs_data(carrier):
    if "alone" not in offers_of(carrier).returns:
        pytest.skip(f"{carrier.provider} has no returns")
    request = returned(REQUESTS[carrier.provider]["abroad"])
    said = book(carrier, request)
    if "home" in offers_of(carrier).returns:
        assert said.outcome.kind == outcomes.REJECTED and "within the country" in said.words
        assert not carrier.calls
        return
    assert said.outcome.kind == outcomes.DELIVERED, said.outcome
    assert carrier.live[0].is_return


def test_a_return_is_for_nothing_else(carrier):
    request = returned(request_for(carrier))
    said = book(carrier, replace(request, accessorials=Accessorials(saturday=True)))
    assert said.outcome.kind == outcomes.REJECTED and not carrier.calls


def test_a_return_label_comes_with_the_parcel(carrier):
    if "return_label" not in offers_of(carrier).kinds:
        pytest.skip(f"{carrier.provider} has none")
    wanted = Accessorials(return_label=True)
    said = book(carrier, request_for(carrier, "three", accessorials=wanted))
    assert said.outcome.kind == outcomes.DELIVERED, said.outcome
    labels = [one for one in said.value.documents if one.kind == "return_label"]
    assert [one.parcel for one in labels] == [0, 1, 2]
    numbers = {one.number for one in labels}
    assert len(numbers) == 3 and "" not in numbers
    assert not numbers & set(said.value.numbers)


# -- the vocabulary ------------------------------------------------------------------------------


def test_an_amount_wants_a_currency_and_a_number_above_zero(carrier):
    name = "insurance" if "insurance" in offers_of(carrier).kinds else "declared_value"
    currency = offers_of(carrier).currency or carrier.currency
    for wanted, words in (
        (Accessorials(**{name: "150.00"}), "currency"),
        (Accessorials(**{name: "0.00"}, currency=currency), "above zero"),
        (Accessorials(**{name: "NaN"}, currency=currency), "above zero"),
        (Accessorials(**{name: "-3"}, currency=currency), "above zero"),
    ):
        said = book(carrier, request_for(carrier, accessorials=wanted))
        assert said.outcome.kind == outcomes.REJECTED and words in said.words, said.words
    assert not carrier.calls


def test_a_location_that_cannot_be_one_is_refused(carrier):
    if "hold_at" not in offers_of(carrier).kinds:
        pytest.skip(f"{carrier.provider} holds nothing")
    location = replace(LOCATIONS[carrier.provider], id="?")
    said = book(carrier, request_for(carrier, accessorials=Accessorials(hold_at=location)))
    assert said.outcome.kind == outcomes.REJECTED and "location" in said.words
    for need in offers_of(carrier).hold_needs:
        holder, _dot, field = need.rpartition(".")
        location, recipient = LOCATIONS[carrier.provider], held(request_for(carrier)).recipient
        if holder:
            location = replace(location, **{field: type(getattr(location, field))()})
        else:
            recipient = replace(recipient, **{field: ""})
        wanted = Accessorials(hold_at=location)
        said = book(carrier, request_for(carrier, accessorials=wanted, recipient=recipient))
        assert said.outcome.kind == outcomes.REJECTED and "missing" in said.words, need
    assert not carrier.calls


def test_what_was_packed_before_there_were_accessorials_can_be_read():
    request = REQUESTS["ups"]["single"]
    data = json.loads(core.as_json(request))
    del data["accessorials"]
    assert core.request_from(data) == request and request.accessorials is NONE


def test_shares_follow_the_value_of_what_is_inside():
    boxes = REQUESTS["ups"]["three"].parcels
    first = replace(boxes[0], goods=(replace(boxes[0].goods[0], quantity=1, value="10.00"),))
    second = replace(boxes[1], goods=(replace(boxes[1].goods[0], quantity=2, value="10.00"),))
    assert shares_of("100", (first, second)) == [Decimal("33.33"), Decimal("66.67")]
    empty = replace(second, goods=())
    assert shares_of("100", (first, empty)) == [Decimal("50.00"), Decimal("50.00")]
    assert shares_of("0.01", boxes) == [Decimal("0.01"), Decimal("0.00"), Decimal("0.00")]
