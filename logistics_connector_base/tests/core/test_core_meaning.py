"""What a code means where partners differ: laws of core/meaning.py."""

from hypothesis import given
from hypothesis import strategies as st
from odoo.addons.logistics_connector_base.core.meaning import (
    EVERYBODY,
    Meaning,
    Row,
    as_heard_from,
    find,
    table_of,
)

ROWS = st.builds(
    lambda connection, code, sub, priority, serial: Row(
        connection, code, sub, priority, serial, Meaning(serial, f"MEANS_{serial}")
    ),
    st.sampled_from([EVERYBODY, 1, 2, 3]),
    st.sampled_from(["A", "B"]),
    st.sampled_from(["", "x", "y"]),
    st.integers(0, 3),
    st.integers(1, 9),
)
TABLES = st.lists(ROWS, unique_by=lambda row: row.serial)


def row(connection, sub, code, priority=50, serial=1):
    return Row(connection, "A", sub, priority, serial, Meaning(serial, code))


def test_the_highest_priority_then_the_newest():
    rows = [row(0, "", "OLD", serial=1), row(0, "", "NEW", serial=2), row(0, "", "LOW", 10, 3)]
    assert find(table_of(rows), "A", "").code == "NEW"
    assert find(table_of([*rows, row(0, "", "HIGH", 60)]), "A", "x").code == "HIGH"


def test_a_partners_own_meaning_goes_before_everybodys():
    table = table_of([row(0, "x", "EXACT", 90), row(7, "", "OWN", 10)])
    assert find(table, "A", "x", [7]).code == "OWN"
    assert find(table, "A", "x", [8]).code == "EXACT"
    assert find(table, "A", "x").code == "EXACT"
    assert find(table, "B", "x", [7]) is None


def test_of_one_partners_rows_the_exact_one():
    table = table_of([row(7, "", "ANY", 90), row(7, "x", "EXACT", 10)])
    assert find(table, "A", "x", [7]).code == "EXACT"
    assert find(table, "A", "y", [7]).code == "ANY"


def test_of_two_partners_the_exact_one_then_the_higher_then_the_newer():
    table = table_of([row(7, "", "ANY", 90), row(8, "x", "EXACT", 10)])
    assert find(table, "A", "x", [7, 8]).code == "EXACT"
    table = table_of([row(7, "", "SEVEN", 50, 1), row(8, "", "EIGHT", 50, 2)])
    assert find(table, "A", "x", [7, 8]).code == "EIGHT"


@given(TABLES, st.permutations([1, 2, 3]), st.sampled_from("ABC"), st.sampled_from(["", "x", "z"]))
def test_who_told_it_first_does_not_matter(rows, connections, code, sub_code):
    table = table_of(rows)
    assert find(table, code, sub_code, connections) == find(table, code, sub_code, [1, 2, 3])


@given(TABLES, st.randoms())
def test_the_order_of_the_rows_does_not_matter(rows, random):
    mixed = list(rows)
    random.shuffle(mixed)
    assert table_of(mixed) == table_of(rows)


@given(TABLES, st.sampled_from([0, 1, 2]), st.sampled_from("ABC"), st.sampled_from(["", "x", "z"]))
def test_a_glance_understands_one_partner_as_the_inbox_does(rows, connection, code, sub_code):
    table = table_of(rows)
    heard = as_heard_from(table, connection)
    found = find(table, code, sub_code, [connection])
    assert (heard.get((code, sub_code)) or heard.get((code, ""))) == (found and found.code)


@given(TABLES, st.sampled_from("AB"), st.sampled_from(["", "x"]))
def test_without_rows_of_their_own_all_partners_mean_the_same(rows, code, sub_code):
    table = table_of([row for row in rows if row.connection == EVERYBODY])
    assert find(table, code, sub_code, [1, 2]) == find(table, code, sub_code)
