# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What can go wrong with a call, in words that may be shown to anybody: no secret is in them.

``sent`` is what the outbox must know before it tries again:

- ``"no"``: the partner has not received the request; it can be sent again.
- ``"unknown"``: it was on its way when something broke. Ask the partner before sending again what
  has an effect (law 6).
- ``"yes"``: the partner has answered; ``status`` says what.
"""


class CallError(Exception):
    """A call without a usable answer.

    :param str text: for people, without secrets
    :param str sent: "no", "unknown" or "yes"
    :param int status: of the answer, where one began to come
    :param str url: masked
    """

    def __init__(self, text, sent="no", status=None, url=""):
        super().__init__(text)
        self.sent = sent
        self.status = status
        self.url = url

    def __repr__(self):
        return f"{type(self).__name__}({str(self)!r}, sent={self.sent!r}, status={self.status!r})"


class Refused(CallError):
    """Not made at all: our own rules forbid it. Trying again is no use before somebody changes
    a URL, a header or the list of allowed systems. ``code``: see ``core.netguard.Refusal``."""

    def __init__(self, text, code="", url=""):
        super().__init__(text, url=url)
        self.code = code


class Unreachable(CallError):
    """No name, no connection, or it broke."""


class Untrusted(Unreachable):
    """The partner's certificate proves nothing: expired, another name, an unknown issuer."""


class TimedOut(CallError):
    """Too long: to connect, between two pieces of the answer, or altogether."""


class TooLarge(CallError):
    """The answer is larger than we take, as it came or unpacked."""


class BadAnswer(CallError):
    """What came is no HTTP, is cut short or cannot be unpacked."""
