import { Component, useEffect, xml } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const PAUSE = 2000; // milliseconds between two looks
const LONGEST = 5 * 60 * 1000;
const UNDER_WAY = ["asked", "doubt", "void_asked"];
const STATES = ["booking_state", "return_state"]; // of the label, and of the one for the way back

/** While a carrier is being asked, the delivery shows what comes of it without being loaded again. */
export class BookingWatch extends Component {
    static template = xml``;
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        useEffect(
            (id, ...states) => this.watch(id, states),
            () => [this.props.record.resId, ...STATES.map((name) => this.props.record.data[name])]
        );
    }

    /** Look until a state is another one. What somebody is typing is left alone. */
    watch(id, states) {
        if (!id || !states.some((state) => UNDER_WAY.includes(state))) {
            return;
        }
        const until = Date.now() + LONGEST;
        let timer = null;
        const look = async () => {
            const [now] = await this.orm.silent.read("stock.picking", [id], STATES);
            if (timer === false) {
                return;
            }
            const isNew = now && STATES.some((name, index) => now[name] !== states[index]);
            if (isNew && !(await this.props.record.isDirty())) {
                await this.props.record.load();
            } else if (Date.now() < until) {
                timer = setTimeout(look, PAUSE);
            }
        };
        timer = setTimeout(look, PAUSE);
        return () => {
            clearTimeout(timer);
            timer = false;
        };
    }
}

registry.category("view_widgets").add("logistics_booking_watch", {
    component: BookingWatch,
    fieldDependencies: STATES.map((name) => ({ name, type: "selection" })),
});
