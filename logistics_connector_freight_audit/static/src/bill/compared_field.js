import { Component } from "@odoo/owl";
import { formatMonetary } from "@web/views/fields/formatters";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** Expected and billed side by side, charge by charge, with bars. */
export class FreightComparedField extends Component {
    static template = "logistics_connector_freight_audit.ComparedField";
    static props = { ...standardFieldProps };

    get rows() {
        const rows = this.props.record.data[this.props.name] || [];
        const most = Math.max(
            1e-9,
            ...rows.map((row) => Math.max(row.expected || 0, row.before + row.billed))
        );
        return rows.map((row) => {
            const difference = row.before + row.billed - (row.expected || 0);
            return {
                ...row,
                difference: Math.abs(difference) < 0.005 ? 0 : difference,
                expectedText: row.expected === null ? "–" : this.money(row.expected),
                beforeText: row.before ? this.money(row.before) : "",
                billedText: this.money(row.billed),
                differenceText: Math.abs(difference) < 0.005 ? "" : this.money(difference),
                expectedWidth: `${Math.max(0, (100 * (row.expected || 0)) / most)}%`,
                billedWidth: `${Math.max(0, (100 * (row.before + row.billed)) / most)}%`,
            };
        });
    }

    money(amount) {
        return formatMonetary(amount, { currencyId: this.props.record.data.currency_id?.id });
    }
}

registry.category("fields").add("freight_compared", {
    component: FreightComparedField,
    supportedTypes: ["json"],
    fieldDependencies: [{ name: "currency_id", type: "many2one", relation: "res.currency" }],
});
