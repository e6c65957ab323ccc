"""What comes attached to a mail: tables, archives of them, and archives that mean harm."""

import io
import stat
import struct
import zipfile

import pytest
from odoo.addons.logistics_connector_freight_audit.core import unpack as core
from odoo.addons.logistics_connector_freight_audit.core.unpack import Budget, unpack

TABLE = b"Invoice;Amount\r\n4711;12,50\r\n"


def archive(*entries, packed=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", packed) as made:
        for name, data in entries:
            made.writestr(name, data)
    return out.getvalue()


def told(parts):
    return [(part.name, part.reason) for part in parts]


@pytest.mark.parametrize("name", ["week.csv", "WEEK.TXT", "week.xlsx", "week.tsv"])
def test_a_table_is_taken_as_it_is(name):
    (part,) = unpack(name, TABLE)
    assert (part.name, part.data, part.reason) == (name, TABLE, "")


@pytest.mark.parametrize("name", ["logo.png", "invoice.pdf", "bill.exe", "bill", ""])
def test_what_is_no_table_is_told(name):
    (part,) = unpack(name, TABLE)
    assert (part.data, part.reason) == (b"", "kind")


def test_an_empty_table_is_told():
    assert told(unpack("week.csv", b" \r\n")) == [("week.csv", "empty")]


def test_an_archive_brings_each_of_its_tables():
    data = archive(("2026/", ""), ("2026/a.csv", TABLE), ("b.txt", b"x"), ("read me.pdf", b"%PDF"))
    parts = unpack("bills.zip", data)
    assert told(parts) == [
        ("bills.zip/a.csv", ""),
        ("bills.zip/b.txt", ""),
        ("bills.zip/read me.pdf", "kind"),
    ]
    assert parts[0].data == TABLE


def test_what_a_system_leaves_behind_is_no_file():
    data = archive(("__MACOSX/._a.csv", b"x"), (".DS_Store", b"x"), ("a.csv", TABLE))
    assert told(unpack("a.zip", data)) == [("a.zip/a.csv", "")]


def test_an_archive_is_known_by_what_it_holds():
    assert told(unpack("bills.csv", archive(("a.csv", TABLE)))) == [("bills.csv/a.csv", "")]
    assert told(unpack("bills.zip", TABLE)) == [("bills.zip", "damaged")]


@pytest.mark.parametrize(
    "name", ["../../etc/a.csv", "/tmp/a.csv", "C:\\bills\\a.csv", "x/..\\..\\a.csv"]
)
def test_a_name_that_leads_out_is_refused(name):
    assert told(unpack("a.zip", archive((name, TABLE)))) == [("a.zip/a.csv", "path")]


def test_a_link_is_refused():
    link = zipfile.ZipInfo("a.csv")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr(link, "/etc/passwd")
    assert told(unpack("a.zip", out.getvalue())) == [("a.zip/a.csv", "link")]


def test_what_is_locked_is_told():
    data = bytearray(archive(("a.csv", TABLE)))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.index(mark) + place
        data[at] |= 1
    assert told(unpack("a.zip", bytes(data))) == [("a.zip/a.csv", "password")]


@pytest.mark.parametrize("name", ["inner.zip", "inner.csv"])
def test_an_archive_within_an_archive_is_not_opened(name):
    inner = archive(("a.csv", TABLE))
    assert told(unpack("a.zip", archive((name, inner)))) == [(f"a.zip/{name}", "nested")]


def test_a_bomb_is_not_unpacked():
    bomb = archive(("a.csv", b"0" * 100_000_000))
    assert len(bomb) < 200_000
    (part,) = unpack("a.zip", bomb)
    assert (part.reason, part.data) == ("large", b"")


def test_what_an_archive_says_of_sizes_is_not_believed():
    bomb = bytearray(archive(("a.csv", b"0" * 80_000_000)))
    at = bomb.index(b"PK\x01\x02") + 24
    bomb[at : at + 4] = struct.pack("<I", 10)  # "ten bytes when unpacked"
    (part,) = unpack("a.zip", bytes(bomb))
    assert part.reason in ("large", "damaged")
    assert part.data == b""


def test_the_sum_of_a_mail_counts():
    budget = Budget(files=10, size=2 * len(TABLE))
    found = [unpack(f"{n}.csv", TABLE, budget)[0].reason for n in range(3)]
    assert found == ["", "", "large"]
    budget = Budget(files=2)
    parts = unpack("a.zip", archive(*((f"{n}.csv", TABLE) for n in range(4))), budget)
    assert [part.reason for part in parts] == ["", "", "many", "many"]
    assert unpack("last.csv", TABLE, budget)[0].reason == "many"


def test_an_endless_list_is_not_read():
    data = archive(*((f"{n}.csv", b"x") for n in range(core.ENTRIES_AT_MOST + 1)))
    assert told(unpack("a.zip", data)) == [("a.zip", "many")]


@pytest.mark.parametrize("cut", [10, 60, 90])
def test_a_damaged_archive_is_told(cut):
    parts = unpack("a.zip", archive(("a.csv", TABLE * 40))[:cut])
    assert [part.reason for part in parts] == ["damaged"]


def test_damaged_content_is_told():
    data = bytearray(archive(("a.csv", TABLE * 40)))
    at = data.index(b"PK\x01\x02") - 4
    data[at] ^= 0xFF
    assert told(unpack("a.zip", bytes(data))) == [("a.zip/a.csv", "damaged")]


def test_an_empty_archive_is_told():
    assert told(unpack("a.zip", archive())) == [("a.zip", "empty")]


def test_names_are_shortened_and_plain():
    assert core.plain_name("..\\..\\week\x07 1.csv") == "week 1.csv"
    assert core.plain_name("") == core.plain_name("///") == "bills"
    assert len(core.plain_name("x" * 999 + ".csv")) <= 200


def test_each_reason_has_its_words():
    assert all(core.REASONS.values())
