# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What a server says of itself to a load balancer or a watcher: pass, warn or fail, and why.

Words and shape are those of draft-inadarei-api-health-check-06, which several products read.
"""

from dataclasses import dataclass

PASS, WARN, FAIL = "pass", "warn", "fail"
_RANK = (PASS, WARN, FAIL)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at.

    ``name``: "component:what". ``status``: pass; warn (it works, worse than promised); fail (what
    comes in cannot be taken). ``text``: in words, where it is not pass. ``value``: what was
    measured, in ``unit``.
    """

    name: str
    status: str = PASS
    text: str = ""
    value: float | int | None = None
    unit: str = ""


def overall(checks) -> str:
    """The worst status; of nothing it is pass."""
    return max((check.status for check in checks), key=_RANK.index, default=PASS)


def http_status(status: str) -> int:
    """503 takes a server out of the load balancer's round; who is degraded stays in it."""
    return 503 if status == FAIL else 200


def document(checks, tells_all: bool) -> dict:
    """The answer's body.

    :param checks: of Check
    :param tells_all: whether the reader may know what is wrong; others learn the status only
    """
    told = {"status": overall(checks)}
    if not tells_all:
        return told
    texts = [check.text for check in checks if check.text]
    if texts:
        told["output"] = " ".join(texts)
    told["checks"] = {check.name: [_shape(check)] for check in checks}
    return told


def _shape(check):
    shape = {"status": check.status}
    if check.value is not None:
        shape["observedValue"] = check.value
    if check.unit:
        shape["observedUnit"] = check.unit
    if check.text:
        shape["output"] = check.text
    return shape
