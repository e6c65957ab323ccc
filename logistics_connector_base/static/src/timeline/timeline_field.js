import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import {
    explainMoment,
    foreignZone,
    formatMoment,
    formatTime,
    fromLocal,
    fromUtc,
} from "../instants";

const { DateTime } = luxon;

// So many events are shown at first; the rest on demand.
const FIRST = 40;

const GROUP_ICONS = {
    order: "fa-file-text-o",
    warehouse: "fa-cubes",
    label: "fa-barcode",
    tender: "fa-handshake-o",
    pickup: "fa-sign-out",
    movement: "fa-exchange",
    customs: "fa-university",
    delivery: "fa-home",
    document: "fa-file-image-o",
    exception: "fa-exclamation-triangle",
    return: "fa-undo",
    tracking: "fa-info",
    finance: "fa-money",
    inventory: "fa-archive",
};
// Where one event deserves a picture of its own.
const CODE_ICONS = {
    DLV_OUT: "fa-truck",
    DLV_DELIVERED: "fa-check",
    DLV_ETA: "fa-clock-o",
    DLV_APPT_SET: "fa-calendar",
    DLV_RESCHEDULED: "fa-calendar",
    PUP_APPT_SET: "fa-calendar",
};
const STANDINGS = {
    superseded: {
        label: _t("Replaced"),
        help: _t("The partner sent a correction. This one does not count any more."),
    },
    retracted: {
        label: _t("Withdrawn"),
        help: _t("The partner took this back. It does not count any more."),
    },
    quarantined: {
        label: _t("Set aside"),
        help: _t("The time cannot be right. It does not count until a person accepts it."),
    },
    disputed: {
        label: _t("In conflict"),
        help: _t("Another content came first under the same id. A person decides which is right."),
    },
    dismissed: {
        label: _t("Set aside"),
        help: _t("A person decided that it does not count."),
    },
};

/** Equal for events that people would take for one: only the package is another. */
function sameness(event) {
    return JSON.stringify([
        event.code,
        event.classifier,
        event.standing,
        event.verdict_text,
        event.local?.slice(0, 16), // to the minute
        event.place,
        event.reason,
        event.text,
        event.raw,
        event.estimated,
        event.signed_by,
    ]);
}

/** The events of a shipment as people read them: by day, newest first, by the clock of the place. */
export class TimelineField extends Component {
    static template = "logistics_connector_base.TimelineField";
    static props = { ...standardFieldProps };

    setup() {
        this.action = useService("action");
        this.state = useState({ package: "", all: false });
    }

    get data() {
        return this.props.record.data[this.props.name] || { events: [], packages: [] };
    }

    /** The events to show. What happened to several packages at once is told once. */
    get events() {
        if (this.state.package) {
            return this.data.events.filter((event) => event.package === this.state.package);
        }
        const together = new Map();
        for (const event of this.data.events) {
            const same = event.documents.length || event.exception_id ? event.id : sameness(event);
            const known = together.get(same);
            if (known) {
                known.packages.push(event.package);
            } else {
                together.set(same, { ...event, packages: [event.package] });
            }
        }
        return [...together.values()];
    }

    /** Which packages an event is about, where that is not plain. */
    packagesOf(event) {
        if (!this.data.packages.length || this.state.package) {
            return null;
        }
        const numbers = event.packages.filter(Boolean);
        const isMany = numbers.length > 1;
        return {
            label: isMany ? _t("%s packages", numbers.length) : numbers[0],
            tooltip: isMany ? numbers.join("\n") : "",
        };
    }

    get hiddenCount() {
        return this.state.all ? 0 : Math.max(0, this.events.length - FIRST);
    }

    /** Days with their events; what was set aside for its time comes first, as it waits for somebody. */
    get days() {
        const days = new Map();
        const events = this.state.all ? this.events : this.events.slice(0, FIRST);
        for (const event of events.map((event) => this.present(event))) {
            let key, title, isAside;
            if (event.standing === "quarantined") {
                [key, title, isAside] = ["aside", _t("Set aside: the time cannot be right"), true];
            } else if (!event.at) {
                [key, title] = ["unknown", _t("Time not known")];
            } else {
                key = event.at.toISODate();
                title = event.at.toLocaleString(DateTime.DATE_HUGE);
            }
            if (!days.has(key)) {
                days.set(key, { key, title, isAside, events: [] });
            }
            days.get(key).events.push(event);
        }
        const rank = { aside: 2, unknown: 0 };
        return [...days.values()].sort(
            (a, b) => (rank[b.key] ?? 1) - (rank[a.key] ?? 1) || (a.key < b.key ? 1 : -1)
        );
    }

    present(event) {
        const at = fromLocal(event.local);
        const isDay = event.precision === "day";
        const estimated = fromUtc(event.estimated);
        const received = fromUtc(event.received);
        return {
            ...event,
            at,
            time: at && !isDay ? formatTime(at) : "",
            day: event.standing === "quarantined" && at ? at.toLocaleString(DateTime.DATE_MED) : "",
            zone: at && !isDay ? foreignZone(at) : "",
            tooltip: this.tooltip(event, at, isDay),
            icon: CODE_ICONS[event.code] || GROUP_ICONS[event.group] || "fa-circle-o",
            about: this.packagesOf(event),
            isFact: event.classifier === "actual",
            isStruck: ["superseded", "retracted", "dismissed"].includes(event.standing),
            verdict: STANDINGS[event.standing],
            expected: estimated ? formatMoment(estimated) : "",
            news: event.late_news ? this.delay(at, received) : "",
            origin: [event.source, event.raw].filter(Boolean).join(" · "),
        };
    }

    tooltip(event, at, isDay) {
        if (!at) {
            return "";
        }
        if (isDay) {
            return _t("Only the day is known.");
        }
        const lines = [explainMoment(at)];
        if (event.assumed) {
            lines.push(
                _t("The partner gave no time zone; the one set on the connection was taken.")
            );
        }
        return lines.join("\n");
    }

    /** How long the news took: "reported 9 hours later". */
    delay(at, received) {
        const hours = Math.round(received.diff(at, "hours").hours);
        return hours < 48
            ? _t("reported %s hours later", hours)
            : _t("reported %s days later", Math.round(hours / 24));
    }

    isPicture(document) {
        return ["image/png", "image/jpeg", "image/gif"].includes(document.mimetype);
    }

    openEvent(event) {
        this.open("logistics.event", event.id, _t("Event"));
    }

    openException(event) {
        this.open("logistics.exception", event.exception_id);
    }

    open(model, id, name) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: model,
            res_id: id,
            name,
            views: [[false, "form"]],
            target: model === "logistics.event" ? "new" : "current",
        });
    }
}

registry.category("fields").add("logistics_timeline", {
    component: TimelineField,
    displayName: _t("Timeline of a shipment"),
    supportedTypes: ["json"],
});
