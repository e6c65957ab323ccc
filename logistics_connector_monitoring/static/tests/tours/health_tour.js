import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("logistics_health", {
    steps: () => [
        { content: "the connection is listed", trigger: ".o_data_cell:contains(Example Parcel)" },
        {
            content: "the missing channel is told",
            trigger: ".o_logistics_health_problem:contains(root.logistics.inbound)",
        },
        {
            content: "open what failed",
            trigger: ".o_data_row button[name=action_view_failed]",
            run: "click",
        },
        {
            content: "the failed message is there",
            trigger: ".o_breadcrumb:contains(Messages), .o_last_breadcrumb_item:contains(Messages)",
        },
        { content: "one row", trigger: ".o_data_row:only-of-type" },
    ],
});
