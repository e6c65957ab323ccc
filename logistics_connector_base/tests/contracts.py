"""Factories for tests of contracts."""

import json
from datetime import UTC, datetime
from unittest.mock import patch

from odoo.addons.logistics_connector_base.core.canonical import (
    Instant,
    ParsedEvent,
    ParsedMessage,
    ParseError,
    Reference,
)
from odoo.addons.logistics_connector_base.intake import contracts

from .common import InboxCommon

ADMIN = "logistics_connector_base.group_logistics_admin"
STATUS = {
    "type": "object",
    "required": ["type", "parcel", "code"],
    "properties": {
        "type": {"const": "STATUS"},
        "parcel": {"type": "string", "minLength": 3},
        "code": {"enum": ["PICKED", "DELIVERED"]},
        "weight": {"type": "number"},
    },
}
GOOD = {"type": "STATUS", "parcel": "1Z999", "code": "PICKED"}
BAD = {"type": "STATUS", "parcel": "1Z", "code": "LOST"}


class ContractCommon(InboxCommon):
    """Ada and Bo are Integration Administrators of the company; Eve is one of another company."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_company = cls.env["res.company"].create({"name": "Elsewhere"})
        cls.ada = cls.make_user("contract_ada", ADMIN)
        cls.bo = cls.make_user("contract_bo", ADMIN)
        cls.eve = cls.make_user("contract_eve", ADMIN, company=cls.other_company)
        cls.clerk = cls.make_user("contract_clerk", "logistics_connector_base.group_logistics_user")
        cls.manager = cls.make_user(
            "contract_manager", "logistics_connector_base.group_logistics_manager"
        )
        # A provider without a contract of its own: its parser reads what the schemas here say.
        cls.provider = cls.env["logistics.provider"].create(
            {"name": "Acme", "code": "acme", "handler": "logistics.provider.canonical"}
        )
        cls.connection = cls.make_connection(cls.provider, message_id_header="")

    def setUp(self):
        super().setUp()
        handler = self.env.registry["logistics.provider.canonical"]
        self.startPatcher(patch.object(handler, "_parse_message", _parse))

    def draft(self, user=None, schema=None, samples=True, **values):
        """A draft of the contract STATUS, written by Ada."""
        return (
            self.env["logistics.contract"]
            .with_user(user or self.ada)
            .create(
                {
                    "message_type": "status",
                    "provider_id": self.provider.id,
                    "schema": json.dumps(schema or STATUS),
                    "sample_ids": [
                        (0, 0, {"name": "good", "content": json.dumps(GOOD)}),
                        (0, 0, {"name": "bad", "content": json.dumps(BAD), "expected": "broken"}),
                    ]
                    if samples
                    else [],
                    **values,
                }
            )
        )

    def approved(self, **values):
        """A version that Ada wrote and Bo approved."""
        contract = self.draft(**values)
        contract.action_submit()
        contract.with_user(self.bo).action_approve()
        return contract

    def send(self, value, policy=None, work=True, at=None):
        """A call of the partner: what the controller does, on the test's cursor.

        :return: the message
        """
        if policy:
            self.connection.contract_policy = policy
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        profile = self.connection.sudo()._make_profile()
        judgement = contracts.refuse(profile.contracts, body)
        return self.receive(self.connection, body, work=work, judgement=judgement, at=at)

    def broken(self):
        """The open exceptions about broken contracts of the connection."""
        return self.env["logistics.exception"].search(
            [
                ("type_code", "=", "contract_broken"),
                ("connection_id", "=", self.connection.id),
                ("is_open", "=", True),
            ]
        )


def _parse(_self, raw, _context):
    value = json.loads(raw)
    if "parcel" not in value:
        raise ParseError("/parcel: a value is needed here.")
    reference = Reference("tracking", value["parcel"], "acme")
    event = ParsedEvent(
        issuer="acme",
        shipment_key=value["parcel"],
        references=(reference,),
        raw_code=value.get("code") or "X",
        occurred=Instant(datetime(2026, 3, 19, tzinfo=UTC)),
    )
    return ParsedMessage((event,), message_type="status")
