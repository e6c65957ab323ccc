import hashlib
from dataclasses import replace

from odoo import api, fields, models
from odoo.addons.logistics_connector_base.core.corrections import revision_rank
from odoo.addons.logistics_connector_base.core.jsonsafe import clean_text

LINES = """
INSERT INTO logistics_snapshot_line (snapshot_id, connection_id, company_id, part, product_code,
    barcode, unit, lot_name, on_hand, damaged, quarantine, held, allocated, receiving)
VALUES %s
"""
OPEN = """
INSERT INTO logistics_snapshot (name, revision, connection_id, company_id, message_id,
    warehouse_code, as_of, received_at, is_complete, parts, state, tries)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 'receiving', 0)
ON CONFLICT (connection_id, name, COALESCE(revision, '')) DO NOTHING
"""
LOCK = """
SELECT id FROM logistics_snapshot
WHERE connection_id = %s AND name = %s AND COALESCE(revision, '') = %s FOR UPDATE
"""


class LogisticsSnapshot(models.Model):
    """Filing what came, in the transaction of its message; tens of thousands of lines at once."""

    _inherit = "logistics.snapshot"

    @api.model
    def _take_statements(self, told):
        """File snapshots; they are compared by a job after the commit.

        :param told: list of (message, Snapshot)
        :return: troubles to report
        """
        troubles = []

        def identity(pair):
            message, said = pair
            return message.connection_id.id, said.id, said.revision, said.part

        for message, said in sorted(told, key=identity):
            troubles += self._file(message, said)
        self.env["logistics.snapshot.desk"]._wake_after_commit()
        return troubles

    @api.model
    def _file(self, message, said):
        connection = message.connection_id
        self.env.flush_all()
        self.env.cr.execute(
            OPEN,
            (
                said.id[:200],
                said.revision,
                connection.id,
                connection.company_id.id,
                message.id,
                clean_text(said.warehouse, 100) or None,
                said.as_of.utc.replace(tzinfo=None, microsecond=0),
                message.received_at,
                said.is_complete,
                said.parts,
            ),
        )
        self.env.cr.execute(LOCK, (connection.id, said.id[:200], said.revision))
        snapshot = self.browse(self.env.cr.fetchone()[0])
        snapshot.invalidate_recordset()
        digests, digest = snapshot.part_digests or {}, _digest(said)
        known = digests.get(str(said.part))
        if known == digest:
            return []
        parts = snapshot.parts or said.parts  # 0: not known before the last of them
        last = max(said.part, *map(int, digests)) if digests else said.part
        if known or said.parts not in (0, parts) or (parts and last > parts):
            return [snapshot._conflict(message)]
        snapshot._file_lines(said)
        digests = {**digests, str(said.part): digest}
        state = "to_compare" if len(digests) == parts else "receiving"
        snapshot.write({"part_digests": digests, "parts": parts, "state": state})
        snapshot._supersede()
        return []

    def _file_lines(self, said):
        owner = (self.id, self.connection_id.id, self.company_id.id, said.part)
        self.env.cr.execute_values(
            LINES,
            [
                (
                    *owner,
                    line.product or None,
                    line.barcode or None,
                    line.unit or None,
                    line.lot or None,
                    line.on_hand,
                    line.damaged,
                    line.quarantine,
                    line.held,
                    line.allocated,
                    line.receiving,
                )
                for line in said.lines
            ],
            page_size=5000,
        )

    def _supersede(self):
        """Of several revisions the greatest is compared."""
        others = self.search(
            [("connection_id", "=", self.connection_id.id), ("name", "=", self.name)]
        )
        last = max(others, key=lambda one: revision_rank(one.revision or ""))
        (others - last).write({"state": "superseded"})

    def _conflict(self, message):
        return {
            "type": "advice_conflict",
            "key": f"snapshot-conflict:{self.id}",
            "name": self.env._("Another content under the same number: %s", self.name),
            "company_id": self.company_id.id,
            "connection_id": self.connection_id.id,
            "message_id": message.id,
            "provider": message.provider,
            "reference": self.name,
            "detail": self.env._(
                "The partner sent a snapshot under this number before, with another content and "
                "without a greater revision. What came first counts."
            ),
        }

    @api.autovacuum
    def _forget_lines(self):
        """What a snapshot said in its own words stands in its message; after three months the
        figures are enough."""
        old = fields.Datetime.subtract(fields.Datetime.now(), days=90)
        snapshots = self.search(
            [("received_at", "<", old), ("is_forgotten", "=", False)], limit=100
        )
        snapshots.line_ids.unlink()
        snapshots.is_forgotten = True


def _digest(said):
    lines = tuple(replace(line, pointer="") for line in said.lines)
    return hashlib.sha256(repr(replace(said, pointer="", lines=lines)).encode()).hexdigest()
