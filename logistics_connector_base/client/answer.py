# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What a partner answered."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from requests.structures import CaseInsensitiveDict

from ..core.backoff import retry_after
from ..core.jsonsafe import loads


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer, whatever its status: also 3xx (nothing is followed), 4xx and 5xx.

    ``body`` is unpacked (gzip) and never longer than the limit of the call. ``url`` is masked.
    ``seconds``: from the call to the last byte. Headers and body are not in the repr: they may hold
    what is nobody else's business.
    """

    status: int
    headers: CaseInsensitiveDict = field(repr=False)
    body: bytes = field(repr=False)
    url: str
    seconds: float
    address: str = ""  # the IP address that was spoken to

    @property
    def ok(self) -> bool:
        """True for 2xx."""
        return 200 <= self.status < 300

    @property
    def content_type(self) -> str:
        """The media type in lower case, without parameters."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()

    def json(self):
        """The body as JSON, read strictly. Raises core.canonical.ParseError."""
        return loads(self.body, max_bytes=max(len(self.body), 1))

    def retry_after(self, now: datetime | None = None) -> float | None:
        """Seconds that the partner asks us to wait, at most a day; None where it says nothing."""
        return retry_after(self.headers.get("Retry-After"), now or datetime.now(UTC))
