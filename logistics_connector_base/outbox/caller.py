"""Stands in for ``connection._make_caller`` until it lands."""


class NoCaller:
    errors = ()

    def client_options(self):
        return {}

    def sign(self, method, url, body, message_id):
        return url, {}

    def renew(self):
        return False
