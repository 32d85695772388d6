package dev.portreeve.hub.credential;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jwt.SignedJWT;
import dev.portreeve.hub.outbound.NameResolver;
import dev.portreeve.hub.outbound.OutboundHttp;
import dev.portreeve.hub.outbound.Reach;
import dev.portreeve.hub.time.AlarmClock;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.Secret;
import java.io.IOException;
import java.net.URI;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How the gateway gets, keeps and renews tokens of its own. */
class OAuthCredentialTest {
    private final AlarmClock alarms = new AlarmClock();
    private final OutboundHttp http = OutboundHttp.create(Duration.ofSeconds(5), NameResolver.SYSTEM, alarms);
    private OAuthFixture as;
    private volatile Instant now = Instant.parse("2026-11-21T08:00:00Z");
    private final TokenStore store = new InMemoryTokenStore(() -> now);

    @BeforeEach
    void start() throws IOException {
        as = new OAuthFixture();
    }

    @AfterEach
    void stop() {
        as.close();
        http.close();
        alarms.close();
    }

    private static OAuthClientConfig secret(OAuthClientConfig.Method method, String... scopes) {
        return new OAuthClientConfig("gate way", new Secret("s3cr:t"), null, null, method, List.of(scopes), null, null);
    }

    private OAuthCredential credential(OAuthClientConfig client) {
        TokenKey key = new TokenKey("wiki", as.mcp().toString(), client.clientId(), "");
        return new OAuthCredential(client, key, as.mcp(), Reach.LOOPBACK, http, store, () -> now);
    }

    private static Deadline soon() {
        return Deadline.in(Duration.ofSeconds(30));
    }

    private static Credential.Refusal unauthorized(Map<String, String> sent, String... challenges) {
        return new Credential.Refusal(401, List.of(challenges), sent, 0);
    }

    /** Refused once without a token, as at the first contact. */
    private String first(OAuthCredential credential, String... challenges) throws CredentialUnavailable {
        Map<String, String> none = credential.headers(soon());
        assertEquals(Map.of(), none);
        assertTrue(credential.renew(unauthorized(none, challenges), soon()));
        return credential.headers(soon()).get("Authorization");
    }

