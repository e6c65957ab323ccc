"""Every row of the simulated files is accounted for, and the sums are right to the cent."""

import io
from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from odoo.addons.logistics_connector_freight_audit.core.bill import Tally
from odoo.addons.logistics_connector_freight_audit.core.catalogue import shipped
from odoo.addons.logistics_connector_freight_audit.core.sniff import doubts, sniff
from odoo.addons.logistics_connector_freight_audit.core.table import lines
from odoo.addons.logistics_connector_freight_audit.providers import READERS
from odoo.addons.logistics_connector_freight_audit.providers.table.profile import Pair, Profile
from odoo.addons.logistics_connector_freight_audit.providers.table.read import read as read_table

from tests.simulators.freight_bills import (
    AUDIT_ERRORS,
    FILE_ERRORS,
    Book,
    write_dhl,
    write_fedex,
    write_generic,
    write_ups,
    write_wide,
)
from tests.simulators.freight_bills.file import Style

GERMAN = Profile(
    "German table",
    columns={
        "number": "Rechnungsnummer",
        "date": "Rechnungsdatum",
        "tracking": "Sendungsnummer",
        "reference:shipment": "Lieferschein",
        "ship_date": "Versanddatum",
        "billed": "Gewicht",
        "description": "Leistung",
        "net": "Nettobetrag",
        "tax": "MwSt",
        "currency": "Währung",
        "service": "Produkt",
    },
    constants={"carrier": "paket24", "weight_unit": "kg"},
)
PLACES = Profile(
    "The same by place",
    columns={
        "number": 0,
        "date": 1,
        "tracking": 2,
        "reference:shipment": 3,
        "ship_date": 4,
        "service": 5,
        "billed": 6,
        "description": 7,
        "net": 8,
        "tax": 9,
        "currency": 10,
    },
)
SEMICOLON = Style(delimiter=";", decimal=",", date="%d/%m/%Y", is_trimmed=True)
BROKEN = dict.fromkeys(FILE_ERRORS, 2)
WRITERS = {
    "ups": lambda book, errors: write_ups(book, errors=errors),
    "ups of Great Britain": lambda book, errors: write_ups(book, SEMICOLON, errors, currency="GBP"),
    "fedex": lambda book, errors: write_fedex(book, errors=errors),
    "dhl": lambda book, errors: write_dhl(book, errors=errors),
    "dhl, second dialect": lambda book, errors: write_dhl(
        book, Style(date="%Y%m%d"), errors, dialect=2, signed=1
    ),
    "table": lambda book, errors: write_generic(book, errors=errors),
}
PROVIDERS = {"ups": "ups_billing", "fed": "fedex_billing", "dhl": "dhl_billing", "tab": ""}


def taken(file, profile=GERMAN):
    """→ (rows, tally, what the sniffer found)"""
    found = sniff(file.data, READERS)
    source = lines(io.BytesIO(file.data), found.layout)
    reader = READERS.get(found.provider)
    rows = (
        reader.read(source, found.layout) if reader else read_table(source, found.layout, profile)
    )
    rows, tally = list(rows), Tally()
    for row in rows:
        tally.add(row)
    return rows, tally, found


def assert_accounted(file, rows):
    """Each row is what was written: no more, no fewer, in their order."""
    assert [row.number for row in rows] == [one.row for one in file.expected]
    for row, expected in zip(rows, file.expected, strict=True):
        kind = "aside" if row.aside else "charges" if row.bill else "nothing"
        assert (kind, row.aside.code if row.aside else "") == (expected.kind, expected.code), row
        if expected.kind == "charges":
            assert len(row.charges) == expected.count
            counted = [one for one in row.charges if not one.is_informational]
            assert sum(one.net for one in counted) == expected.net
            assert sum(one.tax for one in counted) == expected.tax
            assert {one.tracking for one in row.charges} <= {expected.tracking}
            assert row.bill.number == expected.invoice
        elif expected.kind == "aside" and expected.code != "total_line":
            known = expected.net + expected.tax if expected.is_known else None
            assert row.aside.amount == known
            assert row.aside.reason and row.raw


@pytest.mark.parametrize("name", WRITERS)
def test_every_row_is_accounted_for_and_adds_up(name):
    file = WRITERS[name](Book(7, 60, dict.fromkeys(AUDIT_ERRORS, 1)), {})
    rows, tally, found = taken(file)
    assert found.provider == PROVIDERS[name[:3]]
    assert_accounted(file, rows)
    for total in tally.totals():
        written = [one for one in file.expected if one.invoice == total.bill.number]
        assert total.net == sum(one.net for one in written)
        assert total.tax == sum(one.tax for one in written)
        assert total.told == file.told.get(total.bill.number)
        assert total.is_balanced or total.told is None


