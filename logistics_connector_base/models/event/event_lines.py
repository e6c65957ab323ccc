"""Events in one line each, for people who compare them."""

# Lines of a content that are shown; the whole lies in the message.
SHOWN = 20


def event_line(event):
    """One event (logistics.event): when, what, which parcel, where."""
    place = event.city or event.place
    when = event._local_time_of(event.stated_at or event.occurred_at)
    code = event.code_id.name or event.raw_code
    return " · ".join(part for part in (when, code, event.tracking_number, place) if part)


def joined(lines):
    """Lines as one text, the first of them."""
    shown = list(lines)
    if len(shown) > SHOWN:
        shown = [*shown[:SHOWN], "…"]
    return "\n".join(shown)
