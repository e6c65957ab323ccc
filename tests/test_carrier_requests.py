"""Twenty things that users of other connectors asked for, or suffered from: each is a test here.

The threads are public ones (reference: carriers.md, 4). This list keeps the tests from being
renamed or dropped without anybody noticing.
"""

import ast
import functools

import pytest

from devtools import paths

CARRIER = "logistics_connector_carrier/tests"
BASE = "logistics_connector_base/tests"
BOOKING = f"{CARRIER}/test_booking.py"
MORE = f"{CARRIER}/test_booking_requests.py"
CONTRACT = f"{CARRIER}/core/test_booking_contract.py"
CANADA_POST = f"{CARRIER}/core/test_booking_canadapost.py"
POLL = f"{BASE}/test_poll_shipment.py"

# What was asked for → the tests that show it.
REQUESTS = {
    "odoo#190320: one delivery that fails does not take back what was booked for others": [
        (BOOKING, "test_of_several_the_good_ones_go_through"),
    ],
    "odoo#289809: a cancel of several reaches each carrier once, with its own numbers": [
        (BOOKING, "test_a_cancel_goes_to_each_carrier_once"),
    ],
    "odoo#80636: a back-order never inherits a number": [
        (BOOKING, "test_a_back_order_has_a_booking_of_its_own"),
    ],
    "odoo#164252: several packages or deliveries at once have their own labels": [
        (BOOKING, "test_each_package_has_a_number_and_a_label"),
        (MORE, "test_of_two_validated_together_each_has_its_own_label"),
    ],
    "odoo#246946: a delivery again after a return is a delivery, with all its packages": [
        (MORE, "test_a_delivery_again_after_a_return_has_all_its_packages"),
    ],
    "odoo#277440: fractional quantities never weigh more than their parcel": [
        (BOOKING, "test_half_a_metre_is_one_piece_at_its_own_weight"),
    ],
    "odoo#17115: after a void the carrier can be changed": [
        (MORE, "test_after_a_void_another_carrier_can_be_chosen"),
    ],
    "odoo#70454: the delivery cost of a back-order has its price and its text": [
        (MORE, "test_the_cost_of_a_back_order_has_its_own_line"),
    ],
    "OCA delivery-carrier#1148, #1194: numbers are asked for one by one, of what was sent only": [
        (MORE, "test_each_of_two_numbers_is_asked_for_alone"),
        (POLL, "test_a_cancelled_shipment_and_one_without_a_number"),
    ],
    "OCA delivery-carrier#579: a number that the carrier has deleted is asked for no more": [
        (POLL, "test_a_number_that_they_have_forgotten"),
    ],
    "OCA delivery-carrier#370, #1074: a label that fails leaves no ghosts": [
        (BOOKING, "test_of_several_the_good_ones_go_through"),
        (BOOKING, "test_a_refusal_is_told_and_a_new_booking_has_a_new_reference"),
    ],
    "magento2#23522, OCA delivery-carrier#835: a line that is too long is said, not cut": [
        (f"{CARRIER}/core/test_booking_checks.py", "test_each_field_of_an_address"),
        (
            f"{CARRIER}/core/test_booking_checks.py",
            "test_no_line_longer_than_the_carrier_prints_gets_through",
        ),
    ],
    "erpnext-shipping#59, #90: tracked by parcel; half a booking is called off": [
        (BOOKING, "test_each_package_has_a_number_and_a_label"),
        (BOOKING, "test_half_a_booking_is_called_off"),
        (CONTRACT, "test_what_was_booked_of_a_shipment_is_told_and_can_be_called_off"),
    ],
    "erpnext-shipping#29: the return label comes with the shipment": [
        (
            f"{CARRIER}/test_accessorials.py",
            "test_a_return_label_is_asked_for_right_after_the_delivery_was_booked",
        ),
        (
            f"{CARRIER}/test_accessorials.py",
            "test_a_label_that_comes_with_the_parcel_is_filed_apart",
        ),
    ],
    "karrio#660: a number that is followed twice is followed once": [
        (POLL, "test_two_polls_share_their_shipments"),
    ],
    "karrio#682, #218: an empty 404 to a void is no yes; after the manifest it is a refund": [
        (CONTRACT, "test_a_void_is_the_carriers_yes"),
        (CANADA_POST, "test_a_shipment_that_is_not_there_is_a_no"),
        (CANADA_POST, "test_a_transmitted_shipment_is_refunded"),
    ],
    "shippo-php-client#29: times without a zone say so, and are no UTC": [
        (
            f"{BASE}/core/test_core_instants.py",
            "test_iso_without_a_zone_takes_the_default_and_says_so",
        ),
        (f"{BASE}/test_timeline.py", "test_an_assumed_zone_is_shown_by_its_own_clock_and_says_so"),
    ],
    "UPS api-documentation#8, nopCommerce#8287: busy, not said how long; tokens end with secrets": [
        (CONTRACT, "test_busy_and_down_are_not_our_fault"),
        (CONTRACT, "test_a_token_is_kept_and_ends_with_the_secret"),
        (CONTRACT, "test_a_token_that_ended_early_is_renewed_once"),
    ],
    "USPS api-examples#102, EasyPost#247: not found yet is no end; what a webhook lost is found": [
        (POLL, "test_a_number_that_they_do_not_know_is_nobodys_trouble"),
        (POLL, "test_what_webhooks_have_lost_is_found_once"),
    ],
    "ups-ruby#29, spree#14572: a corrected number takes its scans along": [
        (
            f"{CARRIER}/test_corrections.py",
            "test_a_wrong_parcel_number_takes_its_proof_and_its_note_along",
        ),
        (f"{BASE}/test_parking.py", "test_a_parcel_added_or_corrected"),
    ],
}


@functools.cache
def names_in(path):
    tree = ast.parse((paths.PROJECT / path).read_text())
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_the_list_is_whole():
    assert len(REQUESTS) == 20


@pytest.mark.parametrize("request_of_users", REQUESTS)
def test_a_request_has_its_tests(request_of_users):
    missing = [test for path, test in REQUESTS[request_of_users] if test not in names_in(path)]
    assert missing == []
