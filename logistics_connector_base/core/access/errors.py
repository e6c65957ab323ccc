# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Why we cannot identify ourselves, in words that may be shown to anybody: no secret is in them."""


class NoAccess(Exception):
    """The call must not be made: it would go without what the partner asks for (fail closed).

    ``code`` is for programs:

    - ``no_secret``, ``expired``: somebody must store a secret, or a new certificate;
    - ``no_key``: the master key is missing or does not open what is stored;
    - ``unusable``: what is configured cannot be sent;
    - ``refused``: the token server knows our client, or does not, and says no (4xx);
    - ``garbage``: it answered with something that is no token;
    - ``unavailable``: it is down, slow, or asks us to wait.

    ``transient``: it can be better by itself later on. ``retry_after``: seconds that the token
    server asks us to wait, where it said so. Nothing was sent to the partner itself: whatever is
    raised, the message can be sent again.
    """

    def __init__(
        self,
        text: str,
        code: str,
        transient: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(text)
        self.code = code
        self.transient = transient
        self.retry_after = retry_after

    def __reduce__(self):
        return type(self), (str(self), self.code, self.transient, self.retry_after)
