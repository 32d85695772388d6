package dev.portreeve.audit.payload;

import java.util.Optional;
import java.util.UUID;

/** Seals subjects' keys under a key that is kept outside the database. Never blocks; thread-safe. */
public interface KeyWrap {
    /** Seals a key for this row only. */
    byte[] wrap(String tenant, String subject, UUID id, byte[] secret);

    /** Opens what {@link #wrap} made for this very row; empty if it was made elsewhere or its sealing key is gone. */
    Optional<byte[]> unwrap(String tenant, String subject, UUID id, byte[] wrapped);
}
