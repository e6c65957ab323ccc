"""Deleted bodies are told by their message; proofs of delivery that are there already are marked as
what they are: documents that show a person."""


def migrate(cr, _version):
    cr.execute("ALTER TABLE logistics_message_body DROP COLUMN IF EXISTS purged_at")
    # Replaced by one that also knows the order of the list.
    cr.execute("DROP INDEX IF EXISTS logistics_event__company_id_index")
    cr.execute(
        "UPDATE ir_attachment a SET logistics_personal = TRUE FROM logistics_effect e "
        "WHERE e.kind = 'file_document' AND e.res_model = 'ir.attachment' AND e.res_id = a.id"
    )
