from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...core import verifiers
from ...core.secretbox import SecretBoxError
from ...tools.master_key import open_secret


class LogisticsVerifier(models.Model):
    """One proof that calls of a connection must bring. The work is done by ``core.verifiers``."""

    _name = "logistics.verifier"
    _description = "Logistics Proof"
    _order = "connection_id, sequence, id"
    _rec_name = "description"

    connection_id = fields.Many2one(
        "logistics.connection", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="connection_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        [
            ("standard_webhooks", "Standard Webhooks (id, time and body signed)"),
            ("standard_webhooks_ed25519", "Standard Webhooks with a public key (Ed25519)"),
            ("hmac", "HMAC-SHA256 of the body"),
            ("hmac_time", "HMAC-SHA256 of time and body"),
            ("rsa_key_set", "RSA signature, keys from their key set"),
            ("plain_hash", "SHA-256 of body and key"),
            ("http_signature", "HTTP message signature (RFC 9421)"),
            ("static", "Secret in a header"),
            ("bearer", "Bearer token"),
            ("basic", "User name and password (basic)"),
            ("jwt", "JSON Web Token"),
            ("client_certificate", "Client certificate, checked by our proxy"),
            ("query", "Token in the address (weak)"),
            ("addresses", "Their IP addresses (weak)"),
        ],
        required=True,
        default="hmac",
    )
    header = fields.Char(help="The header that carries the signature or the secret.")
    encoding = fields.Selection([("hex", "Hexadecimal"), ("base64", "Base64")], default="hex")
    prefix = fields.Char(
        help="Text before the signature, as in “sha256=”. In a list “t=…,v1=…” the name of the "
        "signature (v1)."
    )
    timestamp_header = fields.Char(
        help="The header that carries the signed time. Empty: the time stands beside the "
        "signature, as in “t=…,v1=…”."
    )
    signed = fields.Char(
        "What is signed",
        help="A template of {timestamp}, {method}, {path} and {body}, such as "
        "“{timestamp}.{body}”. {path} is the path as it was called.",
    )
    tolerance = fields.Integer(
        "Clock difference", default=300, help="Seconds by which the signed time may differ."
    )
    key_id_header = fields.Char("Header of the key id")
    key_id = fields.Char("Key id", help="The keyid under which the partner signs.")
    key_set_url = fields.Char("Key set", help="The https address of their public keys (JWKS).")
    algorithm = fields.Selection(
        [
            ("RS256", "RS256 (RSA)"),
            ("PS256", "PS256 (RSA)"),
            ("ES256", "ES256 (P-256)"),
            ("EdDSA", "EdDSA (Ed25519)"),
            ("HS256", "HS256 (shared secret)"),
        ],
        default="RS256",
        help="Tokens with another algorithm are refused, whatever they say.",
    )
    signature_algorithm = fields.Selection(
        [(name, name) for name in verifiers.http_signature.ALGORITHMS],
        string="Signature algorithm",
        default="hmac-sha256",
    )
    issuer = fields.Char(help="Who must have made the token (iss).")
    audience = fields.Char(help="For whom the token must be (aud).")
    label = fields.Char(help="The signature's label. Empty: the one with the key id.")
    needs_nonce = fields.Boolean("Nonce required", help="Refuse signatures without a nonce.")
    parameter = fields.Char(default="token", help="The parameter of the address, as in “?token=”.")
    networks = fields.Text(
        "Addresses", help="Addresses or networks (192.0.2.0/24, 2001:db8::/32), one a line."
    )
    description = fields.Char("What a call must prove", compute="_compute_description")
    needs_secret = fields.Boolean(compute="_compute_needs_secret", store=True)
    credential_ids = fields.One2many("logistics.credential", "verifier_id")

    # -- the pure verifier --------------------------------------------------------------------

    def _scheme(self):
        """The verifier of ``core.verifiers`` with this proof's parameters."""
        self.ensure_one()
        kind = verifiers.KINDS[self.kind]
        values = {name: self[name] for name in kind.__dataclass_fields__ if name in self._fields}
        if self.kind == "http_signature":
            values["algorithm"] = self.signature_algorithm
            values["scope"] = str(self.connection_id.id)
        return kind.make(values)

    @api.depends("kind", "key_set_url")
    def _compute_needs_secret(self):
        for proof in self:
            proof.needs_secret = bool(proof.kind) and proof._scheme().needs_secret

    def _secrets(self):
        """The incoming credentials that count for this proof: its own, and those of no proof."""
        self.ensure_one()
        if not self.needs_secret:
            return self.env["logistics.credential"]
        return self.connection_id.credential_ids.filtered(
            lambda credential: (
                credential.direction == "in" and credential.verifier_id in (self.browse(), self)
            )
        )

    # -- in words -----------------------------------------------------------------------------

    @api.depends(
        "kind",
        "header",
        "encoding",
        "prefix",
        "timestamp_header",
        "signed",
        "key_set_url",
        "key_id",
        "algorithm",
        "signature_algorithm",
        "issuer",
        "audience",
        "parameter",
        "networks",
    )
    def _compute_description(self):
        for proof in self:
            proof.description = proof._describe() if proof.kind else False

    def _describe(self):
        """What a call must prove, for an administrator."""
        scheme = self._scheme()
        header = getattr(scheme, "header", "") or "…"
        encoding = {"hex": self.env._("hex"), "base64": "base64"}.get(
            getattr(scheme, "encoding", ""), ""
        )
        if self.kind == "standard_webhooks":
            return self.env._(
                "Standard Webhooks: HMAC-SHA256 of id, time and body in webhook-signature"
            )
        if self.kind == "standard_webhooks_ed25519":
            return self.env._(
                "Standard Webhooks: Ed25519 over id, time and body in webhook-signature"
            )
        if self.kind == "hmac":
            if scheme.prefix:
                return self.env._(
                    "HMAC-SHA256 of the body in header %(header)s, as %(encoding)s after "
                    "“%(prefix)s”",
                    header=header,
                    encoding=encoding,
                    prefix=scheme.prefix,
                )
            return self.env._(
                "HMAC-SHA256 of the body in header %(header)s, as %(encoding)s",
                header=header,
                encoding=encoding,
            )
        if self.kind == "hmac_time":
            where = scheme.timestamp_header or self.env._("the same header")
            return self.env._(
                "HMAC-SHA256 of “%(signed)s” in header %(header)s, as %(encoding)s; the time "
                "stands in %(where)s",
                signed=scheme.signed,
                header=header,
                encoding=encoding,
                where=where,
            )
        if self.kind == "rsa_key_set":
            return self.env._(
                "RSA-SHA256 of “%(signed)s” in header %(header)s, with a key from %(url)s",
                signed=scheme.signed,
                header=header,
                url=scheme.key_set_url or "…",
            )
        if self.kind == "plain_hash":
            return self.env._(
                "SHA-256 of “%(signed)s” in header %(header)s, as %(encoding)s",
                signed=scheme.signed,
                header=header,
                encoding=encoding,
            )
        if self.kind == "http_signature":
            return self.env._(
                "HTTP message signature (RFC 9421, %(algorithm)s) of key “%(key)s” over method, "
                "address and body",
                algorithm=scheme.algorithm,
                key=scheme.key_id or "…",
            )
        if self.kind == "jwt":
            return self.env._(
                "JSON Web Token (%(algorithm)s) from “%(issuer)s” for “%(audience)s” in header "
                "%(header)s",
                algorithm=scheme.algorithm,
                issuer=scheme.issuer or "…",
                audience=scheme.audience or "…",
                header=header,
            )
        if self.kind == "addresses":
            networks = ", ".join((scheme.networks or "…").split())
            return self.env._("Calls from %s", networks[:80] + ("…" if len(networks) > 80 else ""))
        if self.kind == "static":
            return self.env._("The secret in header %s", header)
        if self.kind == "query":
            return self.env._("The token in the address (?%s=…)", scheme.parameter)
        return {
            "bearer": self.env._("The token in “Authorization: Bearer …”"),
            "basic": self.env._("User name and password in “Authorization: Basic …”"),
            "client_certificate": self.env._("A client certificate with a stored fingerprint"),
        }[self.kind]

    # -- checks -------------------------------------------------------------------------------

    @api.constrains(
        "kind",
        "header",
        "prefix",
        "timestamp_header",
        "signed",
        "tolerance",
        "key_id_header",
        "key_id",
        "key_set_url",
        "algorithm",
        "signature_algorithm",
        "issuer",
        "audience",
        "parameter",
        "networks",
    )
    def _check_parameters(self):
        for proof in self:
            try:
                proof._scheme().check()
            except ValueError as error:
                raise ValidationError(str(error)) from None
            if not 0 <= proof.tolerance <= 3600:
                raise ValidationError(
                    self.env._("The clock difference may be between 0 and 3600 seconds.")
                )

    @api.constrains("kind", "algorithm", "signature_algorithm")
    def _check_stored_secrets(self):
        """A secret that was good for another kind of proof may protect nothing here."""
        for proof in self:
            scheme = proof._scheme()
            for credential in proof._secrets().sudo().filtered("secret_encrypted"):
                try:
                    scheme.check_secret(open_secret(credential.secret_encrypted))
                except ValueError as error:
                    raise ValidationError(
                        self.env._(
                            "The stored secret “%(name)s” does not fit: %(reason)s Remove it "
                            "first.",
                            name=credential.name,
                            reason=str(error),
                        )
                    ) from None
                except SecretBoxError:
                    continue  # nothing is verified with it anyway

    # -- what depends on it -------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        proofs = super().create(vals_list)
        self.env.registry.clear_cache()
        proofs._tell_change()
        return proofs

    def write(self, vals):
        result = super().write(vals)
        self.env.registry.clear_cache()
        if set(vals) - {"sequence"}:
            self._tell_change()
        return result

    def unlink(self):
        for proof in self:
            proof.connection_id._message_log(
                body=self.env._("No longer to be proved: %s", proof.description)
            )
        self.env.registry.clear_cache()
        return super().unlink()

    def _tell_change(self):
        """What a call must prove is part of the connection's history (law 11)."""
        for proof in self:
            proof.connection_id._message_log(body=self.env._("To be proved: %s", proof.description))
