import { registry } from "@web/core/registry";

/** A member of a team: what lies on the desk, what is late, and asking the carrier. */
registry.category("web_tour.tours").add("logistics_desk", {
    steps: () => [
        { trigger: ".o_list_view .o_data_row:contains('Desk tour other')" },
        {
            content: "Choose what lies on my team's desk",
            trigger: ".o_searchview_dropdown_toggler",
            run: "click",
        },
        {
            trigger: ".o_filter_menu .o_menu_item:contains('My team')",
            run: "click",
        },
        { trigger: ".o_list_view:not(:has(.o_data_row:contains('Desk tour other')))" },
        {
            trigger: ".o_filter_menu .o_menu_item:contains(/^Overdue$/)",
            run: "click",
        },
        { trigger: ".o_searchview_facet:contains('Overdue')" },
        {
            content: "Late is red; what is another team's is not here",
            trigger:
                ".o_list_view:has(.o_data_row:contains('Desk tour late') .o_logistics_due.text-danger)" +
                ":not(:has(.o_data_row:contains('Desk tour other')))",
        },
        {
            trigger: ".o_list_view .o_data_row:contains('Desk tour late') .o_data_cell[name=name]",
            run: "click",
        },
        {
            trigger: ".o_form_view button[name=action_start]",
            run: "click",
        },
        {
            trigger: ".o_form_view button[name=action_wait]",
            run: "click",
        },
        {
            content: "For whom, and what was asked",
            trigger: ".modal .o_field_widget[name=waiting_for] label:contains('Warehouse')",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=note] textarea",
            run: "edit Asked them to count again",
        },
        {
            trigger: ".modal button[name=action_wait]",
            run: "click",
        },
        {
            content: "The form says whom it waits for, and keeps the pause",
            trigger: ".o_form_view:not(:has(.modal)) .o_field_widget[name=waiting_for]:contains('Warehouse')",
        },
        {
            trigger: ".o_form_view .o_field_widget[name=pause_ids] .o_data_row:contains('Warehouse')",
        },
    ],
});

/** A manager makes a rule and sees what it would take before it is in force. */
registry.category("web_tour.tours").add("logistics_desk_rule", {
    steps: () => [
        { trigger: ".o_list_button_add", run: "click" },
        { trigger: ".o_field_widget[name=name] input", run: "edit Grave ones to the night shift" },
        { trigger: ".o_field_widget[name=team_id] input", run: "edit Night shift" },
        { trigger: ".o-autocomplete--dropdown-item:contains('Night shift')", run: "click" },
        { trigger: ".o_field_widget[name=sequence] input", run: "edit 1" },
        { trigger: ".o_field_widget[name=type_group] input", run: "edit delivery" },
        {
            content: "The preview follows while it is written",
            trigger: ".o_field_widget[name=method] label:contains('Members in turn')",
            run: "click",
        },
        { trigger: ".o_field_widget[name=open_count]:not(:contains(/^0/))" },
        { trigger: ".o_form_button_save", run: "click" },
        { trigger: ".o_form_saved" },
    ],
});