@pytest.mark.parametrize("name", WRITERS)
def test_broken_rows_are_set_aside_and_the_control_stays_true(name):
    file = WRITERS[name](Book(11, 60), BROKEN)
    assert Counter(one.kind for one in file.planted) == BROKEN
    rows, tally, _found = taken(file)
    assert_accounted(file, rows)
    assert tally.rows == len(file.expected)
    for total in tally.totals():
        written = [one for one in file.expected if one.invoice == total.bill.number]
        read = [one for one in written if one.kind == "charges"]
        aside = [one for one in written if one.kind == "aside"]
        assert total.summed == sum(one.net + one.tax for one in read)
        assert total.asides == len(aside)
        assert total.unknown == sum(not one.is_known for one in aside)
        known = sum(one.net + one.tax for one in aside if one.is_known)
        assert total.aside == known
        if total.told is not None:
            assert total.difference == file.told[total.bill.number] - total.summed - known
            assert not total.is_balanced
            assert "difference" in doubts(total)
    homes = [one for one in file.expected if one.kind == "aside" and not one.invoice]
    assert tally.homeless == len(homes)


@pytest.mark.parametrize("name", WRITERS)
@settings(max_examples=8)
@given(data=st.data())
def test_whatever_parcels_and_errors_the_ledger_is_matched(name, data):
    seed, size = data.draw(st.integers(0, 10_000)), data.draw(st.integers(16, 40))
    audit = data.draw(st.dictionaries(st.sampled_from(AUDIT_ERRORS), st.integers(0, 2)))
    broken = data.draw(st.dictionaries(st.sampled_from(sorted(FILE_ERRORS)), st.integers(0, 1)))
    file = WRITERS[name](Book(seed, size, audit), broken)
    rows, _tally, _found = taken(file)
    assert_accounted(file, rows)


def test_a_total_that_does_not_add_up_is_said():
    off = Decimal("10.01")
    for file in (write_ups(Book(3, 20), off=off), write_dhl(Book(3, 20), off=off)):
        _rows, tally, _found = taken(file)
        wrong = [total for total in tally.totals() if total.difference]
        assert [total.difference for total in wrong] == [off]
        assert "difference" in doubts(wrong[0])


def test_an_informational_row_is_shown_and_never_summed():
    rows, tally, _found = taken(write_ups(Book(3, 20)))
    shown = [charge for row in rows for charge in row.charges if charge.is_informational]
    assert len(shown) == 20 and all(charge.net for charge in shown)
    assert sum(total.informational for total in tally.totals()) == 20
    assert all(total.is_balanced for total in tally.totals())


def test_the_same_discount_is_read_whichever_way_it_is_signed():
    book = Book(5, 30)
    nets = []
    for signed in (1, -1):
        rows, _tally, _found = taken(write_dhl(book, signed=signed))
        nets.append([[one.net for one in row.charges] for row in rows])
    assert nets[0] == nets[1]


def test_a_table_without_header_is_read_by_places():
    file = write_generic(Book(9, 30), has_header=False)
    rows, _tally, found = taken(file, PLACES)
    assert found.layout.header_row == 0
    assert_accounted(file, rows)


def test_a_line_of_totals_is_no_charge_but_controls():
    book = Book(9, 30)
    file = write_generic(book, invoices=1, has_total=True)
    rows, tally, _found = taken(file)
    assert_accounted(file, rows)
    (total,) = tally.totals()
    assert (total.told, total.difference, total.asides) == (file.told["RE-2026000"], 0, 0)


def test_pairs_side_by_side_make_the_rows_own_sum():
    profile = Profile(
        "wide",
        columns={
            "number": "Invoice",
            "date": "Invoice Date",
            "tracking": "Tracking Number",
            "currency": "Currency",
            "net": "Net Amount",
        },
        pairs=tuple(Pair(f"Amount {n}", f"Charge {n}") for n in range(1, 7)),
    )
    file = write_wide(Book(13, 30))
    rows, _tally, _found = taken(file, profile)
    assert_accounted(file, rows)
    file.data = file.data.replace(rows[3].raw[6].encode(), b"999.99", 1)
    rows, tally, _found = taken(file, profile)
    (aside,) = [row.aside for row in rows if row.aside]
    assert aside.code == "parts"
    assert tally.totals()[0].aside == aside.amount


@pytest.mark.parametrize("name", WRITERS)
def test_charges_find_their_place_in_the_catalogue_and_the_unknown_one_is_said(name):
    catalogue = shipped()
    rows, _tally, _found = taken(WRITERS[name](Book(7, 80, {"unmapped": 2}), {}))
    kinds = Counter()
    for row in rows:
        for charge in row.charges:
            found = catalogue.find(row.bill.carrier, charge)
            kinds[found.entry.kind if found.entry else "unmapped"] += 1
    assert kinds["unmapped"] == 2
    assert sum(catalogue.unmapped.values()) == 2
    assert {"moonlight handling"} == {key[2].lower() for key in catalogue.unmapped}
    assert kinds["base"] and kinds["fuel"] and kinds["accessorial"]
