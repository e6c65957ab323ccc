"""What other processes changed while a job runs. A request learns of it as it begins; our jobs are
requests that take many seconds."""


def is_up_to_date(registry, cr):
    """Learn what other processes changed since the job began: an address that an administrator has
    allowed, a code that a manager has mapped. Else what is new would be worked by the rules of
    yesterday.

    :return: False where modules were changed: then the next job goes on
    """
    sequence, _caches = registry.get_sequences(cr)
    if sequence != registry.registry_sequence:
        return False
    registry.check_signaling(cr)
    return True
