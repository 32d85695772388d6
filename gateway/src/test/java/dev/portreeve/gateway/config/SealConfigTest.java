package dev.portreeve.gateway.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.hub.seal.Binding;
import dev.portreeve.hub.seal.Purpose;
import dev.portreeve.hub.seal.SealKey;
import dev.portreeve.hub.seal.SealedTokens;
import dev.portreeve.policy.call.Secret;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class SealConfigTest {
    private static final Secret OLD = new Secret("o".repeat(32));
    private static final Secret NEW = new Secret("n".repeat(32));
    private static final Binding BINDING = Binding.ofGateway(Purpose.UPSTREAM_TOKEN, "wiki", "");

    private static SealedTokens tokens(SealConfig config) {
        List<SealKey> keys = config.keys(new byte[SealKey.BYTES]);
        return new SealedTokens(
                keys.getFirst(), keys.subList(1, keys.size()), InstantSource.system(), new SecureRandom());
    }

    private static boolean opens(SealConfig config, String token) {
        return tokens(config).open(token, BINDING).isPresent();
    }

    private static String sealed(SealConfig config) {
        return tokens(config).seal(BINDING, Duration.ofHours(1), new byte[] {1});
    }

    @Test
    void anOldKeyOpensForAsLongAsItIsThere() {
        SealConfig none = new SealConfig(null, List.of());
        SealConfig first = new SealConfig(OLD, List.of());
        SealConfig overlap = new SealConfig(NEW, List.of(OLD));
        SealConfig after = new SealConfig(NEW, List.of());
        assertTrue(opens(first, sealed(none)), "the first key of one's own needs no overlap");
        assertTrue(opens(overlap, sealed(first)));
        assertTrue(opens(after, sealed(overlap)), "the new key seals");
        assertFalse(opens(after, sealed(first)));
        assertFalse(opens(none, sealed(first)));
    }

    @Test
    void whatCannotBeIsRefusedWithoutTheKey() {
        String message = assertThrows(
                        IllegalArgumentException.class, () -> new SealConfig(new Secret("too-short"), List.of()))
                .getMessage();
        assertEquals("seal.key has less than 32 characters", message);
        assertThrows(IllegalArgumentException.class, () -> new SealConfig(null, List.of(OLD)));
        assertThrows(IllegalArgumentException.class, () -> new SealConfig(NEW, Collections.nCopies(8, OLD)));
    }
}
