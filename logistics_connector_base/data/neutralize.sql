-- A copy must neither take the partners' messages nor be able to speak in our name.
UPDATE logistics_connection
   SET state = 'suspended'
 WHERE state IN ('approval', 'parallel', 'live');
UPDATE logistics_connection
   SET token_digest = NULL, callback_encrypted = NULL;
-- Ours, too: without them no call gets as far as being made (the ways to identify ourselves stay).
DELETE FROM logistics_credential;
DELETE FROM logistics_access_token;
DELETE FROM logistics_nonce;
-- Nor may it call the real systems beside it.
UPDATE logistics_allowed_host
   SET active = false;
-- Nor ask them, when a connection is taken live again for a test.
UPDATE logistics_poll
   SET active = false;
-- No key of the real database opens the copy.
UPDATE logistics_api_key
   SET digest = NULL;
-- Nobody's customers hear of a copy.
UPDATE res_company
   SET logistics_notices = false;
UPDATE logistics_customer_notice
   SET state = 'not_sent', reason = 'off'
 WHERE state = 'waiting';
