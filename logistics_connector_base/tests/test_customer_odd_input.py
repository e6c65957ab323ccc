"""Whatever somebody types into the address of a customer's page: never an error of the server."""

from urllib.parse import quote

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .customers import CustomerCommon

ODD = (
    "%00", "a%00b", "%ff%fe", "%ED%A0%80", "..", "%2e%2e%2f", "%2F", "%5c", "'", '"', "<script>",
    "{{7*7}}", "%25s", "%s", "-1", "0", "9" * 30, "1e9", "None", "ä", "\U0001f4e6", "%0d%0aX-Y:1",
    "a" * 2000, "0" * 32, "0" * 31 + "%0a", "\u0660" * 32, ";", "?", "#", "%", "%zz",
)  # fmt: skip


@tagged("post_install", "-at_install")
class TestOddInput(CustomerCommon, HttpCase):
    def addresses(self):
        public_id = self.shipment.public_id
        token = self.shipment._tracking_page_token()
        for odd in ODD:
            text = odd if "%" in odd else quote(odd, safe="")
            yield f"/my/shipments/{text}"
            yield f"/my/shipments/{text}/proof/1"
            yield f"/my/shipments/{public_id}/proof/{text}"
            yield f"/my/shipments/page/{text}"
            yield f"/my/shipments?search={text}&sortby={text}&filterby={text}&page={text}"
            yield f"/track/{text}/{token}"
            yield f"/track/{public_id}/{text}"
            yield f"/track/{public_id}/{token}?lang={text}&{text}={text}"
            yield f"/track/{public_id}/{token}/proof/{text}"
            yield f"/delivery-news/{text}/{token}"
            yield f"/delivery-news/{self.shop.id}/{text}"
        # Names that Odoo's own wrappers use.
        for name in ("self", "public_id", "token", "page", "lang", "view", "request", "endpoint"):
            yield f"/track/{public_id}/{token}?{name}=1"
            yield f"/my/shipments/{public_id}?{name}=1"
            yield f"/my/shipments?{name}=1"

    @mute_logger("odoo.http", "odoo.addons.http_routing.models.ir_http", "werkzeug")
    def test_never_an_error_of_the_server(self):
        self.authenticate("rosa", "rosarosa")
        self.env.flush_all()
        wrong = []
        for address in self.addresses():
            answer = self.url_open(address, allow_redirects=False)
            is_fine = answer.status_code in (200, 301, 303, 308, 400, 404, 405, 414)
            if not is_fine or "X-Y" in answer.headers or "Traceback" in answer.text:
                wrong.append((address[:120], answer.status_code))
        self.assertFalse(wrong)

    @mute_logger("odoo.http")
    def test_what_is_not_there_is_told_in_words(self):
        self.authenticate("rosa", "rosarosa")
        self.env.flush_all()
        for address in ("/my/shipments/%00", f"/track/%00/{'0' * 32}"):
            answer = self.url_open(address)
            self.assertEqual(answer.status_code, 404)
            self.assertRegex(answer.text, "(?i)not found|could not be found|no shipment|link")
