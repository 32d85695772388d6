package dev.portreeve.audit.payload;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;

/** Keys as they are, behind whose they are: a stand-in for what seals them outside the database. */
public final class PlainWrap implements KeyWrap {
    @Override
    public byte[] wrap(String tenant, String subject, UUID id, byte[] secret) {
        byte[] owner = owner(tenant, subject, id);
        return ByteBuffer.allocate(owner.length + secret.length)
                .put(owner)
                .put(secret)
                .array();
    }

    @Override
    public Optional<byte[]> unwrap(String tenant, String subject, UUID id, byte[] wrapped) {
        byte[] owner = owner(tenant, subject, id);
        return Arrays.equals(Arrays.copyOf(wrapped, owner.length), owner)
                ? Optional.of(Arrays.copyOfRange(wrapped, owner.length, wrapped.length))
                : Optional.empty();
    }

    private static byte[] owner(String tenant, String subject, UUID id) {
        return (tenant + '/' + subject + '/' + id + '/').getBytes(StandardCharsets.UTF_8);
    }
}
