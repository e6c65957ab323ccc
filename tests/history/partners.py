"""The partners of the demonstration, connected to the Odoo behind ``rpc``."""

from dataclasses import dataclass

from ..simulators import CanonicalPartner, FedexWebhook, Partner, Sendcloud, UpsTrackAlert
from ..simulators.journey import CHICAGO, EINDHOVEN, HAMBURG, LOUISVILLE, MEMPHIS, UTRECHT
from ..support.connections import connect


@dataclass(frozen=True, slots=True)
class Lane:
    """A partner, the delivery method it belongs to, and between which places it drives."""

    partner: Partner
    method: str
    origin: object
    destination: object
    customers: tuple


def connected_lanes(rpc):
    """All partners, set up and live, by the code of their provider."""
    lanes = {
        "ups": Lane(UpsTrackAlert(), "ups", LOUISVILLE, CHICAGO, (0, 1, 2)),
        "fedex": Lane(FedexWebhook(), "fedex", MEMPHIS, CHICAGO, (0, 1, 2)),
        "sendcloud": Lane(Sendcloud(), "sendcloud", EINDHOVEN, UTRECHT, (3, 4)),
        "canonical": Lane(CanonicalPartner(), "", EINDHOVEN, HAMBURG, (5, 6)),
    }
    for lane in lanes.values():
        connect(rpc, lane.partner)
    return lanes
