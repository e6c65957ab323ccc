from . import api, intake, news, portal, track
