-- SPDX-License-Identifier: Apache-2.0
-- What format 5 of the ledger adds to format 4: what came in and went out, and
-- who approved what was signed.
PRAGMA user_version = 5;

-- Each signed text once, octet by octet (statement.h): approvals, request
-- manifests, the bodies of response manifests.
CREATE TABLE statement (
  sha256 BLOB PRIMARY KEY CHECK (length(sha256) = 32), -- of text
  text BLOB NOT NULL
) STRICT;

-- One row for each approval that was counted for a serial, before it was signed.
CREATE TABLE approval (
  entry INTEGER PRIMARY KEY REFERENCES entry (id),
  serial BLOB NOT NULL REFERENCES certificate (serial),
  approver TEXT NOT NULL,      -- as the policy of that day calls who signed
  approver_spki_sha256 BLOB NOT NULL CHECK (length(approver_spki_sha256) = 32),
  tbs_sha256 BLOB NOT NULL CHECK (length(tbs_sha256) = 32), -- what was approved
  approved_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL CHECK (expires_at > approved_at),
  statement BLOB NOT NULL REFERENCES statement (sha256),
  UNIQUE (serial, approver),
  UNIQUE (serial, approver_spki_sha256)
) STRICT;

CREATE INDEX approval_statement ON approval (statement);

-- One row for each request manifest that was taken in. What has a nonce that is
-- here was taken in before.
CREATE TABLE manifest (
  entry INTEGER PRIMARY KEY REFERENCES entry (id),
  nonce BLOB NOT NULL UNIQUE CHECK (length(nonce) BETWEEN 16 AND 32),
  host TEXT NOT NULL,          -- who asks, as the manifest says
  spki_sha256 BLOB NOT NULL CHECK (length(spki_sha256) = 32), -- that signed it
  expires_at INTEGER NOT NULL,
  taken_at INTEGER NOT NULL,
  statement BLOB NOT NULL REFERENCES statement (sha256)
) STRICT;
CREATE INDEX manifest_statement ON manifest (statement);

-- One row for each signed head whose text names a response manifest.
CREATE TABLE response (
  entry INTEGER PRIMARY KEY REFERENCES head (entry),
  statement BLOB NOT NULL UNIQUE REFERENCES statement (sha256)
) STRICT;

CREATE TRIGGER statement_update BEFORE UPDATE ON statement
BEGIN SELECT RAISE(ABORT, 'statements are never changed'); END;
CREATE TRIGGER statement_delete BEFORE DELETE ON statement
BEGIN SELECT RAISE(ABORT, 'statements are never removed'); END;

-- What was approved is what was reserved, and it is approved before it is signed.
CREATE TRIGGER approval_certificate BEFORE INSERT ON approval
WHEN NOT EXISTS (SELECT 1 FROM certificate WHERE serial = NEW.serial
  AND state = 'pending' AND tbs_sha256 = NEW.tbs_sha256)
BEGIN SELECT RAISE(ABORT, 'only what is pending is approved'); END;
CREATE TRIGGER approval_update BEFORE UPDATE ON approval
BEGIN SELECT RAISE(ABORT, 'approvals are never changed'); END;
CREATE TRIGGER approval_delete BEFORE DELETE ON approval
BEGIN SELECT RAISE(ABORT, 'approvals are never removed'); END;

CREATE TRIGGER manifest_update BEFORE UPDATE ON manifest
BEGIN SELECT RAISE(ABORT, 'manifests are never changed'); END;
CREATE TRIGGER manifest_delete BEFORE DELETE ON manifest
BEGIN SELECT RAISE(ABORT, 'manifests are never removed'); END;

CREATE TRIGGER response_update BEFORE UPDATE ON response
BEGIN SELECT RAISE(ABORT, 'responses are never changed'); END;
CREATE TRIGGER response_delete BEFORE DELETE ON response
BEGIN SELECT RAISE(ABORT, 'responses are never removed'); END;
