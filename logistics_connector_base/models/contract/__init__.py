from . import (
    logistics_contract,
    logistics_contract_change,
    logistics_contract_sample,
    logistics_contract_steps,
    logistics_outbox_contract,
    logistics_message_contract,
    logistics_connection_contracts,
)
