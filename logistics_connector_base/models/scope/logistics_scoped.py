from odoo import models
from odoo.exceptions import AccessError

# By what a record lies in a scope, or hangs on a record that does.
PLACES = frozenset(
    (
        "company_id",
        "connection_id",
        "event_id",
        "message_id",
        "partner_id",
        "picking_ids",
        "role",
        "sale_order_ids",
        "shipment_id",
        "stop_ids",
        "warehouse_id",
    )
)


class LogisticsScoped(models.AbstractModel):
    """What people who see a part of the shipments may change, and are told of. Record rules ask
    before a change only, and nobody who follows a record or is named on it is asked at all."""

    _name = "logistics.scoped"
    _description = "Lies in Data Scopes"

    def write(self, vals):
        result = super().write(vals)
        user = self.env.user
        if not self.env.su and PLACES & set(vals) and user._is_narrowed():
            self.env.flush_all()
            if self.sudo() - self._seen_by(user):
                raise AccessError(
                    self.env._("With this change it would lie outside of your data scopes.")
                )
        return result

    def _seen_by(self, user):
        """Those of them that lie in a user's data scopes; all of them where there are none."""
        records = self.sudo()
        return records.filtered_domain(user.sudo()._logistics_domain(self._name))

    def _may_be_told(self, users):
        """Those of some users within whose data scopes all of these records lie."""
        return users.filtered(
            lambda user: not user._is_narrowed() or self._seen_by(user) == self.sudo()
        )


class LogisticsShipment(models.Model):
    _name = "logistics.shipment"
    _inherit = ["logistics.shipment", "logistics.scoped"]

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        found = super()._notify_get_recipients(message, msg_vals=msg_vals, **kwargs)
        return _without_blind(self, found)


class LogisticsException(models.Model):
    _name = "logistics.exception"
    _inherit = ["logistics.exception", "logistics.scoped"]

    def write(self, vals):
        # Whom rules choose is looked at by them (``_take_from_blind``).
        owner = self.env["res.users"].browse(vals.get("user_id") or [])
        if owner and not self.env.su and not self._may_be_told(owner):
            raise AccessError(
                self.env._("%s sees a part of the shipments only, and not this.", owner.name)
            )
        return super().write(vals)

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        found = super()._notify_get_recipients(message, msg_vals=msg_vals, **kwargs)
        return _without_blind(self, found)


class LogisticsShipmentPackage(models.Model):
    _name = "logistics.shipment.package"
    _inherit = ["logistics.shipment.package", "logistics.scoped"]


class LogisticsShipmentStop(models.Model):
    _name = "logistics.shipment.stop"
    _inherit = ["logistics.shipment.stop", "logistics.scoped"]


class LogisticsShipmentReference(models.Model):
    _name = "logistics.shipment.reference"
    _inherit = ["logistics.shipment.reference", "logistics.scoped"]


class LogisticsShipmentCharge(models.Model):
    _name = "logistics.shipment.charge"
    _inherit = ["logistics.shipment.charge", "logistics.scoped"]


def _without_blind(records, recipients):
    """Recipients without the followers who may not see what they would be told."""
    users = records.env["res.users"].sudo()
    users = users.browse(row["uid"] for row in recipients if row.get("uid"))
    blind = set((users - records._may_be_told(users)).ids)
    return [row for row in recipients if row.get("uid") not in blind]
