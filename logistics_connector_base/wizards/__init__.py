from . import (
    logistics_access_test,
    logistics_master_key,
    logistics_connection_address,
    logistics_exception_dismiss,
    logistics_exception_link,
    logistics_exception_map,
    logistics_exception_time,
    logistics_privacy_wizard,
    logistics_privacy_search,
    logistics_privacy_wizard_line,
    logistics_resend,
    logistics_trace,
)
