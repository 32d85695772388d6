package dev.portreeve.gateway;

import dev.portreeve.audit.payload.KeyWrap;
import dev.portreeve.hub.seal.Binding;
import dev.portreeve.hub.seal.Purpose;
import dev.portreeve.hub.seal.SealedTokens;
import dev.portreeve.policy.call.Subject;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

/** Seals the keys of subjects' contents as all else that is at rest, for good. */
final class SealedSubjectKeys implements KeyWrap {
    private static final Duration FOR_GOOD = Duration.ofDays(365 * 200L);
    private final SealedTokens seal;

    SealedSubjectKeys(SealedTokens seal) {
        this.seal = seal;
    }

    @Override
    public byte[] wrap(String tenant, String subject, UUID id, byte[] secret) {
        return seal.sealBytes(binding(tenant, subject, id), FOR_GOOD, secret);
    }

    @Override
    public Optional<byte[]> unwrap(String tenant, String subject, UUID id, byte[] wrapped) {
        return seal.openBytes(wrapped, binding(tenant, subject, id));
    }

    private static Binding binding(String tenant, String subject, UUID id) {
        Subject owner = new Subject(tenant, null, Subject.Kind.AGENT, subject, "");
        return new Binding(Purpose.CONTENT_KEY, owner, "", id.toString());
    }
}
