# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Access to one carrier by karrio: it makes the requests, our guarded client makes the calls, and
our own reader reads the raw answers (karrio's reading loses labels of parcels, offsets of times and
codes; see ``providers/*/booking.py``). What is asked for stands in ``karrio_carrier``."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime

from odoo.addons.logistics_connector_base.client import CallError, Refused
from odoo.addons.logistics_connector_base.core import outcome as outcomes
from odoo.addons.logistics_connector_base.core.outcome import Outcome

from . import catalogue, tokens, transport
from .errors import EngineError, NotOffered
from .said import Said

# What a carrier's package is called for → (maker of its request, call, what mends the request and
# what reads the answer, of our reader).
ACTS = {
    "rate": ("create_rate_request", "get_rates", "amend_rates", "rates"),
    "book": ("create_shipment_request", "create_shipment", "amend", "booking"),
    "void": ("create_cancel_shipment_request", "cancel_shipment", "", "is_void"),
    "pickup": ("create_pickup_request", "schedule_pickup", "amend_pickup", "pickup"),
    "pickup_cancel": (
        "create_cancel_pickup_request",
        "cancel_pickup",
        "amend_pickup_cancel",
        "is_pickup_cancelled",
    ),
}
# What a reader may stumble over: an answer that cannot be understood.
UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, IndexError)
CONFIG = "config."  # settings of karrio's connection config begin so


class KarrioAccount:
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
        return f"<{type(self).__name__} {self.carrier}>"

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

    # -- steps of our own readers -------------------------------------------------------------

    def _talk(self, client):
        self._settings.cache = tokens.cache_for(self._digest)
        return transport.conversation(client, self.base_url)

    def _take_steps(self, steps, headers_of, talk):
        """Make the calls that a reader wants, one after the other.

        :param steps: generator of ``core.booking.Step``, which is sent each exchange
        :param headers_of: ``(proxy) -> dict``, what identifies us; may fetch a token
        :return: (what it returns, the exception that ended it); one of the two is None
        """
        exchange = None
        try:
            headers = headers_of(self._proxy)
            while True:
                step = steps.send(exchange)
                is_whole = step.path.startswith("https://")
                url = step.path if is_whole else self._settings.server_url + step.path
                exchange = talk.call(step.method, url, {**headers, **step.headers}, step.body)
        except StopIteration as end:
            return end.value, None
        except (CallError, *UNREADABLE) as error:
            return None, error
        except Exception as error:
            if talk.acts:
                raise
            return None, error

    def _read_steps(self, steps, headers_of, client):
        """As :meth:`_take_steps`, of reading calls only.

        :return: the conversation, what the reader made of it, and a Said where there is nothing to
            be made of it: an answer cannot be understood, or we did not get in
        """
        with self._talk(client) as talk:
            value, failure = self._take_steps(steps, headers_of, talk)
        said = None
        if isinstance(failure, UNREADABLE):
            said = Said(Outcome(outcomes.DOUBT, "the answer cannot be understood"))
        elif failure is not None and not isinstance(failure, CallError):
            said = self._judge_login(talk, failure, 0.0)
        elif talk.broken:
            error = talk.broken.error
            is_refused = isinstance(error, Refused)
            said = Said(outcomes.of_error("no", str(error), error.status, is_refused))
        return talk, value, said

    # -- karrio's acts ------------------------------------------------------------------------

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
        except UNREADABLE:
            return None


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
