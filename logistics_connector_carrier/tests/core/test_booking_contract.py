"""What every carrier that can be booked must hold: the same suite over real HTTP, one simulator
each, which refuses what the carrier's published schema refuses. No Odoo server is needed."""

import base64
import contextlib
import json
import ssl
import threading
from dataclasses import replace
from decimal import Decimal

import pytest
from odoo.addons.logistics_connector_base.client import GuardedClient, Limits
from odoo.addons.logistics_connector_base.core import outcome as outcomes
from odoo.addons.logistics_connector_base.core.netguard import AllowRule
from odoo.addons.logistics_connector_carrier.core import booking as core
from odoo.addons.logistics_connector_carrier.engine import transport
from odoo.addons.logistics_connector_carrier.engine.errors import (
    EngineError,
    NotInstalled,
    NotOffered,
)
from odoo.addons.logistics_connector_carrier.engine.karrio_carrier import KarrioCarrier
from odoo.addons.logistics_connector_carrier.engine.reader import READERS

from tests.simulators.carriers import SERVERS

from .booking_requests import REQUESTS

CARRIERS = sorted(SERVERS)


@pytest.fixture(params=CARRIERS)
def carrier(request):
    """A carrier's server with an account of ours on it."""
    with SERVERS[request.param]() as server:
        yield server


@contextlib.contextmanager
def client_of(server, total=10.0):
    rule = AllowRule(host="127.0.0.1", ports=frozenset({server.port}), plain_http=True)
    with GuardedClient(Limits(total=total, read=total), [rule]) as client:
        yield client


def account(server, **changes):
    settings = {**server.settings(), **changes}
    return KarrioCarrier(
        server.provider, settings, READERS[server.provider], is_test=True, base_url=server.url
    )


def request_for(server, name="single", **changes):
    return replace(REQUESTS[server.provider][name], **changes)


def book(server, request, total=10.0):
    with client_of(server, total) as client:
        return account(server).book(request, client)


def numbers_of(server):
    """Of all that is booked and was not called off."""
    return [number for one in server.live for number in one.numbers]


def identifier_of(server):
    """By which all of that is called off, as of one booking."""
    return core.JOINT.join(one.identifier for one in server.live)


def count_of(server, parcels):
    """How many bookings a shipment of so many parcels is in the carrier's books."""
    return parcels if server.books_each else 1


# -- rate, book, void ----------------------------------------------------------------------------


def test_rates_name_service_price_and_parts(carrier):
    if not carrier.has_rates:
        pytest.skip(f"{carrier.provider} has no rating")
    request = request_for(carrier, service="")
    with client_of(carrier) as client:
        said = account(carrier).rate(request, client)
    assert said.outcome.kind == outcomes.DELIVERED, said.outcome
    assert request_for(carrier).service in {rate.service for rate in said.value}
    for rate in said.value:
        assert Decimal(rate.total) > 0 and len(rate.currency) == 3
        assert core.sum_of(rate.charges) == Decimal(rate.total)
        assert {charge.kind for charge in rate.charges} >= {"base"}


def test_one_parcel_has_a_number_a_label_and_a_price(carrier):
    request = request_for(carrier)
    said = book(carrier, request)
    assert said.outcome.kind == outcomes.DELIVERED, said.outcome
    (booked,) = carrier.live
    assert list(said.value.numbers) == booked.numbers
    assert said.value.identifier == booked.identifier
    (label,) = said.value.labels
    assert label.parcel == 0
    assert base64.b64decode(label.content, validate=True)
    if said.value.total:
        assert core.sum_of(said.value.charges) == Decimal(said.value.total)


def test_each_parcel_of_several_has_its_own_number_and_label(carrier):
    request = request_for(carrier, "three")
    said = book(carrier, request)
    assert said.outcome.kind == outcomes.DELIVERED, said.outcome
    assert len(carrier.live) == count_of(carrier, 3)
    assert list(said.value.numbers) == numbers_of(carrier)
    assert len(set(said.value.numbers)) == 3
    assert [label.parcel for label in said.value.labels] == [0, 1, 2]
    assert len({label.content for label in said.value.labels}) == 3


def test_a_shipment_abroad_brings_its_customs_data(carrier):
    request = request_for(carrier, "abroad")
    said = book(carrier, request)
    assert said.outcome.kind == outcomes.DELIVERED, said.outcome
    (booked,) = carrier.live
    assert booked.service == request.service


