"""Our own label: readable, scannable, and never a command to the printer."""

import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from odoo.addons.logistics_connector_carrier.core.booking import Party
from odoo.addons.logistics_connector_carrier.core.own_label import Label, address_lines, pdf, zpl

LABEL = Label(
    number="RR473124829GB",
    carrier="Night Courier",
    service="Standard",
    sender=("Northern Shop", "Kai 4", "20095 Hamburg", "DE"),
    recipient=("Łucja Żak", "ul. Długa 3", "80-831 Gdańsk", "PL"),
    part="2/3",
    weight="4.5 kg",
    reference="WH/OUT/00042-1",
)


def fields(text):
    return re.findall(r"\^FD(.*?)\^FS", text)


def test_zpl_says_what_is_on_the_label():
    text = zpl(LABEL).decode()
    assert text.startswith("^XA") and text.endswith("^XZ")
    assert "^PW800" in text and "^LL1200" in text and "^CI28" in text
    printed = fields(text)
    for line in ("Night Courier · Standard", *LABEL.recipient, "2/3   4.5 kg", "WH/OUT/00042-1"):
        assert line in printed, line
    assert re.search(r"\^BCN,.*\^FDRR473124829GB\^FS", text)
    assert "RETURN" not in text
    assert "RETURN" in zpl(replace(LABEL, is_return=True)).decode()


@given(st.text(max_size=80))
def test_no_name_is_a_command(name):
    text = zpl(replace(LABEL, recipient=(name, "Street 1"))).decode()
    assert text.count("^XA") == text.count("^XZ") == 1
    assert "~" not in text
    assert text.count("^FD") == text.count("^FS") - 2 == text.count("^FO") - 2  # two lines


def test_pdf_has_a_page_for_each_parcel():
    once = pdf([LABEL, replace(LABEL, part="3/3")])
    assert once.startswith(b"%PDF") and once.count(b"/Type /Page\n") == 2
    assert once == pdf([LABEL, replace(LABEL, part="3/3")])


def test_an_address_has_no_empty_lines_and_says_nothing_twice():
    party = Party(
        name="Ada", company="Ada", lines=("Kai 4",), zip="20095", city="Hamburg", country="DE"
    )
    assert address_lines(party) == ("Ada", "Kai 4", "20095 Hamburg", "DE")
