from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...core import access
from ...core.netguard import Refusal, parse_target

# Those that fetch a token before they call.
TOKEN_KINDS = ("oauth2", "oauth2_refresh")


class LogisticsAccess(models.Model):
    """One way in which we identify ourselves to a partner. The work is done by ``core.access``."""

    _name = "logistics.access"
    _description = "Logistics Access"
    _order = "connection_id, sequence, id"
    _rec_name = "description"

    connection_id = fields.Many2one(
        "logistics.connection", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="connection_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        [
            ("api_key", "API key in a header"),
            ("basic", "User name and password (basic)"),
            ("basic_key", "API key as user name (basic)"),
            ("bearer", "Bearer token that does not end"),
            ("oauth2", "OAuth2, client credentials"),
            ("oauth2_refresh", "Refresh token that does not end (JSON)"),
            ("mutual_tls", "Client certificate (mutual TLS)"),
            ("standard_webhooks", "Standard Webhooks (id, time and body signed)"),
            ("standard_webhooks_ed25519", "Standard Webhooks with our private key (Ed25519)"),
            ("hmac", "HMAC-SHA256 of the body"),
            ("hmac_time", "HMAC-SHA256 of time and body"),
            ("http_signature", "HTTP message signature (RFC 9421)"),
            ("query", "API key in the address (weak)"),
        ],
        required=True,
        default="api_key",
    )
    header = fields.Char(help="The header that carries the key or the signature.")
    prefix = fields.Char(
        help="Text before the key or signature, as in “sha256=”. In a list “t=…,v1=…” the name of "
        "the signature (v1)."
    )
    encoding = fields.Selection([("hex", "Hexadecimal"), ("base64", "Base64")], default="hex")
    timestamp_header = fields.Char(
        "Header of the time",
        help="Empty: the time stands beside the signature, as in “t=…,v1=…”.",
    )
    timestamp_format = fields.Selection(
        [
            ("unix", "Unix seconds (1760000000)"),
            ("unix_ms", "Unix milliseconds"),
            ("iso", "ISO 8601 (2026-03-20T12:00:00Z)"),
            ("rfc2822", "RFC 2822 (Fri, 20 Mar 2026 …)"),
        ],
        "Time as",
        default="unix",
    )
    signed = fields.Char(
        "What is signed",
        default="{timestamp}.{body}",
        help="A template of {timestamp}, {method}, {path} and {body}. {path} is path and query as "
        "they are called.",
    )
    username = fields.Char("User name")
    token_url = fields.Char(
        "Address for tokens",
        help="Where a token is fetched: their “token URL” or “token endpoint”.",
    )
    client_id = fields.Char("Client id", help="As the partner told you. It is no secret.")
    scope = fields.Char(help="Only if the partner's page asks for it; several with blanks between.")
    audience = fields.Char(help="Only if the partner's page asks for it.")
    client_auth = fields.Selection(
        [("basic", "In the header (basic), the usual way"), ("form", "In the form (body)")],
        "Client id and secret",
        default="basic",
    )
    parameter = fields.Char(default="apikey", help="Of the address, as in “?apikey=…”.")
    key_id = fields.Char("Key id", help="The keyid under which the partner knows our key.")
    signature_algorithm = fields.Selection(
        [(name, name) for name in access.http_signature.ALGORITHMS],
        default="hmac-sha256",
    )
    hosts = fields.Char(
        "Only sent to",
        help="Hosts of the partner, separated by commas: api.example.com, *.example.com. To others "
        "the secret is never sent. When you allow another host later, store the secret anew: "
        "nobody can have a secret sent elsewhere who does not know it. Empty: to every "
        "address that is called.",
    )
    credential_ids = fields.One2many("logistics.credential", "access_id", string="Secrets")
    sends_secret = fields.Boolean(compute="_compute_sends_secret")
    description = fields.Char("How we identify ourselves", compute="_compute_description")
    problem = fields.Char(compute="_compute_problem", string="Still missing")
    token_words = fields.Char("Token", compute="_compute_token_words")

    # -- the pure method ----------------------------------------------------------------------

    def _method(self):
        """The method of ``core.access`` with these parameters."""
        self.ensure_one()
        kind = access.KINDS[self.kind]
        return kind.make(
            {name: self[name] for name in kind.__dataclass_fields__ if name in self._fields}
        )

    @api.depends("kind")
    def _compute_sends_secret(self):
        for way in self:
            way.sends_secret = bool(way.kind) and way._method().sends_secret

    def _host_list(self):
        """The hosts to which the secret may be sent, in lower case; empty: all."""
        names = (self.hosts or "").replace(",", " ").replace(";", " ").split()
        return sorted({name.lower() for name in names})

    def _destinations(self):
        """Where the secret goes: the token server's origin or "", and the hosts."""
        self.ensure_one()
        if not self._method().sends_secret:
            return "|"
        origin = parse_target(self.token_url).origin if self.kind in TOKEN_KINDS else ""
        return f"{origin}|{' '.join(self._host_list())}"

    def _secrets(self):
        """What may be used for it, now or later: newest first (what begins last, counts)."""
        self.ensure_one()
        fitting = self.sudo().credential_ids.filtered(
            lambda secret: secret.secret_encrypted and not secret._misfit()
        )
        return fitting.sorted(
            lambda secret: (secret.valid_from or fields.Datetime.from_string("1970-01-01"),
                            secret.id),
            reverse=True,
        )  # fmt: skip

    # -- in words -----------------------------------------------------------------------------

    @api.depends(
        "kind", "header", "prefix", "encoding", "timestamp_header", "signed", "username",
        "token_url", "client_id", "parameter", "key_id", "signature_algorithm",
    )  # fmt: skip
    def _compute_description(self):
        for way in self:
            way.description = way._describe() if way.kind else False

    def _describe(self):
        header = self.header or "…"
        if self.kind == "api_key":
            return self.env._("API key in header %s", header)
        if self.kind == "basic":
            return self.env._("User name “%s” and password", self.username or "…")
        if self.kind == "oauth2":
            return self.env._(
                "OAuth2 token for “%(client)s” from %(server)s",
                client=self.client_id or "…",
                server=self._token_host() or "…",
            )
        if self.kind == "oauth2_refresh":
            return self.env._("Token for a refresh token from %s", self._token_host() or "…")
        if self.kind == "hmac":
            return self.env._("HMAC-SHA256 of the body in header %s", header)
        if self.kind == "hmac_time":
            return self.env._(
                "HMAC-SHA256 of “%(signed)s” in header %(header)s",
                signed=self.signed or "…",
                header=header,
            )
        if self.kind == "http_signature":
            return self.env._(
                "HTTP message signature (RFC 9421, %(algorithm)s) with key “%(key)s”",
                algorithm=self.signature_algorithm,
                key=self.key_id or "…",
            )
        if self.kind == "query":
            return self.env._("API key in the address (?%s=…)", self.parameter or "…")
        return {
            "basic_key": self.env._("API key as user name"),
            "bearer": self.env._("Token in “Authorization: Bearer …”"),
            "mutual_tls": self.env._("Client certificate"),
            "standard_webhooks": self.env._("Standard Webhooks: HMAC-SHA256 of id, time and body"),
            "standard_webhooks_ed25519": self.env._(
                "Standard Webhooks: Ed25519 over id, time and body"
            ),
        }[self.kind]

    def _token_host(self):
        try:
            return parse_target(self.token_url or "").host
        except Refusal:
            return ""

    @api.depends(
        "kind", "hosts", "token_url", "connection_id.environment",
        "credential_ids.secret_encrypted", "credential_ids.ends_at", "credential_ids.valid_from",
    )  # fmt: skip
    def _compute_problem(self):
        for way in self:
            way.problem = way._problem() if way.kind and way._origin else False

    def _problem(self):
        """Why there is no secret to use at present, in the user's words; "" if there is one."""
        self.ensure_one()
        now = fields.Datetime.now()
        stored = self.sudo().credential_ids.filtered("secret_encrypted")
        if not stored:
            return self.env._("no secret is stored")
        if any(secret._is_valid(now) for secret in self._secrets()):
            return ""
        misfits = [reason for reason in (secret._misfit() for secret in stored) if reason]
        if len(misfits) == len(stored):
            return misfits[0]
        if any(secret.ends_at and secret.ends_at <= now for secret in self._secrets()):
            return self.env._("the stored secret has ended")
        return self.env._("the stored secret is not valid yet")

    def _compute_token_words(self):
        tokens = self.env["logistics.access.token"].sudo().search([("access_id", "in", self.ids)])
        known = {token.access_id.id: token for token in tokens}
        now = fields.Datetime.now()
        for way in self:
            token = known.get(way.id)
            if token and token.failure_text and token.fail_until and token.fail_until > now:
                way.token_words = token.failure_text
            elif token and token.fresh_until and token.fresh_until > now:
                minutes = int((token.fresh_until - now).total_seconds() // 60)
                way.token_words = self.env._("there is one, for %s more minutes", minutes)
            else:
                way.token_words = self.env._("none; one is fetched with the next call")

    # -- checks -------------------------------------------------------------------------------

    @api.constrains(
        "kind", "header", "prefix", "encoding", "timestamp_header", "timestamp_format", "signed",
        "username", "token_url", "client_id", "scope", "audience", "client_auth", "parameter",
        "key_id", "signature_algorithm", "hosts",
    )  # fmt: skip
    def _check_parameters(self):
        for way in self:
            try:
                way._method().check()
                for host in way._host_list():
                    parse_target(f"https://{host.removeprefix('*.')}")
            except ValueError as error:
                raise ValidationError(str(error)) from None

    @api.constrains("kind", "header", "timestamp_header", "connection_id")
    def _check_together(self):
        """Two ways that write one header would undo each other."""
        for connection in self.connection_id:
            seen = set()
            for way in connection.access_ids:
                for name in way._method().header_names:
                    if name.lower() in seen:
                        raise ValidationError(
                            self.env._(
                                "Two ways to identify ourselves write the header %s. Keep one.",
                                name,
                            )
                        )
                    seen.add(name.lower())
            for kind in ("mutual_tls",):
                if len(connection.access_ids.filtered(lambda way, k=kind: way.kind == k)) > 1:
                    raise ValidationError(
                        self.env._(
                            "A connection shows one client certificate. Add the new certificate "
                            "to the one that is there."
                        )
                    )

    # -- history ------------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        ways = super().create(vals_list)
        ways._tell_change()
        return ways

    def write(self, vals):
        if "connection_id" in vals and any(
            way.connection_id.id != vals["connection_id"] for way in self
        ):
            raise ValidationError(
                self.env._("A way to identify ourselves stays in its connection.")
            )
        result = super().write(vals)
        if set(vals) - {"sequence", "credential_ids"}:
            self._tell_change()
        return result

    def unlink(self):
        for way in self:
            way.connection_id._message_log(
                body=self.env._("We no longer identify ourselves by: %s", way.description)
            )
        return super().unlink()

    def _tell_change(self):
        """How we identify ourselves is part of the connection's history (law 11)."""
        for way in self:
            parts = [way.description]
            if way.kind in TOKEN_KINDS:
                parts.append(way.token_url)
            if way.sends_secret and way.hosts:
                parts.append(self.env._("only sent to %s", way.hosts))
            way.connection_id._message_log(
                body=self.env._("We identify ourselves by: %s", ", ".join(parts))
            )
