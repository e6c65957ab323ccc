# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""A key that the partner gave us: in a header of theirs, or in the address."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote_plus

from .call import OutgoingCall
from .method import AccessMethod, require_header, require_prefix

_NAME = re.compile(r"[A-Za-z0-9_.~-]{1,100}", re.ASCII)


@dataclass(frozen=True, slots=True)
class ApiKey(AccessMethod):
    header: str = ""
    prefix: str = ""

    @property
    def header_names(self) -> tuple[str, ...]:
        return (self.header,)

    def check(self) -> None:
        require_header(self.header, "the key")
        require_prefix(self.prefix)

    def _headers(self, call: OutgoingCall, keys: Sequence[str]) -> dict[str, str]:
        return {self.header: self.prefix + keys[0]}


@dataclass(frozen=True, slots=True)
class QueryKey(AccessMethod):
    """In the address: ``?apikey=…``. Addresses are written into the logs of whatever the call
    passes; ours mask the query."""

    parameter: str = "apikey"

    def check(self) -> None:
        if not _NAME.fullmatch(self.parameter):
            raise ValueError("Say which parameter of the address carries the key.")

    def address(self, url: str, keys: Sequence[str]) -> str:
        address, hash_, fragment = url.partition("#")
        if self._stands_in(address):
            raise ValueError(f"The address holds the parameter {self.parameter} already.")
        mark = "&" if "?" in address else "?"
        if address.endswith(("?", "&")):
            mark = ""
        return f"{address}{mark}{self.parameter}={quote(keys[0], safe='')}{hash_}{fragment}"

    def _headers(self, call: OutgoingCall, keys: Sequence[str]) -> dict[str, str]:
        # Whoever forgot to ask for the address would call as nobody.
        if not self._stands_in(call.url):
            raise ValueError("The address of the call was not made for it: the key is missing.")
        return {}

    def _stands_in(self, url: str) -> bool:
        query = url.partition("#")[0].partition("?")[2]
        return any(
            unquote_plus(part.partition("=")[0]) == self.parameter for part in query.split("&")
        )
