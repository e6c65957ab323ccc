from datetime import UTC

from odoo import api, fields, models

from ...core import master as core
from .logistics_master_record import RECORDS

MOST = 100  # records in a message
# They arrive one after the other: what is told later is newer.
KEY = "master"


class LogisticsMasterRecord(models.Model):
    """Telling what has to be told, so many at a time, as it is at that moment."""

    _inherit = "logistics.master.record"

    @api.model
    def _tell_next(self, sync):
        """Write the next message. As superuser.

        :return: whether there was something that had to be told
        """
        connection = sync.connection_id
        due = self.search(
            [("connection_id", "=", connection.id), ("is_due", "=", True)],
            order="is_alone, kind, id",
            limit=MOST,
        )
        if due[:1].is_alone:
            due = due[:1]
        due = due.filtered(lambda row: not row.is_alone) or due
        entries, values = due._entries(connection)
        if entries:
            message = self._send(sync, entries)
            for row, told in values:
                row.write({**told, "message_id": message.id})
            self._settle(connection)
        return bool(due)

    def _entries(self, connection):
        """What is said of these rows, as it is now; what need not be said is noted.

        :return: list of ``core.master.Entry``, and list of (row, what to write with its message)
        """
        contents = {}
        for kind, rows in self.grouped("kind").items():
            found = self._contents(connection, kind, rows.mapped("number"))
            contents |= {(kind, number): said for number, said in found.items()}
        entries, values = [], []
        now = fields.Datetime.now()
        for row in self:
            code, content = contents.get((row.kind, row.number), (row.code or "", None))
            wanted = self._digest_of(row.kind, content)
            step = core.step(wanted, row.told or "", row.is_asked, row.is_known)
            seen = {"code": code or row.code, "wanted": wanted or False}
            if step == core.NOTHING:
                row.write({**seen, "is_asked": False, "is_alone": False})
                continue
            if step == core.WITHDRAW:
                content, before = None, row.told_code or row.code or ""
            else:
                before = row.told_code if row.told and row.told_code != code else ""
            version = row.version + 1
            entries.append(core.Entry(row.kind, row.number, version, content, before or ""))
            told = {
                **seen,
                "version": version,
                "told": wanted or False,
                "told_code": code if wanted else False,
                "told_at": now,
                "answer": False,
                "words": False,
                "is_asked": False,
                "is_alone": False,
            }
            values.append((row, told))
        return entries, values

    def _send(self, sync, entries):
        flow = sync.connection_id._master_flow()
        now = fields.Datetime.now().replace(tzinfo=UTC)
        message = self.env["logistics.outbox"]._enqueue(
            flow,
            core.document(entries, now.isoformat()),
            key=KEY,
            once=f"master:{core.identity(entries)}",
            record=sync,
        )
        if not flow._has_engine():
            # What becomes of it is told to the rows (``_take_answer`` of the sync).
            self.env["logistics.answer"].sudo()._expect(message)
        return message

    # -- what was refused ---------------------------------------------------------------------

    @api.model
    def _report_refused(self, message, rows, words):
        """Show a person a message that a partner did not take, with what it told."""
        names = [row._told_name() for row in rows]
        more = self.env._("… and %s more", len(names) - 20) if len(names) > 20 else ""
        self.env["logistics.exception"]._report(
            [
                {
                    "type": "master_refused",
                    "key": f"master:{message.id}",
                    "name": self.env._(
                        "%(partner)s does not take %(count)s records: %(words)s",
                        partner=message.connection_id.name,
                        count=len(names),
                        words=(words or "-").partition("\n")[0][:120],
                    ),
                    "company_id": message.company_id.id,
                    "connection_id": message.connection_id.id,
                    "message_id": message.id,
                    "provider": message.provider,
                    "reference": rows[0]._told_name() if len(rows) == 1 else False,
                    "detail": "\n".join(filter(None, [words, *names[:20], more])),
                }
            ]
        )

    def _told_name(self):
        """Without names of people."""
        if self.kind == core.CUSTOMER:
            return self.env._("Customer %s", self.number)
        name = self.told_code or self.code or f"#{self.number}"
        if self.kind == core.LOT:
            product = self.product_id
            code = product.default_code or product.barcode or f"#{product.id}"
            return self.env._("%(product)s, lot %(lot)s", product=code, lot=name)
        return name

    @api.model
    def _settle(self, connection):
        """Close the cases of messages all of whose records were told anew, or taken since."""
        open_ = self.env["logistics.exception"].search(
            [
                ("type_code", "=", "master_refused"),
                ("connection_id", "=", connection.id),
                ("is_open", "=", True),
            ]
        )
        for case in open_:
            still = self.search_count(
                [("message_id", "=", case.message_id.id), ("state", "=", core.REJECTED)], limit=1
            )
            if not still:
                self.env["logistics.exception"]._resolve_keys(
                    [case.key], self.env._("It was told anew.")
                )

    # -- for the gate of releases -------------------------------------------------------------

    @api.model
    def _unknown(self, connection, products):
        """Those of these products that a 3PL does not know. As superuser.

        Nobody is held back by a connection that tells no master data.
        """
        if not connection._master_flow():
            return products.browse()
        rows = self.search(
            [
                ("connection_id", "=", connection.id),
                ("kind", "=", core.ITEM),
                ("number", "in", products.ids),
                ("is_known", "=", True),
            ]
        )
        return products.filtered(lambda one: one.type == "consu") - rows[RECORDS[core.ITEM]]

    def _wake_releases(self):
        """What waited for these to be known may go."""
        products = self.filtered(lambda row: row.kind == core.ITEM).product_id
        if not products:
            return
        held = self.env["logistics.release"].search(
            [
                ("connection_id", "in", self.connection_id.ids),
                ("is_held", "=", True),
                ("warehouse_id.logistics_gate_item", "=", True),
                ("picking_id.move_ids.product_id", "in", products.ids),
            ],
            order="id",
        )
        for release in held:
            release._follow_safely()
