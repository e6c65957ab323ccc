"""One person's data: found, handed out, erased (GDPR art. 15 and 17)."""
