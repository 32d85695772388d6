-- The leaf's hash (RFC 6962: SHA-256(0x00 || leaf)), made by the writer, which has the bytes at hand. Whoever checks the log
-- hashes the bytes anew. Null in records that are older than this column.
ALTER TABLE audit.record ADD COLUMN leaf_hash bytea CHECK (octet_length(leaf_hash) = 32);
GRANT INSERT (leaf_hash) ON audit.record TO portreeve_app;
