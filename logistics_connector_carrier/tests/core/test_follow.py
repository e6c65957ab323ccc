"""What every provider that follows single numbers must hold: one suite over real HTTP, against a
simulator each that refuses what the provider's published reference refuses."""

import contextlib
import importlib
import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from odoo.addons.logistics_connector_base.client import GuardedClient, Limits
from odoo.addons.logistics_connector_base.core import outcome as outcomes
from odoo.addons.logistics_connector_base.core import tracker as core
from odoo.addons.logistics_connector_base.core.access import KINDS, OutgoingCall
from odoo.addons.logistics_connector_base.core.netguard import AllowRule
from odoo.addons.logistics_connector_base.outbox.tracker_desk import TrackerDesk, message

from tests.simulators.followers import FOLLOWERS

HOOK = core.Hook("https://shop.example/logistics/v1/in/token-that-is-long", "credential-123")


class Caller:
    """Our access, as a caller makes it (``access/caller.py``), with a key at hand."""

    def __init__(self, server):
        values = {**server.access()}
        kind = KINDS[values.pop("kind")]
        values = {name: one for name, one in values.items() if name in kind.__dataclass_fields__}
        self.method, self.key = kind(**values), server.key
        self.renewed = 0

    def url(self, url):
        return url

    def headers(self, call: OutgoingCall):
        return self.method.headers(call, [self.key])

    def renew(self):
        self.renewed += 1
        return False

    def mask(self, text):
        return text.replace(self.key, "…")


@pytest.fixture(params=sorted(FOLLOWERS))
def server(request):
    with FOLLOWERS[request.param]() as server:
        yield server


def declared(provider):
    name = f"odoo.addons.logistics_connector_carrier.providers.{provider}.follow"
    return importlib.import_module(name).TRACKERS


def desk_of(server, **changes):
    ours = declared(server.provider)
    hook = HOOK if ours.needs_hook else None
    caller = changes.pop("caller", None) or Caller(server)
    return TrackerDesk(ours, server.address, caller, hook)


def wanted_of(server, count=1):
    return [core.Wanted(server.number(n), server.carrier) for n in range(count)]


@contextlib.contextmanager
def client_of(server, total=5.0):
    rule = AllowRule(host="127.0.0.1", ports=frozenset({server.port}), plain_http=True)
    with GuardedClient(Limits(total=total, read=total), [rule]) as client:
        yield client


def ask(server, wanted, tries=1, desk=None):
    content = json.dumps(message(wanted)).encode()
    taken = SimpleNamespace(content=content, tries=tries, receipt="receipt-1")
    with client_of(server) as client:
        said = (desk or desk_of(server)).act(taken, client)
    return said, json.loads(said.document or b"{}")


def test_a_number_is_followed(server):
    (one,) = wanted_of(server)
    said, rows = ask(server, [one])
    assert said.outcome.kind == outcomes.DELIVERED, (said.outcome, said.text)
    assert rows[one.number]["followed"] is True
    assert one.number in server.followed


def test_as_many_as_one_call_takes_go_with_one_call(server):
    ours = declared(server.provider)
    assert ours.most == server.most
    wanted = wanted_of(server, ours.most)
    _said, rows = ask(server, wanted)
    assert len(server.calls) == 1
    assert all(rows[one.number]["followed"] for one in wanted)
    assert set(server.followed) == {one.number for one in wanted}


def test_who_is_asked_again_follows_it_still(server):
    """An answer that got lost, and a renewal."""
    wanted = wanted_of(server, server.most)
    ask(server, wanted)
    said, rows = ask(server, wanted, tries=2)
    assert said.outcome.kind == outcomes.DELIVERED
    assert all(rows[one.number]["followed"] for one in wanted)
    assert len(server.followed) == server.most


def test_a_number_that_is_refused_has_a_reason_in_words(server):
    (one,) = wanted_of(server)
    server.unknown.add(one.number)
    said, rows = ask(server, [one])
    assert said.outcome.kind == outcomes.DELIVERED, "an answer about all numbers is one"
    assert rows[one.number]["followed"] is False
    assert len(rows[one.number]["text"]) > 10
    assert not server.followed


