# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""The end of day of DHL Parcel DE Shipping (v2): ``POST /manifests`` closes shipments before DHL
does so by itself, at an hour of the account; ``GET /manifests`` shows what is on a day's list.

Shapes: parcel-de-shipping-v2_2.yaml (2.1.13). Each shipment has a status of its own. What was
closed before is answered by a warning, in words that are not published: the day's list decides.
"""

import json
from datetime import date, timedelta

from ...core.booking import Document, Step
from ...core.closing import NOT_CLOSED, CloseAnswer, NotTaken
from .booking import errors

__all__ = ["close", "closes", "errors", "find_close", "headers_of", "problem"]

MOST = 30  # shipments of a call (maxItems)
DAYS_BACK = 7
PROFILE = "STANDARD_GRUPPENPROFIL"
NO_WORDS = "DHL has not closed it, and does not say why."
NOT_LISTED = "It is not on DHL's list of the day."


def closes(values):
    """DHL closes days by itself; who wants to do it from here says so."""
    return bool(values.get("config.closes_days"))


def problem(request):
    return ""


def headers_of(proxy):
    """What identifies us."""
    token = proxy.authenticate().deserialize()
    return {
        "Authorization": f"Bearer {token}",
        "Accept": "application/json",
        "Content-Type": "application/json",
        "Accept-Language": proxy.settings.language or "en",
    }


def close(request, settings):
    """Close them, thirty a call; then the day's list, with its paper."""
    refused = {}
    config = settings.config or {}
    for start in range(0, len(request.shipments), MOST):
        numbers = request.shipments[start : start + MOST]
        data = {"profile": config.get("profile") or PROFILE, "shipmentNumbers": list(numbers)}
        exchange = yield Step("POST", "/v2/manifests", body=json.dumps(data).encode())
        if not exchange.ok and not (exchange.status == 400 and _items(exchange.body)):
            return None
        refused |= _refused(exchange.body, numbers)
    exchange = yield Step("GET", f"/v2/manifests?date={request.day}")
    if not exchange.ok and exchange.status != 404:
        return None
    listed, papers = _list(exchange)
    listed |= yield from _listed_before(request, set(refused) - listed)
    taken = tuple(one for one in request.shipments if one not in refused or one in listed)
    return CloseAnswer(
        taken=taken,
        refused=tuple(NotTaken(one, text) for one, text in refused.items() if one not in listed),
        manifests=(request.day,) if taken else (),
        documents=papers if taken else (),
        warnings=() if papers or not taken else (f"DHL's list of {request.day} is not ready yet.",),
    )


def find_close(request, settings):
    """The day's list says which of them are closed."""
    exchange = yield Step("GET", f"/v2/manifests?date={request.day}")
    if not exchange.ok and exchange.status != 404:
        return None
    listed, papers = _list(exchange)
    taken = tuple(one for one in request.shipments if one in listed)
    if not taken:
        return NOT_CLOSED
    rest = [NotTaken(one, NOT_LISTED) for one in request.shipments if one not in listed]
    return CloseAnswer(taken, tuple(rest), (request.day,), papers)


def _listed_before(request, numbers):
    """Those that DHL has closed by itself on a day before: it says of them only that it will not
    close them."""
    found = set()
    for days in range(1, DAYS_BACK + 1):
        if numbers <= found:
            break
        day = date.fromisoformat(request.day) - timedelta(days=days)
        exchange = yield Step("GET", f"/v2/manifests?date={day.isoformat()}&includeDocs=URL")
        listed, _papers = _list(exchange)
        found |= numbers & listed
    return found


def _items(body):
    try:
        return json.loads(body).get("items") or []
    except (ValueError, AttributeError):
        return []


def _refused(body, numbers):
    """{number: words} of those that were not closed; each must be named.

    :raises ValueError: one is not, so nobody knows
    """
    items = {str(item.get("shipmentNo") or ""): item.get("sstatus") or {} for item in _items(body)}
    if missing := [one for one in numbers if one not in items]:
        raise ValueError(f"nothing is said of {', '.join(missing)}")
    found = {}
    for number in numbers:
        status = items[number]
        code = str(status.get("status", status.get("statusCode")))
        if code.startswith("5"):
            raise ValueError(f"{number}: {status.get('detail') or status.get('title') or code}")
        if not code.startswith("2"):
            found[number] = status.get("detail") or status.get("title") or NO_WORDS
    return found


def _list(exchange):
    """(numbers on it, its papers); nothing where there is no list."""
    if not exchange.ok:
        return frozenset(), ()
    data = json.loads(exchange.body)
    numbers = frozenset(str(item["shipmentNo"]) for item in data.get("items") or ())
    papers = data.get("manifest") or []
    papers = papers if isinstance(papers, list) else [papers]
    return numbers, tuple(
        Document("manifest", "PDF", one["b64"], number=f"{data.get('manifestDate') or ''}-{at}")
        for at, one in enumerate(papers, 1)
        if one.get("b64")
    )
