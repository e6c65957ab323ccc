"""The API behind ``controllers/api.py``: who calls, how often, and what is read for him."""
