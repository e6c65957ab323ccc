import { addWatch, StateWatch } from "@logistics_connector_base/watch/state_watch";

export class ManifestWatch extends StateWatch {
    static underWay = ["sending", "doubt"];
}

addWatch("logistics_manifest_watch", ManifestWatch);
