import { addWatch, StateWatch } from "@logistics_connector_base/watch/state_watch";

export class PickupWatch extends StateWatch {
    static underWay = ["asked", "doubt", "cancel_asked"];
}

addWatch("logistics_pickup_watch", PickupWatch);
