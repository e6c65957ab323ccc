"""The generated month of carriers' bills: its files, prices and ledger are what they claim to be.

Files are read and prices worked out here a second time: the generator is believed in nothing.
"""

import ast
import csv
import io
import json
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import date
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path

import pytest
from openpyxl import load_workbook

from .simulators.freight_month import KINDS, ODDITIES, Month

FOLDER = Path(__file__).parent / "simulators"
SEEDS = (1, 7)
NOTHING = Decimal(0)
GROUPS = [kind for kind, how in KINDS.items() if how.group]
SAME = {
    "minimum_charge": "base_freight",
    "weight_correction": "base_freight",
    "residential_adjustment": "residential",
}


@cache
def month_of(seed, size=300):
    return Month(seed, size)


@pytest.fixture(params=SEEDS)
def month(request):
    return month_of(request.param)


# -- an own reader of the files, an own price list -------------------------------------------------


def rows_of(file):
    """(invoice, tracking, net, tax, told total, currency) of every row that counts."""
    if file.provider == "ups_billing":
        for row in csv.reader(io.StringIO(file.data.decode())):
            if row[43] != "INF":
                yield row[5], row[20], Decimal(row[52]), NOTHING, Decimal(row[10]), row[9]
    elif file.provider == "fedex_billing":
        for row in csv.DictReader(io.StringIO(file.data.decode())):
            net, told = Decimal(row["Net Charge Amount"]), Decimal(row["Original Amount Due"])
            tracking = row["Express or Ground Tracking ID"]
            yield row["Invoice Number"], tracking, net, NOTHING, told, "USD"
    elif file.provider == "dhl_billing":
        told = None
        for row in csv.DictReader(io.StringIO(file.data.decode()), delimiter=";"):
            number, currency = row["Invoice Number"], row["Currency"]
            gross = Decimal(row["Total amount (incl. VAT)"])
            net = Decimal(row["Total amount (excl. VAT)"])
            if row["Line Type"] == "I":
                told = gross
                yield number, "", Decimal(row["Invoice Fee"] or 0), NOTHING, told, currency
            else:
                yield number, row["Shipment Number"], net, gross - net, told, currency
    elif file.name.endswith(".xlsx"):
        names, *rows = load_workbook(io.BytesIO(file.data)).active.iter_rows(values_only=True)
        for row in (dict(zip(names, cells, strict=True)) for cells in rows):
            net, tax, told = (
                Decimal(str(row[name])) for name in ("Nettobetrag", "MwSt", "Rechnungsbetrag")
            )
            assert isinstance(row["Rechnungsdatum"], date)
            number, tracking = row["Rechnungsnummer"], row["Sendungsnummer"] or ""
            yield number, tracking, net, tax, told, row["Währung"]
    else:
        for row in csv.DictReader(io.StringIO(file.data.decode("cp1252")), delimiter=";"):
            net, tax, told = (
                Decimal(row[name].replace(",", "."))
                for name in ("Nettobetrag", "MwSt", "Rechnungsbetrag")
            )
            yield row["Rechnungsnummer"], row["Sendungsnummer"], net, tax, told, row["Währung"]


