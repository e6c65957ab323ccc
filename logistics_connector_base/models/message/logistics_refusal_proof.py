from datetime import timedelta

from odoo import api, models

from .logistics_refusal import QUIET_MINUTES


class LogisticsRefusal(models.Model):
    """Calls to a known address that did not prove who sends them, in words for its administrator.
    Callers get the same bare 401 as everybody else."""

    _inherit = "logistics.refusal"

    def _report_proof(self, connection, count, detail):
        """While a connection is being set up, its administrator looks at it anyway."""
        if connection.state == "live":
            name = self.env._("%s: calls that do not prove who sends them", connection.name)
            key = f"proof:{connection.id}"
            self._report(connection, "proof_refused", key, name, detail, count)

    @api.model
    def _proof_words(self, connection, failed):
        """What a call lacked, for an administrator.

        :param FailedProof failed: see ``intake.accept.explain``
        """
        proofs = connection.verifier_ids
        words = [
            self._shortfall_words(lack)
            if len(proofs) == 1
            else self.env._(
                "%(proof)s: %(lack)s",
                proof=proofs[number].description,
                lack=self._shortfall_words(lack),
            )
            for number, lack in failed.proofs
            if number < len(proofs)  # they may have been changed meanwhile
        ]
        if failed.headers and any(lack.code == "headers" for _number, lack in failed.proofs):
            words.append(self.env._("These headers came: %s.", ", ".join(failed.headers)))
        return " ".join(words)

    @api.model
    def _shortfall_words(self, lack):
        names = ", ".join(lack.names)
        if lack.code == "headers":
            return self.env._("The call came without %s.", names)
        if lack.code == "parameter":
            return self.env._("The address was called without “?%s=…”.", names)
        if lack.code == "address":
            return self.env._("The call came from %s, which is not on the list.", names or "?")
        if lack.code == "proxy":
            return self.env._("The call did not come through one of our own proxies.")
        if lack.code == "moment":
            return self.env._("The signed time “%s” cannot be read.", names)
        if lack.code == "clock":
            return self.env._(
                "The signed time differs from ours by %s seconds: a clock is wrong, or the call is "
                "an old one.",
                names,
            )
        return self.env._("It is signed, but not with the stored secret, or not in this way.")

    @api.model
    def _sweep_proofs(self, now):
        """The partner proves itself again, or nobody tries any more."""
        cases = self.env["logistics.exception"].search(
            [
                ("type_id.code", "=", "proof_refused"),
                ("is_open", "=", True),
                ("last_seen_at", "<", now - timedelta(minutes=QUIET_MINUTES)),
            ]
        )
        for case in cases:
            came = case.connection_id.last_message_at
            if came and came > case.last_seen_at:
                case._over(self.env._("Authentic messages come again."))
            elif case.last_seen_at < now - timedelta(days=1):
                case._over(self.env._("Nobody has called in vain for a day."))
