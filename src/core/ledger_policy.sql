-- SPDX-License-Identifier: Apache-2.0
-- What format 3 of the ledger adds to format 2: the policies that were in force.
PRAGMA user_version = 3;

-- Each policy once. Which was in force when is said by the entries of kind 30:
-- the last one before a signature.
CREATE TABLE policy (
  sha256 BLOB PRIMARY KEY CHECK (length(sha256) = 32), -- of text
  entry INTEGER NOT NULL UNIQUE REFERENCES entry (id), -- the first about it
  text BLOB NOT NULL       -- policy.yaml, octet by octet
) STRICT;
CREATE INDEX entry_policy ON entry (id) WHERE kind = 30;

CREATE TRIGGER policy_update BEFORE UPDATE ON policy
BEGIN SELECT RAISE(ABORT, 'policies are never changed'); END;
CREATE TRIGGER policy_delete BEFORE DELETE ON policy
BEGIN SELECT RAISE(ABORT, 'policies are never removed'); END;
