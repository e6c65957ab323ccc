{
    "name": "Benchmark floors",
    "summary": "What the benchmarks compare us with; never installed outside of them",
    "version": "19.0.1.0.0",
    "category": "Hidden",
    "author": "Logistics Connector Founders",
    "license": "LGPL-3",
    "depends": ["base_automation", "logistics_connector_base"],
    "data": ["security/ir.model.access.csv"],
    "installable": True,
}
