"""FedEx Billing Online, all columns."""
