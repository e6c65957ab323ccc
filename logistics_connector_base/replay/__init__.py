"""Working messages again that were worked before, by the inbox's own code: what they say today is
compared with what they said, and the history gets what is new."""
