-- SPDX-License-Identifier: Apache-2.0
-- What format 6 of the ledger changes in format 5: how rows are found, not what
-- is recorded. Serials, keys and r are random: an index in their order is written
-- at another page for nearly every certificate. They have one each, of as few
-- octets as tell them apart; the rest goes by the id of the certificate.
PRAGMA user_version = 6;

-- Which certificate the serial of an entry is of: certificate.id. To read older
-- formats by the same words, ledger_open.c gives them the column in a view.
DROP TRIGGER entry_update;
ALTER TABLE entry ADD COLUMN certificate INTEGER;
UPDATE entry SET certificate =
  (SELECT c.id FROM certificate c WHERE c.serial = entry.serial)
  WHERE serial IS NOT NULL;
CREATE TRIGGER entry_update BEFORE UPDATE ON entry
BEGIN SELECT RAISE(ABORT, 'entries are never changed'); END;
DROP INDEX entry_serial;
CREATE INDEX entry_certificate ON entry (certificate);

-- What a CRL is made of is beside the serial, from the certificate's row.
DROP TRIGGER revocation_update;
ALTER TABLE revocation ADD COLUMN issuer_spki_sha256 BLOB;
ALTER TABLE revocation ADD COLUMN not_after INTEGER;
UPDATE revocation SET (issuer_spki_sha256, not_after) =
  (SELECT c.issuer_spki_sha256, c.not_after FROM certificate c
    WHERE c.serial = revocation.serial);
CREATE TRIGGER revocation_update BEFORE UPDATE ON revocation
BEGIN SELECT RAISE(ABORT, 'revocations are never changed'); END;
DROP INDEX revocation_status;
CREATE INDEX revocation_status ON revocation
  (serial, issuer_spki_sha256, not_after, reason, revoked_at);
DROP INDEX certificate_status;

-- What is only reserved is not in it.
DROP INDEX certificate_issued;
CREATE INDEX certificate_issued ON certificate (issued_at)
  WHERE issued_at IS NOT NULL;

-- Eight octets lead to very few rows; queries compare all of them besides.
DROP INDEX certificate_spki;
CREATE INDEX certificate_spki ON certificate (substr(spki_sha256, 1, 8));
DROP INDEX certificate_ecdsa_r;
CREATE INDEX certificate_ecdsa_r ON certificate (substr(ecdsa_r, 1, 8))
  WHERE ecdsa_r IS NOT NULL;
CREATE TRIGGER certificate_ecdsa_r BEFORE UPDATE OF ecdsa_r ON certificate
WHEN EXISTS (SELECT 1 FROM certificate c
  WHERE substr(c.ecdsa_r, 1, 8) = substr(NEW.ecdsa_r, 1, 8)
  AND c.ecdsa_r = NEW.ecdsa_r
  AND +c.issuer_spki_sha256 = NEW.issuer_spki_sha256 AND +c.id <> NEW.id)
BEGIN SELECT RAISE(ABORT, 'no key signs twice with one r'); END;
