"""Events whose message cannot be read any more: only what their codes mean is looked up anew."""

from ..inbox.item import UNMAPPED


def retranslate(env, event_ids, lookup, writer):
    """Translate the codes of events anew; fold nothing.

    :param lookup: finds the mapping of (issuer, raw code, sub code), or None
    :param writer: the RepeatWriter that keeps which ones are known, or unknown, since
    :return: ids of the events that mean something else now
    """
    codes = env["logistics.event.code"]._ids_by_code()
    changed = set()
    for event in env["logistics.event"].browse(sorted(event_ids)).exists():
        found = lookup(event.issuer, event.raw_code or "", event.raw_sub_code or "")
        if not found and not event.mapping_id:
            continue  # the partner's message named the event itself, or nobody knows the code
        mapping_id, code, reason_id, classifier = found or (None, UNMAPPED, None, "")
        reason_id = event.reason_id.id if event.reason_stated else reason_id
        values = {
            "code_id": codes[code],
            "reason_id": reason_id or False,
            "classifier": classifier or event.classifier,
            "is_unmapped": not found,
            "mapping_id": mapping_id or False,
        }
        before = (event.code_id.id, event.reason_id.id, event.classifier, event.is_unmapped)
        if event.is_unmapped != values["is_unmapped"]:
            (writer.mapped if found else writer.unmapped).add(event.id)
        if (*before, event.mapping_id.id) == tuple(values.values()):
            continue
        event.write(values)
        if before != tuple(values.values())[:4]:
            changed.add(event.id)
    return changed
