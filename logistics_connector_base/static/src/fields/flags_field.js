import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

// What hangs over a shipment beside its state, the gravest first.
const FLAGS = [
    {
        name: "has_delivery_exception",
        label: _t("Trouble"),
        help: _t("The carrier reports a problem."),
        icon: "fa-exclamation-triangle",
        color: "danger",
    },
    {
        name: "on_hold",
        label: _t("On hold"),
        help: _t("Somebody stopped the shipment: you, the carrier or customs."),
        icon: "fa-pause",
        color: "warning",
    },
    {
        name: "is_late",
        label: _t("Late"),
        help: _t("The promised time has passed, or the carrier expects to come after it."),
        icon: "fa-clock-o",
        color: "danger",
    },
    {
        name: "is_damaged",
        label: _t("Damaged"),
        help: _t("Damage was reported. It stays for the claim."),
        icon: "fa-chain-broken",
        color: "danger",
    },
    {
        name: "is_short",
        label: _t("Short"),
        help: _t("Less was picked than ordered; the rest is still owed."),
        icon: "fa-minus-circle",
        color: "warning",
    },
    {
        name: "is_partial",
        label: _t("Partly delivered"),
        help: _t("Some of the goods were handed over, some were not."),
        icon: "fa-adjust",
        color: "warning",
    },
    {
        name: "pod_received",
        label: _t("POD"),
        help: _t("The proof of delivery is here."),
        icon: "fa-file-text-o",
        color: "success",
    },
];

/** Badges for the flags of a shipment that are set. */
export class FlagsField extends Component {
    static template = "logistics_connector_base.FlagsField";
    static props = { ...standardFieldProps, hidden: { type: Array, optional: true } };
    static defaultProps = { hidden: [] };

    get flags() {
        const { data } = this.props.record;
        return FLAGS.filter((flag) => data[flag.name] && !this.props.hidden.includes(flag.name));
    }
}

registry.category("fields").add("logistics_flags", {
    component: FlagsField,
    displayName: _t("Shipment flags"),
    supportedTypes: ["boolean"],
    fieldDependencies: FLAGS.map((flag) => ({ name: flag.name, type: "boolean" })),
    extractProps: ({ options }) => ({ hidden: options.hidden }),
});
