"""A carrier tells its bills over HTTP: signed, once, and checked before anything is written."""

import json
import time
import uuid
from email.message import EmailMessage

import pytest

from ..simulators import CanonicalPartner
from ..support.connections import connect
from ..support.polling import wait_for
from .test_refusals import check_problem


class Biller(CanonicalPartner):
    """``schemas/freight-bill-1.0.json`` of logistics_connector_freight_audit."""

    provider = "freight_json"
    issuer = "acme_freight"

    def bill(self, number, total="11.90", **more):
        return {
            "version": "1.0",
            "id": f"msg_{uuid.uuid4().hex}",
            "issuer": self.issuer,
            "bills": [
                {
                    "number": number,
                    "date": "2026-03-13",
                    "currency": "EUR",
                    "total": total,
                    "charges": [
                        {
                            "description": "Transport",
                            "amount": "10.00",
                            "tax": "1.90",
                            "tracking": f"ACME{number}",
                        }
                    ],
                    **more,
                }
            ],
        }


@pytest.fixture
def biller(world):
    euro = world.rpc(
        "res.currency", "search", [("name", "=", "EUR")], context={"active_test": False}
    )
    world.rpc("res.currency", "write", euro, {"active": True})
    partner = Biller(schedule=(0,))
    connect(world.rpc, partner, f"Biller {time.time()}")
    return partner


def files(world, number):
    return world.rpc(
        "logistics.freight.file",
        "search_read",
        [("name", "like", number)],
        ["state", "source", "bill_count", "problem"],
    )


def number():
    return f"F{uuid.uuid4().hex[:10]}"


def test_a_told_bill_is_imported_once(world, biller):
    told = number()
    message = biller.bill(told)
    assert biller.deliver(biller.encode(message)).ok
    wait_for(lambda: [one["state"] for one in files(world, told)] == ["imported"], 60)
    assert biller.deliver(biller.encode(message)).ok
    assert biller.deliver(biller.encode({**message, "id": f"msg_{uuid.uuid4().hex}"})).ok
    marker = number()
    assert biller.deliver(biller.encode(biller.bill(marker))).ok
    wait_for(lambda: [one["state"] for one in files(world, marker)] == ["imported"], 60)
    (file,) = files(world, told)
    assert (file["source"], file["bill_count"]) == ("inbox", 1)


def test_what_does_not_add_up_waits_for_a_person(world, biller):
    told = number()
    assert biller.deliver(biller.encode(biller.bill(told, total="99.99"))).ok
    wait_for(lambda: [one["state"] for one in files(world, told)] == ["checked"], 60)
    assert files(world, told)[0]["bill_count"] == 0


def test_a_mail_is_opened_by_the_job(world):
    subject = number()
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "x@carrier.example", "bills@shop.example", subject
    mail["Message-Id"] = f"<{subject}@carrier.example>"
    mail.set_content("Our invoice.")
    mail.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="a.pdf")
    model = "logistics.freight.letter"
    world.rpc("mail.thread", "message_process", model, mail.as_string())

    def letter():
        (found,) = world.rpc(model, "search_read", [("name", "=", subject)], ["state", "problem"])
        return found

    wait_for(lambda: letter()["state"] == "look", 90)
    assert "sender is not known" in letter()["problem"]


def test_an_unsigned_bill_is_nobodys(world, biller):
    told = number()
    body = biller.encode(biller.bill(told))
    biller.secret = biller.new_secret()
    check_problem(biller.post(body, json.loads(body)["id"]), 401)
    assert not files(world, told)
