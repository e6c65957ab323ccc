# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Errors as a partner's machine reads them."""

from .jsonsafe import clean_text

CONTENT_TYPE = "application/problem+json"


def problem(
    status: int,
    title: str,
    detail: str,
    instance: str | None = None,
    type: str = "about:blank",
) -> dict[str, str | int]:
    """Problem details of RFC 9457, to be sent as ``application/problem+json``.

    ``status``: 400 to 599. ``title``: what kind of problem, the same each time. ``detail``: what
    happened this time, for a person; never a traceback, SQL or a model's name. ``instance``: a URI
    reference of this occurrence, such as the receipt's address. Raises ValueError for a status
    that is no error.
    """
    if not 400 <= status <= 599:
        raise ValueError(f"{status} is not the status of an error")
    result: dict[str, str | int] = {
        "type": type,
        "title": clean_text(title, 200),
        "status": status,
        "detail": clean_text(detail, 1000),
    }
    if instance:
        result["instance"] = clean_text(instance, 500)
    return result