def half_up(amount):
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def priced(agreement, shipment, packages=None):
    """What README.md says that a shipment costs."""
    day, code = shipment["ship_date"], shipment["service"]
    end = shipment["origin"] if shipment["direction"] == "inbound" else shipment["destination"]
    zones = [
        (len(one["zip_prefix"]), one["zone"])
        for one in agreement["zones"]
        if one["country"] == end["country"] and end["zip"].startswith(one["zip_prefix"])
    ]
    zone = max(zones)[1]
    version = [one for one in agreement["versions"] if one["valid_from"] <= day][-1]
    percent = [one for one in agreement["fuel"]["weeks"] if one["from"] <= day][-1]["percent"]
    rated = []
    for package in packages or shipment["packages"]:
        length, width, height = (side.to_integral_value(ROUND_HALF_UP) for side in package["cm"])
        volume = length * width * height / agreement["dimensions"]["divisor"]
        rated.append(max(package["kg"], volume))
    if agreement["rated_by"] == "shipment":
        rated = [sum(rated)]
    found = Counter()
    for key in shipment["requested"]:
        rule = agreement["accessorials"][key]
        if rule["kind"] == "flat":
            found[key] = rule["amount"]
        else:
            share = half_up(shipment["declared_value"] * rule["percent"] / 100)
            found[key] = max(share, rule["minimum"])
    areas = agreement["delivery_area_prefixes"]
    for key, is_due in (
        ("residential", shipment["residential"]),
        ("address_correction", not shipment["address_valid"]),
        ("delivery_area", shipment["destination"]["zip"].startswith(tuple(areas))),
    ):
        if is_due:
            found[key] = agreement["accessorials"][key]["amount"]
    fuelled = set(agreement["fuel"]["applies_to"])
    extra = sum((amount for key, amount in found.items() if key in fuelled), NOTHING)
    for at, kg in enumerate(rated):
        halves = (kg * 2).to_integral_value(ROUND_CEILING) / 2
        table = version["prices"][code][zone]
        fitting = [one["price"] for one in table["breaks"] if one["up_to_kg"] >= halves]
        if fitting:
            listed = fitting[0]
        else:
            last = table["breaks"][-1]
            more = (halves - last["up_to_kg"]).to_integral_value(ROUND_CEILING)
            listed = last["price"] + more * table["per_kg_above"]
        off = half_up(listed * version["discount_percent"][code] / 100)
        base = max(listed - off, version["minimum"][code])
        found["base_freight"] += base
        found["fuel"] += half_up((base + (NOTHING if at else extra)) * percent / 100)
    return dict(found)


def agreements_of(month):
    return {one["carrier"]: one for one in month.agreements}


def ours_this_month(month):
    return [one for one in month.shipments if one["ship_date"] >= date(2026, 3, 1)]


# -- what the generator promises -------------------------------------------------------------------


def test_a_seed_makes_the_same_month_again():
    first, again, other = Month(5, 300), Month(5, 300), Month(6, 300)
    assert [file.data for file in first.files] == [file.data for file in again.files]
    assert first.planted == again.planted
    assert first.shipments == again.shipments
    assert [file.data for file in first.files] != [file.data for file in other.files]


def test_every_kind_and_every_oddity_is_there(month):
    assert len(KINDS) >= 20
    assert {one.kind for one in month.planted} == set(KINDS)
    assert set(month.oddities) == set(ODDITIES)
    for one in month.planted:
        assert one.why and one.verdict == KINDS[one.kind].verdict
        assert one.amount and (one.amount > 0) == (one.kind != "under_billed")
        assert one.amount == sum(one.charges.values())
        # Far enough from what nobody would mind.
        assert abs(one.charges.get(one.charge_key, one.amount)) > month.tolerance


def test_a_shipment_is_odd_or_wrong_in_one_way_at_most(month):
    named = [delivery for one in month.planted for delivery in one.deliveries]
    odd = [delivery for names in month.oddities.values() for delivery in names]
    assert max(Counter(named + odd).values()) == 1
    known = Counter(one["delivery"] for one in month.shipments)
    assert max(known.values()) == 1
    assert set(named + odd) <= set(known)
    assert len(ours_this_month(month)) == 300


