import io
import json
import zipfile

from odoo import api, fields, models

from ...core.golden import file_name, readme

INTAKE = "/logistics/v1/in/"


class LogisticsConnection(models.Model):
    """What the partner's developer is given: where to send, where to try it out, and examples."""

    _inherit = "logistics.connection"

    partner_url = fields.Char("Messages go to", compute="_compute_partner_urls")
    partner_test_url = fields.Char("Tests go to", compute="_compute_partner_urls")
    last_test_at = fields.Datetime("Last test message", readonly=True, copy=False)
    last_test_result = fields.Selection(
        [("accepted", "Accepted"), ("waits", "Would wait"), ("refused", "Refused")],
        "Its result",
        readonly=True,
        copy=False,
    )

    @api.depends_context("lang")
    def _compute_partner_urls(self):
        """Without the secret part, which is shown once and not kept."""
        for connection in self:
            address = f"{connection.get_base_url()}{INTAKE}‹{self.env._('secret')}›"
            connection.partner_url = address
            connection.partner_test_url = f"{address}/test"

    def action_golden_files(self):
        """Download what the partner's developer needs: schemas, examples, how to sign."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "url": f"/logistics/golden-files/{self.id}",
            "target": "download",
        }

    def _golden_zip(self):
        """The files for the partner's developer as bytes of a zip. No secret is among them."""
        files = self._golden_files()
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in sorted(files.items()):
                archive.writestr(name, text)
        return stream.getvalue()

    def _golden_files(self):
        """Name → text: the schemas of the contracts that the partner's messages are held against,
        their samples, ``golden.json`` which says what each sample shows, and a README."""
        self.ensure_one()
        files, golden = {}, []
        connection = self.sudo()
        agreed = connection._contracts_in_force().filtered(
            lambda one: one.direction == "in" and one.kind == "schema" and one.schema
        )
        for contract in agreed.sorted(lambda one: (one.message_type, one.version)):
            stem = file_name(f"{contract.message_type}-{contract.version}")
            files[f"schemas/{stem}.json"] = contract.schema
            for sample in contract.sample_ids:
                name = f"samples/{stem}/{file_name(sample.name)}.json"
                if name in files:  # two samples of one name
                    name = name.replace(".json", f"-{len(files)}.json")
                files[name] = sample.content
                golden.append(
                    {
                        "file": name,
                        "kind": contract.message_type,
                        "schema": f"schemas/{stem}.json",
                        "fits": sample.expected == "fits",
                    }
                )
        files["golden.json"] = json.dumps(golden, indent=2) + "\n"
        files["README.md"] = readme(
            self.partner_url,
            [self._proof_words(proof) for proof in connection.verifier_ids],
            connection.verifier_mode == "all",
            connection.message_id_header or "",
        )
        return files

    @api.model
    def _proof_words(self, proof):
        names = ("kind", "header", "encoding", "prefix", "timestamp_header", "signed", "key_id")
        words = {name: proof[name] or "" for name in names}
        words["title"] = dict(proof._fields["kind"].selection)[proof.kind]
        return words
