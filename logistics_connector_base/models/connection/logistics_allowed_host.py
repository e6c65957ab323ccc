from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import ormcache

from ...client.tls import make_context
from ...core import netguard


class LogisticsAllowedHost(models.Model):
    """One line of the administrator's list: a local system that Odoo may call.

    A line is archived, never deleted by its users: who allowed what, and when, stays readable.

    Everything public may be called by https on port 443, and message brokers by amqps on 5671. What
    is not public, not encrypted or on another port is closed, unless it stands here: a partner's
    URL, typed by whomever, must not make Odoo speak to the office's printer or to its own database.
    """

    _name = "logistics.allowed.host"
    _description = "Allowed Local System"
    _inherit = ["mail.thread"]
    _order = "host, id"
    _rec_name = "host"

    host = fields.Char(
        string="Host or network",
        required=True,
        tracking=True,
        help="A host name (wms.example.local), an address (10.1.2.3) or a network (10.1.2.0/24). "
        "A name stands for all that it resolves to.",
    )
    ports = fields.Char(
        tracking=True,
        help="Separated by commas. Empty: 443, and 80 where calls may go unencrypted; of message "
        "brokers 5671 and 5672.",
    )
    plain_http = fields.Boolean(
        string="Unencrypted",
        tracking=True,
        help="Calls may also go by http:// and amqp://. Whoever can listen on the way reads the "
        "keys and the addresses of your customers. Only for systems in your own building.",
    )
    ca_pem = fields.Text(
        string="Certificate authority",
        tracking=True,
        help="Where the system's certificate was made by an authority of your own: the authority's "
        "certificate (PEM text, “-----BEGIN CERTIFICATE-----”). Only this one is trusted there.",
    )
    note = fields.Char(
        string="What for",
        required=True,
        tracking=True,
        help="Which system this is, and who asked for it. Somebody will wonder in two years.",
    )
    active = fields.Boolean(default=True, tracking=True)
    shown_ports = fields.Char(string="Open ports", compute="_compute_shown_ports")

    _host_uniq = models.Constraint(
        "UNIQUE (host)", "This host or network is on the list already (perhaps archived)."
    )

    @api.depends("ports", "plain_http")
    def _compute_shown_ports(self):
        for line in self:
            line.shown_ports = line.ports or ("80, 443" if line.plain_http else "443")

    @api.constrains("host", "ports", "plain_http", "ca_pem")
    def _check_rule(self):
        for line in self:
            line._rule()
            try:
                make_context(ca_pem=line.ca_pem or None)
            except ValueError as error:
                raise ValidationError(str(error)) from None

    def _rule(self):
        """This line as the guard reads it.

        :raises ValidationError: it cannot be read, or must never be allowed
        """
        self.ensure_one()
        try:
            return netguard.parse_rule(
                self.host, self.ports or "", self.plain_http, self.ca_pem or ""
            )
        except netguard.Refusal as refusal:
            text = str(refusal)
        raise ValidationError(text)

    @api.model
    @ormcache()
    def _rules(self):
        """All active lines as the guard reads them, whoever asks; cached."""
        lines = self.sudo().search([], order="id")
        return tuple(line._rule() for line in lines)

    @api.model
    def _normal(self, vals):
        if isinstance(vals.get("host"), str):
            vals = dict(vals, host=vals["host"].strip().lower())
        return vals

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create([self._normal(vals) for vals in vals_list])
        self.env.registry.clear_cache()
        return lines

    def write(self, vals):
        result = super().write(self._normal(vals))
        self.env.registry.clear_cache()
        return result

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()