@pytest.mark.parametrize("provider", ["ups", "seventeentrack"])
def test_one_refused_number_leaves_the_others_followed(provider):
    with FOLLOWERS[provider]() as server:
        wanted = wanted_of(server, 5)
        server.unknown.add(wanted[2].number)
        _said, rows = ask(server, wanted)
    assert [rows[one.number]["followed"] for one in wanted] == [True, True, False, True, True]


def test_a_wrong_key_is_our_trouble_and_renewed_once(server):
    caller = Caller(server)
    caller.key = "another"
    said, rows = ask(server, wanted_of(server), desk=desk_of(server, caller=caller))
    assert said.outcome.kind == outcomes.TROUBLE and said.outcome.is_ours
    assert caller.renewed == 1
    assert not rows and not server.followed


@pytest.mark.parametrize(
    ("status", "kind"),
    [(503, outcomes.TROUBLE), (429, outcomes.THROTTLED), (500, outcomes.DOUBT), (404, None)],
)
def test_trouble_of_theirs_is_no_refusal_of_a_number(server, status, kind):
    server.down = status
    said, rows = ask(server, wanted_of(server))
    assert said.outcome.kind == (kind or outcomes.TROUBLE)
    assert not rows


def test_nobody_there(server):
    desk = desk_of(server)
    desk.url = "http://127.0.0.1:9/"
    said, _rows = ask(server, wanted_of(server), desk=desk)
    assert said.outcome.kind in (outcomes.TROUBLE, outcomes.REFUSED)


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"<html>", b'{"data": 3}', b'"x"', b"{}"])
@pytest.mark.parametrize("provider", sorted(FOLLOWERS))
def test_an_answer_that_cannot_be_read_follows_nothing(provider, body):
    """204 without a body is ShipEngine's yes; for the others it is no answer."""
    ours = declared(provider)
    one = core.Wanted("1Z999AA10000000001", "1")
    for status in (200, 400):
        try:
            found = ours.read(status, body, (one,))
        except (ValueError, KeyError, TypeError, AttributeError):
            continue
        is_yes = bool(found) and found[one.number].is_followed
        assert is_yes == (provider == "shipengine" and status == 200)


def test_what_a_provider_would_refuse_is_not_asked():
    other = core.Wanted("9261290100130435082878", "")
    for provider, carriers in {"ups": (), "seventeentrack": ("ups",), "shippo": ("",)}.items():
        ours = declared(provider)
        assert any(ours.refuse(core.Wanted(other.number, name)) for name in carriers or ("",))
    assert declared("ups").refuse(core.Wanted("1Z999AA10123456784")) == ""
    assert declared("seventeentrack").refuse(core.Wanted("X1", "100002")) == ""


def test_neither_address_nor_secret_is_told_to_people():
    with FOLLOWERS["ups"]() as server:
        # It repeats what it was sent.
        server.behave = lambda call, number: server._json(
            400, {"response": {"errors": [{"code": "VSS600", "message": HOOK.url}]}}
        )
        said, _rows = ask(server, wanted_of(server))
    assert said.outcome.kind == outcomes.REJECTED
    assert HOOK.url not in said.text and HOOK.secret not in said.text
    assert HOOK.url not in repr(HOOK) and HOOK.secret not in repr(HOOK)


# -- when ----------------------------------------------------------------------------------------

MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)).map(
    lambda moment: moment.replace(tzinfo=UTC)
)


@given(MOMENTS, st.sampled_from(sorted(FOLLOWERS)))
def test_what_ends_is_asked_for_before(moment, provider):
    ours = declared(provider)
    until, next_at = core.looked_at(ours, moment)
    assert next_at > moment
    if ours.lasts is None:
        assert until is None and next_at == moment + core.SILENT
    else:
        assert next_at + ours.margin == until == moment + ours.lasts


@given(st.integers(0, 20), MOMENTS)
def test_a_refused_number_is_asked_for_some_times_only(refusals, moment):
    again = core.asked_again(refusals, moment)
    if 1 <= refusals <= len(core.PAUSES):
        assert again > moment
    else:
        assert again is None


@given(st.booleans(), MOMENTS, st.timedeltas(timedelta(0), timedelta(days=200)))
def test_it_ends_with_the_shipment_or_after_ninety_days_of_silence(is_final, news_at, passed):
    over = core.why_over(is_final, news_at, news_at + passed)
    expected = "over" if is_final else "silent" if passed >= timedelta(days=90) else ""
    assert over == expected
