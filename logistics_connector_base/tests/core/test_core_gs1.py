"""GS1 keys in URNs and Digital Links."""

import pytest
from odoo.addons.logistics_connector_base.core.gs1 import check_digit, coordinates, key_of


@pytest.mark.parametrize(
    ("uri", "key"),
    [
        ("urn:epc:id:sscc:4012345.1234567890", ("sscc", "140123452345678902")),
        ("urn:epc:id:sscc:4012345.0000000001", ("sscc", "040123450000000016")),
        ("https://id.gs1.org/00/040123450000000016", ("sscc", "040123450000000016")),
        ("https://example.com/some/path/00/040123450000000016?x=1", ("sscc", "040123450000000016")),
        ("urn:epc:id:gsin:4012345.123456789", ("gsin", "40123451234567894")),
        ("urn:epc:id:ginc:4012345.CONS7", ("ginc", "4012345CONS7")),
        ("urn:epc:id:sgln:4012345.00001.7", ("sgln", "4012345000016")),
        ("https://id.gs1.org/414/4012345000016/254/7", ("sgln", "4012345000016")),
        ("https://id.gs1.org/00/040123450000000017", None),  # wrong check digit
        ("urn:epc:id:sscc:4012345.123", None),
        ("urn:epc:id:sscc:4012345.٠000000001", None),
        ("urn:epc:id:sgtin:4012345.011111.987", None),
        ("https://id.gs1.org/01/04012345000016", None),
        ("", None),
    ],
)
def test_numbers_in_uris(uri, key):
    assert key_of(uri) == key


def test_check_digit_of_the_general_specifications():
    assert check_digit("629104150021") == "3"  # the example of GS1's own calculator
    assert check_digit("37610425002123456") == "9"


def test_coordinates():
    assert coordinates("geo:53.5461,9.9661") == (53.5461, 9.9661)
    assert coordinates("geo:-33.9,18.4,12;u=10") == (-33.9, 18.4)
    assert coordinates("geo:95,0") is None
    assert coordinates("urn:epc:id:sgln:4012345.00001.7") is None
