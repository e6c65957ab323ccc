import { addWatch, StateWatch } from "@logistics_connector_base/watch/state_watch";

/** Of the label, and of the one for the way back. */
export class BookingWatch extends StateWatch {
    static fields = ["booking_state", "return_state"];
    static underWay = ["asked", "doubt", "void_asked"];
}

addWatch("logistics_booking_watch", BookingWatch);
