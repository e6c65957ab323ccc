from . import (
    logistics_connection_manifest,
    logistics_manifest,
)
