"""What a carrier owes at most for goods that it has lost or damaged."""


def liable(
    weight: float, per_kg: float, per_shipment: float, declared: float = 0.0
) -> float | None:
    """The least of the limits that are agreed; a value that was declared stands for all of them.

    :param weight: kg of what is lost or damaged
    :param per_kg: money for each kg, 0: not limited by weight (CMR article 23 has 8.33 SDR)
    :param per_shipment: money, 0: not limited
    :param declared: money that the carrier was told at shipping, 0: none
    :return: None where nothing limits it
    """
    if declared > 0:
        return declared
    limits = [per_kg * weight] if per_kg > 0 and weight > 0 else []
    if per_shipment > 0:
        limits.append(per_shipment)
    return min(limits) if limits else None
