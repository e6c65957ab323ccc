"""What Prometheus reads, as collectors of prometheus-client. Every figure comes from the database,
so that it is right whichever worker, and whichever server, answers."""

from prometheus_client import CollectorRegistry, generate_latest

from .connections import Connections
from .figures import Alerts, Figures
from .outgoing import Outgoing
from .server import Server

COLLECTORS = (Connections, Outgoing, Alerts, Figures, Server)


def exposition(env):
    """All metrics in Prometheus' text format.

    :param env: the superuser's
    :rtype: bytes
    """
    registry = CollectorRegistry()
    for collector in COLLECTORS:
        registry.register(collector(env))
    return generate_latest(registry)
