from . import (
    eta,
    logistics_condition_inbox,
    logistics_connection_health,
    logistics_database_upkeep,
    logistics_event,
    logistics_exception,
)
