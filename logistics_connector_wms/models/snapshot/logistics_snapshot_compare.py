import contextlib
import logging
import time
from collections import defaultdict
from decimal import Decimal

from odoo import api, fields, models
from odoo.addons.logistics_connector_base.core.setbacks import MESSAGE, setback
from odoo.addons.logistics_connector_base.intake import waker

from ...core import reconcile
from ...core.reconcile import MAPPING, MATCH, TIMING, Tolerance, judge, spend

_logger = logging.getLogger(__name__)

LANE = 1
IDENTITY_KEY = "logistics.snapshot"
MAX_TRIES = 5
LEASE = 300  # seconds; of a process that died nothing is known but that it has not written the end
CLAIM = """
UPDATE logistics_snapshot SET tries = tries + 1,
    next_try_at = now() AT TIME ZONE 'UTC' + make_interval(secs => %(lease)s)
WHERE id = (
    SELECT id FROM logistics_snapshot
    WHERE state = 'to_compare'
          AND (next_try_at IS NULL OR next_try_at <= now() AT TIME ZONE 'UTC')
    ORDER BY next_try_at NULLS FIRST, as_of, id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, tries
"""
WAITING = """
SELECT EXISTS (SELECT 1 FROM logistics_snapshot WHERE state = 'to_compare'
               AND (next_try_at IS NULL OR next_try_at <= now() AT TIME ZONE 'UTC'))
"""
DUE_IN = """
SELECT EXTRACT(EPOCH FROM min(next_try_at) - now() AT TIME ZONE 'UTC')::float
FROM logistics_snapshot WHERE state = 'to_compare' AND next_try_at > now() AT TIME ZONE 'UTC'
"""
RESULTS = """
INSERT INTO logistics_snapshot_result (snapshot_id, connection_id, company_id, warehouse_id,
    product_id, lot_id, condition, said_as, theirs, ours, difference, explained, worth, kind, why,
    streak, is_ignored, ignored_until, reason, decided_by_id)
VALUES %s
"""
STATES = ("damaged", "quarantine", "held")


class LogisticsSnapshotDesk(models.AbstractModel):
    """Compares snapshots, each in a transaction of its own. A job that may die at any moment."""

    _name = "logistics.snapshot.desk"
    _description = "Desk that Compares Stock Snapshots"

    @api.model
    def _wake_after_commit(self):
        dbname = self.env.cr.dbname
        self.env.cr.postcommit.add(lambda: waker.wake(dbname))

    @api.model
    def _wake(self):
        """Enqueue the job where something is to be compared; whether something is."""
        self.env.cr.execute(WAITING)
        if not self.env.cr.fetchone()[0]:
            return False
        self.env["logistics.job.starter"]._start(
            self, "_drain", LANE, IDENTITY_KEY, "Logistics: compare stock snapshots, lane %s"
        )
        return True

    @api.model
    def _due_in(self):
        """Seconds until something is to be looked at again; None when nothing is."""
        self.env.cr.execute(DUE_IN)
        return self.env.cr.fetchone()[0]

    @api.model
    def _drain(self, lane=LANE):
        """Job: compare until nothing waits or the slice is over; a line for the job's result."""
        deadline, count = time.monotonic() + 20, 0
        try:
            while time.monotonic() < deadline and (claimed := self._claim()):
                self._work(*claimed)
                count += 1
        finally:
            waker.wake(self.env.cr.dbname)
        return f"{count} snapshots compared"

    def _claim(self):
        with self._transaction() as env:
            self._isolate(env.cr)
            env.cr.execute(CLAIM, {"lease": LEASE})
            return env.cr.fetchone()

    def _work(self, snapshot_id, tries):
        try:
            with self._transaction() as env:
                env["logistics.snapshot"].sudo().browse(snapshot_id)._compare()
        except Exception as error:
            if setback(error) != MESSAGE:
                raise  # it is claimed again when the lease is over
            _logger.warning("snapshot %s could not be compared", snapshot_id, exc_info=error)
            if tries >= MAX_TRIES:
                with self._transaction() as env:
                    snapshot = env["logistics.snapshot"].sudo().browse(snapshot_id)
                    snapshot._cannot(f"{type(error).__name__}: {error}")

    def _isolate(self, cr):
        cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")

    @contextlib.contextmanager
    def _transaction(self):
        with self.env.registry.cursor() as cr:
            env = api.Environment(cr, self.env.uid, {"tracking_disable": True})
            yield env
            env.flush_all()


