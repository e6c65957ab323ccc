import { registry } from "@web/core/registry";

// The life of an order at a 3PL, as whoever keeps the stock sees it. What the 3PL does in between is
// told by the test.
const tours = registry.category("web_tour.tours");

tours.add("logistics_order_released", {
    steps: () => [
        {
            content: "what the 3PL is to work is listed",
            trigger: ".o_data_row:contains(Accepted) .o_data_cell:contains(/OUT/)",
            run: "click",
        },
        {
            content: "what it was told stands there, with its answer",
            trigger: ".o_field_widget[name=version_ids] .o_data_row:contains(5 Units):contains(Accepted)",
        },
    ],
});

tours.add("logistics_order_short", {
    steps: () => [
        {
            content: "the delivery is done with what has left",
            trigger: ".o_statusbar_status .o_arrow_button_current:contains(Done)",
        },
        {
            content: "less than was ordered",
            trigger: ".o_field_widget[name=move_ids] .o_data_row:contains(LAMP-01) .o_data_cell[name=quantity]:contains(3.00)",
        },
        {
            content: "both sides stand on one page",
            trigger: "button[name=action_logistics_trace]",
            run: "click",
        },
        {
            content: "ours",
            trigger: ".o_logistics_trace td:nth-child(3):contains(version 1)",
        },
        {
            content: "theirs",
            trigger: ".o_logistics_trace td:nth-child(4):contains(Shipped)",
        },
    ],
});

tours.add("logistics_order_back_order", {
    steps: () => [
        {
            content: "what did not leave is a back-order",
            trigger: ".o_field_widget[name=backorder_id]:contains(/OUT/)",
        },
        {
            content: "of which the 3PL was told by itself",
            trigger: "button[name=action_view_releases]:contains(About to be told)",
            run: "click",
        },
        {
            content: "with what is left",
            trigger: ".o_field_widget[name=version_ids] .o_data_row:contains(2 Units)",
        },
    ],
});

tours.add("logistics_order_reconcile", {
    steps: () => [
        {
            content: "open what the warehouse counted",
            trigger: ".o_data_row .o_data_cell[name=warehouse_id]",
            run: "click",
        },
        {
            content: "the two sides differ, and nothing explains it",
            trigger: ".o_data_row:contains(LAMP-01):contains(Unexplained)",
        },
        {
            content: "choose the line",
            trigger: ".o_data_row:contains(LAMP-01) .o_list_record_selector input",
            run: "click",
        },
        {
            content: "decide",
            trigger: ".o_control_panel button:contains(Decide)",
            run: "click",
        },
        {
            content: "book what they have",
            trigger: ".modal .o_radio_item:contains(Book what they have) input",
            run: "click",
        },
        {
            content: "with a reason",
            trigger: ".modal .o_field_widget[name=reason] input",
            run: "edit Counted twice",
        },
        {
            content: "do it",
            trigger: ".modal footer button:contains(Book it)",
            run: "click",
        },
        {
            content: "the dialog is gone, and the reason stands there",
            trigger: "body:not(:has(.modal)) .o_data_row:contains(Counted twice)",
        },
    ],
});
