import { Component } from "@odoo/owl";
import { formatMonetary } from "@web/views/fields/formatters";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** From what was quoted to what was billed, a bar for each step. */
export class FreightWaterfallField extends Component {
    static template = "logistics_connector_freight_audit.WaterfallField";
    static props = { ...standardFieldProps };

    get steps() {
        const steps = this.props.record.data[this.props.name] || [];
        const ends = steps.flatMap((step) => [step.start, step.end]);
        const least = Math.min(0, ...ends);
        const width = Math.max(1e-9, Math.max(0, ...ends) - least);
        return steps.map((step) => {
            const change = step.end - step.start;
            return {
                ...step,
                left: `${(100 * (Math.min(step.start, step.end) - least)) / width}%`,
                width: `${Math.max(0.5, (100 * Math.abs(change)) / width)}%`,
                color: step.is_total
                    ? { billed: "bg-primary", charged: "bg-info" }[step.key] || "bg-secondary"
                    : change > 0
                      ? "bg-danger"
                      : "bg-success",
                text: (step.is_total || change < 0 ? "" : "+") + this.money(change),
            };
        });
    }

    money(amount) {
        return formatMonetary(amount, { currencyId: this.props.record.data.currency_id?.id });
    }
}

registry.category("fields").add("freight_waterfall", {
    component: FreightWaterfallField,
    supportedTypes: ["json"],
    fieldDependencies: [{ name: "currency_id", type: "many2one", relation: "res.currency" }],
});
