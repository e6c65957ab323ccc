"""ShipBob over HTTP: signed webhooks (Standard Webhooks), orders, lists page by page."""

from .server import ShipBob

__all__ = ["ShipBob"]
