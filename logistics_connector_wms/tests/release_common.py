import json

import jsonschema
from odoo.tools import file_path

from .test_release import ReleaseCommon

ADDRESS = {"street": "Main 1", "city": "Rotterdam", "zip": "3011", "phone": "+31 10 1"}


class VersionCommon(ReleaseCommon):
    """Releases with their versions; what a transaction changes is told at its end."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.release_flow = cls.flow(cls)
        path = file_path("logistics_connector_wms/schemas/release-1.1.json")
        with open(path, encoding="utf-8") as file:
            cls.contract = jsonschema.Draft202012Validator(json.load(file))

    def settle(self):
        """The end of a transaction."""
        self.env.flush_all()
        self.env.cr.precommit.run()

    def delivery(self, quantity=3, stock=None):
        if stock != 0:
            self.stock(stock or quantity)
        delivery = self.order(quantity).picking_ids
        self.settle()
        return delivery

    def known(self, release, state="delivered"):
        """The last message of a release has left."""
        message = self.newest(release).message_id
        message.state = state
        self.env["logistics.message.attempt"].create({"message_id": message.id, "number": 1})
        self.tell_answers()
        return message

    def newest(self, release):
        return release.version_ids.sorted("id")[-1]

    def tell_answers(self):
        self.env["logistics.answer"].sudo()._tell()

    def types(self, transfer):
        """What was told of a transfer and not taken back: ``[(type, revision)]``."""
        found = []
        for state, message in self.told(transfer):
            self.contract.validate(message)
            if state not in ("cancelled", "dismissed"):
                found.append((message["type"], message["revision"]))
        return found

    def last(self, transfer):
        return self.told(transfer)[-1][1]

    def cases(self, release):
        return self.env["logistics.exception"].search([("key", "=", f"release:{release.id}")])