def test_the_files_hold_what_they_tell(month):
    wrong = {one.invoice: one.amount for one in month.planted if one.kind == "total_wrong"}
    assert {file.carrier for file in month.files} == set(agreements_of(month))
    assert {one["currency"] for file in month.files for one in file.invoices} == {
        "USD",
        "EUR",
        "GBP",
    }
    for file in month.files:
        sums, told, currencies = defaultdict(lambda: [NOTHING, NOTHING]), {}, {}
        for number, _tracking, net, tax, total, currency in rows_of(file):
            sums[number][0] += net
            sums[number][1] += tax
            assert told.setdefault(number, total) == total
            assert currencies.setdefault(number, currency) == currency
        assert list(sums) == [one["number"] for one in file.invoices]
        for one in file.invoices:
            assert sums[one["number"]] == [one["net"], one["tax"]]
            assert told[one["number"]] == one["total"]
            assert currencies[one["number"]] == one["currency"]
            assert one["total"] - one["net"] - one["tax"] == wrong.get(one["number"], NOTHING)
    assert any(one["is_credit"] and one["total"] < 0 for f in month.files for one in f.invoices)
    assert {file.name.rpartition(".")[2] for file in month.files} == {"csv", "xlsx"}
    assert max(len(file.invoices) for file in month.files) == 2


def test_the_prices_follow_from_the_agreements(month):
    agreements = agreements_of(month)
    checked = 0
    for one in ours_this_month(month):
        if one["expected"]:
            assert one["expected"] == priced(agreements[one["carrier"]], one), one["delivery"]
            checked += 1
    assert checked > 250
    ours = {one["delivery"]: one for one in month.shipments}
    for group in month.consolidations:
        members = [ours[name] for name in group["deliveries"]]
        packages = [package for one in members for package in one["packages"]]
        assert len(members) > 1
        expected = priced(agreements[group["carrier"]], members[0], packages)
        assert group["expected"] == expected


def test_what_is_billed_is_due_and_what_was_planted_beside_it(month):
    """From the files alone: what their rows ask for each shipment, less what it should cost."""
    billed, shared = Counter(), Counter()
    pounds = set()
    for file in month.files:
        for _invoice, tracking, net, _tax, _told, currency in rows_of(file):
            if tracking and not file.is_copy:
                billed[tracking] += net
                pounds |= {tracking} if currency == "GBP" else set()
    rate = month.exchange["EUR"]["GBP"]
    over = {one.tracking: one.amount for one in month.planted if one.tracking}
    again = {d for one in month.planted if one.kind == "duplicate_invoice" for d in one.deliveries}
    twice, exact = NOTHING, 0
    for one in ours_this_month(month):
        trackings = {package["tracking"] for package in one["packages"]}
        got = sum((billed.pop(number, NOTHING) for number in trackings), NOTHING)
        if one["consolidation"]:
            shared[one["consolidation"]] += got
            continue
        credit = one["credit_promised"]["amount"] if one["credit_promised"] else NOTHING
        due = sum((one["expected"] | one["duties"]).values(), NOTHING) - credit
        due -= sum(one["refund"].values(), NOTHING)
        if trackings & pounds:
            due = sum((half_up(amount * rate) for amount in one["expected"].values()), NOTHING)
        if one["delivery"] in again:
            twice += got - due
            continue
        difference = got - due - over.pop(one["packages"][0]["tracking"], NOTHING)
        assert abs(difference) <= month.tolerance, one["delivery"]
        exact += not difference
    assert exact > 250
    assert shared == {one["waybill"]: sum(one["expected"].values()) for one in month.consolidations}
    doubled = [one.amount for one in month.planted if one.kind == "duplicate_invoice"]
    assert twice == sum(doubled)
    # What is left is of nobody we know.
    strangers = {one.tracking for one in month.planted if one.kind == "unknown_shipment"}
    assert set(billed) == strangers == set(over)
    assert all(billed[tracking] == over[tracking] for tracking in strangers)


def test_weekly_invoices_cost_the_agreed_fee_or_more_where_that_was_planted(month):
    agreements, found = agreements_of(month), Counter()
    for file in month.files:
        for invoice, tracking, net, *_rest in rows_of(file):
            if not tracking and net:
                found[invoice] += net - sum(agreements[file.carrier]["account_fees"].values())
    assert len(found) == 4 * len(agreements)
    wrong = [one for one in month.planted if one.kind == "account_fee_wrong"]
    assert +found == {one.invoice: one.amount for one in wrong}
    assert min(found.values()) == 0


