import re


def issuer_of(carrier):
    """A carrier's name or code in a table as the code by which shipments name it: “DHL Express” →
    ``dhl_express``."""
    return re.sub(r"[^a-z0-9]+", "_", (carrier or "").lower()).strip("_")[:60]
