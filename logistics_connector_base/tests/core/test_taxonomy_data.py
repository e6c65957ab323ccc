# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""The shipped taxonomy is whole: every row is known, every known code has a row.

Reads the data files themselves, without Odoo. Odoo would find a bad selection value only when the
addon is installed, and an unknown flag not even then.
"""

import csv
import re
from pathlib import Path

import pytest

ADDON = Path(__file__).resolve().parents[2]
TAXONOMY_PAGE = ADDON.parent / "docs" / "taxonomy.md"

COLUMNS = {
    "logistics.event.code": (
        "id code name sequence group state flag_set flag_clear default_classifier visibility "
        "action_required is_urgent customer_text description"
    ).split(),
    "logistics.event.reason": "id code name party owner description".split(),
    "logistics.exception.type": (
        "id code name sequence severity group owner_role description playbook"
    ).split(),
}
ID_PREFIX = {
    "logistics.event.code": "event_code_",
    "logistics.event.reason": "event_reason_",
    "logistics.exception.type": "exception_type_",
}

RANKS = {
    "draft": 0,
    "released": 10,
    "release_rejected": 15,
    "in_fulfilment": 20,
    "packed": 30,
    "tendered": 40,
    "tender_rejected": 45,
    "booked": 50,
    "manifested": 55,
    "picked_up": 60,
    "in_transit": 70,
    "at_customs": 75,
    "out_for_delivery": 80,
    "delivery_attempted": 82,
    "available_for_pickup": 84,
    "delivered": 90,
    "returning": 91,
    "returned": 92,
    "lost": 95,
    "destroyed": 96,
    "cancelled": 99,
}
FLAGS = {"on_hold", "exception", "pod_received", "partial", "damaged", "short"}
CLASSIFIERS = {"planned", "estimated", "actual"}
VISIBILITIES = {"internal", "customer", "both"}
SEVERITIES = {"info", "warning", "minor", "major", "critical"}
PARTIES = {
    "carrier",
    "shipper",
    "consignee",
    "customs",
    "external",
    "warehouse",
    "data",
    "none",
}
OWNERS = {
    "carrier_manager",
    "planner",
    "claims",
    "warehouse",
    "order_desk",
    "customer_service",
    "finance",
    "customs_desk",
    "control_tower",
    "integration",
    "none",
}
EXCEPTION_GROUPS = {
    "integration",
    "matching",
    "delivery",
    "transport",
    "claims",
    "customer_service",
    "customs",
    "billing",
    "warehouse",
}

# Prefix of a code → the groups its rows may be in.
GROUPS_OF_PREFIX = {
    "ORD": {"order"},
    "WHS": {"warehouse"},
    "LBL": {"label"},
    "TND": {"tender"},
    "TRK": {"tracking"},
    "PUP": {"pickup"},
    "MOV": {"movement"},
    "CUS": {"customs"},
    "DLV": {"delivery"},
    "DOC": {"document"},
    "EXC": {"exception"},
    "RTN": {"return"},
    "SHP": {"order", "exception"},
    "FIN": {"finance"},
    "INV": {"inventory"},
}

EVENT_CODES = set(
    """
    ORD_CREATED ORD_RELEASED ORD_RELEASE_ACK ORD_RELEASE_REJ ORD_CHANGED ORD_HELD ORD_HOLD_REL
    WHS_PICK_STARTED WHS_PICK_DONE WHS_PICK_SHORT WHS_PACKED WHS_SHIP_CONFIRMED
    LBL_CREATED LBL_VOIDED
    TND_SENT TND_ACCEPTED TND_REJECTED TND_EXPIRED TND_CANCELLED
    TRK_MANIFESTED TRK_INFO TRK_STALE
    PUP_APPT_SET PUP_ARRIVED PUP_LOADED PUP_PICKED_UP PUP_FAILED
    MOV_DEPARTED MOV_ARRIVED MOV_ARR_DEST MOV_IN_TRANSIT MOV_HANDOVER MOV_TRANSSHIP
    MOV_LOADED_VESSEL MOV_DISCHARGED
    CUS_SUBMITTED CUS_HELD CUS_INFO_REQ CUS_RELEASED
    DLV_APPT_SET DLV_ETA DLV_RESCHEDULED DLV_OUT DLV_ARRIVED DLV_ATTEMPTED DLV_AVAILABLE
    DLV_DELIVERED DLV_PARTIAL DLV_REFUSED
    DOC_POD
    EXC_DELAY EXC_DAMAGE EXC_LOST EXC_ADDRESS EXC_MISROUTE EXC_TEMPERATURE EXC_OTHER
    RTN_INITIATED RTN_IN_TRANSIT RTN_DELIVERED RTN_RECEIVED
    SHP_CANCELLED SHP_DESTROYED
    FIN_CHARGE_EST FIN_CHARGE_ACCRUED FIN_INVOICE_RECEIVED FIN_ADJUSTMENT FIN_AUDIT_PASS
    FIN_AUDIT_FAIL FIN_DISPUTED FIN_DISPUTE_RESOLVED FIN_CLAIM_FILED FIN_CLAIM_PAID FIN_PAID
    INV_SNAPSHOT INV_ADJUSTED INV_RECEIVED INV_COUNTED
    """.split()
)
REASON_CODES = set(
    """
    carrier.mechanical carrier.missort carrier.missed_pickup carrier.missed_delivery
    carrier.capacity carrier.damage carrier.loss carrier.accident carrier.keying carrier.dispatch
    carrier.driver
    shipper.not_ready shipper.bad_data shipper.docs shipper.dimensions
    consignee.absent consignee.closed consignee.refused consignee.address consignee.moved
    consignee.reschedule consignee.payment
    customs.docs customs.inspection customs.duties customs.prohibited customs.delay
    external.weather external.disaster external.civil external.road
    warehouse.short warehouse.damage warehouse.system
    data.late_event data.unmapped data.conflict
    normal
    """.split()
)
EXCEPTION_TYPES = {
    "unmapped_code",
    "unknown_shipment",
    "ambiguous_shipment",
    "parse_failure",
    "message_conflict",
    "quarantined_time",
    "contradicting_event",
    "processing_failure",
    "delivery_exception",
    "database_upkeep",
    "contract_broken",
    "contract_end",
    "credential_end",
    "no_pickup_scan",
    "no_pickup",
    "stale_shipment",
    "lost_suspect",
    "eta_late",
    "late",
    "delivered_late",
    "delivery_attempts",
    "final_attempt",
    "pickup_waiting",
    "customs_hold",
    "documents_missing",
    "pod_missing",
    "return_stuck",
    "shipped_after_cancel",
    "duplicate_tracking",
    "delivered_not_invoiced",
    "invoiced_not_delivered",
    "connection_silent",
    "parked_old",
    "latency_high",
    "unmapped_share",
    "detector_failed",
    "detector_flood",
}
CODES = {
    "logistics.event.code": EVENT_CODES,
    "logistics.event.reason": REASON_CODES,
    "logistics.exception.type": EXCEPTION_TYPES,
}


def read(model):
    with (ADDON / "data" / f"{model}.csv").open(encoding="utf-8", newline="") as handle:
        # strict: a stray quote is an error; restkey: so is a row with too many cells.
        return list(csv.DictReader(handle, strict=True, restkey="surplus", restval=None))


def flags(text):
    return [flag for flag in text.split(",") if flag]


@pytest.fixture(scope="module")
def events():
    return {row["code"]: row for row in read("logistics.event.code")}


@pytest.mark.parametrize("model", COLUMNS)
class TestEveryFile:
    def test_shape(self, model):
        for row in read(model):
            assert list(row) == COLUMNS[model], row
            assert None not in row.values(), row
            for column, value in row.items():
                assert value == value.strip(), (row["id"], column)

    def test_ids_and_codes_are_unique_and_belong_together(self, model):
        rows = read(model)
        for column in ("id", "code"):
            values = [row[column] for row in rows]
            assert len(values) == len(set(values)), column
        for row in rows:
            assert row["id"] == ID_PREFIX[model] + row["code"].lower().replace(".", "_")

    def test_every_code_has_a_row_and_every_row_is_known(self, model):
        assert {row["code"] for row in read(model)} == CODES[model]

    def test_nothing_to_read_is_empty(self, model):
        for row in read(model):
            assert row["name"], row["id"]
            assert row["description"], row["id"]
        names = [row["name"] for row in read(model)]
        assert len(names) == len(set(names)), "two rows with one name cannot be told apart"

    def test_the_page_for_people_mentions_every_code(self, model):
        page = TAXONOMY_PAGE.read_text(encoding="utf-8")
        for row in read(model):
            assert f"| `{row['code']}`" in page, f"docs/taxonomy.md lacks {row['code']}"


class TestEvents:
    def test_values_are_known(self, events):
        for code, row in events.items():
            assert row["state"] in {"", *RANKS}, code
            assert row["group"] in GROUPS_OF_PREFIX[code.split("_")[0]], code
            assert row["default_classifier"] in CLASSIFIERS, code
            assert row["visibility"] in VISIBILITIES, code
            assert row["action_required"] in ("True", "False"), code

    def test_sequences_rise(self, events):
        sequences = [int(row["sequence"]) for row in events.values()]
        assert sequences == sorted(set(sequences))

    def test_flags_are_known_and_not_set_and_cleared_at_once(self, events):
        for code, row in events.items():
            raised, cleared = flags(row["flag_set"]), flags(row["flag_clear"])
            assert row["flag_set"] == ",".join(raised), code
            assert row["flag_clear"] == ",".join(cleared), code
            assert set(raised) | set(cleared) <= FLAGS, code
            assert not set(raised) & set(cleared), code

    def test_every_flag_can_be_raised(self, events):
        raised = {flag for row in events.values() for flag in flags(row["flag_set"])}
        assert raised == FLAGS

    def test_every_state_can_be_reached(self, events):
        assert {row["state"] for row in events.values()} - {""} == set(RANKS)

    def test_plans_and_estimates_move_no_state(self, events):
        for code, row in events.items():
            if row["default_classifier"] != "actual":
                assert not row["state"], code

    def test_defaults_of_the_codes_that_are_not_facts(self, events):
        not_actual = {
            code: row["default_classifier"]
            for code, row in events.items()
            if row["default_classifier"] != "actual"
        }
        assert not_actual == {
            "PUP_APPT_SET": "planned",
            "DLV_APPT_SET": "planned",
            "DLV_ETA": "estimated",
            "DLV_RESCHEDULED": "estimated",
            "EXC_DELAY": "estimated",
            "FIN_CHARGE_EST": "estimated",
        }

    def test_a_problem_is_an_overlay_and_only_a_final_one_is_a_state(self, events):
        for code, row in events.items():
            if row["group"] == "exception":
                assert "exception" in flags(row["flag_set"]), code
                assert row["state"] in ("", "lost", "destroyed"), code

    def test_progress_on_the_last_leg_ends_hold_and_exception(self, events):
        for code in ("DLV_OUT", "DLV_AVAILABLE", "DLV_DELIVERED", "RTN_DELIVERED"):
            assert {"on_hold", "exception"} <= set(flags(events[code]["flag_clear"])), code
        assert flags(events["ORD_HOLD_REL"]["flag_clear"]) == ["on_hold"]
        assert "on_hold" in flags(events["CUS_RELEASED"]["flag_clear"])

    def test_a_scan_on_the_way_clears_nothing(self, events):
        for code, row in events.items():
            if row["group"] == "movement":
                assert not row["flag_clear"], code

    def test_what_a_claim_or_a_bill_needs_is_never_cleared(self, events):
        cleared = {flag for row in events.values() for flag in flags(row["flag_clear"])}
        assert cleared == {"on_hold", "exception", "partial"}

    def test_deliveries_proofs_and_trouble_are_worked_first_and_scans_are_not(self, events):
        urgent = {code for code, row in events.items() if row["is_urgent"] == "True"}
        assert {row["is_urgent"] for row in events.values()} == {"True", "False"}
        assert {"DLV_DELIVERED", "DOC_POD", "SHP_CANCELLED"} <= urgent
        raising = {c for c, row in events.items() if "exception" in row["flag_set"].split(",")}
        assert raising <= urgent
        assert not {code for code in urgent if code[:3] in ("MOV", "INV", "LBL", "FIN")}

    def test_a_partial_delivery_is_a_delivery(self, events):
        row = events["DLV_PARTIAL"]
        assert (row["state"], flags(row["flag_set"])) == ("delivered", ["partial"])

    def test_money_stock_and_unknown_codes_leave_the_shipment_alone(self, events):
        for code, row in events.items():
            if row["group"] in ("finance", "inventory") or code in ("TRK_INFO", "TRK_STALE"):
                assert not row["state"] + row["flag_set"] + row["flag_clear"], code
                assert row["visibility"] == "internal", code

    def test_the_receiver_reads_a_sentence_where_he_may_read_at_all(self, events):
        for code, row in events.items():
            if row["visibility"] == "internal":
                assert not row["customer_text"], code
            else:
                assert re.fullmatch(r"[A-Z].*\.", row["customer_text"]), code

    def test_the_page_for_people_says_what_the_data_does(self, events):
        page = TAXONOMY_PAGE.read_text(encoding="utf-8")
        for state, rank in RANKS.items():
            assert f"| {rank} | `{state}` |" in page
        lines = {
            match[1]: [cell.strip() for cell in match[0].split("|")]
            for match in re.finditer(r"^\| `([A-Z_]+)`.*$", page, re.MULTILINE)
        }
        for code, row in events.items():
            changes = [f"+{flag}" for flag in flags(row["flag_set"])]
            changes += [f"-{flag}" for flag in flags(row["flag_clear"])]
            assert ("**!**" in lines[code][1]) == (row["action_required"] == "True"), code
            assert lines[code][2:7] == [
                row["name"],
                f"`{row['state']}`" if row["state"] else "",
                " ".join(changes),
                row["default_classifier"],
                row["visibility"],
            ], code


class TestReasons:
    def test_party_and_owner(self):
        for row in read("logistics.event.reason"):
            assert row["party"] in PARTIES, row["code"]
            assert row["owner"] in OWNERS, row["code"]
            prefix = row["code"].split(".")[0]
            assert row["party"] == ("none" if prefix == "normal" else prefix), row["code"]


class TestExceptionTypes:
    def test_values_are_known(self):
        for row in read("logistics.exception.type"):
            assert row["severity"] in SEVERITIES, row["code"]
            assert row["group"] in EXCEPTION_GROUPS, row["code"]
            assert row["owner_role"] in OWNERS - {"none"}, row["code"]
            assert int(row["sequence"]) > 0, row["code"]

    def test_playbooks_have_two_to_four_numbered_steps(self):
        for row in read("logistics.exception.type"):
            steps = row["playbook"].split("\n")
            assert 2 <= len(steps) <= 4, row["code"]
            for number, step in enumerate(steps, 1):
                assert re.fullmatch(rf"{number}\. [A-Z].*\.", step), (row["code"], step)
