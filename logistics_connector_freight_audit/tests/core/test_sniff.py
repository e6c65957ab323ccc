"""How a file is written is found out, or asked: never guessed."""

import io
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from odoo.addons.logistics_connector_freight_audit.core import sniff as sniffer
from odoo.addons.logistics_connector_freight_audit.core.propose import propose
from odoo.addons.logistics_connector_freight_audit.core.table import Layout, Unreadable, lines
from odoo.addons.logistics_connector_freight_audit.providers import READERS
from openpyxl import Workbook

from tests.simulators.freight_bills import (
    Book,
    write_dhl,
    write_fedex,
    write_generic,
    write_ups,
    write_wide,
)
from tests.simulators.freight_bills.file import Style

HEAD = "Invoice,Date,Tracking Number,Amount"


def sniffed(data):
    return sniffer.sniff(data if isinstance(data, bytes) else data.encode(), READERS)


def table(*rows):
    return "\n".join((HEAD, *rows)) + "\n"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("decimal", [".", ","])
def test_a_dialect_is_found(delimiter, encoding, decimal):
    style = Style(delimiter, decimal, "%d.%m.%Y", encoding)
    found = sniffed(write_generic(Book(4, 40), style).data)
    layout = found.layout
    assert (layout.delimiter, layout.decimal, layout.date_order) == (delimiter, decimal, "dmy")
    assert layout.header_row == 1 and not found.provider
    assert layout.encoding == encoding
    assert found.questions == (("encoding",) if encoding == "cp1252" else ())


@pytest.mark.parametrize(
    "provider, write",
    [("ups_billing", write_ups), ("fedex_billing", write_fedex), ("dhl_billing", write_dhl)],
)
def test_a_carriers_file_is_recognised_in_both_delimiters(provider, write):
    for delimiter in ",;":
        style = Style(delimiter, date="%Y%m%d", is_trimmed=True)
        found = sniffed(write(Book(4, 30), style).data)
        assert found.provider == provider
        assert dict(found.scores)[provider] >= 80
        assert all(score < 80 for code, score in found.scores if code != provider)


def test_dates_that_may_be_two_are_asked():
    found = sniffed(table("A1,03/04/2026,X0001234,1.50", "A1,05/06/2026,X0001235,2.50"))
    assert found.layout.date_order == "" and "date_order" in found.questions
    found = sniffed(table("A1,13/04/2026,X0001234,1.50", "A1,05/06/2026,X0001235,2.50"))
    assert found.layout.date_order == "dmy" and not found.questions
    found = sniffed(table("A1,04/13/2026,X0001234,1.50", "A1,05/06/2026,X0001235,2.50"))
    assert found.layout.date_order == "mdy" and not found.questions
    found = sniffed(table("A1,04/13/2026,X0001234,1.50", "A1,13/06/2026,X0001235,2.50"))
    assert found.layout.date_order == "" and "date_orders" in found.questions


@given(st.lists(st.dates(), min_size=1, max_size=20), st.sampled_from(("%d/%m/%Y", "%m/%d/%Y")))
def test_an_order_of_dates_is_never_the_wrong_one(days, shape):
    cells = [day.strftime(shape) for day in days if day.year > 999]
    order, question = sniffer.date_order_of(cells)
    assert order in ("", "dmy" if shape == "%d/%m/%Y" else "mdy")
    assert bool(order) != bool(question) or not cells


def test_a_decimal_sign_that_may_be_two_is_asked():
    assert sniffer.decimal_of(["1.234", "5.678"]) == (".", "decimal")
    assert sniffer.decimal_of(["1.234", "5,67"]) == (",", "")
    assert sniffer.decimal_of(["1.234,50"]) == (",", "")
    assert sniffer.decimal_of(["1,50", "2.50"])[1] == "decimal"
    assert sniffer.decimal_of(["12", "Ground"]) == (".", "")


