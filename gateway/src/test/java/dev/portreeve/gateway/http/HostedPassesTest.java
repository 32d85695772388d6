package dev.portreeve.gateway.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.hub.seal.Binding;
import dev.portreeve.hub.seal.Purpose;
import dev.portreeve.hub.seal.SealKey;
import dev.portreeve.hub.seal.SealedTokens;
import dev.portreeve.policy.call.CallId;
import dev.portreeve.policy.key.Authentication;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** How long what a provider presents is good for, and what else looks like it. */
class HostedPassesTest {
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-21T12:00:00Z"));
    private final SealedTokens tokens =
            new SealedTokens(new SealKey(new byte[SealKey.BYTES]), java.util.List.of(), now::get, new SecureRandom());
    private final HostedPasses passes = new HostedPasses(tokens, new EdgeFixture.FixedKeys(), Duration.ofMinutes(10));

    @Test
    void it_is_good_for_the_call_and_a_minute() {
        CallId call = new CallId(UUID.randomUUID());
        String pass = passes.issue(EdgeFixture.AGENT, call);
        now.updateAndGet(time -> time.plus(Duration.ofMinutes(11)).minusMillis(1));
        assertEquals(
                new Authentication.Authenticated(EdgeFixture.AGENT.within(call)),
                passes.authenticate(pass).orElseThrow());
        now.updateAndGet(time -> time.plusMillis(1));
        assertInstanceOf(
                Authentication.Rejected.class, passes.authenticate(pass).orElseThrow());
    }

    @Test
    void what_was_sealed_for_something_else_is_none() {
        String other = tokens.seal(
                Binding.ofGateway(Purpose.UPSTREAM_TOKEN, "", ""),
                Duration.ofMinutes(1),
                (EdgeFixture.AGENT.keyId() + " " + UUID.randomUUID()).getBytes(StandardCharsets.UTF_8));
        assertInstanceOf(
                Authentication.Rejected.class,
                passes.authenticate("prh_" + other).orElseThrow());
        assertInstanceOf(
                Authentication.Rejected.class, passes.authenticate("prh_").orElseThrow());
        assertTrue(passes.authenticate(EdgeFixture.KEY).isEmpty(), "a key is no pass");
    }
}