    @Test
    void theFirstRefusalBringsATokenAndTheNextCallsReuseIt() throws Exception {
        as.usual();
        OAuthCredential credential = credential(secret(null));
        assertEquals("Bearer token-1", first(credential, "Bearer"));
        assertEquals("Bearer token-1", credential.headers(soon()).get("Authorization"));
        OAuthFixture.Asked asked = as.asked().getFirst();
        assertEquals(
                Map.of("grant_type", "client_credentials", "scope", "read", "resource", as.base() + "/mcp"),
                asked.form());
        String pair = Base64.getEncoder()
                .encodeToString("gate+way:s3cr%3At".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        assertEquals("Basic " + pair, asked.authorization());
    }

    @Test
    void theSecretGoesIntoTheFormWhereThatIsAllThatIsTaken() throws Exception {
        as.usual()
                .with(
                        "/.well-known/oauth-authorization-server",
                        "{\"issuer\":\"{base}\",\"token_endpoint\":\"{base}/token\",\"token_endpoint_auth_methods_supported\":[\"client_secret_post\"]}");
        first(credential(secret(null)), "Bearer");
        assertEquals("s3cr:t", as.asked().getFirst().form().get("client_secret"));
        assertEquals("gate way", as.asked().getFirst().form().get("client_id"));
        assertEquals("null", as.asked().getFirst().authorization());
    }

    @ParameterizedTest
    @ValueSource(strings = {"RSA", "EC"})
    void aPrivateKeySignsAnAssertionForTheIssuer(String kind) throws Exception {
        as.usual();
        KeyPairGenerator generator = KeyPairGenerator.getInstance(kind);
        if (kind.equals("RSA")) {
            generator.initialize(2048);
        } else {
            generator.initialize(new ECGenParameterSpec("secp256r1"));
        }
        KeyPair pair = generator.generateKeyPair();
        String pem = "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder().encodeToString(pair.getPrivate().getEncoded())
                + "\n-----END PRIVATE KEY-----\n";
        first(
                credential(new OAuthClientConfig("gate", null, new Secret(pem), "key-1", null, List.of(), null, null)),
                "Bearer");
        Map<String, String> form = as.asked().getFirst().form();
        assertEquals("urn:ietf:params:oauth:client-assertion-type:jwt-bearer", form.get("client_assertion_type"));
        SignedJWT assertion = SignedJWT.parse(form.get("client_assertion"));
        assertTrue(assertion.verify(
                kind.equals("RSA")
                        ? new RSASSAVerifier((RSAPublicKey) pair.getPublic())
                        : new ECDSAVerifier((ECPublicKey) pair.getPublic())));
        assertEquals("gate", assertion.getJWTClaimsSet().getIssuer());
        assertEquals("gate", assertion.getJWTClaimsSet().getSubject());
        assertEquals(List.of(as.base()), assertion.getJWTClaimsSet().getAudience());
        assertEquals("key-1", assertion.getHeader().getKeyID());
        assertEquals(
                now.plus(Duration.ofMinutes(2)),
                assertion.getJWTClaimsSet().getExpirationTime().toInstant());
    }

    @Test
    void theChallengeSaysWhereTheMetadataIs() throws Exception {
        as.usual().with("/elsewhere.json", "{\"resource\":\"{base}\",\"authorization_servers\":[\"{base}\"]}");
        first(
                credential(secret(null)),
                "Basic realm=\"x\"",
                "Bearer error=\"invalid_token\", resource_metadata=\"" + as.base()
                        + "/elsewhere.json\", scope=\"a b\"");
        assertEquals("/elsewhere.json", as.requested().getFirst());
        assertEquals("a b", as.asked().getFirst().form().get("scope"));
        assertEquals(as.base(), as.asked().getFirst().form().get("resource"));
    }

    @ParameterizedTest
    @CsvSource({
        "/tenant,/.well-known/oauth-authorization-server/tenant",
        "/tenant,/.well-known/openid-configuration/tenant",
        "/tenant,/tenant/.well-known/openid-configuration",
        "'',/.well-known/openid-configuration",
    })
    void theAuthorizationServersMetadataIsFoundInEachOfItsPlaces(String path, String place) throws Exception {
        as.with(
                        "/.well-known/oauth-protected-resource",
                        "{\"resource\":\"{base}\",\"authorization_servers\":[\"{base}" + path + "\"]}")
                .with(place, "{\"issuer\":\"{base}" + path + "\",\"token_endpoint\":\"{base}/token\"}");
        assertEquals("Bearer token-1", first(credential(secret(null)), "Bearer"));
        assertEquals(place, as.requested().getLast());
    }

    @Test
    void aServerOfTheOldestRevisionIsItsOwnAuthorizationServer() throws Exception {
        as.with(
                "/.well-known/oauth-authorization-server",
                "{\"issuer\":\"{base}\",\"token_endpoint\":\"{base}/token\"}");
        assertEquals("Bearer token-1", first(credential(secret(null)), "Bearer"));
    }

    private String refusal(OAuthClientConfig client) {
        OAuthCredential credential = credential(client);
        return assertThrows(CredentialUnavailable.class, () -> first(credential, "Bearer"))
                .getMessage();
    }

    @Test
    void metadataOfAnotherIssuerIsNotBelieved() {
        as.usual()
                .with(
                        "/.well-known/oauth-authorization-server",
                        "{\"issuer\":\"{base}/\",\"token_endpoint\":\"{base}/token\"}");
        assertTrue(refusal(secret(null)).contains("another issuer"));
        assertEquals(List.of(), as.asked());
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://evil.example/mcp", "{base}/other", "{base}/mcp/deeper", "{base}/mc", "nonsense"})
    void metadataAboutAnotherResourceIsNotBelieved(String resource) {
        as.usual()
                .with(
                        "/.well-known/oauth-protected-resource/mcp",
                        "{\"resource\":\"" + resource + "\",\"authorization_servers\":[\"{base}\"]}");
        assertTrue(refusal(secret(null)).contains("another resource"));
        assertEquals(List.of(), as.asked());
    }

    @Test
    void metadataLeadsNowhereTheServerItselfMayNotBe() {
        as.usual()
                .with(
                        "/.well-known/oauth-authorization-server",
                        "{\"issuer\":\"{base}\",\"token_endpoint\":\"http://10.0.0.1/token\"}");
        assertTrue(refusal(secret(null)).contains("private network"));
        as.with(
                "/.well-known/oauth-protected-resource/mcp",
                "{\"resource\":\"{base}/mcp\",\"authorization_servers\":[\"http://169.254.169.254\"]}");
        assertTrue(refusal(secret(null)).contains("metadata service"));
    }

    @Test
    void aRefusalIsNamedWithoutDetailsAndTheAuthorizationServerLeftAloneForAWhile() throws Exception {
        as.usual().refuse("invalid_client");
        OAuthCredential credential = credential(secret(null));
        for (int i = 0; i < 3; i++) {
            CredentialUnavailable failed = assertThrows(CredentialUnavailable.class, () -> first(credential, "Bearer"));
            assertTrue(failed.getMessage().endsWith("invalid_client"), failed.getMessage());
        }
        assertEquals(1, as.asked().size());
        as.refuse("");
        now = now.plusSeconds(11);
        assertEquals("Bearer token-2", first(credential, "Bearer"));
    }

    @Test
    void aTokenIsReplacedBeforeItExpiresByOneRequest() throws Exception {
        as.usual().tokensLive(1000);
        OAuthCredential credential = credential(secret(null));
        first(credential, "Bearer");
        now = now.plusSeconds(880);
        assertEquals("Bearer token-1", credential.headers(soon()).get("Authorization"));
        now = now.plusSeconds(15);
        List<String> seen = new CopyOnWriteArrayList<>();
        List<Thread> callers = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            callers.add(Thread.ofVirtual().start(() -> {
                try {
                    seen.add(credential.headers(soon()).get("Authorization"));
                } catch (CredentialUnavailable failed) {
                    seen.add(failed.getMessage());
                }
            }));
        }
        for (Thread caller : callers) {
            caller.join();
        }
        assertTrue(
                seen.stream().allMatch(one -> one.equals("Bearer token-1") || one.equals("Bearer token-2")), "" + seen);
        assertEquals("Bearer token-2", credential.headers(soon()).get("Authorization"));
        assertEquals(2, as.asked().size());
    }

    @Test
    void aTokenThatLivesOnIsUsedWhileNoNewOneCanBeHad() throws Exception {
        as.usual().tokensLive(1000);
        OAuthCredential credential = credential(secret(null));
        first(credential, "Bearer");
        as.refuse("temporarily_unavailable");
        now = now.plusSeconds(950);
        assertEquals("Bearer token-1", credential.headers(soon()).get("Authorization"));
        now = now.plusSeconds(100);
        assertThrows(CredentialUnavailable.class, () -> credential.headers(soon()));
    }

    @Test
    void manyRefusedAtOnceAreOneRequest() throws Exception {
        as.usual();
        OAuthCredential credential = credential(secret(null));
        List<Thread> callers = new ArrayList<>();
        List<Boolean> renewed = new CopyOnWriteArrayList<>();
        for (int i = 0; i < 20; i++) {
            callers.add(Thread.ofVirtual().start(() -> {
                try {
                    renewed.add(credential.renew(unauthorized(Map.of(), "Bearer"), soon()));
                } catch (CredentialUnavailable failed) {
                    renewed.add(false);
                }
            }));
        }
        for (Thread caller : callers) {
            caller.join();
        }
        assertFalse(renewed.contains(false));
        assertEquals(1, as.asked().size());
    }

    @Test
    void aRepeatThatIsRefusedTooIsNotRepeatedAgain() throws Exception {
        as.usual();
        OAuthCredential credential = credential(secret(null));
        first(credential, "Bearer");
        Map<String, String> sent = credential.headers(soon());
        assertFalse(credential.renew(new Credential.Refusal(401, List.of("Bearer"), sent, 1), soon()));
        assertEquals(1, as.asked().size());
    }

    @Test
    void aDemandForMoreScopesIsMetOnceWithAllOfThem() throws Exception {
        as.usual();
        OAuthCredential credential = credential(secret(null, "read"));
        first(credential, "Bearer");
        String more = "Bearer error=\"insufficient_scope\", scope=\"write\"";
        Map<String, String> sent = credential.headers(soon());
        assertTrue(credential.renew(new Credential.Refusal(403, List.of(more), sent, 0), soon()));
        assertEquals("read write", as.asked().getLast().form().get("scope"));
        Map<String, String> again = credential.headers(soon());
        assertFalse(credential.renew(new Credential.Refusal(403, List.of(more), again, 1), soon()));
        assertFalse(credential.renew(new Credential.Refusal(403, List.of("Bearer"), again, 0), soon()));
        assertEquals(2, as.asked().size());
    }

    @Test
    void aKeptTokenOutlivesTheProcessAndFitsOnlyItsServerAndClient() throws Exception {
        as.usual();
        first(credential(secret(null)), "Bearer");
        assertEquals("Bearer token-1", credential(secret(null)).headers(soon()).get("Authorization"));
        OAuthClientConfig other =
                new OAuthClientConfig("other", new Secret("x"), null, null, null, List.of(), null, null);
        assertEquals(Map.of(), credential(other).headers(soon()));
        now = now.plusSeconds(3600);
        assertEquals(Map.of(), credential(secret(null)).headers(soon()));
    }

    @Test
    void replicasShareOneTokenAndOneOfThemReplacesIt() throws Exception {
        as.usual().tokensLive(1000);
        OAuthCredential here = credential(secret(null));
        OAuthCredential there = credential(secret(null));
        assertEquals("Bearer token-1", first(here, "Bearer"));
        assertEquals("Bearer token-1", there.headers(soon()).get("Authorization"));
        now = now.plusSeconds(895);
        assertTrue(store.claim(new TokenKey("wiki", as.mcp().toString(), "gate way", ""), Duration.ofSeconds(20)));
        assertEquals("Bearer token-1", here.headers(soon()).get("Authorization"), "a third one is at it");
        now = now.plusSeconds(21);
        assertEquals("Bearer token-2", here.headers(soon()).get("Authorization"), "it did not come back");
        assertEquals("Bearer token-2", there.headers(soon()).get("Authorization"));
        assertEquals(2, as.asked().size());
    }

    @Test
    void aReplicaThatIsRefusedTakesWhatAnotherGotSince() throws Exception {
        as.usual();
        OAuthCredential here = credential(secret(null));
        OAuthCredential there = credential(secret(null));
        String old = first(here, "Bearer");
        assertEquals(old, there.headers(soon()).get("Authorization"));
        assertTrue(here.renew(unauthorized(Map.of("Authorization", old), "Bearer"), soon()));
        assertEquals("Bearer token-2", here.headers(soon()).get("Authorization"));
        assertTrue(there.renew(unauthorized(Map.of("Authorization", old), "Bearer"), soon()));
        assertEquals("Bearer token-2", there.headers(soon()).get("Authorization"));
        assertEquals(2, as.asked().size());
    }

    @Test
    void aKnownTokenEndpointNeedsNoMetadata() throws Exception {
        OAuthClientConfig client = new OAuthClientConfig(
                "gate",
                new Secret("s"),
                null,
                null,
                null,
                List.of(),
                URI.create("https://as.example"),
                URI.create(as.base() + "/token"));
        assertEquals("Bearer token-1", first(credential(client), "Bearer"));
    }

    @Test
    void aConfigurationNeedsOneWayToShowWhoItIs() {
        assertThrows(
                IllegalArgumentException.class,
                () -> new OAuthClientConfig("gate", null, null, null, null, List.of(), null, null));
        IllegalArgumentException notAKey = assertThrows(
                IllegalArgumentException.class,
                () -> new OAuthClientConfig(
                        "gate", null, new Secret("bm90IGEga2V5"), null, null, List.of(), null, null));
        assertFalse(notAKey.getMessage().contains("bm90"), notAKey.getMessage());
    }
}
