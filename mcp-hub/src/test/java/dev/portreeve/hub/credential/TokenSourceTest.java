package dev.portreeve.hub.credential;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jwt.SignedJWT;
import dev.portreeve.hub.outbound.NameResolver;
import dev.portreeve.hub.outbound.OutboundHttp;
import dev.portreeve.hub.time.AlarmClock;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.Secret;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens that many calls share: of a client with a secret, and of a Google service account. */
class TokenSourceTest {
    private final AlarmClock alarms = new AlarmClock();
    private final OutboundHttp http = OutboundHttp.create(Duration.ofSeconds(5), NameResolver.SYSTEM, alarms);
    private OAuthFixture as;
    private volatile Instant now = Instant.parse("2026-11-21T08:00:00Z");

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

    private static Deadline soon() {
        return Deadline.in(Duration.ofSeconds(30));
    }

    private TokenSource client() {
        OAuthClientConfig config = new OAuthClientConfig(
                "app",
                new Secret("s3cr:t"),
                null,
                null,
                OAuthClientConfig.Method.CLIENT_SECRET_POST,
                List.of("https://cognitiveservices.azure.com/.default"),
                null,
                URI.create(as.base() + "/token"));
        return TokenSource.clientCredentials(config, http, () -> now);
    }

    private static KeyPair rsa() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        return generator.generateKeyPair();
    }

    private static String pem(KeyPair keys) {
        return "-----BEGIN PRIVATE KEY-----\\n"
                + Base64.getEncoder().encodeToString(keys.getPrivate().getEncoded())
                + "\\n-----END PRIVATE KEY-----\\n";
    }

    private static byte[] keyFile(String type, String pem, String tokenUri) {
        return ("{\"type\":\"" + type + "\",\"project_id\":\"p\",\"private_key_id\":\"kid-1\",\"private_key\":\"" + pem
                        + "\",\"client_email\":\"gate@p.iam.gserviceaccount.com\",\"token_uri\":\"" + tokenUri + "\"}")
                .getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void one_token_serves_all_calls_until_shortly_before_it_expires() throws Exception {
        TokenSource source = client();
        assertEquals("token-1", source.current(soon()).reveal());
        assertEquals("token-1", source.current(soon()).reveal());
        assertEquals("client_credentials", as.asked().getFirst().form().get("grant_type"));
        assertEquals("s3cr:t", as.asked().getFirst().form().get("client_secret"));
        assertEquals(
                "https://cognitiveservices.azure.com/.default",
                as.asked().getFirst().form().get("scope"));
        now = now.plusSeconds(3_000);
        assertEquals("token-1", source.current(soon()).reveal());
        now = now.plusSeconds(400);
        assertEquals("token-2", source.current(soon()).reveal());
    }

    @Test
    void a_service_account_asserts_who_it_is() throws Exception {
        KeyPair keys = rsa();
        ServiceAccount account = ServiceAccount.read(keyFile("service_account", pem(keys), as.base() + "/token"));
        String scope = "https://www.googleapis.com/auth/cloud-platform";
        TokenSource source = TokenSource.serviceAccount(account, scope, http, () -> now);
        assertEquals("token-1", source.current(soon()).reveal());
        OAuthFixture.Asked asked = as.asked().getFirst();
        assertEquals("urn:ietf:params:oauth:grant-type:jwt-bearer", asked.form().get("grant_type"));
        SignedJWT assertion = SignedJWT.parse(asked.form().get("assertion"));
        assertTrue(assertion.verify(new RSASSAVerifier((RSAPublicKey) keys.getPublic())));
        assertEquals("kid-1", assertion.getHeader().getKeyID());
        assertEquals("RS256", assertion.getHeader().getAlgorithm().getName());
        assertEquals(
                "gate@p.iam.gserviceaccount.com", assertion.getJWTClaimsSet().getIssuer());
        assertEquals(List.of(as.base() + "/token"), assertion.getJWTClaimsSet().getAudience());
        assertEquals(scope, assertion.getJWTClaimsSet().getStringClaim("scope"));
        assertEquals(Date.from(now), assertion.getJWTClaimsSet().getIssueTime());
    }

    @ParameterizedTest
    @ValueSource(strings = {"authorized_user", "external_account", ""})
    void another_sort_of_credentials_file_is_refused_by_its_type(String type) throws Exception {
        byte[] file = keyFile(type, pem(rsa()), as.base() + "/token");
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> ServiceAccount.read(file));
        assertTrue(String.valueOf(refused.getMessage()).contains("service account"), refused.getMessage());
    }

    @Test
    void a_key_file_that_is_not_whole_is_refused_without_a_word_of_it() {
        byte[] file = keyFile("service_account", "not-a-secret-at-all", "https://oauth2.googleapis.com/token");
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> ServiceAccount.read(file));
        assertFalse(String.valueOf(refused.getMessage()).contains("not-a-secret"), refused.getMessage());
        assertThrows(IllegalArgumentException.class, () -> ServiceAccount.read("{".getBytes(StandardCharsets.UTF_8)));
        assertThrows(
                IllegalArgumentException.class,
                () -> ServiceAccount.read("{\"type\":\"service_account\"}".getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void a_refused_token_is_replaced_once_it_is_not_young_any_more() throws Exception {
        TokenSource source = client();
        Secret first = source.current(soon());
        assertFalse(source.refused(first), "the next one would be refused as well");
        now = now.plusSeconds(60);
        assertTrue(source.refused(first));
        assertEquals("token-2", source.current(soon()).reveal());
        assertTrue(source.refused(first), "somebody has a new one already");
        assertEquals("token-2", source.current(soon()).reveal());
    }

    @Test
    void after_a_failure_the_server_is_left_alone_for_a_while_and_its_words_stay_there() throws Exception {
        TokenSource source = client();
        as.refuse("invalid_client");
        CredentialUnavailable refused = assertThrows(CredentialUnavailable.class, () -> source.current(soon()));
        assertEquals("the authorization server gave no token: invalid_client", refused.getMessage());
        assertThrows(CredentialUnavailable.class, () -> source.current(soon()));
        assertEquals(1, as.asked().size());
        as.refuse("");
        now = now.plusSeconds(11);
        assertEquals("token-2", source.current(soon()).reveal());
    }

    @Test
    void while_a_token_is_good_a_failure_to_renew_it_harms_nobody() throws Exception {
        TokenSource source = client();
        source.current(soon());
        as.refuse("temporarily_unavailable");
        now = now.plusSeconds(3_400);
        assertEquals("token-1", source.current(soon()).reveal());
        now = now.plusSeconds(195);
        assertThrows(CredentialUnavailable.class, () -> source.current(soon()));
    }

    @Test
    void many_calls_at_once_make_one_request() throws Exception {
        TokenSource source = client();
        List<String> got = new CopyOnWriteArrayList<>();
        CountDownLatch go = new CountDownLatch(1);
        List<Thread> calls = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            calls.add(Thread.ofVirtual().start(() -> {
                try {
                    go.await();
                    got.add(source.current(soon()).reveal());
                } catch (InterruptedException | CredentialUnavailable failed) {
                    got.add("none");
                }
            }));
        }
        go.countDown();
        for (Thread call : calls) {
            call.join();
        }
        assertEquals(List.of("token-1"), got.stream().distinct().toList());
        assertEquals(1, as.asked().size());
    }
}