@pytest.mark.parametrize(
    "data, word",
    [
        (b"  \n", "empty"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....", ".xls"),
        (b"a,b\x00c\n", "no text"),
        (b"PK\x03\x04 no workbook at all", "XLSX"),
    ],
)
def test_what_is_no_table_is_said_in_plain_words(data, word):
    with pytest.raises(Unreadable, match=word):
        sniffed(data)


@settings(max_examples=60)
@given(st.binary(max_size=400))
def test_any_bytes_are_sniffed_or_refused(data):
    try:
        found = sniffed(data)
    except Unreadable:
        return
    for line in found.lines:
        assert all(isinstance(cell, str) for cell in line.raw)


@settings(max_examples=60)
@given(
    st.lists(st.lists(st.text(max_size=12), max_size=60), max_size=8),
    st.sampled_from(sorted(READERS)),
)
def test_no_reader_stumbles_over_any_row(table_of, code):
    heads = {
        "fedex_billing": write_fedex(Book(1, 1)).data.splitlines()[0],
        "dhl_billing": write_dhl(Book(1, 1), Style()).data.splitlines()[0],
        "ups_billing": b"",
    }
    data = heads[code] + b"\r\n" + Style().bytes(table_of)
    layout = sniffer.Layout()
    count = sum(1 for _line in lines(io.BytesIO(data), layout))
    rows = list(READERS[code].read(lines(io.BytesIO(data), layout), layout))
    assert [row.number for row in rows] == list(range(1, count + 1))


def test_an_open_quotation_mark_swallows_no_row_in_silence():
    rows = [f"A1,2026-04-13,X000{n:04},1.5{n % 10}" for n in range(40)]
    rows[5] = 'A1,2026-04-13,"X0000005,1.55'
    rows[9] = 'A1,2026-04-13,X"0000009",1.59'
    rows[20] = 'A1,2026-04-13,"X0000020,1.50'
    found = list(lines(io.BytesIO(table(*rows).encode()), sniffer.Layout()))
    bad = [line for line in found if line.aside]
    assert [dict(line.aside.values)["first"] for line in bad] == [7, 22]
    assert {line.aside.code for line in bad} == {"quote"}
    assert [line.number for line in found] == list(range(1, 42))
    assert all("X" in "".join(line.raw) for line in found[1:])


def test_a_cell_without_end_is_set_aside_not_loaded():
    data = table("A1,2026-04-13,X0000001,1.50", 'A1,2026-04-13,"X' + "a" * 300_000)
    found = list(lines(io.BytesIO(data.encode()), sniffer.Layout()))
    assert [bool(line.aside) for line in found] == [False, False, True]
    assert found[-1].aside.code == "unreadable"


def test_an_address_over_two_lines_is_one_row():
    data = table('A1,2026-04-13,"X1\nfloor 2",1.50')
    found = list(lines(io.BytesIO(data.encode()), sniffer.Layout()))
    assert [line.aside for line in found] == [None, None]


def workbook(*rows):
    book, out = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def test_a_workbook_keeps_its_numbers_and_dates():
    from datetime import datetime

    data = workbook(
        HEAD.split(","),
        ["A1", datetime(2026, 4, 3), 123456789012, 12.1],
        ["A1", datetime(2026, 4, 3), 1234567890123456789012, -0.3],
        [None, None, None, None],
    )
    found = sniffed(data)
    assert found.layout.is_workbook and found.layout.header_row == 1 and not found.questions
    first, second = found.lines[1].cells, found.lines[2].cells
    assert found.lines[1].raw == ("A1", "2026-04-03", "123456789012", "12.1")
    assert (first[3], second[3]) == (Decimal("12.1"), Decimal("-0.3"))
    assert "E+" in second[2]


def test_a_workbook_with_broken_styles_is_told_so():
    import zipfile

    data = io.BytesIO(workbook(["Number", "Net"], ["A-1", 2.5]))
    broken = io.BytesIO()
    with zipfile.ZipFile(data) as source, zipfile.ZipFile(broken, "w") as target:
        for one in source.infolist():
            content = source.read(one)
            if one.filename == "xl/styles.xml":
                content = content.replace(b"<fill>", b"<fill/><!--").replace(b"</fill>", b"-->")
            target.writestr(one, content)
    with pytest.raises(Unreadable, match="XLSX"):
        sniffed(broken.getvalue())


def test_ups_data_that_somebody_saved_as_a_workbook_are_recognised():
    rows = [line.cells for line in lines(io.BytesIO(write_ups(Book(2, 12)).data), sniffer.Layout())]
    found = sniffed(workbook(*(list(map(str, row)) for row in rows)))
    assert found.provider == "ups_billing"


def test_the_columns_of_an_unknown_table_are_proposed():
    found = sniffed(write_generic(Book(4, 40)).data)
    names = found.lines[0].cells
    proposed = propose(names, [line.cells for line in found.lines[1:30]], found.layout)
    said = {names[one.column]: one.field for one in proposed.fields}
    assert said["Rechnungsnummer"] == "number"
    assert said["Rechnungsdatum"] == "date"
    assert said["Sendungsnummer"] == "tracking"
    assert said["Lieferschein"] == "reference:shipment"
    assert said["Versanddatum"] == "ship_date"
    assert said["Leistung"] == "description"
    assert said["Nettobetrag"] == "net"
    assert said["MwSt"] == "tax"
    assert said["Währung"] == "currency"
    assert all(0 < one.score <= 100 for one in proposed.fields)
    assert len({one.field for one in proposed.fields}) == len(proposed.fields)


def test_pairs_side_by_side_are_proposed():
    found = sniffed(write_wide(Book(4, 40)).data)
    names = found.lines[0].cells
    proposed = propose(names, [line.cells for line in found.lines[1:30]], found.layout)
    assert proposed.pairs[:2] == ((5, 6), (7, 8))
    assert {"number", "tracking", "net"} <= {one.field for one in proposed.fields}


def test_a_column_of_words_is_no_amount_whatever_it_is_called():
    proposed = propose(("Amount", "Foo"), [("n/a", "bar")] * 5, sniffer.Layout())
    assert "net" not in {one.field for one in proposed.fields}
    assert proposed.open


def test_no_database_is_asked_to_keep_a_nul():
    source = io.BytesIO(b"a;b\r\n1\x00;2\r\n")
    assert [line.raw for line in lines(source, Layout(delimiter=";"))] == [
        ("a", "b"),
        ("1\ufffd", "2"),
    ]
