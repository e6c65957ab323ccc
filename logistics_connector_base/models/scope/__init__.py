from . import (
    logistics_scope,
    logistics_scope_user,
    logistics_scoped,
    logistics_shipment_scope,
)
