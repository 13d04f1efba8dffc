-- SPDX-License-Identifier: Apache-2.0
-- Format 2 of the ledger; ledger_policy.sql makes format 3 of it. Hashes: see
-- ledger_hash.c.
PRAGMA application_id = 1668246628; -- "cold"
PRAGMA user_version = 2;

-- One row for each serial number that was ever given out.
CREATE TABLE certificate (
  id INTEGER PRIMARY KEY,  -- the order of giving out
  serial BLOB NOT NULL UNIQUE CHECK (length(serial) = 16),
  authority TEXT NOT NULL, -- the CA that signs it
  profile TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('pending', 'issued', 'burned')),
  name TEXT NOT NULL,      -- of the bundle
  subject TEXT NOT NULL,   -- RFC 4514
  names TEXT NOT NULL,     -- alternative names, comma separated
  not_before INTEGER NOT NULL, -- times: seconds since 1970-01-01 UTC
  not_after INTEGER NOT NULL,
  reserved_at INTEGER NOT NULL,
  issued_at INTEGER,
  spki_sha256 BLOB NOT NULL CHECK (length(spki_sha256) = 32),
  issuer_spki_sha256 BLOB NOT NULL CHECK (length(issuer_spki_sha256) = 32),
  tbs_sha256 BLOB NOT NULL CHECK (length(tbs_sha256) = 32),
  certificate_sha256 BLOB CHECK (length(certificate_sha256) = 32),
  tbs BLOB NOT NULL,       -- DER; what the token may have signed
  csr BLOB,                -- DER; NULL: there was no request
  certificate BLOB,        -- DER
  ecdsa_r BLOB,            -- of its signature; NULL: not ECDSA, or not issued
  CHECK ((state = 'issued') = (issued_at IS NOT NULL)),
  CHECK ((state = 'issued') = (certificate IS NOT NULL)),
  CHECK ((state = 'issued') = (certificate_sha256 IS NOT NULL)),
  CHECK (state = 'issued' OR ecdsa_r IS NULL)
) STRICT;
CREATE INDEX certificate_profile ON certificate (profile);
CREATE INDEX certificate_state ON certificate (state);
CREATE INDEX certificate_name ON certificate (name);
CREATE INDEX certificate_not_after ON certificate (not_after);
CREATE INDEX certificate_spki ON certificate (spki_sha256);
CREATE INDEX certificate_issuer ON certificate (issuer_spki_sha256);
-- Two signatures of one key with one r give the key away.
CREATE UNIQUE INDEX certificate_ecdsa_r
  ON certificate (issuer_spki_sha256, ecdsa_r);

-- The certificates of the CAs of this directory. What each is good for now is
-- said by its last entry of kind 20; without one it stands by as it was made, or
-- is current.
CREATE TABLE authority (
  id INTEGER PRIMARY KEY,
  authority TEXT NOT NULL,
  serial BLOB NOT NULL UNIQUE REFERENCES certificate (serial),
  key_uri TEXT NOT NULL,   -- RFC 7512, without a PIN
  standby INTEGER NOT NULL CHECK (standby IN (0, 1)),
  created_at INTEGER NOT NULL
) STRICT;

