"""What a carrier without an interface is told: what is in it is read back, and nothing more."""

import csv
import io

from hypothesis import given
from hypothesis import strategies as st
from odoo.addons.logistics_connector_carrier.core.manifest import COLUMNS, Row, as_csv, as_pdf

ROW = Row(
    action="book",
    number="RR473124829US",
    reference="WH/OUT/00042-1",
    order="S00012",
    service="STD",
    date="2026-03-20",
    weight="4.5",
    is_return="",
    company="Amador Boats",
    name="Ruth <Amador> & Łucja",
    street="1750 Lakeshore Dr",
    zip="49441",
    city="Muskegon",
    country="US",
    phone="",
)


def read(content):
    return list(csv.reader(io.StringIO(content.decode(), newline="")))


def test_a_file_has_a_heading_and_a_row_for_each_parcel():
    head, row = read(as_csv([ROW]))
    assert tuple(head) == COLUMNS
    assert row[:3] == ["book", "RR473124829US", "WH/OUT/00042-1"]


@given(st.text(alphabet=st.characters(exclude_categories=("Cs",), exclude_characters="\0")))
def test_no_name_is_a_formula_and_none_is_lost(name):
    _head, row = read(as_csv([Row(*("x",) * 9, name, *("x",) * 5)]))
    assert not row[9].startswith(("=", "+", "-", "@", "\t", "\r"))
    assert row[9].removeprefix("'") == name.removeprefix("'")


def test_on_paper():
    content = as_pdf("Night Courier, 20 March", [ROW] * 60)
    assert content.startswith(b"%PDF")
    assert content.count(b"/Type /Page\n") > 1
