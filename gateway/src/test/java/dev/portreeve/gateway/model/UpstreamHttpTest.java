package dev.portreeve.gateway.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.credential.HeaderCredential;
import dev.portreeve.hub.fixture.TlsKeys;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.UpstreamFault;
import io.helidon.common.tls.Tls;
import io.helidon.webclient.http1.Http1ClientConfig;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Connecting: settings whose absence nobody notices until it hurts, and TLS to a server only its operator vouches for. */
class UpstreamHttpTest {
    private static final byte[] BODY = {'{', '}'};

    @TempDir
    private Path folder;

    private static UpstreamHttp.Target target(URI baseUrl, @Nullable Tls tls, int places) {
        return new UpstreamHttp.Target(
                baseUrl,
                List.of(HeaderCredential.bearer("sk-secret")),
                tls,
                Duration.ofMillis(700),
                Duration.ofSeconds(5),
                places);
    }

    /** Small writes that wait for the peer's delayed acknowledgement cost 40 ms for each event of a stream. */
    @Test
    void settings_that_differ_from_the_clients_defaults() {
        Http1ClientConfig config = UpstreamHttp.config(target(URI.create("http://localhost:1/v1"), null, 1));
        assertTrue(config.socketOptions().tcpNoDelay());
        assertFalse(config.followRedirects(), "our credential must not follow a redirect");
        assertFalse(config.sendExpectContinue());
        assertEquals(Duration.ofMillis(700), config.connectTimeout().orElseThrow());
        assertEquals(Duration.ofSeconds(5), config.readTimeout().orElseThrow());
    }

    @Test
    void the_credential_is_not_in_what_may_be_printed() {
        assertFalse(
                target(URI.create("http://localhost:1/v1"), null, 1).toString().contains("sk-secret"));
    }

    @Test
    void a_certificate_the_operator_trusts_is_trusted_and_no_other() throws Exception {
        TlsKeys keys = TlsKeys.in(folder, "dns:localhost", "ip:127.0.0.1");
        Path pem = keys.certificate();
        try (ReplayUpstream upstream = new ReplayUpstream(
                                keys.context().getServerSocketFactory().createServerSocket(0), "https")
                        .always(ReplayUpstream.json(200, "{}"));
                UpstreamHttp trusting = new UpstreamHttp(target(upstream.baseUrl(), TrustedCertificates.read(pem), 1));
                UpstreamHttp wary = new UpstreamHttp(target(upstream.baseUrl(), null, 1))) {
            try (UpstreamAnswer answer = post(trusting)) {
                assertEquals(200, answer.status());
                assertEquals(2, answer.readAll(100).length);
            }
            CallEnded refused = assertThrows(CallEnded.class, () -> post(wary));
            UpstreamFault fault = ((CallOutcome.Failed) refused.outcome()).fault();
            assertEquals(UpstreamFault.Kind.UNREACHABLE, fault.kind());
            assertFalse(fault.billable());
            assertEquals(1, upstream.requests().size());
        }
    }

    @Test
    void a_file_that_holds_no_certificate_is_said_so() throws IOException {
        Path empty = Files.writeString(folder.resolve("empty.pem"), "");
        assertTrue(message(empty).contains("holds no certificate"));
        assertTrue(message(folder.resolve("missing.pem")).contains("cannot be read"));
    }

    private static String message(Path pem) {
        return String.valueOf(assertThrows(IllegalArgumentException.class, () -> TrustedCertificates.read(pem))
                .getMessage());
    }

    @Test
    void a_call_waits_for_a_place_until_its_deadline() throws Exception {
        try (ReplayUpstream upstream = new ReplayUpstream().always(ReplayUpstream.json(200, "{}"));
                UpstreamHttp http = new UpstreamHttp(target(upstream.baseUrl(), null, 1))) {
            try (UpstreamAnswer busy = post(http)) {
                assertEquals(200, busy.status());
                CallEnded full = assertThrows(CallEnded.class, () -> post(http));
                UpstreamFault fault = ((CallOutcome.Failed) full.outcome()).fault();
                assertEquals(UpstreamFault.Kind.TIMEOUT, fault.kind());
                assertFalse(fault.billable(), "nothing was sent");
            }
            try (UpstreamAnswer next = post(http)) {
                assertEquals(200, next.status());
            }
        }
    }

    private static UpstreamAnswer post(UpstreamHttp http) throws CallEnded {
        return http.post(
                http.resolve("/chat/completions"),
                BODY,
                "application/json",
                Map.of(),
                Deadline.in(Duration.ofMillis(2000)));
    }
}