-- Everything that happened, each entry chained to the one before.
CREATE TABLE entry (
  id INTEGER PRIMARY KEY AUTOINCREMENT, -- 1, 2, 3, ...
  time INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  serial BLOB REFERENCES certificate (serial),
  detail TEXT NOT NULL,
  sha256 BLOB CHECK (length(sha256) = 32), -- of what it speaks of
  hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;
CREATE INDEX entry_serial ON entry (serial);
CREATE INDEX entry_disclosed ON entry (sha256) WHERE kind = 10;
CREATE INDEX entry_standing ON entry (serial, id) WHERE kind = 20;
CREATE INDEX entry_plan ON entry (kind, id) WHERE kind IN (21, 22);
CREATE INDEX entry_plan_host ON entry (detail, id) WHERE kind = 23;

-- What identifies the key of a CA or responder on its token; the last one is current.
CREATE TABLE passport (
  entry INTEGER PRIMARY KEY REFERENCES entry (id),
  serial BLOB NOT NULL REFERENCES certificate (serial),
  passport TEXT NOT NULL,  -- see passport.h
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX passport_serial ON passport (serial);

-- One row for each serial that was revoked.
CREATE TABLE revocation (
  entry INTEGER PRIMARY KEY REFERENCES entry (id),
  serial BLOB NOT NULL UNIQUE REFERENCES certificate (serial),
  reason INTEGER NOT NULL -- CRLReason: RFC 5280 section 5.3.1
    CHECK (reason IN (0, 1, 2, 3, 4, 5, 9)),
  revoked_at INTEGER NOT NULL
) STRICT;

-- Every CRL that was issued.
CREATE TABLE crl (
  entry INTEGER PRIMARY KEY REFERENCES entry (id),
  issuer_spki_sha256 BLOB NOT NULL CHECK (length(issuer_spki_sha256) = 32),
  number INTEGER NOT NULL CHECK (number > 0),
  this_update INTEGER NOT NULL,
  next_update INTEGER NOT NULL,
  crl BLOB NOT NULL,       -- DER
  ecdsa_r BLOB,            -- of its signature; NULL: not ECDSA
  UNIQUE (issuer_spki_sha256, number)
) STRICT;
CREATE UNIQUE INDEX crl_ecdsa_r ON crl (issuer_spki_sha256, ecdsa_r);

-- Every OCSP response that was made, some with one entry.
CREATE TABLE ocsp (
  id INTEGER PRIMARY KEY,
  entry INTEGER NOT NULL REFERENCES entry (id),
  serial BLOB NOT NULL REFERENCES certificate (serial),
  signer_spki_sha256 BLOB NOT NULL CHECK (length(signer_spki_sha256) = 32),
  this_update INTEGER NOT NULL,
  next_update INTEGER NOT NULL,
  sha256 BLOB NOT NULL CHECK (length(sha256) = 32), -- of the OCSPResponse
  ecdsa_r BLOB             -- of its signature; NULL: not ECDSA
) STRICT;
CREATE INDEX ocsp_entry ON ocsp (entry);
CREATE UNIQUE INDEX ocsp_ecdsa_r ON ocsp (signer_spki_sha256, ecdsa_r);

CREATE TRIGGER entry_order BEFORE INSERT ON entry
WHEN NEW.id <> (SELECT coalesce(max(id), 0) + 1 FROM entry)
BEGIN SELECT RAISE(ABORT, 'entries are only added at the end'); END;
CREATE TRIGGER entry_update BEFORE UPDATE ON entry
BEGIN SELECT RAISE(ABORT, 'entries are never changed'); END;
CREATE TRIGGER entry_delete BEFORE DELETE ON entry
BEGIN SELECT RAISE(ABORT, 'entries are never removed'); END;

CREATE TRIGGER certificate_update BEFORE UPDATE OF id, serial, authority,
  profile, name, subject, names, not_before, not_after, reserved_at,
  spki_sha256, issuer_spki_sha256, tbs_sha256, tbs, csr ON certificate
BEGIN SELECT RAISE(ABORT, 'what was reserved is never changed'); END;
CREATE TRIGGER certificate_settled BEFORE UPDATE ON certificate
WHEN OLD.state <> 'pending' OR NEW.state = 'pending'
BEGIN SELECT RAISE(ABORT, 'what was settled is never changed'); END;
CREATE TRIGGER certificate_delete BEFORE DELETE ON certificate
BEGIN SELECT RAISE(ABORT, 'certificates are never removed'); END;

CREATE TRIGGER authority_update BEFORE UPDATE ON authority
BEGIN SELECT RAISE(ABORT, 'authorities are never changed'); END;
CREATE TRIGGER authority_delete BEFORE DELETE ON authority
BEGIN SELECT RAISE(ABORT, 'authorities are never removed'); END;

CREATE TRIGGER passport_update BEFORE UPDATE ON passport
BEGIN SELECT RAISE(ABORT, 'passports are never changed'); END;
CREATE TRIGGER passport_delete BEFORE DELETE ON passport
BEGIN SELECT RAISE(ABORT, 'passports are never removed'); END;

CREATE TRIGGER revocation_state BEFORE INSERT ON revocation
WHEN NOT EXISTS (SELECT 1 FROM certificate
  WHERE serial = NEW.serial AND state = 'issued')
BEGIN SELECT RAISE(ABORT, 'only what was issued is revoked'); END;
CREATE TRIGGER revocation_update BEFORE UPDATE ON revocation
BEGIN SELECT RAISE(ABORT, 'revocations are never changed'); END;
CREATE TRIGGER revocation_delete BEFORE DELETE ON revocation
BEGIN SELECT RAISE(ABORT, 'revocations are never removed'); END;

CREATE TRIGGER crl_number BEFORE INSERT ON crl
WHEN NEW.number <= (SELECT coalesce(max(number), 0) FROM crl
  WHERE issuer_spki_sha256 = NEW.issuer_spki_sha256)
BEGIN SELECT RAISE(ABORT, 'numbers of CRLs only rise'); END;
CREATE TRIGGER crl_update BEFORE UPDATE ON crl
BEGIN SELECT RAISE(ABORT, 'CRLs are never changed'); END;
CREATE TRIGGER crl_delete BEFORE DELETE ON crl
BEGIN SELECT RAISE(ABORT, 'CRLs are never removed'); END;

CREATE TRIGGER ocsp_update BEFORE UPDATE ON ocsp
BEGIN SELECT RAISE(ABORT, 'OCSP responses are never changed'); END;
CREATE TRIGGER ocsp_delete BEFORE DELETE ON ocsp
BEGIN SELECT RAISE(ABORT, 'OCSP responses are never removed'); END;
