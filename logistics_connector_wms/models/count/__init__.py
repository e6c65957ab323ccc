from . import (
    logistics_count,
    logistics_count_line,
    logistics_count_asking,
    logistics_count_answer,
    logistics_message_stream_resend,
)
