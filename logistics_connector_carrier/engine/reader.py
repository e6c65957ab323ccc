# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What a reader of a carrier's answers has. Pure functions over raw bytes; each
``providers/<code>`` that can be booked has one as its module ``booking``.

- ``RULES``: ``core.checks.Rules`` of its published schema
- ``errors(body) -> str``: what the carrier says is wrong, for people; "" where it says nothing
- ``rates(body, request) -> tuple[Rate, ...]``; left out where the carrier has no rating
- ``booking(body, request) -> BookingAnswer | None``: None where nothing was booked
- ``is_void(body) -> bool``; left out where the carrier's interface calls nothing off
- ``was_void(body) -> bool``: a refusal that says it is void already
- ``refund(body) -> str``: of a good answer to a void, the number under which the carrier gives the
  money back later, where it was told in a manifest already; "" where nothing was billed
- ``no_void(identifier) -> str``: why this one cannot be called off, where others can
- ``book_return(request, settings)``, where a return is another call than a shipment: a generator of
  ``core.booking.Step`` that makes them, with ``headers_of``; ``booking`` reads the answers.
  ValueError with words for people where it cannot be asked for. ``FINDS_RETURNS = False`` where
  ``find`` does not find them
- ``amend(data, request) -> data``, where karrio's request for a booking (as it serializes it) must
  be put right; ``amend_rates`` likewise for rates: ValueError with words for people where it
  cannot be
- ``options(request) -> dict``: karrio's names of what the request's accessorials ask for, where
  karrio builds it well; what it does not, ``amend`` puts in. What a carrier has of them stands in
  ``RULES.offers``, and nothing else reaches these functions
- ``account(data, request, settings) -> data``, after ``amend`` of a booking: what only our access
  knows; ValueError with words for people
- ``context(act, ctx, request, settings) -> ctx``: what karrio keeps beside its request, such as a
  query, put right; ``act``: rate, book or void (``request`` is None then)
- ``SERVICES``: dict of code → name, where karrio's names are no codes
- ``SETTINGS``: tuple of ``core.setting.Setting``, where the access asks for more than karrio says
- ``config(values, is_test) -> dict``: karrio's connection config, of the settings that are named
  "config.…"; ValueError with words for people
- ``is_no(status, body) -> bool``: an answer that is this carrier's no, though its status would be
  trouble elsewhere (404)
- ``find(request, settings)`` and ``headers_of(proxy)``, where the carrier can be asked what was
  booked under our reference: a generator that yields ``core.booking.Step`` and is sent the
  exchange of each (``transport.Exchange``), and returns a BookingAnswer or None; and the headers
  that identify us (may fetch a token). It must yield reading calls only. ``NOTHING`` means that
  the carrier has nothing under this reference, and None that its last answer was no answer, or a
  refusal that means the same (its status tells); whatever is not clear raises ValueError
- ``SHOWS_LATE = True`` where a booking is found some time after it was made only, so that nothing
  found does not mean nothing booked

What is left out is not offered, and the engine says so (``NotOffered``).

``body`` is a list of the bodies of good answers where one act took several calls; each knows its
``method`` and ``path`` (``transport.Body``). They may raise ValueError, KeyError,
TypeError, AttributeError and IndexError for what they cannot read: that counts as no answer.
"""

from ..providers.canadapost import booking as canadapost
from ..providers.dhl_express import booking as dhl_express
from ..providers.dhl_parcel_de import booking as dhl_parcel_de
from ..providers.fedex import booking as fedex
from ..providers.ups import booking as ups

READERS = {
    "canadapost": canadapost,
    "dhl_parcel_de": dhl_parcel_de,
    "fedex": fedex,
    "mydhl": dhl_express,
    "ups": ups,
}
