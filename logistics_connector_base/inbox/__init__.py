"""Working a batch of received messages, from raw bytes to shipments."""