def test_a_label_for_a_label_printer(carrier):
    said = book(carrier, request_for(carrier, label="ZPL"))
    assert said.outcome.kind == outcomes.DELIVERED, said.outcome
    (label,) = said.value.labels
    assert label.format == "ZPL"
    assert base64.b64decode(label.content).startswith(b"^XA")


def test_what_the_carrier_does_not_offer_is_said_and_not_asked(carrier):
    ours = account(carrier)
    assert ours.offers("book")
    assert (ours.offers("rate"), ours.offers("void")) == (carrier.has_rates, carrier.has_void)
    request = request_for(carrier)
    with client_of(carrier) as client:
        if not carrier.has_rates:
            with pytest.raises(NotOffered, match=carrier.provider):
                ours.rate(request, client)
        if not carrier.has_void:
            with pytest.raises(NotOffered, match=carrier.provider):
                ours.void("1234567890", request.service, client)
    assert not carrier.calls


def test_a_void_is_the_carriers_yes(carrier):
    if not carrier.has_void:
        pytest.skip(f"{carrier.provider} calls nothing off by its interface")
    said = book(carrier, request_for(carrier))
    with client_of(carrier) as client:
        void = account(carrier).void(said.value.identifier, request_for(carrier).service, client)
        assert void.outcome.kind == outcomes.DELIVERED and void.value is True, void.outcome
        assert not carrier.live
        again = account(carrier).void(said.value.identifier, request_for(carrier).service, client)
    assert again.value is None and again.outcome.kind == outcomes.REJECTED


def test_a_void_is_of_all_parcels(carrier):
    if not carrier.has_void:
        pytest.skip(f"{carrier.provider} calls nothing off by its interface")
    said = book(carrier, request_for(carrier, "three"))
    with client_of(carrier) as client:
        void = account(carrier).void(said.value.identifier, request_for(carrier).service, client)
    assert void.value is True, void.outcome
    assert carrier.bookings and not carrier.live


def test_a_void_whose_answer_got_lost_is_asked_for_again(carrier):
    if not carrier.has_void:
        pytest.skip(f"{carrier.provider} calls nothing off by its interface")
    said = book(carrier, request_for(carrier))
    with client_of(carrier) as client:
        identifier, service = said.value.identifier, request_for(carrier).service
        carrier.moods = ["cut"]
        lost = account(carrier).void(identifier, service, client)
        assert lost.outcome.kind == outcomes.DOUBT
        again = account(carrier).void(identifier, service, client, again=True)
    assert again.value is True and again.outcome.kind == outcomes.DELIVERED


def test_what_is_asked_for_survives_json(carrier):
    for request in REQUESTS[carrier.provider].values():
        assert core.request_from(json.loads(core.as_json(request))) == request
    said = book(carrier, request_for(carrier, "three"))
    assert core.answer_from(json.loads(core.as_json(said.value))) == said.value


def test_a_booking_whose_answer_got_lost_is_found(carrier):
    request = request_for(carrier, "three")
    with client_of(carrier) as client:
        if not hasattr(READERS[carrier.provider], "find"):
            with pytest.raises(NotOffered):
                account(carrier).find(request, client)
            return
        # Nothing found means nothing booked only where the carrier shows at once what was booked.
        nothing = outcomes.DOUBT if carrier.shows_late else outcomes.ABSENT
        before = account(carrier).find(request, client)
        assert before.value is None and before.outcome.kind == nothing, before.outcome
        carrier.moods = [*[""] * (2 if carrier.calls_each else 0), "cut"]
        lost = account(carrier).book(request, client)
        assert lost.outcome.kind == outcomes.DOUBT
        if carrier.shows_late:
            carrier.is_blind = True
            early = account(carrier).find(request, client)
            carrier.is_blind = False
            assert early.value is None and early.outcome.kind == outcomes.DOUBT, early.outcome
        found = account(carrier).find(request, client)
        assert found.outcome.kind == outcomes.DELIVERED, found.outcome
        assert list(found.value.numbers) == numbers_of(carrier)
        assert len(found.value.numbers) == 3
        # Some give a label once only.
        assert [label.parcel for label in found.value.labels] in ([], [0, 1, 2])
        assert found.value.identifier == identifier_of(carrier)
        assert account(carrier).find(replace(request, reference="ELSE-1"), client).value is None
        carrier.moods = ["down"]
        assert account(carrier).find(request, client).outcome.kind == outcomes.TROUBLE
        if carrier.has_tokens:
            carrier.moods = ["expired"]
            assert account(carrier).find(request, client).value, "the token is renewed"
        carrier.moods = ["garbled"]
        assert account(carrier).find(request, client).outcome.kind == outcomes.DOUBT
    assert len(carrier.bookings) == count_of(carrier, 3)


