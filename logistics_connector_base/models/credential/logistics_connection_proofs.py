from odoo import Command, api, fields, models

from ...core import verifiers
from ...intake.profile import Proof, Secret


class LogisticsConnection(models.Model):
    """What calls of a connection must prove: filled in by the provider, said in words, and
    questioned where it proves little."""

    _inherit = "logistics.connection"

    proof_summary = fields.Char("A call must prove", compute="_compute_proof_words")
    proof_warning = fields.Char(compute="_compute_proof_words")
    has_several_proofs = fields.Boolean(compute="_compute_has_several")
    has_several_secrets = fields.Boolean(compute="_compute_has_several")

    @api.model_create_multi
    def create(self, vals_list):
        for values in vals_list:
            # Whoever says how the partner proves itself says how its messages are known, too.
            if "verifier_ids" not in values and values.get("provider_id"):
                provider = self.env["logistics.provider"].browse(values["provider_id"])
                handler = provider._handler()
                proofs = handler._connection_proofs()
                values["verifier_ids"] = [Command.create(proof) for proof in proofs]
                for name, value in handler._connection_defaults().items():
                    values.setdefault(name, value)
        return super().create(vals_list)

    @api.onchange("provider_id")
    def _onchange_provider_proofs(self):
        if self.provider_id:
            proofs = self.provider_id._handler()._connection_proofs()
            self.verifier_ids = [Command.clear(), *map(Command.create, proofs)]

    # -- in words -----------------------------------------------------------------------------

    @api.depends("verifier_mode", "verifier_ids.description", "provider_id")
    def _compute_proof_words(self):
        for connection in self:
            described = [proof.description or "" for proof in connection.verifier_ids]
            joint = self.env._(" and ") if connection.verifier_mode == "all" else self.env._(" or ")
            connection.proof_summary = joint.join(described)
            connection.proof_warning = " ".join(connection._proof_warnings())

    @api.depends("verifier_ids", "verifier_ids.needs_secret")
    def _compute_has_several(self):
        for connection in self:
            connection.has_several_proofs = len(connection.verifier_ids) > 1
            asking = connection.verifier_ids.filtered("needs_secret")
            connection.has_several_secrets = len(asking) > 1

    def _strength(self):
        """What the proofs are worth together: of several that are all needed the best counts, of
        several of which one is enough the worst."""
        self.ensure_one()
        strengths = [proof._scheme().strength for proof in self.verifier_ids if proof.kind]
        if not strengths:
            return verifiers.WEAK
        return max(strengths) if self.verifier_mode == "all" else min(strengths)

    def _could_be_stronger(self):
        """Whether the provider itself knows a better proof than a weak one."""
        self.ensure_one()
        if not self.provider_id or self._strength() > verifiers.WEAK:
            return False
        offered = self.provider_id._handler()._connection_proofs()
        kinds = [verifiers.KINDS[proof["kind"]].make(proof) for proof in offered]
        return any(scheme.strength > verifiers.WEAK for scheme in kinds)

    def _proof_warnings(self):
        """What is dangerous about the proofs, in plain words."""
        self.ensure_one()
        proofs = self.verifier_ids.filtered("kind")
        warnings = []
        if not proofs:
            warnings.append(self.env._("Nothing is asked for: no call is taken."))
            return warnings
        strengths = {proof._scheme().strength for proof in proofs}
        if self._strength() == verifiers.WEAK:
            warnings.append(
                self.env._(
                    "This proves little: whoever learns the address, or calls from there, can make "
                    "up messages. Use it only when the partner offers nothing better."
                )
            )
        if self.verifier_mode == "any" and len(strengths) > 1:
            warnings.append(
                self.env._("One proof is enough, so all together are only as good as the weakest.")
            )
        return warnings

    def _missing_proofs(self):
        """What the proofs lack before the connection may take messages, in the user's words."""
        self.ensure_one()
        if not self.verifier_ids:
            return [self.env._("no proof is asked for")]
        missing = []
        if self._could_be_stronger():
            missing.append(
                self.env._("%s can sign or send a secret: ask for that, too", self.provider_id.name)
            )
        asking = self.verifier_ids.filtered("needs_secret")
        bare = asking.filtered(lambda proof: not proof._secrets().filtered("is_usable"))
        if self.verifier_mode == "any" and len(bare) < len(self.verifier_ids):
            return missing
        if bare and len(self.verifier_ids) == 1:
            missing.append(self.env._("no valid secret is stored"))
        else:
            missing += [
                self.env._("no valid secret is stored for “%s”", proof.description)
                for proof in bare
            ]
        return missing

    # -- intake -------------------------------------------------------------------------------

    def _make_proofs(self):
        """The proofs as the intake needs them: plain values, secrets still encrypted."""
        self.ensure_one()
        return tuple(
            Proof(
                scheme=verifier._scheme(),
                secrets=tuple(
                    Secret(
                        credential_id=credential.id,
                        encrypted=credential.secret_encrypted,
                        valid_from=credential.valid_from or None,
                        valid_to=credential.valid_to or None,
                    )
                    for credential in verifier._secrets()
                    if credential.secret_encrypted
                ),
            )
            for verifier in self.verifier_ids
        )
