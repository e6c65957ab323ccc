"""A whole month of bills is read to the cent, and every charge but the planted ones has a name."""

import io
from collections import Counter
from dataclasses import replace
from functools import cache

import pytest
from odoo.addons.logistics_connector_freight_audit.core.bill import Tally
from odoo.addons.logistics_connector_freight_audit.core.catalogue import shipped
from odoo.addons.logistics_connector_freight_audit.core.sniff import BYTES, sniff
from odoo.addons.logistics_connector_freight_audit.core.table import lines
from odoo.addons.logistics_connector_freight_audit.providers import READERS
from odoo.addons.logistics_connector_freight_audit.providers.table.profile import Profile
from odoo.addons.logistics_connector_freight_audit.providers.table.read import read as read_table

from tests.simulators.freight_month import Month

# Told apart from the carriage, or instead of it.
CARRIAGE = ("discount", "earned_discount", "minimum_charge")


@cache
def month():
    return Month(3, 600)


def rows_of(file):
    """The rows of a file, as somebody imports it who answers what it does not say."""
    agreement = next(one for one in month().agreements if one["carrier"] == file.carrier)
    sample = file.data if file.name.endswith(".xlsx") else file.data[:BYTES]
    found = sniff(sample, READERS)
    assert found.provider == ("" if file.provider == "table" else file.provider)
    layout = replace(found.layout, **agreement["answers"])
    stream = lines(io.BytesIO(file.data), layout)
    if file.provider == "table":
        return list(read_table(stream, layout, Profile.from_json(agreement["table"])))
    return list(READERS[file.provider].read(stream, layout))


@pytest.mark.parametrize("carrier", ["ups", "fedex", "dhl_express", "valley"])
def test_the_month_is_read_to_the_cent(carrier):
    wrong = {one.invoice: one.amount for one in month().planted if one.kind == "total_wrong"}
    for file in (one for one in month().files if one.carrier == carrier):
        tally = Tally()
        for row in rows_of(file):
            assert not row.aside and not row.flags, (file.name, row)
            tally.add(row)
        for total, told in zip(tally.totals(), file.invoices, strict=True):
            assert total.bill.number == told["number"]
            assert (total.net, total.tax) == (told["net"], told["tax"])
            assert (total.told, total.bill.currency) == (told["total"], told["currency"])
            assert total.difference == wrong.get(told["number"], 0)
            assert total.bill.is_credit == (told["total"] < 0)


@pytest.mark.parametrize("carrier", ["ups", "fedex", "dhl_express", "valley"])
def test_charges_have_their_names(carrier):
    read, written, catalogue = Counter(), Counter(), shipped()
    for file in (one for one in month().files if one.carrier == carrier and not one.is_copy):
        for row in rows_of(file):
            for charge in row.charges:
                found = catalogue.find(row.bill.carrier, charge).entry
                key = found.key if found else "unmapped"
                if key != "information":
                    read["base_freight" if key in CARRIAGE else key] += charge.net
    for line in month().lines():
        if line.carrier == carrier and not line.is_informational:
            written["base_freight" if line.key in CARRIAGE else line.key] += line.net
    assert read == written
