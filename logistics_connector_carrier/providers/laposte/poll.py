# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""La Poste Suivi v2: the history of one number.

    GET /suivi/v2/idships/{number}?lang=fr_FR      our access: header X-Okapi-Key

Up to ten numbers may be asked at once; the answer of one is a message by itself, and 404 then says
that this number is not known. Test keys of La Poste go to the same address.
"""

from urllib.parse import quote

from odoo.addons.logistics_connector_base.core.polling import Ask, TrackingPoll, with_query


def ask(url: str, numbers: tuple[str, ...]) -> Ask:
    """The call for one number, in the language of the events' own words."""
    (number,) = numbers
    return Ask(with_query(f"{url.rstrip('/')}/{quote(number, safe='')}", lang="fr_FR"))


TRACKING = TrackingPoll(urls={"production": "https://api.laposte.fr/suivi/v2/idships"}, ask=ask)
