"""What the job queue's configuration says about the isolation that Logistics promises."""

INBOUND = "root.logistics.inbound"
RUNNER = "queue_job"


def problems(channels, server_wide_modules):
    """What is missing, as a list of "no_runner" and "no_channel".

    :param list[dict] channels: queue_job's parsed channel configuration (``name``, ``capacity``)
    :param server_wide_modules: the modules that the server loads for all databases

    Without a channel of its own the inbox shares one with every other job of Odoo, and a mass
    mailing keeps tracking scans waiting.
    """
    found = []
    if RUNNER not in server_wide_modules:
        found.append("no_runner")
    names = {_full_name(channel["name"]) for channel in channels}
    if INBOUND not in names:
        found.append("no_channel")
    return found


def _full_name(name):
    """The root may be left out in the configuration."""
    return name if name == "root" or name.startswith("root.") else f"root.{name}"
