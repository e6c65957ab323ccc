from odoo import api, fields, models

from ...access import Caller
from ...access.caller import StoredSecret, Way


class LogisticsConnection(models.Model):
    """How we identify ourselves in calls to the partner."""

    _inherit = "logistics.connection"

    access_ids = fields.One2many(
        "logistics.access",
        "connection_id",
        string="How we identify ourselves",
        copy=True,
    )
    access_summary = fields.Char("We identify ourselves by", compute="_compute_access_words")
    access_warning = fields.Char(compute="_compute_access_words")
    access_test_url = fields.Char("Address for the test", copy=False)

    @api.depends("access_ids.description", "access_ids.problem", "access_ids.kind")
    def _compute_access_words(self):
        for connection in self:
            ways = connection.access_ids
            connection.access_summary = self.env._(" and ").join(
                way.description or "" for way in ways
            )
            connection.access_warning = " ".join(
                self.env._(
                    "“%(way)s”: %(problem)s.", way=way.description or "", problem=way.problem
                )
                for way in ways
                if way.problem
            )

    def _make_caller(self):
        """What a sender needs to identify us to this partner; the guide is its docstring.

        Reads all settings at once, as superuser. Never raises for what is missing: its methods
        do, when a call is about to be made (fail closed).

        :return: ``access.Caller``
        """
        self.ensure_one()
        connection = self.sudo()
        return Caller(
            self.env.cr.dbname,
            connection.name,
            tuple(connection._make_way(way) for way in connection.access_ids),
        )

    @api.model
    def _make_way(self, way):
        return Way(
            access_id=way.id,
            name=way.description,
            method=way._method(),
            secrets=tuple(
                StoredSecret(
                    credential_id=secret.id,
                    encrypted=secret.secret_encrypted,
                    valid_from=secret.valid_from or None,
                    ends_at=secret.ends_at or None,
                    stored_at=secret.stored_at or None,
                    certificate=secret.certificate or "",
                )
                for secret in way._secrets()
            ),
            hosts=tuple(way._host_list()),
            problem=way._problem(),
        )

    def action_test_access(self):
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Test access"),
            "res_model": "logistics.access.test",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_connection_id": self.id,
                "default_url": self.access_test_url or "",
            },
        }
