package dev.portreeve.gateway.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.config.ConfigFile;
import dev.portreeve.gateway.config.ProviderConfig;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.UpstreamFault;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Credentials that are more than a header, from the configuration to the bytes on the wire. */
class ProviderCredentialsTest {
    private static final byte[] BODY = "{\"q\":\"Grüße\"}".getBytes(StandardCharsets.UTF_8);
    private static final String SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    @TempDir
    private Path folder;

    private ReplayUpstream provider;
    private ReplayUpstream tokens;
    private volatile Instant now = Instant.parse("2026-11-21T08:00:00Z");

    @BeforeEach
    void start() throws IOException {
        provider = new ReplayUpstream().always(ReplayUpstream.json(200, "{}"));
        tokens = new ReplayUpstream();
    }

    @AfterEach
    void stop() throws IOException {
        provider.close();
        tokens.close();
    }

    private static String token(String value) {
        return "{\"token_type\":\"Bearer\",\"expires_in\":3599,\"access_token\":\"" + value + "\"}";
    }

    private ProviderConfig config(String entry, Map<String, String> environment) {
        String yaml = "providers: [ { id: p, base-url: \"" + provider.baseUrl() + "\", " + entry + " } ]";
        return ConfigFile.parse("t.yaml", yaml, folder, environment::get)
                .providers()
                .getFirst();
    }

    private UpstreamHttp http(ProviderConfig config) {
        return new UpstreamHttp(new UpstreamHttp.Target(
                URI.create(String.valueOf(config.baseUrl())),
                ProviderCredentials.of(config, config.sentAs(), () -> now),
                null,
                Duration.ofSeconds(5),
                Duration.ofSeconds(20),
                1));
    }

    private static int post(UpstreamHttp http, String path) throws CallEnded {
        try (UpstreamAnswer answer = http.post(
                http.resolve(path), BODY, "application/json", Map.of(), Deadline.in(Duration.ofSeconds(20)))) {
            return answer.status();
        }
    }

    private String entra() {
        return "auth: entra, identity: { entra: { tenant: t, client-id: app, client-secret: s3cr3t, token-endpoint: \""
                + tokens.baseUrl() + "/token\" } }";
    }

    private UpstreamFault refused(UpstreamHttp http) {
        CallEnded ended = assertThrows(CallEnded.class, () -> post(http, "/chat/completions"));
        return ((CallOutcome.Failed) ended.outcome()).fault();
    }

    @Test
    void a_signature_holds_for_the_bytes_that_arrive() throws Exception {
        Map<String, String> environment =
                Map.of("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY", SECRET, "AWS_REGION", "eu-west-1");
        String path =
                "/model/arn%3Aaws%3Abedrock%3Aeu-west-1%3A123456789012%3Ainference-profile%2Feu.x-v1%3A0/converse";
        try (UpstreamHttp http = http(config("auth: aws-sigv4", environment))) {
            assertEquals(200, post(http, path));
        }
        ReplayUpstream.Seen seen = provider.requests().getFirst();
        assertEquals("POST /v1" + path + " HTTP/1.1", seen.line());
        assertEquals("AKIDEXAMPLE", SignedRequest.verified(seen, SECRET));
        assertTrue(seen.headers().get("authorization").contains("/eu-west-1/bedrock/aws4_request"));
        assertThrows(AssertionError.class, () -> SignedRequest.verified(seen, "another"));
    }

    @Test
    void lent_keys_sign_their_token_too() throws Exception {
        ProviderConfig config = config(
                "identity: { aws: { region: us-east-1, access-key-id: AKIDLENT, secret-access-key: " + SECRET
                        + ", session-token: \"tok/en+==\" } }",
                Map.of());
        assertEquals(ProviderConfig.Auth.AWS_SIGV4, config.sentAs());
        try (UpstreamHttp http = http(config)) {
            post(http, "/model/m/converse");
        }
        ReplayUpstream.Seen seen = provider.requests().getFirst();
        assertEquals("AKIDLENT", SignedRequest.verified(seen, SECRET));
        assertEquals("tok/en+==", seen.headers().get("x-amz-security-token"));
        assertTrue(seen.headers().get("authorization").contains("x-amz-security-token,"));
    }