# -- some parcels only ---------------------------------------------------------------------------


@pytest.fixture
def each(carrier):
    """A carrier that books each parcel by itself."""
    if not carrier.books_each:
        pytest.skip(f"{carrier.provider} books all parcels or none")
    return carrier


def test_what_was_booked_of_a_shipment_is_told_and_can_be_called_off(each):
    each.moods = ["half"]
    said = book(each, request_for(each, "three"))
    assert said.outcome.kind == outcomes.REJECTED and said.words, said.outcome
    assert said.value is None
    assert list(said.partial.numbers) == numbers_of(each)
    assert len(said.partial.numbers) == 2
    assert said.partial.extra["parcels"] == [0, 2]
    assert [label.parcel for label in said.partial.labels] == [0, 2]
    assert core.answer_from(json.loads(core.as_json(said.partial))) == said.partial
    with client_of(each) as client:
        void = account(each).void(said.partial.identifier, "", client)
    assert void.value is True and not each.live


def test_what_was_booked_before_the_line_broke_is_told(each):
    if not each.calls_each:
        pytest.skip(f"{each.provider} books with one call")
    request = request_for(each, "three")
    each.moods = ["", "cut"]
    said = book(each, request)
    assert said.outcome.kind == outcomes.DOUBT and said.value is None
    assert list(said.partial.numbers) == numbers_of(each)[:1]
    assert len(each.live) == 2
    with client_of(each) as client:
        found = account(each).find(request, client)
        assert found.outcome.kind == outcomes.DOUBT and found.value is None
        assert list(found.partial.numbers) == numbers_of(each)
        assert found.partial.extra["parcels"] == [0, 1]
        account(each).void(found.partial.identifier, "", client)
    assert not each.live


@pytest.mark.parametrize("mood", ["busy", "down", "stumble", "garbled"])
def test_what_was_booked_in_part_is_never_simply_tried_again(each, mood):
    if not each.calls_each:
        pytest.skip(f"{each.provider} books with one call")
    each.moods = ["", mood]
    said = book(each, request_for(each, "three"))
    assert said.outcome.kind == outcomes.DOUBT and said.value is None
    assert set(said.partial.numbers) <= set(numbers_of(each)) and said.partial.numbers


def test_a_void_that_is_half_done_can_be_finished(each):
    said = book(each, request_for(each, "three"))
    first, _sep, _rest = said.value.identifier.partition(core.JOINT)
    with client_of(each) as client:
        assert account(each).void(first, "", client).value is True
        # The carrier says no to the first, which is void already; the others are called off.
        again = account(each).void(said.value.identifier, "", client)
    assert again.outcome.kind == outcomes.REJECTED and not each.live


# -- what goes wrong -----------------------------------------------------------------------------


def test_what_the_carrier_refuses_is_told_in_its_words(carrier):
    request = request_for(carrier)
    said = book(carrier, replace(request, service=carrier.unknown_service))
    assert said.outcome.kind == outcomes.REJECTED, said.outcome
    assert said.words and said.words in said.outcome.text
    assert not carrier.bookings


def test_an_answer_that_never_comes_is_a_doubt_and_asked_once(carrier):
    carrier.moods = ["late"]
    said = book(carrier, request_for(carrier), total=1.0)
    assert said.outcome.kind == outcomes.DOUBT
    assert len(carrier.bookings) <= 1  # it has booked, or is about to: once


@pytest.mark.parametrize("mood", ["cut", "stumble", "garbled"])
def test_whatever_else_breaks_is_a_doubt_and_asked_once(carrier, mood):
    carrier.moods = [mood]
    calls = len(carrier.calls)
    said = book(carrier, request_for(carrier))
    assert said.outcome.kind == outcomes.DOUBT, said.outcome
    assert said.value is None
    assert len(carrier.bookings) <= 1
    assert len([one for one in carrier.calls[calls:] if carrier.is_act(one)]) == 1


def test_busy_and_down_are_not_our_fault(carrier):
    carrier.moods = ["busy", "down"]
    said = book(carrier, request_for(carrier))
    assert said.outcome.kind == outcomes.THROTTLED and said.outcome.pause == 7
    said = book(carrier, request_for(carrier))
    assert said.outcome.kind == outcomes.TROUBLE
    assert not carrier.bookings


