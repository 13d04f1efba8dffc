-- SPDX-License-Identifier: Apache-2.0
-- What format 4 of the ledger adds to format 3: heads that a CA's key signed,
-- and indexes for a million certificates.
PRAGMA user_version = 4;

-- Each says that its entry SIGNED, and with it all before, was there: whoever
-- writes the chain anew from some entry on can not sign it anew.
CREATE TABLE head (
  entry INTEGER PRIMARY KEY REFERENCES entry (id), -- that speaks of this row
  signed INTEGER NOT NULL UNIQUE REFERENCES entry (id), -- the last one it covers
  hash BLOB NOT NULL CHECK (length(hash) = 32),         -- of that one
  signer_spki_sha256 BLOB NOT NULL CHECK (length(signer_spki_sha256) = 32),
  algorithm TEXT NOT NULL, -- RFC 5912's name
  signed_at INTEGER NOT NULL,
  signature BLOB NOT NULL, -- over the text that src/core/head.c makes of this
  ecdsa_r BLOB             -- of it; NULL: not ECDSA
) STRICT;
CREATE UNIQUE INDEX head_ecdsa_r ON head (signer_spki_sha256, ecdsa_r);

CREATE TRIGGER head_update BEFORE UPDATE ON head
BEGIN SELECT RAISE(ABORT, 'heads are never changed'); END;
CREATE TRIGGER head_delete BEFORE DELETE ON head
BEGIN SELECT RAISE(ABORT, 'heads are never removed'); END;

-- A CRL of more than a megabyte: its DER in pieces, in their order. The row of
-- table crl then has an empty blob.
CREATE TABLE crl_part (
  id INTEGER PRIMARY KEY,
  entry INTEGER NOT NULL REFERENCES crl (entry),
  part INTEGER NOT NULL CHECK (part > 0), -- 1, 2, 3, ...
  data BLOB NOT NULL,
  UNIQUE (entry, part)
) STRICT;

CREATE TRIGGER crl_part_update BEFORE UPDATE ON crl_part
BEGIN SELECT RAISE(ABORT, 'CRLs are never changed'); END;
CREATE TRIGGER crl_part_delete BEFORE DELETE ON crl_part
BEGIN SELECT RAISE(ABORT, 'CRLs are never removed'); END;

-- What ledger list is asked for; ledger_filter.c says which it follows.
CREATE INDEX certificate_issued ON certificate (issued_at);
CREATE INDEX certificate_names ON certificate (names) WHERE names <> '';
-- A CRL is made of these two alone, in the order of serials.
CREATE INDEX certificate_status
  ON certificate (serial, issuer_spki_sha256, not_after);
-- RSA keys, the last one first: what is looked for in the TBSCertificate is the
-- AlgorithmIdentifier of their SubjectPublicKeyInfo.
CREATE INDEX certificate_rsa ON certificate (id)
  WHERE instr(tbs, x'300d06092a864886f70d0101010500') > 0;
CREATE INDEX revocation_status ON revocation (serial, reason, revoked_at);
