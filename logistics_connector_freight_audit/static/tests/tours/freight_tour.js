import { registry } from "@web/core/registry";

// A carrier's bill as an auditor works it. What jobs do in between is done by the test.
const tours = registry.category("web_tour.tours");

/** Choose a file that the test serves, as a person does in the browser's own window. */
async function choose(name) {
    const answer = await fetch(`/freight_tour/${name}`);
    const files = new DataTransfer();
    files.items.add(new File([await answer.blob()], name, { type: "text/csv" }));
    const input = document.querySelector(".o_freight_upload input");
    input.files = files.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
}

tours.add("logistics_freight_bring", {
    steps: () => [
        {
            content: "a file is chosen",
            trigger: ".o_freight_upload",
            run: () => choose("ups-week-10.csv"),
        },
        {
            content: "it is recognised",
            trigger: ".o_field_widget[name=reader] input:value(UPS billing data)",
        },
        {
            content: "and checked",
            trigger: "button[name=action_check]:contains(Check)",
            run: "click",
        },
        {
            content: "in the background",
            trigger: ".alert:contains(The file is being read)",
        },
    ],
});

tours.add("logistics_freight_import", {
    steps: () => [
        {
            content: "it adds up",
            trigger: ".o_field_widget[name=total_ids] .o_data_row:contains(0000SIM900)",
        },
        {
            content: "so it is imported",
            trigger: "button[name=action_import]:contains(Import)",
            run: "click",
        },
        {
            content: "in the background",
            trigger: ".alert:contains(The file is being read)",
        },
    ],
});

tours.add("logistics_freight_decide", {
    steps: () => [
        {
            content: "the bill waits for a decision",
            trigger: ".o_data_row:contains(0000SIM900) td[name=name]",
            run: "click",
        },
        {
            content: "what the audit found stands there",
            trigger: ".o_freight_verdicts tr:contains(Duplicate)",
        },
        {
            content: "clean ones are approved together",
            trigger: "button[name=action_approve_clean]",
            run: "click",
        },
        {
            content: "what differs is left",
            trigger: "button[name=action_view_lines].btn-primary:contains(Decide what differs)",
            run: "click",
        },
        {
            content: "grouped by reason",
            trigger: ".o_group_header:contains(Duplicate)",
            run: "click",
        },
        {
            content: "with the reason in words",
            trigger: ".o_data_row:contains(Billed twice on this bill) td[name=name]",
            run: "click",
        },
        {
            content: "from quote to bill",
            trigger: ".o_freight_waterfall:contains(Expected):contains(Billed)",
        },
        {
            content: "the charges",
            trigger: ".nav-link[name=compared]",
            run: "click",
        },
        {
            content: "side by side",
            trigger: ".o_freight_compared tr:contains(Base freight)",
        },
        {
            content: "it is disputed",
            trigger: "button[name=action_dispute]",
            run: "click",
        },
        {
            content: "with a word why",
            trigger: ".modal .o_field_widget[name=reason] textarea",
            run: "edit Ordered once.",
        },
        {
            content: "for good",
            trigger: ".modal button[name=action_decide]",
            run: "click",
        },
        {
            content: "and written down",
            trigger: ".o_form_view .o_field_widget[name=decision]:contains(Disputed)",
        },
    ],
});

tours.add("logistics_freight_dispute", {
    steps: () => [
        {
            content: "the dispute is to be told",
            trigger: ".o_data_row:contains(Duplicate) td[name=name]",
            run: "click",
        },
        {
            content: "to the carrier",
            trigger: "button[name=action_send]:contains(Tell the carrier)",
            run: "click",
        },
        {
            content: "with the evidence",
            trigger: ".modal .o_field_widget[name=attachment_ids]:contains(.pdf)",
        },
        {
            content: "by e-mail",
            trigger: ".modal button[name=action_send_mail]",
            run: "click",
        },
        {
            content: "it is filed",
            trigger: ".o_statusbar_status .o_arrow_button_current:contains(Filed)",
        },
        {
            content: "they answer",
            trigger: "button[name=action_answer]:contains(They answered)",
            run: "click",
        },
        {
            content: "and accept",
            trigger: ".modal button[name=action_accept_all]",
            run: "click",
        },
        {
            content: "a credit is awaited",
            trigger: ".o_statusbar_status .o_arrow_button_current:contains(Answered)",
        },
    ],
});

