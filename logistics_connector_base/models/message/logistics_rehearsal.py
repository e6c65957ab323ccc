import uuid
from contextlib import contextmanager

from odoo import api, models

from ...core import identity
from ...core.canonical import ParseContext
from ...inbox.batch import InboxBatch
from ...inbox.watchdog import TimeExceeded, Watchdog
from ...intake import store

SECONDS = 5  # somebody waits for it
# What of a shipment may come out otherwise, in the order in which people ask for it.
SHIPMENT_FIELDS = (
    "state",
    "picked_up_at",
    "estimated_delivery_at",
    "delivered_at",
    "signed_by",
    "pod_received",
    "has_delivery_exception",
)
FORGET = """
DELETE FROM logistics_message_key
WHERE connection_id = %(connection_id)s AND identity = %(identity)s
"""


class LogisticsRehearsal(models.AbstractModel):
    """Works a message with the very code of the inbox, in a transaction of its own that is always
    rolled back: what would become of it is known, and nothing of it happened."""

    _name = "logistics.rehearsal"
    _description = "Logistics Rehearsal"

    @api.model
    def _rehearse(self, connection, body, received_at=None):
        """What would become of a message if it came now, whether or not it came before.

        :param connection: one ``logistics.connection``, in whatever state
        :param bytes body: the raw bytes
        :param datetime received_at: naive UTC; now by default
        :return: dict: ``state`` of the message and ``error`` text; ``type``, ``external_id`` and
            ``revision`` as the body tells them; ``copy_of``: receipt of the message that came
            under the same identity before; ``events``, ``changes`` and ``troubles``: lists of
            dicts, see the methods that make them
        """
        with self._stage() as env:
            rehearsal = env[self._name]
            known, message = rehearsal._file(connection.with_env(env), body, received_at)
            batch = rehearsal._work(message)
            env.flush_all()
            env.invalidate_all()
            found = {
                "state": message.state,
                "error": message.error_text or "",
                "type": message.message_type or "",
                "external_id": message.external_id or "",
                "revision": message.revision or "",
                "copy_of": known,
                "events": [rehearsal._event_words(item) for item in batch.items],
                "troubles": rehearsal._troubles(message),
            }
            after = rehearsal._shipments(batch)
        found["changes"] = self._changes(after)
        return found

    @contextmanager
    def _stage(self, lock="2s", statement="20s"):
        """An environment as the inbox has it, of which nothing stays: no row, and nothing of what
        waits for a commit (e-mails, jobs, notifications).

        :param str lock: how long it waits for what somebody else has
        :param str statement: how long one statement may take
        """
        with self.env.registry.cursor() as cr:
            try:
                self._isolate(cr)
                cr.execute("SELECT set_config('lock_timeout', %s, true)", (lock,))
                cr.execute("SELECT set_config('statement_timeout', %s, true)", (statement,))
                service = self.env.ref("logistics_connector_base.user_logistics_service")
                context = {"tracking_disable": True, "lang": self.env.lang}
                yield api.Environment(cr, service.id, context)
            finally:
                cr.rollback()

    @api.model
    def _isolate(self, cr):
        cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")

    @api.model
    def _file(self, connection, body, received_at):
        """File a message as the intake does; one with the same identity is forgotten on this stage.

        :return: the receipt of that one, and the message
        """
        known = self._forget(
            connection, identity.message_identity("", "", identity.digest(body)).identity
        )
        parsed_id = self._parsed_identity(connection, body)
        known = (parsed_id and self._forget(connection, parsed_id)) or known
        return known, self._file_new(connection, body, received_at)

    @api.model
    def _file_new(self, connection, body, received_at=None):
        """File a message under a name that nobody else has: the intake waits for none of it."""
        profile = connection.sudo()._make_profile()
        more = {"received_at": received_at} if received_at else {}
        arrival = store.arrival(profile, "webhook", f"rehearsal:{uuid.uuid4().hex}", body, **more)
        message_id = store.insert_with(self.env.cr, arrival)
        message = self.env["logistics.message"].sudo().browse(message_id)
        message.write({"state": "processing", "tries": 1})
        message.flush_recordset()
        return message

    @api.model
    def _parsed_identity(self, connection, body):
        """The identity that a message carries in its body, None where it has none, or is none."""
        try:
            handler = connection.sudo().provider_id._handler()
            with Watchdog() as watchdog, watchdog.limit(SECONDS):
                parsed = handler._parse_message(body, ParseContext(connection.sudo().tz or ""))
        except (Exception, TimeExceeded):
            return None  # the inbox says what is wrong with it
        if not parsed.external_id:
            return None
        return identity.message_identity(parsed.external_id, parsed.revision, "").identity

    @api.model
    def _forget(self, connection, name):
        keys = self.env["logistics.message.key"].sudo()
        found = keys.search([("connection_id", "=", connection.id), ("identity", "=", name)])
        receipt = found.message_id[:1].receipt or ""
        self.env.cr.execute(FORGET, {"connection_id": connection.id, "identity": name})
        found.invalidate_recordset(flush=False)
        return receipt

    @api.model
    def _work(self, message):
        """Work it as a drain does; what a drain would note of a failure is noted on it."""
        with Watchdog() as watchdog:
            batch = InboxBatch(message, watchdog, SECONDS)
            batch.items = []
            batch.process()
        for _message_id, error in batch.failures:
            text = self.env["logistics.inbox"]._describe(error)
            message.write({"state": "dead", "error_text": f"{type(error).__name__}: {text}"})
        return batch

    # -- in values ----------------------------------------------------------------------------

    @api.model
    def _event_words(self, item):
        """One event: where it stood (``pointer``), the partner's words (``issuer``, ``raw_code``,
        ``raw_sub_code``, ``raw_text``), what they mean and who says so (``code_id``, ``reason_id``,
        ``decided_by``: own, shipped, partner or nobody), ``classifier``, ``occurred`` in local
        words, ``place``, ``references``, the shipment and how it was found (``shipment_id``,
        ``found_by``), and ``is_known``, ``is_implausible``, ``is_unmapped``."""
        event = self.env["logistics.event"].sudo().browse(item.event_id)
        mapping = self.env["logistics.event.mapping"].sudo().browse(item.mapping_id)
        decided = "partner"
        if item.unmapped:
            decided = "nobody"
        elif mapping:
            decided = "shipped" if mapping.is_shipped else "own"
        return {
            "pointer": item.parsed.pointer,
            "issuer": item.parsed.issuer,
            "raw_code": item.parsed.raw_code,
            "raw_sub_code": item.parsed.raw_sub_code,
            "raw_text": item.parsed.raw_text,
            "code_id": event.code_id.id,
            "reason_id": event.reason_id.id,
            "decided_by": decided,
            "classifier": item.classifier,
            "occurred": event.occurred_local,
            "place": event.place,
            "references": ", ".join(
                f"{reference.type} {reference.value}" for reference in item.parsed.references
            ),
            "shipment_id": item.shipment_id or False,
            "found_by": item.matched_by or "",
            "is_known": event.message_id != item.message,
            "is_implausible": item.implausible,
            "is_unmapped": item.unmapped,
        }

    @api.model
    def _troubles(self, message):
        """What people would be told: the names of the cases."""
        cases = self.env["logistics.exception"].sudo().search([("message_id", "=", message.id)])
        return cases.mapped("name")

    @api.model
    def _shipments(self, batch):
        """``{shipment id: {field: value}}`` of the shipments that the message is about."""
        ids = sorted({item.shipment_id for item in batch.items if item.shipment_id})
        rows = self.env["logistics.shipment"].sudo().browse(ids).read(SHIPMENT_FIELDS, load=None)
        return {row.pop("id"): row for row in rows}

    @api.model
    def _changes(self, after):
        """What would be otherwise than it is: dicts of ``shipment_id``, ``field``, ``before`` and
        ``after``; the last two as fields have them.

        :param after: as :meth:`_shipments` returns it
        """
        shipments = self.env["logistics.shipment"].sudo().browse(after)
        shipments.invalidate_recordset(SHIPMENT_FIELDS)
        changes = []
        for before in shipments.exists().read(SHIPMENT_FIELDS, load=None):
            changes += [
                {
                    "shipment_id": before["id"],
                    "field": name,
                    "before": before[name],
                    "after": after[before["id"]][name],
                }
                for name in SHIPMENT_FIELDS
                if before[name] != after[before["id"]][name]
            ]
        return changes
