import { Component } from "@odoo/owl";
import { formatMonetary } from "@web/views/fields/formatters";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const COLOURS = {
    clean: "success",
    tolerance: "success",
    under: "info",
    refund: "info",
    unmapped: "warning",
    missing_rate: "warning",
};

/** What the audit of a bill found, as bars; each opens its rows. */
export class FreightVerdictsField extends Component {
    static template = "logistics_connector_freight_audit.VerdictsField";
    static props = { ...standardFieldProps };

    setup() {
        this.action = useService("action");
    }

    get verdicts() {
        const rows = this.props.record.data[this.props.name] || [];
        const most = Math.max(1, ...rows.map((row) => row.count));
        return rows.map((row) => ({
            ...row,
            width: `${Math.max(1, (100 * row.count) / most)}%`,
            colour: COLOURS[row.verdict] || "danger",
            billedText: this.money(row.billed),
            stakeText: row.stake ? this.money(row.stake) : "",
        }));
    }

    money(amount) {
        return formatMonetary(amount, { currencyId: this.props.record.data.currency_id?.id });
    }

    open(row) {
        return this.action.doAction("logistics_connector_freight_audit.action_freight_bill_shipment", {
            additionalContext: { search_default_differs: 0, search_default_by_verdict: 0 },
            props: {
                domain: [
                    ["bill_id", "=", this.props.record.resId],
                    ["verdict", "=", row.verdict],
                ],
            },
        });
    }
}

registry.category("fields").add("freight_verdicts", {
    component: FreightVerdictsField,
    supportedTypes: ["json"],
    fieldDependencies: [{ name: "currency_id", type: "many2one", relation: "res.currency" }],
});
