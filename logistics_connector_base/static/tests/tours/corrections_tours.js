import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

function row(text) {
    return `.o_list_view .o_data_row .o_data_cell:contains("${text}")`;
}

function statusIs(label) {
    return `.o_statusbar_status .o_arrow_button_current:contains("${label}")`;
}

tours.add("logistics_decide_conflict", {
    steps: () => [
        {
            trigger: row("came again with another content"),
            run: "click",
        },
        {
            content: "What came first",
            trigger: ".o_field_widget[name=content_first]:contains('Picked up')",
        },
        {
            content: "and beside it what came later",
            trigger: ".o_field_widget[name=content_new]:contains('Delivered')",
        },
        {
            content: "The bytes are not for everybody",
            trigger: ".o_form_view:not(:has([name=message_difference]))",
        },
        {
            trigger: "button[name=action_accept_conflict]",
            run: "click",
        },
        {
            trigger: ".modal button:contains('Ok')",
            run: "click",
        },
        {
            trigger: statusIs("Resolved"),
        },
        {
            trigger: ".alert-success:contains('The later content is right')",
        },
    ],
});

tours.add("logistics_choose_shipment", {
    steps: () => [
        {
            trigger: row("1ZTWIN fits several shipments"),
            run: "click",
        },
        {
            trigger: "button[name=action_link]",
            run: "click",
        },
        {
            content: "Those to choose from are listed",
            trigger: ".modal .o_field_widget[name=candidate_ids] .o_data_row:contains('Second Twin')",
        },
        {
            trigger: ".modal .o_field_widget[name=shipment_id] input",
            run: "click",
        },
        {
            trigger: ".o-autocomplete--dropdown-item a:contains('Second Twin')",
            run: "click",
        },
        {
            trigger: ".modal button[name=action_link]",
            run: "click",
        },
        {
            trigger: ".o_logistics_timeline .o_logistics_event[data-code=MOV_ARRIVED]",
        },
    ],
});

tours.add("logistics_decide_time", {
    steps: () => [
        {
            trigger: row("Implausible time"),
            run: "click",
        },
        {
            trigger: "button[name=action_decide_time]",
            run: "click",
        },
        {
            content: "What the partner wrote",
            trigger: ".modal .o_field_widget[name=stated]:contains('2031')",
        },
        {
            trigger: ".modal .o_field_widget[name=choice] label:contains('received')",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=note] input",
            run: "edit Their clock is wrong",
        },
        {
            trigger: ".modal button[name=action_decide]",
            run: "click",
        },
        {
            trigger: statusIs("Resolved"),
        },
    ],
});

tours.add("logistics_withdrawn_delivery", {
    steps: () => [
        {
            trigger: row("Tour Consignee"),
            run: "click",
        },
        {
            content: "The delivery is struck through, with who took it back, when and why",
            trigger:
                ".o_logistics_struck[data-code=DLV_DELIVERED] .o_logistics_event_verdict:contains('Withdrawn by')",
        },
        {
            content: "and so is its proof",
            trigger: ".o_logistics_struck[data-code=DOC_POD] a:contains('WITHDRAWN pod.pdf')",
        },
        {
            content: "What a person decided is told, too",
            trigger: ".o_logistics_event_verdict:contains('Time set by')",
        },
    ],
});
