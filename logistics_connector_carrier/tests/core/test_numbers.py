"""Numbers of parcels: what is printed is what scanners take, and no two are the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from odoo.addons.logistics_connector_carrier.core.numbers import CHECKS, number_of, serial_of


@pytest.mark.parametrize(
    ("check", "prefix", "serial", "suffix", "expected"),
    [
        ("s10", "RR", "47312482", "GB", "RR473124829GB"),  # the example of the standard
        ("s10", "CX", "00000000", "DE", "CX000000005DE"),  # 11 is 5
        ("gs1", "", "10614141234567890", "", "106141412345678908"),
        ("mod10", "", "56310243031", "", "563102430313"),
        ("mod7", "020-", "1234567", "", "020-12345675"),
        ("none", "NC", "0042", "X", "NC0042X"),
    ],
)
def test_check_digits_are_the_published_ones(check, prefix, serial, suffix, expected):
    assert number_of(prefix, serial, check, suffix) == expected


def test_a_postal_serial_has_eight_digits():
    with pytest.raises(ValueError):
        number_of("RR", "123", "s10", "DE")


@given(
    st.sampled_from(sorted(CHECKS)),
    st.integers(0, 10**8 - 500),
    st.lists(st.integers(0, 499), min_size=2, max_size=2, unique=True),
)
def test_no_two_serials_give_one_number(check, first, offsets):
    first = f"{first:08}"
    one, other = (number_of("AB", serial_of(first, offset), check) for offset in offsets)
    assert one != other
    assert len(one) == len(other)


@given(st.integers(0, 10**8 - 1), st.integers(0, 7), st.integers(1, 9))
def test_a_misread_digit_is_found(number, place, wrong):
    serial = f"{number:08}"
    other = str((int(serial[place]) + wrong) % 10)
    misread = serial[:place] + other + serial[place + 1 :]
    assert number_of("", serial, "gs1")[-1] != number_of("", misread, "gs1")[-1]


def test_a_range_ends_where_its_digits_end():
    assert serial_of("0098", 1) == "0099"
    with pytest.raises(OverflowError):
        serial_of("98", 2)
