import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { explainMoment, foreignZone, formatDay, formatTime, fromLocal } from "../instants";

/** The five steps of a shipment's way. Compact: a bar for cards; else circles with their times. */
export class JourneyField extends Component {
    static template = "logistics_connector_base.JourneyField";
    static props = { ...standardFieldProps, compact: { type: Boolean, optional: true } };
    static defaultProps = { compact: false };

    get steps() {
        const steps = this.props.record.data[this.props.name] || [];
        return steps.map((step) => ({
            ...step,
            icon: this.icon(step),
            ...this.time(step),
        }));
    }

    get here() {
        const steps = this.steps;
        return (
            steps.find((step) => ["current", "broken"].includes(step.status)) ||
            steps[steps.length - 1]
        );
    }

    icon(step) {
        return { done: "fa-check", broken: "fa-exclamation", skipped: "fa-minus" }[step.status];
    }

    time(step) {
        const instant = fromLocal(step.at);
        if (!instant) {
            return { day: "", time: "", zone: "", tooltip: "" };
        }
        const withTime = step.precision !== "day";
        return {
            day: formatDay(instant),
            time: withTime ? formatTime(instant) : "",
            zone: withTime ? foreignZone(instant) : "",
            tooltip: withTime ? explainMoment(instant) : "",
        };
    }
}

registry.category("fields").add("logistics_journey", {
    component: JourneyField,
    displayName: _t("Journey of a shipment"),
    supportedTypes: ["json"],
    extractProps: ({ options }) => ({ compact: Boolean(options.compact) }),
});
