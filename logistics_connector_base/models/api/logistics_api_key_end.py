from odoo import api, fields, models

from ..credential.logistics_credential_end import URGE, WARN


class LogisticsCredential(models.Model):
    """Keys of the API that end are told of as secrets are."""

    _inherit = "logistics.credential"

    @api.model
    def _ends(self, now):
        ending = (
            self.env["logistics.api.key"]
            .sudo()
            .search([("valid_to", "<=", now + WARN), ("digest", "!=", False)])
        )
        told = {
            f"credential_end:api:{key.id}": key._end_trouble(now)
            for key in ending
            if key.valid_to > now - WARN and not key._has_successor()
        }
        return super()._ends(now) | told


class LogisticsApiKey(models.Model):
    _inherit = "logistics.api.key"

    def _has_successor(self):
        """Whether the same system has another key that goes on where this one ends."""
        self.ensure_one()
        return bool(
            self.search_count(
                [
                    ("id", "!=", self.id),
                    ("name", "=", self.name),
                    ("company_id", "=", self.company_id.id),
                    ("digest", "!=", False),
                    "|", ("valid_from", "=", False), ("valid_from", "<=", self.valid_to),
                    "|", ("valid_to", "=", False), ("valid_to", ">", self.valid_to),
                ],
                limit=1,
            )
        )  # fmt: skip

    def _end_trouble(self, now):
        left = self.valid_to - now
        severity = (
            "critical" if left.total_seconds() <= 0 else "major" if left <= URGE else "warning"
        )
        date = fields.Date.to_string(self.valid_to)
        return {
            "type": "credential_end",
            "key": f"credential_end:api:{self.id}",
            "name": self.env._("API key of “%(name)s” ends on %(date)s", name=self.name, date=date),
            "detail": self.env._(
                "The API key %(prefix)s… of “%(name)s” ends on %(date)s, and no other one takes "
                "its place.",
                prefix=self.prefix,
                name=self.name,
                date=date,
            ),
            "company_id": self.company_id.id,
            "severity": severity,
        }

    def write(self, vals):
        result = super().write(vals)
        if {"valid_to", "valid_from", "revoked_at", "digest", "name"} & vals.keys():
            self.env["logistics.credential"]._heal_ends()
        return result

    def unlink(self):
        result = super().unlink()
        self.env["logistics.credential"]._heal_ends()
        return result
