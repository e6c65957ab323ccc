# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Which column of an unknown table may hold what: proposed with scores, confirmed by a person."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

from .cells import CURRENCIES, amount, day, text

# How columns are called, in English, German, French, Spanish, Italian and Dutch.
WORDS = {
    "number": "invoice number|invoice no|invoice|bill number|rechnungsnummer|rechnung nr|numéro de "
    "facture|facture|número de factura|factura|numero fattura|factuurnummer",
    "account": "account|account number|customer number|kundennummer|compte|numéro de compte|cuenta|"
    "codice cliente|klantnummer",
    "date": "invoice date|bill date|rechnungsdatum|date de facture|fecha de factura|data fattura|"
    "factuurdatum",
    "due": "due date|payment due|fälligkeit|échéance|vencimiento|scadenza|vervaldatum",
    "currency": "currency|curr|ccy|währung|devise|moneda|valuta",
    "total": "invoice total|invoice amount|amount due|rechnungsbetrag|total facture|total factura",
    "carrier": "carrier|carrier name|frachtführer|spediteur|transporteur|transportista|vettore",
    "tracking": "tracking number|tracking|tracking no|tracking id|awb|waybill|waybill number|"
    "shipment number|pro number|parcel number|sendungsnummer|paketnummer|numéro de suivi|"
    "numéro de colis|número de seguimiento|zendingnummer",
    "master": "master tracking number|lead shipment number|master awb|consignment",
    "ship_date": "ship date|shipment date|shipping date|pickup date|versanddatum|date d'expédition|"
    "fecha de envío|data spedizione|verzenddatum",
    "delivery_date": "delivery date|pod date|delivered|zustelldatum|lieferdatum|date de livraison|"
    "fecha de entrega",
    "service": "service|service type|product|product name|produkt|dienst|prestation|servicio",
    "zone": "zone|zone code|tarifzone|zona",
    "entered": "entered weight|actual weight|declared weight|gewicht|poids|peso",
    "billed": "billed weight|rated weight|chargeable weight|weight|abrechnungsgewicht|"
    "poids facturé|peso facturado",
    "weight_unit": "weight unit|weight uom|uom|gewichtseinheit|unité de poids",
    "payer": "payer|payor|bill option|zahler|payeur",
    "code": "charge code|accessorial code|surcharge code|leistungsart code|code frais",
    "description": "charge description|charge|charge name|charge type|accessorial|surcharge|"
    "description|leistungsart|leistung|bezeichnung|libellé|concepto|descrizione|omschrijving",
    "told_class": "charge class|charge category|charge classification|kategorie|catégorie",
    "net": "net amount|net charge|amount|charge amount|net|nettobetrag|netto|betrag|montant ht|"
    "montant|importe|importe neto|imponibile|bedrag",
    "gross": "gross amount|total amount|amount incl vat|bruttobetrag|brutto|montant ttc|"
    "importe total|totaal",
    "tax": "tax|vat|vat amount|mwst|mehrwertsteuer|ust|tva|iva|btw",
    "list_amount": "list amount|list price|published charge|gross charge|listenpreis|prix public",
    "discount": "discount|incentive|rabatt|nachlass|remise|descuento|sconto|korting",
    "reference:shipment": "shipment reference|delivery note|reference|reference 1|referenz|"
    "lieferschein|référence|referencia|riferimento|referentie",
    "reference:customer": "customer reference|order reference|order number|sales order|"
    "bestellnummer|auftragsnummer|référence client|pedido",
    "reference:po": "po number|purchase order|po",
    "reference:bol": "bol|bill of lading",
}
_WORDS = {name: tuple(words.split("|")) for name, words in WORDS.items()}
_AMOUNTS = {"total", "net", "gross", "tax", "list_amount", "discount"}
_WEIGHTS = {"entered", "billed"}
_DATES = {"date", "due", "ship_date", "delivery_date"}
# Below this, a column is nobody's.
LEAST = 55
_NUMBERED = re.compile(r"[ _.-]*\d+\Z|(?<=\w)[ _.-]*\d+(?=\s)")
_CURRENCY = re.compile(r"[A-Z]{3}\Z")
_TRACKED = re.compile(r"(?=.*\d{4})[A-Za-z0-9 -]{7,40}\Z")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A column (counted from 0) that may be a field. ``score`` is of 100: what it is called, and
    what stands in it. ``others`` are the next best fields of this column."""

    column: int
    name: str
    field: str
    score: int
    others: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Proposed:
    """``fields`` at most one column each; ``pairs`` are columns (description, amount) that stand
    side by side again and again; ``open`` are columns that nobody claimed."""

    fields: tuple[Proposal, ...]
    pairs: tuple[tuple[int, int], ...]
    open: tuple[int, ...]


def propose(names, rows, layout):
    """Which column may hold what.

    :param names: of the columns; empty where the table has no header (then contents alone count)
    :param rows: a few rows of cells
    """
    width = max([len(names), *map(len, rows)], default=0)
    names = [_plain(names[at]) if at < len(names) else "" for at in range(width)]
    columns = [[row[at] for row in rows if at < len(row) and text(row[at])] for at in range(width)]
    kinds = [_kinds(column, layout) for column in columns]
    pairs = _pairs(names, kinds)
    paired = {at for pair in pairs for at in pair}
    scored = []
    for at in set(range(width)) - paired:
        for field in _WORDS:
            score = _score(field, names[at], kinds[at])
            if score >= LEAST:
                scored.append((score, field, at))
    chosen, taken, alternatives = {}, set(), {}
    for score, field, at in sorted(scored, key=lambda one: (-one[0], one[2], one[1])):
        alternatives.setdefault(at, []).append((field, score))
        if field not in taken and at not in chosen:
            chosen[at] = (field, score)
            taken.add(field)
    fields = tuple(
        Proposal(
            at, names[at], field, score, tuple(o for o in alternatives[at] if o[0] != field)[:3]
        )
        for at, (field, score) in sorted(chosen.items())
    )
    unclaimed = tuple(sorted(set(range(width)) - paired - set(chosen)))
    return Proposed(fields, pairs, unclaimed)


def _plain(name):
    return " ".join(re.sub(r"[_./#:()-]+", " ", text(name).lower()).split())


def _kinds(column, layout):
    """Which shares of the cells are amounts, dates, currencies, tracking numbers."""
    if not column:
        return {}
    size = len(column)
    return {
        "amount": sum(_is(amount, cell, layout.decimal) for cell in column) / size,
        "date": sum(_is(day, cell, layout.date_order or "dmy") for cell in column) / size,
        "currency": sum(_is_currency(cell) for cell in column) / size,
        "tracking": sum(bool(_TRACKED.match(text(cell))) for cell in column) / size,
        "several": len(set(map(text, column))) > 1,
    }


def _is(read, cell, how):
    try:
        return read(cell, how) is not None
    except ValueError:
        return False


def _is_currency(cell):
    return bool(_CURRENCY.match(text(cell))) and text(cell) in CURRENCIES


def _score(field, name, kinds):
    """The name makes up to 80, what stands there 20, or takes 60 away where it cannot be."""
    called = max((_alike(name, word) for word in _WORDS[field]), default=0) if name else 0
    score = 80 * called
    if not kinds:
        return round(score)
    wanted = _wanted(field)
    if wanted:
        share = kinds[wanted]
        score += 20 if share > 0.8 else -60 if share < 0.5 else 0
        if not name:
            # Without names only what is plainly itself is proposed.
            sure = field in ("currency", "tracking") and share > 0.8
            score = 60 if sure and (field == "currency" or not _looks(kinds)) else 0
    elif kinds["amount"] > 0.9 and field in ("description", "service", "carrier"):
        score -= 60
    else:
        score += 10
    return max(0, min(100, round(score)))


def _looks(kinds):
    return kinds["date"] > 0.8 or not kinds["several"]


def _wanted(field):
    if field in _AMOUNTS or field in _WEIGHTS:
        return "amount"
    if field in _DATES:
        return "date"
    return field if field in ("currency", "tracking") else ""


def _alike(name, word):
    if name == word:
        return 1.0
    mine, his = set(name.split()), set(word.split())
    shared = len(mine & his) / len(mine | his)
    return max(shared, 0.9 * SequenceMatcher(None, name, word).ratio()) * 0.95


def _pairs(names, kinds):
    """Columns that repeat: a description (words), then its amount, at least twice."""
    found = []
    for at in range(len(names) - 1):
        first, second = _NUMBERED.sub("", names[at]), _NUMBERED.sub("", names[at + 1])
        if not first or first == second:
            continue
        numbers = kinds[at + 1].get("amount", 1) > 0.8
        words = kinds[at].get("amount", 0) < 0.5
        called = max(_alike(second, word) for word in (*_WORDS["net"], "cost", "price"))
        if words and numbers and called > 0.5:
            found.append(((first, second), (at, at + 1)))
    names_of = [pair for pair, _places in found]
    return tuple(places for pair, places in found if names_of.count(pair) > 1)
