from . import (
    logistics_booking_manifest,
    logistics_connection_manifest,
    logistics_manifest,
    logistics_manifest_closing,
    mail_mail,
)