    @Test
    void an_application_of_entra_gets_its_token_once() throws Exception {
        tokens.then(ReplayUpstream.json(200, token("first")));
        try (UpstreamHttp http = http(config(entra(), Map.of()))) {
            assertEquals(200, post(http, "/chat/completions"));
            assertEquals(200, post(http, "/chat/completions"));
        }
        assertEquals(1, tokens.requests().size());
        String form = tokens.requests().getFirst().text();
        assertTrue(form.contains("grant_type=client_credentials") && form.contains("client_id=app"), form);
        assertTrue(form.contains("scope=https%3A%2F%2Fcognitiveservices.azure.com%2F.default"), form);
        assertEquals("Bearer first", provider.requests().get(1).headers().get("authorization"));
    }

    @Test
    void a_token_that_is_refused_is_replaced_and_the_request_repeated_once() throws Exception {
        tokens.then(ReplayUpstream.json(200, token("first"))).then(ReplayUpstream.json(200, token("second")));
        provider.then(ReplayUpstream.json(200, "{}")).then(ReplayUpstream.json(401, "{}"));
        try (UpstreamHttp http = http(config(entra(), Map.of()))) {
            post(http, "/chat/completions");
            now = now.plusSeconds(60);
            assertEquals(200, post(http, "/chat/completions"));
            assertEquals("Bearer second", provider.requests().get(2).headers().get("authorization"));
            assertEquals(
                    provider.requests().get(1).text(),
                    provider.requests().get(2).text());
            provider.always(ReplayUpstream.json(401, "{}"));
            assertEquals(401, post(http, "/chat/completions"), "a new token that is refused is not replaced again");
        }
        assertEquals(2, tokens.requests().size());
        assertEquals(4, provider.requests().size());
    }

    @Test
    void without_a_token_the_provider_is_not_called_and_the_reason_holds_no_secret() throws Exception {
        tokens.always(ReplayUpstream.json(
                401, "{\"error\":\"invalid_client\",\"error_description\":\"AADSTS7000215 s3cr3t\"}"));
        try (UpstreamHttp http = http(config(entra(), Map.of()))) {
            UpstreamFault fault = refused(http);
            assertEquals(UpstreamFault.Kind.CREDENTIAL, fault.kind());
            assertFalse(fault.billable());
            assertEquals(
                    "the gateway has no credential for the provider: the authorization server gave no token:"
                            + " invalid_client",
                    fault.detail());
            assertEquals(UpstreamFault.Kind.CREDENTIAL, refused(http).kind(), "its only place is free again");
        }
        assertEquals(0, provider.requests().size());
        assertEquals(1, tokens.requests().size());
    }

    @Test
    void a_service_account_is_read_from_its_key_file() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        String pem = Base64.getEncoder()
                .encodeToString(generator.generateKeyPair().getPrivate().getEncoded());
        Path file = Files.writeString(
                folder.resolve("account.json"),
                "{\"type\":\"service_account\",\"client_email\":\"gate@p.iam\",\"private_key\":\"-----BEGIN PRIVATE"
                        + " KEY-----\\n"
                        + pem + "\\n-----END PRIVATE KEY-----\\n\",\"token_uri\":\"" + tokens.baseUrl() + "/token\"}");
        tokens.then(ReplayUpstream.json(200, token("google")));
        ProviderConfig config =
                config("auth: google-service-account", Map.of("GOOGLE_APPLICATION_CREDENTIALS", file.toString()));
        try (UpstreamHttp http = http(config)) {
            post(http, "/chat/completions");
        }
        assertTrue(tokens.requests().getFirst().text().contains("assertion=ey"));
        assertEquals("Bearer google", provider.requests().getFirst().headers().get("authorization"));
    }

    @Test
    void a_key_file_that_cannot_be_used_is_said_by_its_name() throws Exception {
        Path file = Files.writeString(folder.resolve("user.json"), "{\"type\":\"authorized_user\"}");
        ProviderConfig user = config("identity: { google: { credentials-file: user.json } }", Map.of());
        IllegalArgumentException refused = assertThrows(
                IllegalArgumentException.class, () -> ProviderCredentials.of(user, user.sentAs(), () -> now));
        assertTrue(String.valueOf(refused.getMessage()).contains("authorized_user"), refused.getMessage());
        Files.delete(file);
        refused = assertThrows(
                IllegalArgumentException.class, () -> ProviderCredentials.of(user, user.sentAs(), () -> now));
        assertTrue(String.valueOf(refused.getMessage()).contains("user.json"), refused.getMessage());
    }
}