def test_a_wrong_secret_is_our_access_and_books_nothing(carrier):
    secret = next(name for name in carrier.settings() if "secret" in name or "password" in name)
    with client_of(carrier) as client:
        said = account(carrier, **{secret: "wrong"}).book(request_for(carrier), client)
    assert said.outcome.kind == outcomes.TROUBLE and said.outcome.is_ours, said.outcome
    assert not carrier.bookings
    assert "wrong" not in said.outcome.text
    # Accounts are locked after some wrong passwords.
    assert len(carrier.calls) == 1


def test_a_token_that_ended_early_is_renewed_once(carrier):
    if not carrier.has_tokens:
        pytest.skip(f"{carrier.provider} has no tokens")
    book(carrier, request_for(carrier))
    carrier.moods = ["expired"]
    said = book(carrier, request_for(carrier))
    assert said.outcome.kind == outcomes.DELIVERED, said.outcome
    assert len(carrier.bookings) == 2


def test_a_token_is_kept_and_ends_with_the_secret(carrier):
    if not carrier.has_tokens:
        pytest.skip(f"{carrier.provider} has no tokens")
    for _each in range(3):
        book(carrier, request_for(carrier))
    logins = [call for call in carrier.calls if not carrier.is_act(call)]
    assert len(logins) == 1


def test_what_karrio_cannot_say_is_refused_before_any_call(carrier):
    said = book(carrier, request_for(carrier, parcels=()))
    assert said.outcome.kind == outcomes.REJECTED and said.outcome.text
    assert not [call for call in carrier.calls if carrier.is_act(call)]


def test_a_setting_that_is_missing_is_named(carrier):
    secret = next(name for name in carrier.settings() if "secret" in name or "password" in name)
    about = {one.name: one for one in transport_settings(carrier)}
    if not about[secret].is_required:
        pytest.skip("karrio does not require it")
    with pytest.raises(EngineError, match=about[secret].label):
        account(carrier, **{secret: ""})


def transport_settings(server):
    from odoo.addons.logistics_connector_carrier.engine import catalogue

    return catalogue.settings(server.provider)


# -- karrio's transport --------------------------------------------------------------------------


def test_importing_karrio_leaves_certificates_checked():
    transport.load("karrio.lib")
    assert ssl._create_default_https_context is ssl.create_default_context


def test_karrio_calls_nobody_outside_of_a_conversation():
    lib = transport.load("karrio.lib")
    with pytest.raises(RuntimeError, match="conversation"):
        lib.request(url="https://example.com/")
    helpers = transport.load("karrio.core.utils.helpers")
    with pytest.raises(RuntimeError, match="guarded"):
        helpers.urlopen("https://example.com/")


def test_no_label_goes_to_a_web_site():
    lib = transport.load("karrio.lib")
    with pytest.raises(RuntimeError, match="web site"):
        lib.zpl_to_pdf("XlhB", 4, 6)


def test_a_host_that_is_not_allowed_is_not_called(carrier):
    with GuardedClient(Limits(total=5)) as client:
        said = account(carrier).book(request_for(carrier), client)
    assert said.outcome.kind == outcomes.REFUSED
    assert not carrier.calls


def test_two_threads_have_their_own_conversations(carrier):
    results = []

    def work(number):
        results.append(book(carrier, request_for(carrier, reference=f"REF-{number}")))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert {said.outcome.kind for said in results} == {outcomes.DELIVERED}
    assert len(carrier.live) == 4


def test_a_carrier_whose_package_is_missing_says_what_to_install():
    with pytest.raises(NotInstalled, match="pip install karrio_purolator"):
        KarrioCarrier("purolator", {}, READERS["ups"])


def test_a_success_that_cannot_be_read_is_a_doubt_whatever_it_says(carrier):
    """It was booked, most likely: to call it refused would have it booked twice."""
    ours = account(carrier)
    ours.reader = type(
        "Reader",
        (),
        {
            **{name: getattr(ours.reader, name) for name in dir(ours.reader) if name[0] != "_"},
            "booking": staticmethod(lambda body, request: None),
            "errors": staticmethod(lambda body: "We have changed our shape"),
        },
    )
    with client_of(carrier) as client:
        said = ours.book(request_for(carrier), client)
    assert said.outcome.kind == outcomes.DOUBT and said.value is None
