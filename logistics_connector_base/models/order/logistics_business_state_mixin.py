from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...business_state import due, judge
from ..selections import BUSINESS_STATES


class LogisticsBusinessStateMixin(models.AbstractModel):
    """The business state on the orders and transfers themselves. What is read is right at once:
    what the desk has still to look at is judged anew. What is searched, sorted and grouped by lies
    beside them and is seconds old."""

    _name = "logistics.business.state.mixin"
    _description = "Has a Business State"

    #: "order" or "picking"
    _business_kind = ""
    #: field → column of logistics_business_state
    SHOWN = {
        "logistics_state": "state",
        "logistics_blocked_reason": "blocked_reason",
        "logistics_moved_at": "moved_at",
        "logistics_return_under_way": "return_under_way",
    }

    logistics_state = fields.Selection(
        BUSINESS_STATES,
        string="Logistics",
        compute="_compute_logistics_state",
        search="_search_logistics_state",
    )
    logistics_blocked_reason = fields.Char(
        "Why blocked",
        compute="_compute_logistics_state",
        search="_search_logistics_blocked_reason",
    )
    logistics_moved_at = fields.Datetime(
        "Last change in logistics",
        compute="_compute_logistics_state",
        search="_search_logistics_moved_at",
        help="When its deliveries or shipments last changed.",
    )
    logistics_return_under_way = fields.Boolean(
        "Return under way",
        compute="_compute_logistics_state",
        search="_search_logistics_return_under_way",
    )
    logistics_reasons = fields.Json("What blocks", compute="_compute_logistics_state")

    @api.depends_context("lang", "uid")
    def _compute_logistics_state(self):
        rows = self._business_rows()
        states = self.env["logistics.business.state"]
        hidden = states._hidden_reasons(
            reason for row in rows.values() for reason in row.get("reasons") or ()
        )
        for record in self:
            row = rows.get(record._origin.id, {})
            links = states._reason_links(row.get("reasons"), hidden)
            record.logistics_state = row.get("state", False)
            record.logistics_moved_at = row.get("moved_at", False)
            record.logistics_return_under_way = row.get("return_under_way", False)
            record.logistics_reasons = links
            record.logistics_blocked_reason = ", ".join(link["text"] for link in links)

    def _business_rows(self):
        """id → state, reasons, moved_at, return_under_way; those that are due are judged now."""
        ids = [number for number in self._origin.ids if number]
        if not ids:
            return {}
        for model in ("sale.order", "sale.order.line", "stock.move", "stock.picking"):
            self.env[model].flush_model()
        for model in ("logistics.shipment", "logistics.exception", "logistics.shipment.charge"):
            self.env[model].flush_model()
        kind = self._business_kind
        link = SQL.identifier(judge.LINKS[kind])
        found = self.env.execute_query_dict(
            SQL(
                "SELECT %s AS id, state, reasons, moved_at, return_under_way "
                "FROM logistics_business_state WHERE %s = ANY(%s)",
                link,
                link,
                ids,
            )
        )
        rows = {row["id"]: row for row in found}
        self.env.cr.execute(due.DUE, {"kind": kind, "ids": ids})
        stale = [row[0] for row in self.env.cr.fetchall()]
        if stale:
            judged = judge.judge(self.env, kind, stale)
            for number in stale:
                before = rows.pop(number, {})
                if number in judged:
                    one = judged[number]
                    rows[number] = {
                        "moved_at": fields.Datetime.now(),
                        **before,
                        "state": one.values["state"],
                        "return_under_way": one.values["return_under_way"],
                        "reasons": [[r.kind, r.text, r.id] for r in one.reasons],
                    }
        return rows

    def _search_logistics_state(self, operator, value):
        return self._search_business("state", operator, value)

    def _search_logistics_blocked_reason(self, operator, value):
        return self._search_business("blocked_reason", operator, value)

    def _search_logistics_moved_at(self, operator, value):
        return self._search_business("moved_at", operator, value)

    def _search_logistics_return_under_way(self, operator, value):
        return self._search_business("return_under_way", operator, value)

    def _search_business(self, column, operator, value):
        if operator.startswith("not") or operator == "!=":
            return NotImplemented  # Odoo takes the opposite of what is found
        states = self.env["logistics.business.state"].sudo()
        link = judge.LINKS[self._business_kind]
        seen = self._business_seen(column)

        def having(*condition):
            found = states._search(Domain(link, "!=", False) & Domain(*condition) & seen)
            return SQL("(%s)", found.select(SQL.identifier(found.table, link)))

        if operator == "in" and False in value:
            others = [item for item in value if item]
            empty = Domain("id", "not in", having(column, "!=", False))
            return empty | Domain("id", "in", having(column, "in", others)) if others else empty
        return Domain("id", "in", having(column, operator, value))

    def _business_seen(self, column):
        """Domain of the states by which a reader may search, group and sort: why something is
        blocked names shipments, and is for those who see these."""
        if column != "blocked_reason" or self.env.su:
            return Domain.TRUE
        return self.env.user._logistics_domain("logistics.business.state")

    def _field_to_sql(self, alias, field_expr, query=None):
        column = self.SHOWN.get(field_expr)
        if column is None or query is None:
            return super()._field_to_sql(alias, field_expr, query)
        self._check_field_access(self._fields[field_expr], "read")
        states = query.make_alias(alias, "logistics_business_state")
        query.add_join(
            "LEFT JOIN",
            states,
            "logistics_business_state",
            SQL(
                "%s = %s",
                SQL.identifier(states, judge.LINKS[self._business_kind]),
                SQL.identifier(alias, "id"),
            ),
        )
        seen = self._business_seen(column)
        if not seen.is_true():
            found = self.env["logistics.business.state"].sudo()._search(seen)
            return SQL(
                "(CASE WHEN %s IN %s THEN %s END)",
                SQL.identifier(states, "id"),
                found.subselect(),
                SQL.identifier(states, column),
            )
        return SQL.identifier(states, column)
