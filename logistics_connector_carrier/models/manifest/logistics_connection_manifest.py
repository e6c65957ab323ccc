import logging
from datetime import datetime

import psycopg2
import pytz
from odoo import api, fields, models
from odoo.addons.logistics_connector_base.core.setbacks import MESSAGE, setback
from odoo.exceptions import UserError, ValidationError

from ...engine.closing import CLOSERS

_logger = logging.getLogger(__name__)


class LogisticsConnection(models.Model):
    """When and how a carrier is told at the end of a day what it gets."""

    _inherit = "logistics.connection"

    day_end = fields.Selection(
        [("mail", "By e-mail"), ("interface", "By the carrier's interface")],
        "Told at the end of a day",
        compute="_compute_day_end",
        compute_sudo=True,
    )

    manifest_email = fields.Char(
        "Manifests to", tracking=True, help="Empty: the e-mail address of the contact."
    )
    manifest_auto = fields.Boolean("Send by itself", tracking=True)
    manifest_hour = fields.Float(
        "at", default=17.0, tracking=True, help="In the time zone of the account."
    )
    manifest_day = fields.Date("Last end of day", readonly=True, copy=False)
    manifest_user_id = fields.Many2one(
        "res.users", "Who is told of a failure", default=lambda self: self.env.user
    )

    @api.depends("booking_carrier", "carrier_setting_ids.value")
    def _compute_day_end(self):
        for connection in self:
            closer = CLOSERS.get(connection.booking_carrier)
            if connection._is_own():
                connection.day_end = "mail"
            elif closer and closer.closes(connection._plain_settings()):
                connection.day_end = "interface"
            else:
                connection.day_end = False

    def _plain_settings(self):
        """What is typed of the access, secrets apart. As superuser."""
        settings = self.carrier_setting_ids.filtered(lambda one: one.kind != "secret")
        return {one.name: one._plain() for one in settings}

    @api.constrains("manifest_hour")
    def _check_manifest_hour(self):
        for connection in self:
            if not 0 <= connection.manifest_hour < 24:
                raise ValidationError(self.env._("An hour of the day lies between 0:00 and 23:59."))

    def _manifest_tz(self):
        return self.tz or self.company_id.partner_id.tz or "UTC"

    def _manifest_address(self):
        return self.manifest_email or self.partner_id.email or ""

    def action_end_of_day(self):
        """Tell this carrier what it gets today."""
        self.ensure_one()
        self.check_access("read")
        if not self.day_end:
            raise UserError(self._no_day_end())
        manifest = self._end_day()
        if not manifest:
            raise UserError(self.env._("There is nothing new to tell “%s”.", self.name))
        return manifest._open()

    def _no_day_end(self):
        carrier = self.provider_id.name
        if self.booking_carrier not in CLOSERS:
            return self.env._(
                "%s has no end of day by its interface: it takes its parcels as they are.", carrier
            )
        return self.env._(
            "“%(name)s” closes no days from here: %(carrier)s takes each parcel when it is booked, "
            "or at an hour of its own. The fields of the access (page Booking) say so.",
            name=self.name,
            carrier=carrier,
        )

    def _end_day(self):
        """Make and send a manifest, if there is anything to tell.

        :return: the manifest, with the caller's rights, or none; see ``_close_day``
        """
        manifests = self.env["logistics.manifest"]._close_day(self.sudo())
        for manifest in manifests:
            manifest._send()
        return manifests.with_env(self.env)

    @api.model
    def _end_days(self):
        """Cron: each account whose hour has come, once a day."""
        now = datetime.now(pytz.utc)
        due = self.search([("manifest_auto", "=", True)])
        for connection in due.filtered("day_end"):
            try:
                with self.env.cr.savepoint():
                    connection._end_day_if_due(now)
            except Exception as error:
                if isinstance(error, psycopg2.Error) and setback(error) != MESSAGE:
                    raise  # the whole is done again
                # One account's fault keeps no other carrier from being told.
                _logger.exception("the manifest of %s was not made", connection.name)

    def _end_day_if_due(self, now):
        local = now.astimezone(pytz.timezone(self._manifest_tz()))
        day, hour = local.date(), local.hour + local.minute / 60
        is_done = self.manifest_day and self.manifest_day >= day
        if not is_done and hour >= self.manifest_hour:
            self._end_day()
            self.manifest_day = day
