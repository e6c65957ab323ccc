"""ShipHero over HTTP: signed webhooks, GraphQL with cursors and credits, tokens."""

from .server import ShipHero

__all__ = ["ShipHero"]
