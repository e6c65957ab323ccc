import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

function row(text) {
    return `.o_list_view .o_data_row .o_data_cell:contains("${text}")`;
}

function gone(text) {
    return `.o_list_view:not(:contains("${text}"))`;
}

function check(text) {
    return `.o_list_view .o_data_row:contains("${text}") .o_list_record_selector input`;
}

/** A morning at the desk: merge what is one story, put aside what can wait, work the rest. */
tours.add("logistics_work_queue", {
    steps: () => [
        {
            content: "What is gravest stands on top",
            trigger: ".o_data_row:first-child:contains('Pumps are late')",
        },
        {
            content: "What it is worth is not for everybody's eyes",
            trigger: ".o_list_view:not(:has([data-name=value_at_risk], [name=value_at_risk]))",
        },
        { trigger: check("Label is torn"), run: "click" },
        { trigger: check("Box is torn"), run: "click" },
        {
            content: "Two of one shipment become one",
            trigger: ".o_control_panel button[name=action_merge]",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=exception_ids] .o_data_row:contains('Box is torn')",
        },
        { trigger: ".modal button[name=action_merge]", run: "click" },
        {
            content: "The one that goes on shows the other",
            trigger: ".o_form_view .o_field_widget[name=duplicate_ids] .o_data_row:contains('is torn')",
        },
        { trigger: ".o_back_button a, .breadcrumb-item.o_back_button", run: "click" },
        {
            content: "The list has been read anew: before, Odoo shows what it kept of it",
            trigger: `.o_list_view:not(:has(.o_data_row:contains("is torn") ~ .o_data_row:contains("is torn")))`,
        },
        { trigger: check("No hurry"), run: "click" },
        {
            trigger: ".o_control_panel button[name=action_bulk_snooze]",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=preset] input[data-value=monday]",
            run: "click",
        },
        { trigger: ".modal button[name=action_snooze]", run: "click" },
        {
            content: "It is out of the queue",
            trigger: gone("No hurry"),
        },
        { trigger: row("Pumps are late"), run: "click" },
        {
            content: "It says why it is so grave",
            trigger: ".o_form_view .o_field_widget[name=severity_why]:contains('Impact')",
        },
        { trigger: "button[name=action_assign_to_me]", run: "click" },
        { trigger: ".o_form_view:not(:has(button[name=action_assign_to_me]))" },
        {
            content: "The playbook's steps: this one was done by telephone",
            trigger: ".o_logistics_steps li:first-child button:contains('Tick')",
            run: "click",
        },
        { trigger: ".o_logistics_steps li:first-child .fa-check" },
        {
            content: "A letter to the customer is written from the case",
            trigger: ".o_logistics_steps li:contains('Tell the customer') button:contains('Do it')",
            run: "click",
        },
        { trigger: ".modal .modal-footer button[name=action_send_mail]", run: "click" },
        { trigger: ".o_logistics_steps li:contains('Tell the customer') .fa-check" },
        {
            content: "Resolve, by the keyboard's button",
            trigger: "button[name=action_finish][data-hotkey=y]",
            run: "click",
        },
        { trigger: ".modal .o_field_widget[name=cause_id] input", run: "edit Carrier was late" },
        { trigger: ".o-autocomplete--dropdown-item a:contains('Carrier was late')", run: "click" },
        { trigger: ".modal .o_field_widget[name=outcome_id] input", run: "edit Delivered after" },
        { trigger: ".o-autocomplete--dropdown-item a:contains('Delivered after all')", run: "click" },
        { trigger: ".modal .o_field_widget[name=note] input", run: "edit Came at noon" },
        { trigger: ".modal button[name=action_close]", run: "click" },
        {
            content: "The next case is there without going back",
            trigger: ".o_form_view .o_field_widget[name=name]:contains('is torn')",
        },
        {
            trigger: ".o_notification:contains('This is the next one')",
        },
    ],
});

/** Many at once, and what came of it. */
tours.add("logistics_bulk_queue", {
    steps: () => [
        { trigger: "thead .o_list_record_selector input", run: "click" },
        { trigger: ".o_control_panel button[name=action_bulk_retry]", run: "click" },
        {
            content: "What does not apply is told, with the reason",
            trigger: ".o_notification:contains('Not done: 4'):contains('no message behind it')",
        },
        { trigger: ".o_notification button.o_notification_close", run: "click" },
        { trigger: row("No hurry") },
        { trigger: "thead .o_list_record_selector input:not(:checked)", run: "click" },
        { trigger: ".o_control_panel button[name=action_bulk_finish]", run: "click" },
        { trigger: ".modal .o_field_widget[name=cause_id] input", run: "edit Not known" },
        { trigger: ".o-autocomplete--dropdown-item a:contains('Not known')", run: "click" },
        { trigger: ".modal .o_field_widget[name=outcome_id] input", run: "edit Nothing" },
        { trigger: ".o-autocomplete--dropdown-item a:contains('Nothing had')", run: "click" },
        { trigger: ".modal button[name=action_close]", run: "click" },
        {
            content: "The queue is empty",
            trigger: ".o_nocontent_help:contains('Nothing to do here')",
        },
    ],
});

function card(text, group) {
    return `.o_kanban_group:has(.o_kanban_header:contains("${group}")) .o_kanban_record:contains("${text}")`;
}

function dragged(text, from, to) {
    return {
        content: `${text}: from ${from} to ${to}`,
        trigger: card(text, from),
        run: `drag_and_drop(.o_kanban_group:has(.o_kanban_header:contains("${to}")))`,
    };
}

function refused(sentence, text, group) {
    return [
        { content: sentence, trigger: `.modal .modal-body:contains("${sentence}")` },
        { trigger: ".modal .modal-footer button", run: "click" },
        { content: "The card is back where it was", trigger: card(text, group) },
    ];
}

/** Cards are dragged as far as their buttons would go, and say why where they do not. */
tours.add("logistics_drag_cards", {
    steps: () => [
        dragged("Label is torn", "New", "In progress"),
        { trigger: card("Label is torn", "In progress") },
        dragged("Box is torn", "Assigned", "Resolved"),
        ...refused("A case is closed with Resolve", "Box is torn", "Assigned"),
        { trigger: ".o_searchview_dropdown_toggler", run: "click" },
        { trigger: ".o_group_by_menu .o_menu_item:contains(Owner)", run: "click" },
        { trigger: ".o_searchview_dropdown_toggler", run: "click" },
        { trigger: '.o_kanban_group.o_column_folded:contains("None")', run: "click" },
        dragged("Pumps are late", "None", "tour_manager"),
        { trigger: card("Pumps are late", "tour_manager") },
        dragged("Box is torn", "tour_manager", "tour_gone"),
        ...refused("does not work with exceptions", "Box is torn", "tour_manager"),
    ],
});
