"""From whom a mail with bills is taken."""

import pytest
from odoo.addons.logistics_connector_freight_audit.core.sender import matches, wrong

TOLD = "Billing@Carrier.example, @invoices.example"


@pytest.mark.parametrize("address", ["billing@carrier.example", "any.one@invoices.example"])
def test_an_address_or_its_domain_is_known(address):
    assert matches(address, TOLD)


@pytest.mark.parametrize(
    "address",
    [
        "",
        None,
        "@invoices.example",
        "other@carrier.example",
        "billing@carrier.example.evil.example",
        "x@evil-invoices.example",
        "x@sub.invoices.example",
        "invoices.example",
    ],
)
def test_what_only_resembles_is_not(address):
    assert not matches(address, TOLD)


def test_nobody_is_known_where_nothing_is_told():
    assert not matches("a@b.example", "")
    assert not matches("a@b.example", " , ,")


def test_what_is_no_address_is_named():
    assert wrong(TOLD) == ()
    assert wrong("ups.example, @ups, a@b.example, a b@c.example, x@@y.example") == (
        "ups.example",
        "@ups",
        "a b@c.example",
        "x@@y.example",
    )
