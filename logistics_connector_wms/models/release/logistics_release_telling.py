import logging

import psycopg2
from odoo import api, fields, models
from odoo.addons.logistics_connector_base.core.setbacks import MESSAGE, setback
from odoo.tools import SQL

from ...core import act
from ...core import release as core
from ..stock_picking_release import RELEASE_FLOW

_logger = logging.getLogger(__name__)

NOTED = "logistics.release"
BATCH = 50
# Of the warehouse's own events: from then on a change is not simply sent.
WORKED = ("WHS_PICK_STARTED", "WHS_PICK_DONE", "WHS_PACKED", "WHS_SHIP_CONFIRMED")


class LogisticsRelease(models.Model):
    """Telling the warehouse what is to be worked, what has changed since, and what is not to be
    worked any more. Each version is written with the change and sent after it."""

    _inherit = "logistics.release"

    # -- when to look -------------------------------------------------------------------------

    @api.model
    def _look_soon(self, pickings=None, partners=None):
        """At the end of this transaction, look whether a warehouse has to be told of a change:
        once, when all of it is written."""
        precommit = self.env.cr.precommit
        if NOTED not in precommit.data:
            precommit.data[NOTED] = (set(), set())
            precommit.add(self.env["logistics.release"].sudo()._look_at_noted)
        noted_pickings, noted_partners = precommit.data[NOTED]
        noted_pickings.update(pickings.ids if pickings else ())
        noted_partners.update(partners.ids if partners else ())

    @api.model
    def _look_at_noted(self):
        picking_ids, partner_ids = self.env.cr.precommit.data.pop(NOTED, ((), ()))
        if picking_ids:
            pickings = self.env["stock.picking"].browse(picking_ids).exists()
            pickings._of_3pls()._release_to_warehouse()
        if partner_ids:
            self.search(
                [
                    ("state", "not in", core.OVER),
                    "|",
                    ("picking_id.partner_id", "in", list(partner_ids)),
                    ("shipment_id.partner_id", "in", list(partner_ids)),
                ]
            )._follow()

    @api.model
    def _sweep(self):
        """Cron: what was held back and may go now. A payment or a changed limit tells nobody."""
        progress = self.env["ir.cron"]._commit_progress
        held = self.search(
            ["|", ("state", "=", core.HELD), ("is_held", "=", True)],
            order="looked_at ASC NULLS FIRST, id",
            limit=1000,
        )
        progress(remaining=len(held))
        for start in range(0, len(held), BATCH):
            batch = held[start : start + BATCH].exists()
            for release in batch:
                release._follow_safely()
            if not progress(len(batch)):
                break

    def _follow_safely(self):
        try:
            with self.env.cr.savepoint():
                self._follow()
                self.looked_at = fields.Datetime.now()
        except Exception as error:
            if isinstance(error, psycopg2.Error) and setback(error) != MESSAGE:
                raise
            _logger.exception("release %s could not be looked at", self.id)
            self.looked_at = fields.Datetime.now()

    # -- what to do ---------------------------------------------------------------------------

    def _follow(self):
        """Bring what the warehouse knows in line with Odoo. As superuser; may be done again at any
        time, and does nothing where nothing has changed."""
        for release in self:
            if release.state in core.OVER:
                continue
            # Two transactions that change a transfer must not both be the next version: the second
            # one fails on this row, is done again by Odoo, and sees what the first has told.
            release.flush_recordset()
            self.env.execute_query(
                SQL("UPDATE logistics_release SET id = id WHERE id = %s RETURNING id", release.id)
            )
            if release.picking_id.state == "done":
                release._take_closed()
            elif release.picking_id.state == "cancel":
                release._call_off()
            elif release.picking_id._may_be_released(release):
                release._follow_content()

    def _follow_content(self):
        reasons = self._held_by()
        self._note_reasons(reasons)
        if reasons:
            return
        if self.kind == "delivery":
            picking = self.picking_id.with_context(logistics_releasing=True)
            self.shipment_id = picking._ensure_shipment()
        content = self.picking_id._release_content(self)
        wanted = core.digest(content)
        if wanted == self._told().digest:
            return
        if self.state != core.TOO_LATE and not self._is_worked():
            self._withdraw()  # what has not left is told as it is now
        last = self._told()
        step = core.step(
            self.state,
            wanted,
            last.digest or "",
            is_known=bool(last),
            is_worked=self._is_worked(),
            has_left=self._has_left(),
        )
        if step in (core.RELEASE, core.REPLACE):
            self._tell(step, content)
        elif step == core.CLASH:
            self._clash(wanted)
        elif last:
            # It is again as it was told before: what was to change that has not left.
            self.write(
                {
                    "state": core.ACCEPTED if last.answer == "accepted" else core.SENT,
                    "leaves_at": False,
                }
            )

    def _note_reasons(self, reasons):
        text = "\n".join(self._words(reason) for reason in reasons) or False
        if self.reasons != text:
            self.reasons = text

    def _told(self):
        """The last version that the warehouse knows of, or will: an empty one for none."""
        rows = self.version_ids.filtered(lambda row: row.type != "cancel" and not row.is_withdrawn)
        return rows.sorted("id")[-1:]

    def _is_known(self):
        return bool(self._told())

    def _is_worked(self):
        """Whether the warehouse has said that it picks or packs this order."""
        return any(
            event.code in WORKED and event.standing == "active" and event.classifier == "actual"
            for event in self.shipment_id.event_ids
        )

    def _has_left(self):
        shipment = self.shipment_id
        return bool(shipment) and bool(shipment.picked_up_at)

    def _clash(self, wanted):
        """A change that the warehouse cannot take any more, shown once."""
        if self.clash_digest == wanted:
            return
        self.clash_digest = wanted
        self._report("release_too_late", self._both_sides(""))

    # -- telling ------------------------------------------------------------------------------

    def _flow(self):
        """The way by which the warehouse is told: the one of its last version, which may have gone
        another way while the partner was down."""
        message = self._told().message_id
        sent = message and message._as_sent().flow_id
        return sent if sent and sent.active else self.connection_id._flow(RELEASE_FLOW)

    def _tell(self, kind, content):
        """Write the next version."""
        number = self.version + 1
        before = self._told()
        is_again = self.state == core.REJECTED
        due = None if before else self._due()
        message = self._enqueue(
            {"type": kind, "version": "1.1", "revision": number, **content},
            once=f"release:{self.picking_id.id}:{self._shipment_number()}:{number}",
            before=before,
            due=due,
        )
        self.version_ids.create(
            {
                "release_id": self.id,
                "version": number,
                "type": kind,
                "told_at": fields.Datetime.now(),
                "message_id": message.id,
                "digest": core.digest(content),
                "summary": self._summary(content),
            }
        )
        self.write(
            {
                "version": number,
                "state": core.QUEUED if message else core.SENT,
                "leaves_at": due if message else False,
                "clash_digest": False,
            }
        )
        self._settle(self.env._("The warehouse was told as it is now."))
        if self.shipment_id:
            self._note_release(kind, is_again)

    def _adopt(self):
        """Know what was released before there were versions, so that it is not released twice. As
        superuser."""
        for release in self:
            picking = release.picking_id
            for shipment in picking._live_shipments()[-1:]:
                key = f"release:{picking._name}:{picking.id}:{shipment.id}"
                if not self.env["logistics.effect"].search([("key", "=", key)], limit=1):
                    continue
                identity = f"out:{RELEASE_FLOW}:release:{picking.id}:{shipment.id}"
                known = self.env["logistics.message.key"].search(
                    [
                        ("connection_id", "=", release.connection_id.id),
                        ("identity", "=", identity),
                    ]
                )
                release.shipment_id = shipment
                content = picking._release_content(release)
                self.env["logistics.release.version"].create(
                    {
                        "release_id": release.id,
                        "version": 1,
                        "type": "release",
                        "told_at": known.message_id.received_at or fields.Datetime.now(),
                        "message_id": known.message_id.id,
                        "digest": core.digest(content),
                        "summary": release._summary(content),
                    }
                )
                release.write({"version": 1, "state": core.SENT})

    def _shipment_number(self):
        return self.shipment_id.id or f"W{self.warehouse_id.id}"

    def _note_release(self, kind, is_again):
        """What the shipment says: released once, and changed as often as it was."""
        shipment, picking = self.shipment_id, self.picking_id
        effect = self.env["logistics.effect"]._claim(
            "release", f"{picking._name}:{picking.id}:{shipment.id}", shipment
        )
        if effect or is_again:
            shipment._record_own_event("ORD_RELEASED", text=picking.name)
        elif kind == core.REPLACE:
            shipment._record_own_event("ORD_CHANGED", text=picking.name)

    def _enqueue(self, content, once, before, due=None):
        """:return: the message, none where the connection has no flow for releases"""
        flow = self._flow()
        if not flow:
            return self.env["logistics.message"].sudo()
        message = self.env["logistics.outbox"]._enqueue(
            flow,
            content,
            key=self.picking_id.name,
            once=once,
            record=self.picking_id,
            correlation_id=self.shipment_id.correlation_id or None,
            causation_id=before.message_id._as_sent().receipt if before.message_id else None,
            due=due,
        )
        if not flow._has_engine():  # of an act of theirs, the outbox expects an answer by itself
            # What becomes of it is told to the release (``_take_answer`` of the transfer).
            self.env["logistics.answer"].sudo()._expect(message)
        return message

    def _summary(self, content):
        """What was told, for the page: goods and days, no person."""
        rows = [
            f"{line['quantity']:g} {line['unit']}  {line.get('name') or line['product']}"
            + (f"  ({', '.join(line['lots'])})" if line.get("lots") else "")
            for line in content["lines"]
        ]
        if moment := content.get("ship_by") or content.get("expected_at"):
            rows.append(moment[:16].replace("T", " ") + " UTC")
        return "\n".join(rows)

    def _withdraw(self):
        """Take back the versions that have not left. One that was tried may have arrived, whatever
        became of the try, and stays known; one that the warehouse rejected does not."""
        for row in self.version_ids.filtered(lambda one: one.type != "cancel").sorted("id", True):
            if row.is_withdrawn:
                continue
            if not row.message_id:
                break
            message = row.message_id._as_sent()
            is_unknown = message.state == "rejected" or not message.attempt_ids
            if not message._take_out():
                break
            if not is_unknown:
                break
            row.is_withdrawn = True

    def _tell_again(self):
        """A person wants it told once more, as it is now."""
        self._withdraw()
        self._note_reasons(self._held_by())
        if self.reasons or not self.picking_id._may_be_released(self):
            return
        content = self.picking_id._release_content(self)
        is_anew = not self._is_known() or self.state == core.REJECTED
        self._tell(core.RELEASE if is_anew else core.REPLACE, content)

    # -- calling off --------------------------------------------------------------------------

    def _call_off(self):
        """The transfer was cancelled."""
        if self.state in (core.CANCEL_ASKED, core.TOO_LATE):
            if self.state == core.TOO_LATE and not self.problem:
                self._report("release_too_late", self._both_sides(""))
            return
        self._withdraw()
        step = core.step(
            self.state,
            "",
            self._told().digest or "",
            is_known=self._is_known(),
            has_left=self._has_left(),
        )
        if step == core.CANCEL:
            self._ask_to_cancel()
        elif step == core.CLASH:
            self.state = core.TOO_LATE
            self._report("release_too_late", self._both_sides(""))
        elif step == core.WITHDRAW:
            self._over()

    def _presume_cancelled(self):
        """They took the request, and will not say more of it. Where they do say that it was too
        late, a person hears of it all the same."""
        if self.state == core.CANCEL_ASKED:
            self._over()

    def _over(self):
        self.write({"state": core.CANCELLED, "reasons": False, "leaves_at": False})
        self._settle(self.env._("It was cancelled, and the warehouse does not work it."))

    def _ask_to_cancel(self):
        told = self._told()
        picking = self.picking_id
        content = {
            "type": "cancel",
            "version": "1.1",
            "revision": told.version,
            "kind": self.kind,
            self.kind: picking.name,
            "shipment": self.shipment_id.name,
            "reason": "The transfer was cancelled.",
        }
        message = self._enqueue(
            {name: value for name, value in content.items() if value},
            once=f"cancel:{picking.id}:{self._shipment_number()}:{told.version}",
            before=told,
        )
        self.version_ids.create(
            {
                "release_id": self.id,
                "version": told.version,
                "type": "cancel",
                "told_at": fields.Datetime.now(),
                "message_id": message.id,
            }
        )
        if message:
            self.write({"state": core.CANCEL_ASKED, "reasons": False})
        else:
            self._over()

    # -- what becomes of the messages ---------------------------------------------------------

    def _follow_message(self, row, message):
        """What became of the message of a version, as the outbox knows it. Told again, it changes
        nothing."""
        self.ensure_one()
        verdict = message._verdict()
        acknowledges = message.flow_id.ack != "none" or verdict.kind == act.DONE
        if message.state == "rejected":
            if row.type == "cancel" or verdict.kind == act.TOO_LATE:
                self._take_too_late(row.version, message.error_text)
            else:
                self._take_rejected(row.version, message.error_text)
        elif message.state == "delivered" and row.type == "cancel" and verdict.kind:
            self._take_cancelled(row.version, verdict.text)
        elif message.state == "delivered" and acknowledges:
            # Of a cancellation the receipt is acknowledged; whether it came in time is said apart.
            if row.type != "cancel":
                self._take_accepted(row.version)
        elif message.state == "delivered" and row.type == "cancel" and not row.answer:
            self._presume_cancelled()
        if row == self._told() and self.state == core.QUEUED and message.attempt_ids:
            self.write({"state": core.SENT, "leaves_at": False})
