import { registry } from "@web/core/registry";

// A clerk without rights on sales: which orders are blocked, why, and what it is that blocks them.
registry.category("web_tour.tours").add("logistics_orders", {
    steps: () => [
        {
            content: "what blocks the order can be read in the list",
            trigger: ".o_data_row:contains('Tour Order'):contains('is on hold'):contains('Blocked')",
        },
        {
            trigger: ".o_data_row:contains('Tour Order') td[name=state]",
            run: "click",
        },
        {
            content: "its shipments are listed",
            trigger: ".o_field_widget[name=shipment_ids] .o_data_row:contains('SHP/')",
        },
        {
            content: "what blocks it can be opened",
            trigger: ".o_logistics_reason:contains('is on hold')",
            run: "click",
        },
        {
            trigger: ".o_last_breadcrumb_item:contains('SHP/'), .o_form_view .o_logistics_journey",
        },
    ],
});

// A seller: why the order is partial.
registry.category("web_tour.tours").add("logistics_order_lines", {
    steps: () => [
        {
            trigger: ".o_form_view .o_field_widget[name=logistics_state]:contains('Partial')",
        },
        {
            trigger: ".nav-link[name=logistics_lines]",
            run: "click",
        },
        {
            content: "two of five are still to be shipped",
            trigger: ".o_logistics_lines tr:contains('Lamp'):contains('In part') td:nth-child(5):contains('2')",
        },
    ],
});
