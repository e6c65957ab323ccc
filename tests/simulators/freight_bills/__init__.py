"""Carriers' invoice files from made-up shipments, with errors planted and a ledger of them.

It knows nothing of the addon: layouts, prices and charge names stand here a second time.
"""

from .book import AUDIT_ERRORS, Book, Item, Parcel, Planted
from .broken import FILE_ERRORS
from .dhl import write_dhl
from .fedex import write_fedex
from .file import Expected, File
from .generic import write_generic, write_wide
from .ups import write_ups
