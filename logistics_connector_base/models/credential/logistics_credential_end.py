from datetime import timedelta

from odoo import api, fields, models

WARN, URGE = timedelta(days=30), timedelta(days=7)
TYPE = "credential_end"


class LogisticsCredential(models.Model):
    """Secrets and certificates that end: told in time, and settled when they are renewed."""

    _inherit = "logistics.credential"

    @api.model
    def _review_ends(self):
        """Cron, daily: one exception for each secret that ends within 30 days and has no
        successor; from 7 days on it is graver, and people are called; renewed ones are closed."""
        now = fields.Datetime.now()
        troubles = self._ends(now)
        exceptions = self.env["logistics.exception"].sudo()
        opened = exceptions._report(list(troubles.values()))
        for exception in opened:
            severity = troubles[exception.key]["severity"]
            if exception.severity != severity:
                exception.severity = severity
        urgent = {
            key for key, trouble in troubles.items() if trouble["severity"] in ("major", "critical")
        }
        opened.filtered(lambda exception: exception.key in urgent)._call_administrators()
        self._heal_ends(troubles)

    @api.model
    def _heal_ends(self, troubles=None, connections=None):
        """Close the exceptions of secrets that were renewed or removed."""
        domain = [("type_code", "=", TYPE), ("is_open", "=", True)]
        if connections is not None:
            domain.append(("connection_id", "in", connections.ids))
        keys = set(self.env["logistics.exception"].sudo().search(domain).mapped("key"))
        if keys:
            troubles = self._ends(fields.Datetime.now()) if troubles is None else troubles
            self.env["logistics.exception"].sudo()._resolve_keys(
                keys - troubles.keys(), self.env._("Renewed or no longer used.")
            )

    @api.model
    def _ends(self, now):
        """The troubles, by key, as ``logistics.exception._report`` takes them."""
        ending = self.sudo().search(
            [
                ("ends_at", "!=", False),
                ("ends_at", "<=", now + WARN),
                ("secret_encrypted", "!=", False),
                ("connection_id.state", "!=", "retired"),
                ("connection_id.active", "=", True),
            ]
        )
        return {
            f"credential_end:{secret.id}": secret._end_trouble(now)
            for secret in ending
            if not secret._has_successor()
        }

    def _has_successor(self):
        """Whether another secret is there that goes on where this one ends."""
        self.ensure_one()
        same = [
            ("id", "!=", self.id),
            ("connection_id", "=", self.connection_id.id),
            ("direction", "=", self.direction),
            ("access_id", "=", self.access_id.id),
            ("secret_encrypted", "!=", False),
            "|", ("valid_from", "=", False), ("valid_from", "<=", self.ends_at),
            "|", ("ends_at", "=", False), ("ends_at", ">", self.ends_at),
        ]  # fmt: skip
        return any(
            not other._misfit()
            if self.direction == "out"
            else other.verifier_id in (self.verifier_id.browse(), self.verifier_id)
            for other in self.sudo().search(same)
        )

    def _end_trouble(self, now):
        left = self.ends_at - now
        severity = "critical" if left <= timedelta() else "major" if left <= URGE else "warning"
        what = (
            self.env._("client certificate")
            if self.certificate_to and self.certificate_to == self.ends_at
            else self.env._("secret")
        )
        values = {
            "what": what,
            "name": self.name,
            "connection": self.connection_id.name,
            "date": fields.Date.to_string(self.ends_at),
        }
        return {
            "type": TYPE,
            "key": f"credential_end:{self.id}",
            "name": self.env._("%(connection)s: %(what)s “%(name)s” ends on %(date)s", **values),
            "detail": self.env._(
                "The %(what)s “%(name)s” of “%(connection)s” ends on %(date)s, and no other one "
                "takes its place.",
                **values,
            ),
            "company_id": self.company_id.id,
            "connection_id": self.connection_id.id,
            "severity": severity,
        }

    # -- healed at once -----------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        secrets = super().create(vals_list)
        self._heal_ends(connections=secrets.connection_id)
        return secrets

    def write(self, vals):
        result = super().write(vals)
        if {"secret", "certificate", "valid_from", "valid_to"} & vals.keys():
            self._heal_ends(connections=self.connection_id)
        return result

    def unlink(self):
        connections = self.connection_id
        result = super().unlink()
        self._heal_ends(connections=connections)
        return result
