"""What the job queue's configuration says about the isolation that Logistics promises."""

import math

INBOUND = "root.logistics.inbound"
# One job of each kind at a time keeps an HTTP worker busy for its slice: without a channel of its
# own it takes the rooms of others, and they take its.
OWN = (INBOUND, *(f"root.logistics.{name}" for name in ("outbound", "polling", "states")))
RUNNER = "queue_job"


def missing(channels):
    """Those of our channels that the configuration does not name, in full.

    :param list[dict] channels: queue_job's parsed channel configuration (``name``, ``capacity``)
    """
    named = {_full_name(channel["name"]) for channel in channels}
    return [name for name in OWN if name not in named]


def problems(channels, server_wide_modules, lanes=1):
    """What is missing, as a list of "no_runner", "no_channel", "few_channels" and "few_lanes".

    :param list[dict] channels: queue_job's parsed channel configuration (``name``, ``capacity``)
    :param server_wide_modules: the modules that the server loads for all databases
    :param int lanes: how many drains of the inbox are wanted at once

    Without a channel of its own the inbox shares one with every other job of Odoo, and a mass
    mailing keeps tracking scans waiting. With less room than lanes, some lanes never run.
    """
    found = []
    if RUNNER not in server_wide_modules:
        found.append("no_runner")
    capacities = {_full_name(channel["name"]): channel.get("capacity") for channel in channels}
    if INBOUND not in capacities:
        found.append("no_channel")
    elif room(capacities) < lanes:
        found.append("few_lanes")
    if set(missing(channels)) - {INBOUND}:
        found.append("few_channels")
    return found


def room(capacities):
    """How many jobs of the inbox may run at once: no channel has more room than its parents.

    :param dict capacities: capacity by full name; None or 0 stands for no limit
    """
    capacities = {"root": 1, **capacities}  # what queue_job takes where the root is not named
    parts = INBOUND.split(".")
    chain = [".".join(parts[: n + 1]) for n in range(len(parts))]
    return min((capacities[name] for name in chain if capacities.get(name)), default=math.inf)


def _full_name(name):
    """The root may be left out in the configuration."""
    return name if name == "root" or name.startswith("root.") else f"root.{name}"
