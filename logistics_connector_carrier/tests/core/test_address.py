"""What carriers say of an address: one suite over real HTTP, and the judgement as laws."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from odoo.addons.logistics_connector_base.core import outcome as outcomes
from odoo.addons.logistics_connector_carrier.core import address as core
from odoo.addons.logistics_connector_carrier.core.booking import Party
from odoo.addons.logistics_connector_carrier.engine.errors import NotOffered
from odoo.addons.logistics_connector_carrier.engine.karrio_address import (
    READERS_OF_ADDRESSES,
    KarrioAddresses,
    knows,
)

from tests.simulators.carriers import SERVERS

from .test_booking_contract import client_of

MUSKEGON = Party(
    name="Amador Boats",
    lines=("1750 Lakeshore Drive",),
    city="Muskegon",
    zip="49441",
    state="MI",
    country="US",
)
HAMBURG = Party(name="Werft", lines=("Hafenstraße 9",), city="Hamburg", zip="20457", country="DE")
OF = {"ups": MUSKEGON, "fedex": MUSKEGON, "mydhl": HAMBURG}


@pytest.fixture(params=sorted(READERS_OF_ADDRESSES))
def carrier(request):
    with SERVERS[request.param]() as server:
        yield server


def ask(server, party):
    account = KarrioAddresses(server.provider, server.settings(), is_test=True, base_url=server.url)
    with client_of(server) as client:
        return account.check(party, client)


def judged(server, party):
    said = ask(server, party)
    assert said.outcome.kind == outcomes.DELIVERED, (said.outcome, said.words)
    return core.verdict(party, said.value), said.value


def test_an_address_that_the_carrier_knows_is_good(carrier):
    verdict, answer = judged(carrier, OF[carrier.provider])
    assert verdict == core.GOOD, answer


def test_another_place_is_proposed(carrier):
    """A city whose zip is another one: a customer's commonest mistake."""
    party = replace(
        OF[carrier.provider], city="Muskgon" if carrier.provider != "mydhl" else "Altona"
    )
    verdict, answer = judged(carrier, party)
    assert verdict == core.OTHER
    assert answer.found[0].zip.startswith(party.zip)
    assert answer.found[0].city.casefold() != party.city.casefold()


def test_nothing_like_it_is_known(carrier):
    party = replace(OF[carrier.provider], zip="00999", city="Nowhere", lines=("99 Nothing Rd",))
    verdict, answer = judged(carrier, party)
    assert verdict == core.UNKNOWN
    assert not answer.found


def test_a_carrier_that_is_down_says_nothing_of_the_address(carrier):
    for mood in ("down", "garbled", "busy"):
        carrier.moods = [mood]
        said = ask(carrier, OF[carrier.provider])
        assert said.value is None, mood
        assert said.outcome.kind != outcomes.DELIVERED, mood


def test_a_token_that_is_too_old_is_renewed(carrier):
    if not carrier.has_tokens:
        pytest.skip("it has none")
    ask(carrier, OF[carrier.provider])
    carrier.moods = ["expired"]
    assert judged(carrier, OF[carrier.provider])[0] == core.GOOD


def test_several_houses_are_for_a_person_to_choose():
    with SERVERS["ups"]() as server:
        party = replace(MUSKEGON, lines=("13 West Maple Street",), zip="49440")
        verdict, answer = judged(server, party)
    assert verdict == core.SEVERAL
    assert [one.lines for one in answer.found] == [("12 W MAPLE ST APT 4",), ("14 W MAPLE ST",)]
    assert answer.is_residential is True


def test_a_country_that_the_carrier_does_not_know_is_not_asked_about():
    assert knows("ups", "US") and not knows("ups", "DE") and not knows("canadapost", "CA")
    with SERVERS["ups"]() as server:
        with pytest.raises(NotOffered):
            ask(server, HAMBURG)
        assert not server.calls


# -- the judgement -------------------------------------------------------------------------------

WORDS = st.text("abcdeß éÄ1239.-#", max_size=20)
PARTIES = st.builds(
    Party,
    lines=st.lists(WORDS, max_size=3).map(tuple),
    city=WORDS,
    zip=st.from_regex(r"[0-9]{5}", fullmatch=True),
    state=st.sampled_from(["", "MI", "WA"]),
    country=st.sampled_from(["US", "DE"]),
)


def written(party, change):
    return core.Address(
        tuple(map(change, party.lines)), change(party.city), party.zip, party.state, party.country
    )


@given(PARTIES, st.sampled_from([str.upper, str.lower, lambda text: f"  {text}, "]))
def test_capitals_and_punctuation_make_no_other_address(party, change):
    assert core.verdict(party, core.AddressAnswer((written(party, change),))) == core.GOOD


@given(PARTIES)
def test_another_house_number_is_another_address(party):
    party = replace(party, lines=("17 Elm Road",))
    other = replace(written(party, str.upper), lines=("18 ELM RD",))
    assert core.verdict(party, core.AddressAnswer((other,))) == core.OTHER
    same = replace(other, lines=("17 ELM RD",), zip=f"{party.zip}-1234")
    expected = core.GOOD if party.country == "US" else core.OTHER
    assert core.verdict(party, core.AddressAnswer((same,))) == expected


@given(PARTIES, st.lists(PARTIES, max_size=4))
def test_a_verdict_is_one_of_four(party, others):
    found = tuple(written(one, str.upper) for one in others)
    said = core.verdict(party, core.AddressAnswer(found))
    assert (said == core.UNKNOWN) == (not found)
    assert said in (core.GOOD, core.OTHER, core.SEVERAL, core.UNKNOWN)
    if said == core.OTHER:
        assert len(found) == 1
