import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { formatFloat } from "@web/views/fields/formatters";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const TONES = {
    delivered: "success",
    moving: "info",
    started: "info",
    part: "warning",
    returning: "warning",
    returned: "warning",
};
// Columns that are only shown where some line has a quantity in them.
const RARE = ["returned", "coming_back", "called_off"];

/** How each line of an order stands: why it is partial, at a glance. */
export class LinesField extends Component {
    static template = "logistics_connector_base.LinesField";
    static props = { ...standardFieldProps };

    get lines() {
        return this.props.record.data[this.props.name] || [];
    }

    get columns() {
        const columns = [
            { name: "ordered", label: _t("Ordered") },
            { name: "shipped", label: _t("Shipped") },
            { name: "delivered", label: _t("Delivered") },
            { name: "returned", label: _t("Returned") },
            { name: "coming_back", label: _t("Coming back") },
            { name: "called_off", label: _t("Called off") },
            { name: "to_ship", label: _t("To ship") },
        ];
        return columns.filter(
            ({ name }) => !RARE.includes(name) || this.lines.some((line) => line[name])
        );
    }

    tone(line) {
        return TONES[line.standing] || "secondary";
    }

    quantity(value) {
        return formatFloat(value || 0, { digits: [16, 2], trailingZeros: false });
    }
}

registry.category("fields").add("logistics_lines", {
    component: LinesField,
    displayName: _t("Quantities in logistics"),
    supportedTypes: ["json"],
});
