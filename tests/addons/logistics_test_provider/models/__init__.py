from . import logistics_provider_bluepost
