import { addWatch, StateWatch } from "@logistics_connector_base/watch/state_watch";

/** While a file or a bill is being worked, its form shows how far that is. */
export class FreightFileWatch extends StateWatch {
    static fields = ["state", "progress"];
    static underWay = ["checking", "importing"];
}

addWatch("freight_file_watch", FreightFileWatch);

export class FreightBillWatch extends StateWatch {
    static fields = ["state", "waiting_count"];
    static underWay = ["to_audit"];
}

addWatch("freight_bill_watch", FreightBillWatch);
