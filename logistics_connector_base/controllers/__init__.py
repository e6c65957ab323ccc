from . import api, intake