tours.add("logistics_freight_credit", {
    steps: () => [
        {
            content: "the credit has come",
            trigger: ".o_statusbar_status .o_arrow_button_current:contains(Credited)",
        },
        {
            content: "nothing is awaited any more",
            trigger: ".o_field_widget[name=awaited_amount]:contains(0.00)",
        },
    ],
});

tours.add("logistics_freight_say_what", {
    steps: () => [
        {
            content: "a carrier has charges that nobody knows",
            trigger: ".o_group_header:contains(ups)",
            run: "click",
        },
        {
            content: "by the words on its bills",
            trigger: ".o_group_header:contains(Moonlight Handling)",
            run: "click",
        },
        {
            content: "one of them is chosen",
            trigger: ".o_data_row:contains(Moonlight Handling) .o_list_record_selector input",
            run: "click",
        },
        {
            content: "to say what it is",
            trigger: "button[name=action_map]:contains(Say what it is)",
            run: "click",
        },
        {
            content: "with the words of the bill, and how many bills have it",
            trigger: ".modal .o_field_widget[name=summary]:contains(Moonlight Handling)",
        },
        {
            content: "it is known by another name",
            trigger: ".modal .o_field_widget[name=type_id] input",
            run: "edit Address correction",
        },
        {
            content: "to us",
            trigger: ".modal .o-autocomplete--dropdown-item:contains(Address correction)",
            run: "click",
        },
        {
            content: "for good",
            trigger: ".modal button[name=action_map]",
            run: "click",
        },
        {
            content: "nothing is left to be said",
            trigger: ".o_nocontent_help:contains(Every charge is known)",
        },
    ],
});

tours.add("logistics_freight_columns", {
    steps: () => [
        {
            content: "a table of a carrier that is new",
            trigger: ".o_freight_upload",
            run: () => choose("paket24.csv"),
        },
        {
            content: "what its columns hold has to be said",
            trigger: ".alert:contains(This table is new)",
        },
        {
            content: "the columns are proposed",
            trigger: ".o_notebook .nav-link:contains(Columns)",
            run: "click",
        },
        {
            content: "one of them is wrong",
            trigger: ".o_field_widget[name=column_ids] .o_data_row:contains(Was) td[name=holds]",
            run: "click",
        },
        {
            content: "and said",
            trigger: ".o_field_widget[name=column_ids] .o_selected_row td[name=holds] input",
            run: "edit Charge text",
        },
        {
            content: "to hold the words of the charge",
            trigger: ".o_select_menu_item:contains(Charge text)",
            run: "click",
        },
        {
            content: "whose it is",
            trigger: ".o_field_widget[name=issuer] input",
            run: "edit paket24",
        },
        {
            content: "it is checked",
            trigger: "button[name=action_check]:contains(Check)",
            run: "click",
        },
        {
            content: "in the background",
            trigger: ".alert:contains(The file is being read)",
        },
    ],
});

tours.add("logistics_freight_letter", {
    steps: () => [
        {
            content: "a mail of somebody unknown",
            trigger: ".o_data_row:contains(new@carrier.example) td[name=name]",
            run: "click",
        },
        {
            content: "was not opened",
            trigger: ".alert:contains(The sender is not known)",
        },
        {
            content: "it is the carrier's",
            trigger: "button[name=action_vouch]:contains(Open it anyway)",
            run: "click",
        },
        {
            content: "yes",
            trigger: ".modal .modal-footer .btn-primary",
            run: "click",
        },
        {
            content: "so it is opened",
            trigger: ".o_statusbar_status .o_arrow_button_current:contains(Being opened)",
        },
    ],
});
