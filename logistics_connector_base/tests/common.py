"""Factories for tests of the inbox. No demo data, no other addon than those that base needs."""

import base64
import json
import uuid
from datetime import datetime
from unittest.mock import patch

from odoo.addons.logistics_connector_base.inbox.batch import InboxBatch
from odoo.addons.logistics_connector_base.intake import accept, store, waker
from odoo.tests import TransactionCase, new_test_user

# The day on which the tests' messages arrive, wherever nothing else is said: fixtures have fixed
# dates, and whether a time is plausible must not depend on the day on which the tests run.
RECEIVED_AT = datetime(2026, 3, 20, 12, 0)


class InboxCommon(TransactionCase):
    """Receives messages as the intake does, and works them as the drain does, in the transaction of
    the test. That each has transactions of its own in real life is what the end-to-end tests show.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.service = cls.env.ref("logistics_connector_base.user_logistics_service")
        cls.canonical = cls.env.ref("logistics_connector_base.provider_canonical")

    @classmethod
    def make_user(cls, login, *groups, company=None):
        """An internal user with these groups (XML ids) and one company."""
        company = company or cls.company
        return new_test_user(
            cls.env,
            login,
            ",".join(("base.group_user", *groups)),
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )

    @classmethod
    def make_connection(cls, provider=None, company=None, **values):
        """A live connection; how it signs does not matter behind the intake."""
        provider = provider or cls.canonical
        return cls.env["logistics.connection"].create(
            {
                "name": f"{provider.name} {values.get('name', '')}".strip(),
                "provider_id": provider.id,
                "company_id": (company or cls.company).id,
                "state": "live",
                **provider._handler()._connection_defaults(),
                **values,
            }
        )

    @classmethod
    def make_shipment(cls, *numbers, issuer="ups", company=None, **values):
        """A shipment with one package for each tracking number."""
        return cls.env["logistics.shipment"].create(
            {
                "company_id": (company or cls.company).id,
                "issuer": issuer,
                "ship_date": "2026-03-09",
                "package_ids": [(0, 0, {"tracking_number": number}) for number in numbers],
                **values,
            }
        )

    def stage_here(self):
        """Let rehearsals and replays work within the one transaction of this test, which has begun
        already; that each has one of its own in real life is what tests/e2e shows."""
        self.enterContext(self.enter_registry_test_mode())
        self.patch(self.registry["logistics.rehearsal"], "_isolate", lambda self, cr: None)

    # -- messages -----------------------------------------------------------------------------

    def receive(
        self,
        connection,
        body,
        headers=None,
        at=None,
        work=True,
        channel="webhook",
        judgement=None,
    ):
        """File a message through the real intake function, but on the test's own cursor.

        :param body: raw bytes; a str or what can be written as JSON will do
        :param dict headers: of the transport, names in lower case
        :param datetime at: naive UTC time of the receipt
        :param bool work: also work the inbox
        :return: the message (of a duplicate: the first one), as superuser
        """
        if not isinstance(body, bytes):
            body = (body if isinstance(body, str) else json.dumps(body)).encode()
        received_at = at or RECEIVED_AT

        def on_the_tests_cursor(_dbname, query, parameters):
            self.env.flush_all()
            # One of the store's own constants.
            # pylint: disable-next=sql-injection
            self.env.cr.execute(query, {**parameters, "received_at": received_at})
            return self.env.cr.fetchone()

        with (
            patch.object(store, "_execute", on_the_tests_cursor),
            patch.object(waker, "wake", lambda dbname: None),
        ):
            receipt = accept.accept(
                self.env.cr.dbname,
                connection.sudo()._make_profile(),
                body,
                headers or {},
                "application/json",
                channel=channel,
                judgement=judgement,
            )
        self.env.invalidate_all()
        if work:
            self.work_inbox()
        return self.env["logistics.message"].sudo().browse(receipt.message_id)

    def work_inbox(self):
        """Work every waiting message in one batch, as the service account; errors are raised."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE logistics_message SET state = 'processing', tries = tries + 1 WHERE id IN ("
            "SELECT id FROM logistics_message WHERE state = 'received' ORDER BY priority, id) "
            "RETURNING id"
        )
        ids = sorted(row[0] for row in self.env.cr.fetchall())
        self.env.invalidate_all()
        if ids:
            messages = self.env["logistics.message"].with_user(self.service)
            batch = InboxBatch(messages.with_context(tracking_disable=True).browse(ids))
            batch.process()
            for _message_id, error in batch.failures:
                raise error
            self.env.flush_all()
            self.env.invalidate_all()
        return len(ids)

    def work_states(self):
        """Write down where orders and transfers stand, as the desk does a moment later."""
        self.env.flush_all()
        self.env["logistics.business.desk"].sudo()._take_and_write(1_000_000)
        self.env.invalidate_all()

    @staticmethod
    def scan(code, occurred_at="2026-03-10T10:00:00+01:00", number="1Z999", issuer="ups", **values):
        """One event of a canonical message; an unknown ``code`` becomes the partner's raw code."""
        is_canonical = code.isupper() and code[3:4] == "_"
        return {
            "code" if is_canonical else "raw_code": code,
            "occurred_at": occurred_at,
            "shipment": {
                "references": [
                    {"type": "tracking", "value": number, **({"issuer": issuer} if issuer else {})}
                ]
            },
            **values,
        }

    @staticmethod
    def message(*events, message_id=None, revision=None, issuer="acme3pl"):
        """A canonical message."""
        return {
            "id": message_id or f"msg-{uuid.uuid4().hex}",
            **({"revision": revision} if revision else {}),
            "issuer": issuer,
            "events": list(events),
        }

    @staticmethod
    def document(content, kind="pod", filename="pod.pdf", mimetype="application/pdf"):
        """A document inside an event of a canonical message."""
        return {
            "kind": kind,
            "filename": filename,
            "mimetype": mimetype,
            "content_base64": base64.b64encode(content).decode(),
        }

    # -- what came of it ----------------------------------------------------------------------

    def exceptions(self, type_code=None, is_open=True):
        """The exceptions of a type, newest last."""
        domain = [("is_open", "=", is_open)]
        if type_code:
            domain.append(("type_code", "=", type_code))
        return self.env["logistics.exception"].sudo().search(domain, order="id")

    def events(self, shipment):
        """Canonical codes of a shipment's events in the order of the facts."""
        rows = self.env["logistics.event"].sudo().search([("shipment_id", "=", shipment.id)])
        return [event.code for event in reversed(rows)]
