"""Carriers that can be booked: each speaks its own protocol and refuses what the real one does."""

from .canadapost import CanadaPostServer
from .dhl_parcel_de import DhlParcelDeServer
from .fedex import FedexServer
from .mydhl import MydhlServer
from .ups import UpsServer

SERVERS = {
    "canadapost": CanadaPostServer,
    "dhl_parcel_de": DhlParcelDeServer,
    "fedex": FedexServer,
    "mydhl": MydhlServer,
    "ups": UpsServer,
}