def test_a_file_that_came_twice_is_the_same_to_the_byte(month):
    files = {file.name: file for file in month.files}
    for one in month.planted:
        if one.kind == "duplicate_file":
            copy = files[one.file]
            first = files[one.file.replace("_copy", "")]
            assert copy.is_copy and copy.data == first.data and copy.date > first.date
            assert one.amount == sum(invoice["net"] for invoice in copy.invoices)


def test_clean_lines_are_those_that_no_error_touches(month):
    clean = list(month.clean_lines())
    marked = [line for line in month.lines() if line.mark]
    assert len(clean) + len(marked) == sum(1 for _line in month.lines())
    planted = {
        (one.invoice, one.tracking, key)
        for one in month.planted
        for key in one.charges
        if one.kind != "credit_missing"
    }
    for line in clean:
        key = SAME.get(line["charge_key"], line["charge_key"])
        assert (line["invoice"], line["tracking"], key) not in planted
    invoices = {line["invoice"] for line in clean}
    assert {one["number"] for f in month.files for one in f.invoices} - invoices <= {
        one.invoice for one in month.planted
    }


def test_what_passes_is_settled_by_a_later_invoice(month):
    days = {one["number"]: one["date"] for file in month.files for one in file.invoices}
    named = month.oddities["void_credited"] + month.oddities["adjusted_later"]
    assert sorted(one["delivery"] for one in month.passing) == sorted(named)
    sums = Counter()
    for file in month.files:
        for invoice, tracking, net, *_rest in rows_of(file):
            sums[invoice, tracking] += net
    ours = {one["delivery"]: one for one in month.shipments}
    for one in month.passing:
        assert days[one["invoice"]] < days[one["settled_by"]]
        first = sums[one["invoice"], one["tracking"]]
        later = sums[one["settled_by"], one["tracking"]]
        expected = sum(ours[one["delivery"]]["expected"].values(), NOTHING)
        assert first and later and first != expected and first + later == expected


def test_files_arrive_in_the_order_of_their_dates(month):
    assert [file.date for file in month.files] == sorted(file.date for file in month.files)


def test_errors_are_planted_as_often_as_is_asked():
    assert Month(3, 300, errors={}).planted == []
    assert Month(3, 300, errors=0).planted == []
    some = Month(3, 300, errors={"zone_wrong": 4, "duplicate_file": 2})
    assert Counter(one.kind for one in some.planted) == {"zone_wrong": 4, "duplicate_file": 2}
    with pytest.raises(ValueError, match="too few"):
        Month(3, 120, errors={"zone_wrong": 100})
    with pytest.raises(ValueError, match="no such kinds"):
        Month(3, 300, errors={"zone_wrnog": 1})


def test_it_is_written_with_what_is_known_beside_it(tmp_path):
    command = [sys.executable, "-m", "tests.simulators.freight_month", "--seed", "1"]
    command += ["--shipments", "300", "--into", str(tmp_path)]
    subprocess.run(command, cwd=FOLDER.parents[1], check=True, stdout=subprocess.DEVNULL)
    month = month_of(1)
    for file in month.files:
        assert (tmp_path / file.name).read_bytes() == file.data
    told = json.loads((tmp_path / "planted.json").read_text())
    assert len(told["planted"]) == len(month.planted)
    assert [Decimal(one["amount"]) for one in told["planted"]] == [
        one.amount for one in month.planted
    ]
    shipments = json.loads((tmp_path / "shipments.json").read_text())["shipments"]
    assert len(shipments) == len(month.shipments)
    agreements = json.loads((tmp_path / "agreements.json").read_text())["agreements"]
    assert [one["carrier"] for one in agreements] == list(agreements_of(month))


def test_it_knows_nothing_of_the_addon():
    """An exam that takes its answers from who is examined asks nothing."""
    paths = [*FOLDER.glob("freight_month/*.py"), *FOLDER.glob("freight_bills/*.py")]
    assert len(paths) > 12
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text())):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module]
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 1 or (node.module or "").startswith("freight_bills")
            assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names
