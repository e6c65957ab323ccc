{
    "name": "Logistics Test Provider",
    "summary": "A provider outside of our addons, as docs/new-provider.md describes it",
    "version": "19.0.1.0.0",
    "category": "Hidden",
    "author": "Logistics Connector Founders",
    "license": "LGPL-3",
    "depends": ["logistics_connector_base"],
    "data": ["data/logistics_provider_data.xml"],
    "installable": True,
}
