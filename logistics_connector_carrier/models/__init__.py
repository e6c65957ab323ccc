from . import (
    delivery_carrier,
    logistics_provider,
    logistics_provider_dcsa,
    logistics_provider_fedex,
    logistics_provider_laposte,
    logistics_provider_royalmail,
    logistics_provider_sendcloud,
    logistics_provider_ups,
    logistics_shipment,
    logistics_shipment_package,
    stock_package,
    stock_picking,
)
