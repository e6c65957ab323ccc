"""Grim Post speaks Blue Post's language, and breaks on purpose where a message tells it to:

{"parcel": "GP1", "scans": […], "do": "raise" | "exit" | "loop" | "memory"}
"""

import json
import os
from dataclasses import replace

from odoo.addons.logistics_connector_base.core.canonical import Reference

from ..bluepost import parse as bluepost

CODE = "grimpost"


def parse(raw, context):
    """The scans of a message, or what it asks for."""
    deed = json.loads(raw).get("do")
    if deed:
        DEEDS[deed]()
    message = bluepost.parse(raw, context)
    return replace(message, events=tuple(_ours(event) for event in message.events))


def _ours(event):
    references = tuple(Reference(ref.type, ref.value, CODE) for ref in event.references)
    return replace(event, issuer=CODE, references=references)


def _raise():
    raise RuntimeError("the parser of Grim Post is broken")


def _exit():
    os._exit(1)  # as a crash in a C library does


def _loop():
    while True:
        try:
            while True:
                pass
        except Exception:
            continue  # whoever interrupts it with an Exception is not heard


def _memory():
    held = []
    while True:  # until there is none left: odoo.conf says where that is
        held.append(bytes(2 << 30))


DEEDS = {"raise": _raise, "exit": _exit, "loop": _loop, "memory": _memory}
