import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

/** A row of a list, by what is written in one of its cells. */
function row(text) {
    return `.o_list_view .o_data_row .o_data_cell:contains("${text}")`;
}

function statusIs(label) {
    return `.o_statusbar_status .o_arrow_button_current:contains("${label}")`;
}

tours.add("logistics_work_exception", {
    steps: () => [
        {
            content: "Open exceptions are there without asking",
            trigger: ".o_searchview_facet:contains('Open')",
        },
        {
            content: "Open the case",
            trigger: row("No shipment for 1ZTOUR404"),
            run: "click",
        },
        {
            content: "The case says what to do",
            trigger: ".o_logistics_playbook:contains('What to do')",
        },
        {
            content: "and shows the events behind it",
            trigger: ".o_field_widget[name=sample_ids] .o_data_cell:contains('1ZTOUR404')",
        },
        {
            content: "Take it",
            trigger: "button[name=action_assign_to_me]",
            run: "click",
        },
        {
            content: "It is mine now",
            trigger: statusIs("Assigned"),
        },
        {
            trigger: ".o_form_view:not(:has(button[name=action_assign_to_me]))",
        },
        {
            content: "Mapping is not offered: it is another kind of case",
            trigger: ".o_form_view:not(:has(button[name=action_map]))",
        },
        {
            trigger: "button[name=action_start]",
            run: "click",
        },
        {
            trigger: statusIs("In progress"),
        },
        {
            content: "Link it to the shipment it belongs to",
            trigger: "button[name=action_link]",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=shipment_id] input",
            run: "edit 1ZTOUR1",
        },
        {
            trigger: ".o-autocomplete--dropdown-item a:contains('Tour Consignee')",
            run: "click",
        },
        {
            trigger: ".modal button[name=action_link]",
            run: "click",
        },
        {
            content: "The shipment opens, and the event is in its timeline",
            trigger: ".o_logistics_timeline .o_logistics_event[data-code=MOV_ARRIVED]",
        },
    ],
});

tours.add("logistics_dismiss_several", {
    steps: () => [
        {
            trigger: row("No shipment for 1ZTOUR404"),
        },
        {
            trigger: "thead .o_list_record_selector input",
            run: "click",
        },
        {
            trigger: ".o_control_panel button[name=action_dismiss]",
            run: "click",
        },
        {
            content: "A reason is asked for",
            trigger: ".modal .o_field_widget[name=reason] input",
            run: "edit Not our parcels",
        },
        {
            trigger: ".modal button[name=action_dismiss]",
            run: "click",
        },
        {
            content: "Nothing is left to do",
            trigger: ".o_nocontent_help:contains('Nothing to do here')",
        },
    ],
});

tours.add("logistics_map_code", {
    steps: () => [
        {
            trigger: row("unknown code SRT7"),
            run: "click",
        },
        {
            content: "Map and replay",
            trigger: "button[name=action_map]",
            run: "click",
        },
        {
            content: "The partner's words help to decide",
            trigger: ".modal .o_field_widget[name=samples]:contains('Sorted on special belt')",
        },
        {
            trigger: ".modal .o_field_widget[name=code_id] input",
            run: "edit Departed",
        },
        {
            trigger: ".o-autocomplete--dropdown-item a:contains('Departed from a place')",
            run: "click",
        },
        {
            trigger: ".modal button[name=action_map]",
            run: "click",
        },
        {
            content: "The case is closed and says how",
            trigger: ".o_form_view .alert-success:contains('Departed from a place')",
        },
        {
            trigger: statusIs("Resolved"),
        },
        {
            content: "The shipments it came for are a click away",
            trigger: "[data-menu-xmlid='logistics_connector_base.menu_logistics_shipment']",
            run: "click",
        },
        {
            trigger: ".o_last_breadcrumb_item:contains('Shipments')",
        },
        {
            trigger: row("1ZTOUR1"),
            run: "click",
        },
        {
            content: "The event is read anew",
            trigger: ".o_logistics_event[data-code=MOV_DEPARTED]:contains('Sorted on special belt')",
        },
        {
            trigger: ".o_logistics_timeline:not(:contains('Unknown code'))",
        },
    ],
});

tours.add("logistics_timeline", {
    steps: () => [
        {
            content: "Look for a shipment by any of its numbers",
            trigger: ".o_searchview_input",
            run: "edit PO-TOUR-7",
        },
        {
            trigger: ".o_searchview_input",
            run: "press Enter",
        },
        {
            trigger: ".o_list_view:not(:has(.o_data_row:nth-child(2) .o_data_cell))",
        },
        {
            trigger: row("1ZTOUR1"),
            run: "click",
        },
        {
            content: "Where it is, in five steps: where its slowest package is",
            trigger: ".o_logistics_step_done[data-step=booked]",
        },
        {
            trigger: ".o_logistics_step_current[data-step=picked_up]",
        },
        {
            content: "The other one is further",
            trigger: ".o_logistics_timeline button:contains('1ZTOUR1'):contains('Out for delivery')",
        },
        {
            content: "Facts",
            trigger: ".o_logistics_event[data-code=PUP_PICKED_UP]:contains('Depot Madrid')",
        },
        {
            content: "What is only expected looks different",
            trigger: ".o_logistics_event.o_logistics_not_yet[data-code=DLV_ETA]:contains('Estimated')",
        },
        {
            content: "What was taken back is struck through",
            trigger: ".o_logistics_event.o_logistics_struck[data-code=DLV_ATTEMPTED]:contains('Withdrawn')",
        },
        {
            content: "What cannot be right is set aside",
            trigger: ".o_logistics_aside .o_logistics_event[data-standing=quarantined]",
        },
        {
            content: "An assumed zone is marked",
            trigger: ".o_logistics_event[data-code=MOV_ARR_DEST] .o_logistics_assumed",
        },
        {
            content: "A code that nobody knows is marked",
            trigger: ".o_logistics_event:contains('Sorted on special belt'):contains('Unknown code')",
        },
        {
            content: "What happened to both packages is told once",
            trigger: ".o_logistics_event[data-code=PUP_PICKED_UP]:contains('2 packages')",
        },
        {
            content: "One package only",
            trigger: ".o_logistics_timeline button:contains('1ZTOUR2')",
            run: "click",
        },
        {
            trigger: ".o_logistics_timeline:not(:has([data-code=DLV_OUT])) [data-code=PUP_PICKED_UP]",
        },
        {
            trigger: ".o_logistics_timeline button:contains('All packages')",
            run: "click",
        },
        {
            content: "All of one event",
            trigger: ".o_logistics_event[data-code=DLV_OUT] .o_logistics_event_name",
            run: "click",
        },
        {
            trigger: ".modal .o_form_view:contains('When we heard of it')",
        },
        {
            trigger: ".modal .btn-close",
            run: "click",
        },
        {
            content: "From the odd time to its case",
            trigger: ".o_logistics_aside button:contains('Open exception')",
            run: "click",
        },
        {
            trigger: "button[name=action_decide_time]",
        },
        {
            trigger: ".o_back_button a, .breadcrumb-item.o_back_button",
            run: "click",
        },
        {
            trigger: ".o_logistics_timeline",
        },
    ],
});
