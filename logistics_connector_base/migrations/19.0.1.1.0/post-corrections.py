"""Corrections: what older rows say in the columns that are new."""

# Parts of events ("id · part") are new: until now the id was the whole of it.
SOURCE_BASE = """
UPDATE logistics_event SET source_base = source_id
WHERE source_id <> '' AND source_base IS NULL
"""
# The digest of the file stood in the key only.
DIGESTS = """
UPDATE logistics_effect SET document_digest = split_part(key, ':', 4)
WHERE kind = 'file_document' AND document_digest IS NULL
"""
# Which event brought which document: until now the first filing with the shipment knew it.
BROUGHT = """
INSERT INTO logistics_effect
    (key, kind, company_id, shipment_id, event_id, res_model, res_id, document_digest, done_at)
SELECT 'document_of_event:' || event_id || ':' || document_digest, 'document_of_event',
       company_id, shipment_id, event_id, res_model, res_id, document_digest, done_at
FROM logistics_effect
WHERE kind = 'file_document' AND event_id IS NOT NULL
      AND split_part(key, ':', 2) = 'logistics.shipment'
ON CONFLICT (key) DO NOTHING
"""


def migrate(cr, version):
    if not version:
        return
    cr.execute(SOURCE_BASE)
    cr.execute(DIGESTS)
    cr.execute(BROUGHT)
