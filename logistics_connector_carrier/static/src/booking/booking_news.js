import { registry } from "@web/core/registry";

/** Who asked for a label is told when it is there, or refused, whatever page is open. */
registry.category("services").add("logistics_booking_news", {
    dependencies: ["bus_service", "notification"],
    start(env, { bus_service, notification }) {
        bus_service.subscribe("logistics_booking", ({ text, tone }) => {
            notification.add(text, { type: tone });
        });
    },
});
