# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""One carrier's account, reached by what karrio knows of it: it makes the requests, our guarded
client makes the calls, and our own reader reads the raw answers (karrio's reading loses labels of
parcels, offsets of times and codes; see ``providers/*/booking.py``)."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime

from odoo.addons.logistics_connector_base.client import CallError, Refused
from odoo.addons.logistics_connector_base.core import outcome as outcomes
from odoo.addons.logistics_connector_base.core.outcome import Outcome

from ..core import booking as core
from ..core import checks
from . import catalogue, karrio_requests, tokens, transport
from .errors import EngineError, NotOffered

# What a carrier's package is called for → (maker of its request, call, what mends the request and
# what reads the answer, of our reader).
ACTS = {
    "rate": ("create_rate_request", "get_rates", "amend_rates", "rates"),
    "book": ("create_shipment_request", "create_shipment", "amend", "booking"),
    "void": ("create_cancel_shipment_request", "cancel_shipment", "", "is_void"),
}
CONFIG = "config."  # settings of karrio's connection config begin so


class Said:
    """What came of an act. ``value`` is what the reader made of the answer, None where it was not
    understood as a yes; ``partial``: a BookingAnswer of the parcels that were booked where others
    were not: they are to be voided; ``document``: the raw answer; ``words``: the carrier's, for
    people."""

    __slots__ = ("document", "outcome", "partial", "seconds", "value", "words")

    def __init__(self, outcome, value=None, document=b"", words="", seconds=0.0, partial=None):
        self.outcome, self.value, self.document = outcome, value, document
        self.words, self.seconds, self.partial = words, seconds, partial


class KarrioCarrier:
    """
    :param str carrier: karrio's name, such as "ups"
    :param dict settings: of its access, by karrio's names
    :param reader: reads its answers: ``rates(body)``, ``booking(body, request)``, ``is_void(body)``
        and ``errors(body)``; see ``engine.reader``
    :param bool is_test: the carrier's test system
    :param str base_url: see ``transport.Conversation``
    :raises NotInstalled: its package is missing
    :raises EngineError: a setting is missing
    """

    def __init__(self, carrier, settings, reader, is_test=False, base_url=""):
        self.carrier, self.reader, self.base_url = carrier, reader, base_url
        about = catalogue.metadata(carrier)
        missing = [
            one.label
            for one in catalogue.settings(carrier)
            if one.is_required and not settings.get(one.name)
        ]
        if missing:
            raise EngineError(f"Our access to {about.label} lacks: {', '.join(missing)}.")
        text = json.dumps([carrier, is_test, base_url, settings], sort_keys=True, default=str)
        self._digest = hashlib.sha256(text.encode()).hexdigest()
        known = self._settings_for(settings, is_test)
        self._settings = about.Settings(**known, test_mode=is_test, carrier_id=carrier)
        self._settings.tracer = _Silent()
        self._mapper = about.Mapper(self._settings)
        self._proxy = about.Proxy(self._settings)

    def __repr__(self):
        return f"<KarrioCarrier {self.carrier}>"

    def _settings_for(self, settings, is_test):
        """As karrio takes them: what is named "config.…" apart, in our reader's words."""
        plain = {name: one for name, one in settings.items() if not name.startswith(CONFIG)}
        config = {
            name.removeprefix(CONFIG): one
            for name, one in settings.items()
            if name.startswith(CONFIG) and one not in ("", None)
        }
        config = {**(plain.pop("config", None) or {}), **config}
        if hasattr(self.reader, "config"):
            try:
                config = self.reader.config(config, is_test)
            except ValueError as error:
                raise EngineError(str(error)) from None
        return {**plain, "config": config}

    # -- the acts ------------------------------------------------------------------------------

    def rate(self, request, client):
        """What the services would cost.

        :return: Said; its value is a tuple of Rate
        :raises NotOffered: this carrier has no rating
        """
        self._check_offered("rate")
        found = checks.accessorial_problems(request, self.reader.RULES)
        if found:
            return _said_no(found)
        payload = self._payload("RateRequest", karrio_requests.rate(request))
        return self._act(
            "rate", payload, client, lambda body: self.reader.rates(body, request), request
        )

    def book(self, request, client):
        """Buy labels. It is called once, whatever comes; judge by ``outcome`` whether the carrier
        may have booked.

        :return: Said; its value is a BookingAnswer
        """
        found = checks.problems(request, self.reader.RULES)
        if found:
            return _said_no(found)
        values = karrio_requests.shipment(request)
        if hasattr(self.reader, "options"):
            values["options"] |= self.reader.options(request)
        payload = self._payload("ShipmentRequest", values)
        return self._act(
            "book", payload, client, lambda body: self.reader.booking(body, request), request
        )

    def void(self, identifier, service, client, again=False):
        """Call a booking off: parcel by parcel, where each is a shipment of its own.

        :param bool again: it was asked for before, and the answer got lost: "it is void already" is
            a yes then
        :return: Said; its value is True. What the carrier refuses first counts; it is asked for the
            others all the same, as it says no to what is void already
        :raises NotOffered: this carrier calls nothing off by its interface; a person must ask it
        """
        self._check_offered("void")
        refused = None
        for one in identifier.split(core.JOINT):
            said = self._void_one(one, service, client, again)
            if said.outcome.kind == outcomes.REJECTED:
                refused = refused or said
            elif said.value is not True:
                return said
        return refused or said

    def _void_one(self, identifier, service, client, again):
        values = {"shipment_identifier": identifier, "service": service}
        payload = self._payload("ShipmentCancelRequest", values)
        said = self._act("void", payload, client, lambda body: self.reader.is_void(body) or None)
        was_void = getattr(self.reader, "was_void", None)
        is_no = said.outcome.kind == outcomes.REJECTED
        if again and is_no and was_void and self._safely(was_void, said.document):
            done = Outcome(outcomes.DELIVERED, said.words, said.outcome.status)
            return Said(done, True, said.document, said.words, said.seconds)
        return said

    def find(self, request, client):
        """What the carrier has booked under the request's reference: asked where a booking's answer
        got lost, never instead of a booking.

        :return: Said; its value is a BookingAnswer, or None with the outcome ``ABSENT`` where the
            carrier has nothing under this reference. ``DOUBT`` where it has nothing, but shows its
            bookings late only: a person looks, or it is asked again later; and where it has some of
            the parcels only: they are in ``partial``
        :raises NotOffered: this carrier cannot be asked; a person must look
        """
        if not hasattr(self.reader, "find"):
            raise NotOffered(f"{self.carrier} cannot be asked what was booked.")
        return self._once_more_if_refused(lambda: self._find_once(request, client))

    def _find_once(self, request, client):
        self._settings.cache = tokens.cache_for(self._digest)
        steps = self.reader.find(request, self._settings)
        with transport.conversation(client, self.base_url) as talk:
            exchange, value = None, None
            try:
                headers = self.reader.headers_of(self._proxy)
                while True:
                    step = steps.send(exchange)
                    url = self._settings.server_url + step.path
                    known = {**headers, **step.headers}
                    exchange = talk.call(step.method, url, known, step.body)
            except StopIteration as end:
                value = end.value
            except CallError:
                pass
            except (ValueError, KeyError, TypeError, AttributeError, IndexError):
                return Said(Outcome(outcomes.DOUBT, "the answer cannot be understood"))
            except Exception as error:
                if talk.acts:
                    raise
                return self._judge_login(talk, error, 0.0)
        return self._judge_find(talk, value, request)

    def _judge_find(self, talk, value, request):
        if talk.broken:
            error = talk.broken.error
            refused = isinstance(error, Refused)
            return Said(outcomes.of_error("no", str(error), error.status, refused))
        last = talk.acts[-1]
        is_nothing = value is None or value is core.NOTHING
        if not is_nothing and len(value.numbers) < len(request.parcels):
            count, most = len(value.numbers), len(request.parcels)
            text = f"{count} of {most} packages are booked"
            return Said(Outcome(outcomes.DOUBT, text), None, last.body, text, partial=value)
        if not is_nothing:
            return Said(Outcome(outcomes.DELIVERED, status=last.status), value, last.body)
        outcome = self._of_answer(last)
        words = self._safely(self.reader.errors, last.body) or ""
        if value is core.NOTHING:
            if getattr(self.reader, "SHOWS_LATE", False):
                text = f"not found yet, which proves nothing: {self.carrier} shows bookings late"
                return Said(Outcome(outcomes.DOUBT, text, last.status), words=words)
            return Said(Outcome(outcomes.ABSENT, words, last.status), words=words)
        if outcome.kind in (outcomes.DELIVERED, outcomes.REJECTED):
            # Only a clear "there is none" lets us book again.
            text = words or "the answer does not say whether it was booked"
            return Said(Outcome(outcomes.DOUBT, text, last.status), words=words)
        return Said(outcome)

    # -- how -----------------------------------------------------------------------------------

    def _payload(self, kind, values):
        model = getattr(transport.load("karrio.core.models"), kind)
        return transport.load("karrio.lib").to_object(model, values)

    def offers(self, name):
        """Whether the carrier's interface has the act "rate", "book" or "void". Our reader says it:
        karrio's packages inherit all calls, those as well that they do not have."""
        return hasattr(self.reader, ACTS[name][-1])

    def _check_offered(self, name):
        if not self.offers(name):
            raise NotOffered(f"The interface of {self.carrier} does not offer to {name}.")

    def _once_more_if_refused(self, ask):
        """Ask once; once more when the token that we had kept was refused. Not when there was none:
        accounts are locked after some wrong passwords."""
        had_token = tokens.has(self._digest)
        said = ask()
        is_refused = said.outcome.status == 401 and said.outcome.kind == outcomes.TROUBLE
        if had_token and is_refused:
            tokens.forget(self._digest)
            said = ask()
        return said

    def _act(self, name, payload, client, read, ours=None):
        return self._once_more_if_refused(lambda: self._act_once(name, payload, client, read, ours))

    def _act_once(self, name, payload, client, read, ours):
        make, call, amend, _read = ACTS[name]
        self._settings.cache = tokens.cache_for(self._digest)
        try:
            request = getattr(self._mapper, make)(payload)
            request = self._mended(name, amend, request, ours)
        except Exception as error:
            # Our data, which karrio cannot put into the carrier's form.
            return Said(Outcome(outcomes.REJECTED, _words_of(error)), words=_words_of(error))
        with transport.conversation(client, self.base_url) as talk:
            failure = None
            try:
                getattr(self._proxy, call)(request)
            except Exception as error:
                failure = error
        granted = self._granted(talk, read) if name == "void" else None
        return granted or self._judge(talk, failure, read, ours if name == "book" else None)

    def _granted(self, talk, read):
        """A void that the carrier has granted, whatever karrio asked for after it (Canada Post: a
        deletion after a refund); None where it has not."""
        good = [one for one in talk.acts if one.ok]
        if not self._read(read, good):
            return None
        done = Outcome(outcomes.DELIVERED, status=good[-1].status)
        seconds = sum(one.seconds for one in talk.exchanges)
        return Said(done, True, good[-1].body, seconds=seconds)

    def _mended(self, name, amend, request, ours):
        """karrio's request, with what our reader puts right."""
        serializable = transport.load("karrio.lib").Serializable
        if amend and hasattr(self.reader, amend):
            data = getattr(self.reader, amend)(request.serialize(), ours)
            if name == "book" and hasattr(self.reader, "account"):
                data = self.reader.account(data, ours, self._settings)
            request = serializable(data, ctx=request.ctx)
        if hasattr(self.reader, "context"):
            ctx = self.reader.context(name, request.ctx, ours, self._settings)
            request = serializable(request.serialize(), ctx=ctx)
        return request

    def _judge(self, talk, failure, read, ours):
        seconds = sum(one.seconds for one in talk.exchanges)
        acts = [one for one in talk.acts if one.error is None]
        broken = talk.broken
        if broken is None and not acts:
            return self._judge_login(talk, failure, seconds)
        value = self._read(read, acts)
        booked = value if ours is not None else None
        is_part = booked is not None and len(booked.numbers) < len(ours.parcels)
        partial = booked if is_part else None
        if broken and (broken.is_login or broken.method != "GET" or value is None):
            error = broken.error
            sent = "no" if broken.is_login and not acts else error.sent
            refused = isinstance(error, Refused)
            outcome = outcomes.of_error(sent, str(error), error.status, refused)
            return Said(_in_part(outcome, booked), seconds=seconds, partial=booked)
        # What decides: the first call that was refused, else the first one.
        act = next((one for one in acts if not one.ok and one.method != "GET"), acts[0])
        words = self._safely(self.reader.errors, act.body) or ""
        outcome = self._of_answer(act)
        if outcome.kind != outcomes.DELIVERED:
            is_no = outcome.kind == outcomes.REJECTED  # then its words say it all
            if words:
                outcome = replace(outcome, text=words if is_no else f"{outcome.text}: {words}")
            outcome = _in_part(outcome, booked)
            return Said(outcome, None, act.body, words, seconds, partial=booked)
        if value is not None and partial is None:
            return Said(outcome, value, act.body, words, seconds)
        if words and (ours is None or partial is not None):
            no = Outcome(outcomes.REJECTED, words, act.status)
            return Said(no, None, act.body, words, seconds, partial)
        # A success that cannot be read was a booking, most likely, whatever else it says.
        text = words or "the answer cannot be understood"
        no = Outcome(outcomes.DOUBT, text, act.status)
        return Said(no, None, act.body, "", seconds, partial)

    def _of_answer(self, act):
        outcome = outcomes.of_answer(act.status, act.headers, datetime.now(UTC))
        if outcome.kind != outcomes.TROUBLE or not hasattr(self.reader, "is_no"):
            return outcome
        is_no = self._safely(lambda body: self.reader.is_no(act.status, body), act.body)
        return replace(outcome, kind=outcomes.REJECTED) if is_no else outcome

    def _read(self, read, acts):
        bodies = [transport.Body(one.body, one.method, one.path) for one in acts if one.ok]
        if not bodies:
            return None
        return self._safely(read, bodies if len(acts) > 1 else bodies[0])

    def _judge_login(self, talk, failure, seconds):
        """Nothing was asked for: we did not get in, or karrio gave up."""
        last = talk.exchanges[-1] if talk.exchanges else None
        if last is None or last.ok:
            text = _words_of(failure) if failure else "nothing was sent"
            return Said(Outcome(outcomes.TROUBLE, text), seconds=seconds)
        words = self._safely(self.reader.errors, last.body) or ""
        text = f"{last.status}: access refused" + (f": {words}" if words else "")
        is_busy = last.status == 429 or last.status >= 500
        kind = outcomes.THROTTLED if last.status == 429 else outcomes.TROUBLE
        return Said(Outcome(kind, text, last.status, is_ours=not is_busy), words=words)

    @staticmethod
    def _safely(read, body):
        """What a reader makes of an answer; None where it stumbles: a carrier may say anything."""
        try:
            return read(body)
        except (ValueError, KeyError, TypeError, AttributeError, IndexError):
            return None


def _said_no(problems):
    """Our own no: nothing was asked."""
    words = " ".join(one.text for one in problems)
    return Said(Outcome(outcomes.REJECTED, words), words=words)


class _Silent:
    """In the place of karrio's tracer, which keeps bodies and addresses."""

    context = {}

    def with_metadata(self, metadata):
        return lambda *args, **kwargs: None


def _in_part(outcome, booked):
    """What is certainly not worked is tried again; where parcels were booked before, that would
    book them twice."""
    is_final = outcome.kind in (outcomes.REJECTED, outcomes.DOUBT)
    return outcome if booked is None or is_final else replace(outcome, kind=outcomes.DOUBT)


def _words_of(error):
    """An exception of karrio's in words: what is missing, by its fields."""
    if isinstance(error, CallError):
        return str(error)
    details = getattr(error, "details", None)
    if isinstance(details, dict) and details:
        parts = [
            f"{name}: {(one or {}).get('message', one) if isinstance(one, dict) else one}"
            for name, one in details.items()
        ]
        return "; ".join(parts)[:500]
    messages = getattr(error, "messages", None)
    if messages:
        return "; ".join(str(one.message) for one in messages if one.message)[:500]
    return (str(error) or type(error).__name__)[:500]
