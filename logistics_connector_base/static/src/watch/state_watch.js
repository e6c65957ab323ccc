import { Component, useEffect, xml } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const PAUSE = 2000; // milliseconds between two looks
const LONGEST = 10 * 60 * 1000;

/** While a carrier is being asked, a form shows what comes of it without being loaded again. */
export class StateWatch extends Component {
    static template = xml``;
    static props = { ...standardWidgetProps };
    static fields = ["state"]; // that are looked at
    static underWay = []; // values of theirs for which somebody waits

    setup() {
        this.orm = useService("orm");
        const { fields } = this.constructor;
        useEffect(
            (id, ...states) => this.watch(id, states),
            () => [this.props.record.resId, ...fields.map((name) => this.props.record.data[name])]
        );
    }

    /** Look until a state is another one. What somebody is typing is left alone. */
    watch(id, states) {
        const { fields, underWay } = this.constructor;
        if (!id || !states.some((state) => underWay.includes(state))) {
            return;
        }
        const until = Date.now() + LONGEST;
        let timer = null;
        const look = async () => {
            const [now] = await this.orm.silent.read(this.props.record.resModel, [id], fields);
            if (timer === false) {
                return;
            }
            const isNew = now && fields.some((name, index) => now[name] !== states[index]);
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

/** Offer a watch to views, as `<widget name="…"/>`. */
export function addWatch(name, component) {
    registry.category("view_widgets").add(name, {
        component,
        fieldDependencies: component.fields.map((field) => ({ name: field, type: "selection" })),
    });
}
