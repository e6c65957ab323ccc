"""DHL Express MyBill."""
