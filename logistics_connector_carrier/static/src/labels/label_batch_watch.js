import { Component, onWillUnmount, useEffect, xml } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const PAUSE = 1500; // milliseconds between two readings, however many answers come
const LOOK = 10000; // where no news come: colleagues' pages, servers without websocket

/** The page of many labels shows each answer of the carriers without being loaded again. */
export class LabelBatchWatch extends Component {
    static template = xml``;
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.bus = useService("bus_service");
        this.timer = null;
        this.isGone = false;
        const listener = ({ id }) => id === this.props.record.resId && this.soon(PAUSE);
        this.bus.subscribe("logistics_label_batch", listener);
        onWillUnmount(() => {
            this.isGone = true;
            clearTimeout(this.timer);
            this.bus.unsubscribe("logistics_label_batch", listener);
        });
        useEffect(
            (waiting) => {
                if (waiting) {
                    this.soon(LOOK);
                }
            },
            () => [this.props.record.data.waiting_count]
        );
    }

    /** Read again after a pause, or before, where that was planned already. */
    soon(pause) {
        const at = Date.now() + pause;
        if (this.isGone || (this.timer && this.at <= at)) {
            return;
        }
        clearTimeout(this.timer);
        this.at = at;
        this.timer = setTimeout(() => this.read(), pause);
    }

    async read() {
        this.timer = null;
        const { resId, data } = this.props.record;
        const [now] = await this.orm.silent.read(
            "logistics.label.batch",
            [resId],
            ["waiting_count", "look_count", "booked_count"]
        );
        if (this.isGone || !now) {
            return;
        }
        if (["waiting_count", "look_count", "booked_count"].some((name) => now[name] !== data[name])) {
            await this.props.record.load();
        }
        if (now.waiting_count) {
            this.soon(LOOK);
        }
    }
}

registry.category("view_widgets").add("logistics_label_batch_watch", {
    component: LabelBatchWatch,
    fieldDependencies: ["waiting_count", "look_count", "booked_count"].map((name) => ({
        name,
        type: "integer",
    })),
});
