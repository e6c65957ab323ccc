from . import (
    eta,
    logistics_condition_inbox,
    logistics_connection_health,
    logistics_connection_health_detail,
    logistics_database_upkeep,
    logistics_event,
    logistics_exception,
    logistics_figure_cell,
    logistics_figure_run,
    logistics_tower,
    alert,
    scorecard,
)
