from odoo import api, fields, models
from odoo.fields import Domain

from ...intake import waker
from ..selections import BUSINESS_STATES, SHIPMENT_STATES

KINDS = [
    ("order", "Sales order"),
    ("delivery", "Delivery"),
    ("drop_ship", "Drop shipment"),
    ("receipt", "Receipt"),
    ("return", "Return"),
    ("transfer", "Internal transfer"),
]
OPEN = ("pending", "in_progress", "partial", "blocked")


class LogisticsBusinessState(models.Model):
    """Where an order or a transfer stands, and why it is blocked: a narrow row beside the wide one,
    so that people who save an order and programs that work scans never wait for each other. Written
    by the desk alone (``logistics.business.desk``), from facts (``business_state/``)."""

    _name = "logistics.business.state"
    _description = "Business State of Orders and Transfers"
    _order = "promised_at, id desc"
    _log_access = False

    kind = fields.Selection(KINDS, required=True, readonly=True)
    name = fields.Char("Number", readonly=True, index="trigram")
    sale_order_id = fields.Many2one("sale.order", "Sales order", readonly=True, ondelete="cascade")
    picking_id = fields.Many2one("stock.picking", "Transfer", readonly=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", readonly=True)
    warehouse_id = fields.Many2one("stock.warehouse", readonly=True, index="btree_not_null")
    partner_id = fields.Many2one("res.partner", "For", readonly=True, index="btree_not_null")
    promised_at = fields.Datetime("Promised", readonly=True)
    state = fields.Selection(
        BUSINESS_STATES,
        "Logistics",
        required=True,
        readonly=True,
        group_expand="_group_expand_state",
    )
    return_under_way = fields.Boolean(readonly=True)
    blocked_reason = fields.Char("Why blocked", readonly=True)
    reasons = fields.Json(readonly=True)
    reason_links = fields.Json("What blocks", compute="_compute_reason_links")
    shipment_count = fields.Integer("Shipments", readonly=True)
    shipment_ids = fields.Many2many(
        "logistics.shipment", string="Its shipments", compute="_compute_shipment_ids"
    )
    since = fields.Datetime("In this state since", readonly=True)
    moved_at = fields.Datetime("Last change", readonly=True)
    is_late = fields.Boolean("Late", compute="_compute_is_late", search="_search_is_late")
    fingerprint = fields.Char(readonly=True)

    _order_uniq = models.UniqueIndex("(sale_order_id) WHERE sale_order_id IS NOT NULL")
    _picking_uniq = models.UniqueIndex("(picking_id) WHERE picking_id IS NOT NULL")
    _by_state = models.Index("(state, kind, company_id, promised_at, id)")
    _list = models.Index("(kind, promised_at, id DESC)")

    # -- words --------------------------------------------------------------------------------

    @api.model
    def _reason_text(self, kind, text):
        """A reason as people read it.

        :param str kind: "hold", "exception" or "state:<shipment state>"
        :param str text: a shipment's name, or an exception's title
        """
        if kind == "hold":
            return self.env._("%s is on hold", text)
        if kind == "exception":
            return text
        labels = dict(
            self.env["logistics.shipment"]._fields["state"]._description_selection(self.env)
        )
        state = kind.partition(":")[2]
        return f"{text}: {labels.get(state, dict(SHIPMENT_STATES).get(state, state))}"

    @api.model
    def _reason_model(self, kind):
        return "logistics.exception" if kind == "exception" else "logistics.shipment"

    @api.model
    def _hidden_reasons(self, reasons):
        """What of some reasons lies outside of the reader's data scopes.

        :param reasons: lists of kind, text and id
        :return: set of (model, id)
        """
        user = self.env.user
        if self.env.su or not user._is_narrowed():
            return set()
        named = {}
        for kind, _text, number in reasons:
            named.setdefault(self._reason_model(kind), set()).add(number)
        hidden = set()
        for model, ids in named.items():
            records = self.env[model].browse(ids).exists()
            hidden |= {(model, number) for number in ids - set(records._seen_by(user).ids)}
        return hidden

    @api.model
    def _reason_links(self, reasons, hidden=()):
        """Reasons for the screen: what to read, and what to open. Of what the reader may not see
        it is said once that there is some, without a name.

        :param reasons: lists of kind, text and id
        :param hidden: set of (model, id)
        """
        links, left = [], False
        for kind, text, number in reasons or ():
            model = self._reason_model(kind)
            if (model, number) in hidden:
                left = True
                continue
            links.append({"text": self._reason_text(kind, text), "model": model, "id": number})
        if left:
            words = self.env._("Something outside of your data scopes")
            links.append({"text": words, "model": False, "id": False})
        return links

    @api.depends("reasons")
    @api.depends_context("lang")
    def _compute_reason_links(self):
        for state in self:
            state.reason_links = state._reason_links(state.reasons)

    # -- lists --------------------------------------------------------------------------------

    @api.depends("sale_order_id", "picking_id")
    def _compute_shipment_ids(self):
        """Those that the reader may see."""
        shipments = self.env["logistics.shipment"]
        for state in self:
            document = state.sudo().sale_order_id or state.sudo().picking_id
            found = document.shipment_ids if document else shipments.sudo()
            if state.sudo().sale_order_id:
                found |= document.picking_ids.shipment_ids
            state.shipment_ids = shipments.browse(found.ids)._filtered_access("read")

    @api.model
    def _group_expand_state(self, states, domain):
        """In the order in which things go, those that are open also when they are empty."""
        shown = {*states, *OPEN}
        return [state for state, _label in BUSINESS_STATES if state in shown]

    @api.depends("state", "promised_at")
    def _compute_is_late(self):
        now = fields.Datetime.now()
        for state in self:
            state.is_late = bool(
                state.state in OPEN and state.promised_at and state.promised_at < now
            )

    def _search_is_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        late = Domain("state", "in", OPEN) & Domain("promised_at", "<", fields.Datetime.now())
        return late if True in value else ~late

    def action_open_document(self):
        """The order or transfer itself, for whom may read it."""
        self.ensure_one()
        record = self.sudo().sale_order_id or self.sudo().picking_id
        record.sudo(False).check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "views": [(False, "form")],
        }

    def action_view_shipments(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_connector_base.action_logistics_shipment"
        )
        shipments = self.shipment_ids
        action = dict(action, domain=[("id", "in", shipments.ids)], context={})
        if len(shipments) == 1:
            action.update(views=[(False, "form")], res_id=shipments.id)
        return action

    # -- what changed -------------------------------------------------------------------------

    @api.model
    def _changed(self):
        """Something changed that states may follow from: which ones is noted by triggers. Forget
        what was read before in this transaction, and see to it that the desk looks soon."""
        names = [*self.env["logistics.business.state.mixin"].SHOWN, "logistics_reasons"]
        for model in ("sale.order", "stock.picking"):
            self.env[model].invalidate_model(names, flush=False)
        self._look_soon()

    @api.model
    def _look_soon(self):
        """After the commit the desk looks at what is due, whatever triggers noted."""
        postcommit = self.env.cr.postcommit
        if not postcommit.data.get("logistics_business_state"):
            postcommit.data["logistics_business_state"] = True
            dbname = self.env.cr.dbname
            postcommit.add(lambda: waker.wake(dbname))
