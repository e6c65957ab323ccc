from decimal import Decimal

from odoo import fields, models

from ...core import reconcile
from ...core.reconcile import MAPPING, MATCH, TIMING

RESULTS = """
INSERT INTO logistics_snapshot_result (snapshot_id, connection_id, company_id, warehouse_id,
    product_id, lot_id, condition, said_as, theirs, ours, difference, explained, worth, kind, why,
    streak, is_ignored, ignored_until, reason, decided_by_id)
VALUES %s
"""


class LogisticsSnapshot(models.Model):
    """What came of a comparison: lines, figures, and whether a person hears of it."""

    _inherit = "logistics.snapshot"

    # -- what is written ----------------------------------------------------------------------

    def _previous(self):
        """The snapshot of the warehouse that was compared before this one."""
        return self.search(
            [
                ("warehouse_id", "=", self.warehouse_id.id),
                ("state", "=", "compared"),
                ("as_of", "<", self.as_of),
                ("id", "!=", self.id),
            ],
            order="as_of desc, id desc",
            limit=1,
        )

    def _results(self, domain):
        """Some of the results, without reading all of them."""
        results = self.env["logistics.snapshot.result"]
        return results.search([("snapshot_id", "in", self.ids), *domain])

    def _write_results(self, rows):
        before = {
            (one.product_id.id, one.lot_id.id, one.condition, one.said_as or ""): one
            for one in self._previous()._results([("kind", "!=", MATCH)])
        }
        # Decided about this very snapshot, which is compared again.
        decided = {
            (one.product_id.id, one.lot_id.id, one.condition, one.said_as or ""): one
            for one in self._results([("is_ignored", "=", True)])
        }
        decided = {key: (one.difference, *one._decision()) for key, one in decided.items()}
        # Tens of thousands; nothing but their snapshot knows them.
        self.env.flush_all()
        self.env.cr.execute(
            "DELETE FROM logistics_snapshot_result WHERE snapshot_id = %s", (self.id,)
        )
        today = fields.Date.today()
        values, unexplained = [], (reconcile.LOST, reconcile.VARIANCE, MAPPING)
        for row in rows:
            row["streak"] = 1 if row["kind"] in unexplained else 0
            key = (
                row["product_id"] or False,
                row["lot_id"] or False,
                row["condition"],
                row["said_as"] or "",
            )
            old = before.get(key)
            ignored = (False, None, None, None)
            if old and row["streak"]:
                row["streak"] += old.streak
                if old.is_ignored:
                    decided.setdefault(key, (old.difference, *old._decision()))
            if key in decided and row["streak"]:
                difference, until, *who = decided[key]
                same = abs(difference - float(row["difference"])) < 1e-6
                if same and until and until >= today:
                    ignored = (True, until, *who)
            row["ignored"] = ignored[0]
            values.append(
                (
                    self.id,
                    self.connection_id.id,
                    self.company_id.id,
                    self.warehouse_id.id,
                    row["product_id"],
                    row["lot_id"],
                    row["condition"],
                    row["said_as"],
                    row["theirs"],
                    row["ours"],
                    row["difference"],
                    row["explained"],
                    row["worth"],
                    row["kind"],
                    row["why"],
                    row["streak"],
                    *ignored,
                )
            )
        if values:
            self.env.cr.execute_values(RESULTS, values, page_size=5000)
        self.env["logistics.snapshot.result"].invalidate_model()
        self._write_figures(rows)

    def _write_figures(self, rows):
        wrong = [row for row in rows if row["kind"] != MATCH]
        # What is on its way lies where both sides say that it will.
        shares = reconcile.accuracy(
            [
                (MATCH if row["kind"] == TIMING else row["kind"], row["all"], row["worth"])
                for row in rows
            ]
        )
        self.write(
            {
                "state": "compared",
                "problem": False,
                "compared_at": fields.Datetime.now(),
                "compared_count": len(rows),
                "difference_count": len(wrong),
                "variance_count": sum(row["kind"] == reconcile.VARIANCE for row in rows),
                "difference_value": float(sum((row["worth"] for row in wrong), Decimal(0))),
                "accuracy": shares[0],
                "accuracy_value": shares[1],
            }
        )

    def _tell(self):
        """A person hears of what lasts, and of what is dear at once. One case for the warehouse: it
        heals when a later snapshot has nothing to tell."""
        later = self.search_count(
            [
                ("warehouse_id", "=", self.warehouse_id.id),
                ("state", "=", "compared"),
                ("as_of", ">", self.as_of),
            ],
            limit=1,
        )
        if later:
            return  # it came late: the newer one has told
        connection = self.connection_id
        at_once = connection.snapshot_at_once
        lasting = self._results(
            [("streak", ">", 0), ("is_ignored", "=", False), ("move_id", "=", False)]
        )
        told = lasting.filtered(
            lambda one: (
                one.streak >= connection.snapshot_streak or (at_once and one.worth >= at_once)
            )
        )
        key = f"stock:{self.warehouse_id.id}"
        exceptions = self.env["logistics.exception"]
        if not told:
            exceptions._resolve_keys([key], self.env._("A later snapshot has nothing to tell."))
            return
        rows = [
            f"{one.display_name}: {one.theirs:g} / {one.ours:g} ({one.difference:+g})"
            for one in told.sorted(lambda one: -one.worth)[:20]
        ]
        exceptions._report(
            [
                {
                    "type": "stock_differs",
                    "key": key,
                    "name": self.env._(
                        "%(warehouse)s: the stock differs in %(count)s lines",
                        warehouse=self.warehouse_id.name,
                        count=len(told),
                    ),
                    "company_id": self.company_id.id,
                    "warehouse_id": self.warehouse_id.id,
                    "connection_id": connection.id,
                    "message_id": self.message_id.id,
                    "provider": connection.provider_id.code,
                    "reference": self.name,
                    "detail": self.env._("They have / we have as of %s:", self.as_of)
                    + "\n"
                    + "\n".join(rows),
                }
            ]
        )