class LogisticsInbox(models.AbstractModel):
    _inherit = "logistics.inbox"

    @api.model
    def _boxes(self):
        return (*super()._boxes(), "logistics.snapshot.desk")


class LogisticsSnapshot(models.Model):
    """Two sides, line by line."""

    _inherit = "logistics.snapshot"

    def _compare(self):
        """Compare with our balance as of the moment, in this transaction. As superuser."""
        self.ensure_one()
        self.env.cr.execute(
            "SELECT state FROM logistics_snapshot WHERE id = %s FOR UPDATE", (self.id,)
        )
        self.invalidate_recordset()
        if self.state not in ("to_compare", "compared"):
            return
        self = self.with_company(self.company_id)
        self.warehouse_id = self.env["stock.warehouse"]._logistics_find(
            self.connection_id, self.warehouse_code or ""
        )
        if not self.warehouse_id:
            self._cannot(
                self.env._(
                    "It does not say of which warehouse it speaks, or by a code that nobody knows "
                    "(“%s”).",
                    self.warehouse_code or "",
                )
            )
            return
        theirs, unknown = self._their_side()
        ours = self._our_side(theirs)
        rows = self._judged(theirs, ours)
        rows += [self._row(None, 0, "available", words, MAPPING, why) for words, why in unknown]
        self._write_results(rows)
        self._tell()

    def _cannot(self, problem):
        self.write({"state": "problem", "problem": problem[:500]})
        self.env["logistics.exception"]._report(
            [
                {
                    "type": "stock_differs",
                    "key": f"snapshot:{self.id}",
                    "name": self.env._(
                        "Snapshot %(name)s cannot be compared: %(why)s",
                        name=self.name,
                        why=problem,
                    )[:200],
                    "company_id": self.company_id.id,
                    "connection_id": self.connection_id.id,
                    "message_id": self.message_id.id,
                    "provider": self.connection_id.provider_id.code,
                    "reference": self.name,
                }
            ]
        )

    # -- the sides ----------------------------------------------------------------------------

    def _their_side(self):
        """What they have, in our words.

        :return: (dict, (product id, lot id or 0, condition) → Decimal; list of (words, why) that
            nobody understands)
        """
        self.env.cr.execute(
            "SELECT COALESCE(product_code, ''), COALESCE(barcode, ''), COALESCE(unit, ''), "
            "COALESCE(lot_name, ''), on_hand, damaged, quarantine, held "
            "FROM logistics_snapshot_line WHERE snapshot_id = %s",
            (self.id,),
        )
        rows = self.env.cr.fetchall()
        meant = self.env["logistics.item.code"]._understand(
            self.connection_id, {row[:3] for row in rows}
        )
        products = self.env["product.product"].browse(
            {goods.product_id for goods in meant.values() if goods.product_id}
        )
        factors = self._factors(meant)
        lots = self._lots(products, {row[3] for row in rows if row[3]})
        tracked = set(products.filtered(lambda one: one.tracking != "none").ids)
        apart = {condition for _place, condition, _path in self._condition_places()}
        side, unknown = defaultdict(Decimal), []
        for *words, lot_name, on_hand, damaged, quarantine, held in rows:
            goods = meant[tuple(words)]
            said = words[0] or words[1]
            if goods.trouble:
                unknown.append((said, goods.trouble))
                continue
            lot_id = 0
            if lot_name and goods.product_id in tracked:
                lot_id = lots.get((goods.product_id, lot_name), 0)
                if not lot_id:
                    unknown.append((f"{said} ({lot_name})", "unknown_lot"))
                    continue
            factor = factors[goods]
            left = Decimal(str(on_hand))
            for condition, quantity in zip(STATES, (damaged, quarantine, held), strict=True):
                if condition in apart:
                    quantity = Decimal(str(quantity or 0))
                    side[goods.product_id, lot_id, condition] += quantity * factor
                    left -= quantity
            side[goods.product_id, lot_id, "available"] += left * factor
        return side, unknown

    def _factors(self, meant):
        factors = {}
        for goods in set(meant.values()):
            if goods.trouble:
                continue
            product = self.env["product.product"].browse(goods.product_id)
            uom = self.env["uom.uom"].browse(goods.uom_id)
            one = uom._compute_quantity(1, product.uom_id, round=False)
            factors[goods] = Decimal(repr(one))
        return factors

    def _lots(self, products, names):
        if not names:
            return {}
        found = self.env["stock.lot"].search(
            [("product_id", "in", products.ids), ("name", "in", list(names))]
        )
        return {(lot.product_id.id, lot.name): lot.id for lot in found}

    def _our_side(self, theirs):
        """Our balance; without lots where they tell none of the product."""
        with_lots = {product_id for product_id, lot_id, _condition in theirs if lot_id}
        told = {product_id for product_id, _lot_id, _condition in theirs}
        ours = defaultdict(Decimal)
        for (product_id, lot_id, condition), quantity in self._balance().items():
            if product_id not in told and not self.is_complete:
                continue
            # What they do not list at all is shown by lots, where we have them.
            by_lot = product_id in with_lots or product_id not in told
            ours[product_id, lot_id if by_lot else 0, condition] += quantity
        return ours

    # -- the verdict --------------------------------------------------------------------------

    def _judged(self, theirs, ours):
        connection = self.connection_id
        tolerance = Tolerance(
            Decimal(repr(connection.snapshot_quantity)),
            Decimal(repr(connection.snapshot_percent)),
            Decimal(repr(connection.snapshot_value)),
            connection.snapshot_patience,
        )
        misses = bool(
            self.env["logistics.message.gap"].search_count(
                [("connection_id", "=", connection.id), ("since", "<=", self.as_of)], limit=1
            )
        )
        zero = Decimal(0)
        keys = [key for key in {**theirs, **ours} if theirs.get(key, zero) or ours.get(key, zero)]
        products = self.env["product.product"].browse({key[0] for key in keys})
        prices = {product.id: Decimal(repr(product.standard_price)) for product in products}
        flights = self._in_flight()
        rows = []

        def order(key):
            # What is on its way is goods for sale, and explains as many lines as it can.
            size = abs(theirs.get(key, zero) - ours.get(key, zero))
            return key[0], key[2] != "available", size, key

        for key in sorted(keys, key=order):
            product_id, lot_id, condition = key
            price = prices[product_id]
            one, other = theirs.get(key, zero), ours.get(key, zero)
            verdict = judge(one, other, price, flights.get(product_id, ()), tolerance, misses)
            if verdict.explained:
                flights[product_id] = spend(flights[product_id], verdict.explained)
            row = self._row(product_id, lot_id, condition, "", verdict.kind, "")
            row.update(
                theirs=one,
                ours=other,
                difference=verdict.difference,
                explained=verdict.explained,
                worth=abs(verdict.difference) * price,
                all=max(abs(one), abs(other)) * price,
            )
            rows.append(row)
        return rows

    def _row(self, product_id, lot_id, condition, said_as, kind, why):
        zero = Decimal(0)
        return {
            "product_id": product_id or None,
            "lot_id": lot_id or None,
            "condition": condition,
            "said_as": said_as or None,
            "kind": kind,
            "why": why or None,
            **dict.fromkeys(("theirs", "ours", "difference", "explained", "worth", "all"), zero),
        }

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
