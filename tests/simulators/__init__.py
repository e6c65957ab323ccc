"""Partners who speak their own protocols over real HTTP: sign, send, try again, keep a ledger."""

from .canonical import CanonicalPartner
from .dcsa import DcsaCarrier
from .epcis import EpcisPartner
from .fedex import FedexWebhook
from .journey import Parcel, Step, journey
from .ledger import Ledger
from .partner import Delivery, Partner
from .sendcloud import Sendcloud
from .ups import UpsTrackAlert

PARTNERS = (
    UpsTrackAlert,
    FedexWebhook,
    Sendcloud,
    CanonicalPartner,
    EpcisPartner,
    DcsaCarrier,
)
