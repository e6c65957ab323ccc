import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** The first rows of a file, cell by cell. */
export class FreightRowsField extends Component {
    static template = "logistics_connector_freight_audit.RowsField";
    static props = { ...standardFieldProps };

    get rows() {
        return this.props.record.data[this.props.name] || [];
    }

    get width() {
        return Math.max(0, ...this.rows.map((row) => row.length));
    }

    cells(row) {
        return [...row, ...Array(this.width - row.length).fill("")];
    }
}

registry.category("fields").add("freight_rows", {
    component: FreightRowsField,
    supportedTypes: ["json"],
});
