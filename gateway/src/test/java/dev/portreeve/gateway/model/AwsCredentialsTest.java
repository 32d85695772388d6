package dev.portreeve.gateway.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.config.AwsIdentity;
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
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Access keys of AWS that stand in a file or are lent by a service, from the configuration to the signature on the wire. */
class AwsCredentialsTest {
    private static final byte[] BODY = "{}".getBytes(StandardCharsets.UTF_8);
    private static final Instant NOW = Instant.parse("2026-11-21T08:00:00Z");

    @TempDir
    private Path folder;

    private ReplayUpstream provider;
    private ReplayUpstream lender;
    private final Map<String, String> environment = new HashMap<>(Map.of("AWS_REGION", "eu-west-1"));
    private volatile Instant now = NOW;

    @BeforeEach
    void start() throws IOException {
        provider = new ReplayUpstream().always(ReplayUpstream.json(200, "{}"));
        lender = new ReplayUpstream();
    }

    @AfterEach
    void stop() throws IOException {
        provider.close();
        lender.close();
    }

    private UpstreamHttp http(String identity) {
        String yaml =
                "providers: [ { id: p, base-url: \"" + provider.baseUrl() + "\", auth: aws-sigv4" + identity + " } ]";
        ProviderConfig config = ConfigFile.parse("t.yaml", yaml, folder, environment::get)
                .providers()
                .getFirst();
        return new UpstreamHttp(new UpstreamHttp.Target(
                URI.create(String.valueOf(config.baseUrl())),
                ProviderCredentials.of(config, config.sentAs(), () -> now),
                null,
                Duration.ofSeconds(5),
                Duration.ofSeconds(20),
                8));
    }

    private static int post(UpstreamHttp http) throws CallEnded {
        try (UpstreamAnswer answer = http.post(
                http.resolve("/model/m/converse"),
                BODY,
                "application/json",
                Map.of(),
                Deadline.in(Duration.ofSeconds(20)))) {
            return answer.status();
        }
    }

    private static UpstreamFault refused(UpstreamHttp http) {
        CallEnded ended = assertThrows(CallEnded.class, () -> post(http));
        return ((CallOutcome.Failed) ended.outcome()).fault();
    }

    private void assertSigned(String id, String secret, String token) throws Exception {
        ReplayUpstream.Seen seen = provider.requests().getLast();
        assertEquals(id, SignedRequest.verified(seen, secret));
        assertEquals(token, seen.headers().getOrDefault("x-amz-security-token", ""));
    }

    private URI service(String path) {
        return lender.baseUrl().resolve(path);
    }

    private static String lent(String id, Instant until) {
        return "{\"Code\":\"Success\",\"Type\":\"AWS-HMAC\",\"AccessKeyId\":\"" + id
                + "\",\"SecretAccessKey\":\"secret-of-" + id + "\",\"Token\":\"token/of+" + id
                + "==\",\"Expiration\":\"" + until + "\"}";
    }

    @Test
    void a_profile_is_read_from_the_shared_file_and_read_again_when_it_changes() throws Exception {
        Path file = Files.writeString(folder.resolve("credentials"), """
            [default]
            aws_access_key_id = AKDEFAULT
            aws_secret_access_key = default-secret

            # a comment
            [dev]
            aws_access_key_id=AKDEV
            aws_secret_access_key=dev/secret+=
            aws_session_token=dev-token==
            """);
        environment.put("AWS_SHARED_CREDENTIALS_FILE", file.toString());
        environment.put("AWS_PROFILE", "dev");
        try (UpstreamHttp http = http("");
                UpstreamHttp plain = http(", identity: { aws: { profile: default } }")) {
            assertEquals(200, post(http));
            assertSigned("AKDEV", "dev/secret+=", "dev-token==");
            post(plain);
            assertSigned("AKDEFAULT", "default-secret", "");
            Files.writeString(file, "[dev]\naws_access_key_id=AKNEW\naws_secret_access_key=new\n");
            Files.setLastModifiedTime(file, java.nio.file.attribute.FileTime.from(NOW.plusSeconds(1)));
            now = NOW.plusSeconds(6);
            post(http);
            assertSigned("AKNEW", "new", "");
            assertTrue(refused(plain).detail().contains("AWS profile \"default\" has no access key"));
        }
    }

    @Test
    void a_profile_that_leads_elsewhere_is_said_and_nothing_is_sent() throws Exception {
        Path file = Files.writeString(folder.resolve("credentials"), "[dev]\nrole_arn = arn:aws:iam::1:role/x\n");
        try (UpstreamHttp http = http(", identity: { aws: { profile: dev, credentials-file: \"" + file + "\" } }")) {
            UpstreamFault fault = refused(http);
            assertEquals(UpstreamFault.Kind.CREDENTIAL, fault.kind());
            assertFalse(fault.billable());
            assertTrue(fault.detail().contains("what its role_arn leads to is not followed"), fault.detail());
            assertTrue(fault.detail().contains("or use a bedrock api key"), "what to do instead: " + fault.detail());
            Files.delete(file);
            now = NOW.plusSeconds(10);
            assertTrue(refused(http).detail().contains("cannot be read"));
        }
        assertEquals(0, provider.requests().size());
    }

    @Test
    void a_container_asks_the_service_beside_it_and_shows_what_stands_in_the_file_now() throws Exception {
        Path token = Files.writeString(folder.resolve("token"), "first-word\n");
        environment.put(
                "AWS_CONTAINER_CREDENTIALS_FULL_URI", service("/v1/credentials").toString());
        environment.put("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", token.toString());
        lender.then(ReplayUpstream.json(200, lent("ONE", NOW.plus(Duration.ofHours(6)))))
                .then(ReplayUpstream.json(200, lent("TWO", NOW.plus(Duration.ofHours(12)))));
        try (UpstreamHttp http = http("")) {
            post(http);
            post(http);
            assertSigned("ONE", "secret-of-ONE", "token/of+ONE==");
            assertEquals(1, lender.requests().size(), "asked once for all calls");
            assertEquals(
                    "GET /v1/credentials HTTP/1.1", lender.requests().getFirst().line());
            assertEquals("first-word", lender.requests().getFirst().headers().get("authorization"));
            Files.writeString(token, "second-word");
            now = NOW.plus(Duration.ofHours(6)).minus(Duration.ofMinutes(6));
            post(http);
            assertSigned("ONE", "secret-of-ONE", "token/of+ONE==");
            assertEquals(1, lender.requests().size(), "there are no new ones before the last five minutes");
            now = NOW.plus(Duration.ofHours(6)).minus(Duration.ofMinutes(5));
            post(http);
            assertSigned("TWO", "secret-of-TWO", "token/of+TWO==");
            assertEquals("second-word", lender.requests().getLast().headers().get("authorization"));
        }
    }

    @Test
    void an_instance_opens_a_session_and_asks_for_its_role() throws Exception {
        lender.then(ReplayUpstream.json(200, "session=="))
                .then(ReplayUpstream.json(200, "gateway-role\n"))
                .then(ReplayUpstream.json(200, lent("INST", NOW.plus(Duration.ofHours(6)))));
        environment.put("AWS_EC2_METADATA_SERVICE_ENDPOINT", service("/").toString());
        try (UpstreamHttp http = http(", identity: { aws: { source: instance } }")) {
            assertEquals(200, post(http));
        }
        assertSigned("INST", "secret-of-INST", "token/of+INST==");
        List<ReplayUpstream.Seen> asked = lender.requests();
        assertEquals("PUT /latest/api/token HTTP/1.1", asked.get(0).line());
        assertEquals("300", asked.get(0).headers().get("x-aws-ec2-metadata-token-ttl-seconds"));
        assertEquals(
                "GET /latest/meta-data/iam/security-credentials/ HTTP/1.1",
                asked.get(1).line());
        assertEquals(
                "GET /latest/meta-data/iam/security-credentials/gateway-role HTTP/1.1",
                asked.get(2).line());
        assertEquals("session==", asked.get(1).headers().get("x-aws-ec2-metadata-token"));
        assertEquals("session==", asked.get(2).headers().get("x-aws-ec2-metadata-token"));
    }

    @Test
    void calls_that_meet_ask_once() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        lender.then(exchange -> {
            asked.countDown();
            go.await();
            exchange.json(200, "", lent("ONE", NOW.plusSeconds(3600)).getBytes(StandardCharsets.UTF_8));
        });
        environment.put("AWS_CONTAINER_CREDENTIALS_FULL_URI", service("/c").toString());
        try (UpstreamHttp http = http("");
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> calls = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                calls.add(threads.submit(() -> post(http)));
            }
            asked.await();
            go.countDown();
            for (Future<Integer> call : calls) {
                assertEquals(200, call.get());
            }
        }
        assertEquals(1, lender.requests().size());
    }

    @Test
    void what_was_lent_serves_until_it_ends_although_the_service_is_down_and_not_a_moment_longer() throws Exception {
        Instant end = NOW.plus(Duration.ofHours(1));
        lender.then(ReplayUpstream.json(200, lent("ONE", end)));
        environment.put("AWS_CONTAINER_CREDENTIALS_FULL_URI", service("/c").toString());
        try (UpstreamHttp http = http("")) {
            post(http);
            now = end.minusSeconds(60);
            assertEquals(200, post(http), "the old one is good for a minute");
            now = end;
            UpstreamFault fault = refused(http);
            assertEquals(UpstreamFault.Kind.CREDENTIAL, fault.kind());
            assertTrue(
                    fault.detail().endsWith("the service that lends AWS keys gave none: status 500"), fault.detail());
        }
        assertEquals(2, provider.requests().size());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "no json",
                "{\"Code\":\"AssumeRoleUnauthorizedAccess\",\"Message\":\"hush\"}",
                "{\"AccessKeyId\":\"a\\n"
                        + "b\",\"SecretAccessKey\":\"s\",\"Token\":\"t\",\"Expiration\":\"2030-01-01T00:00:00Z\"}",
                "{\"AccessKeyId\":\"a\",\"SecretAccessKey\":\"hush\",\"Token\":\"t\",\"Expiration\":\"tomorrow\"}",
                "{\"AccessKeyId\":\"a\",\"SecretAccessKey\":\"hush\",\"Token\":\"t\",\"Expiration\":\"2020-01-01T00:00:00Z\"}",
            })
    void what_is_no_key_is_none(String answer) throws Exception {
        lender.always(ReplayUpstream.json(200, answer));
        environment.put("AWS_CONTAINER_CREDENTIALS_FULL_URI", service("/c").toString());
        try (UpstreamHttp http = http("")) {
            UpstreamFault fault = refused(http);
            assertEquals(UpstreamFault.Kind.CREDENTIAL, fault.kind());
            assertFalse(fault.detail().contains("hush"), fault.detail());
        }
        assertEquals(0, provider.requests().size());
    }

    @Test
    void a_role_is_taken_with_the_own_key_and_its_keys_sign_until_they_end() throws Exception {
        environment.put("AWS_ACCESS_KEY_ID", "AKOWN");
        environment.put("AWS_SECRET_ACCESS_KEY", "own-secret");
        Instant end = NOW.plus(Duration.ofHours(1));
        lender.then(ReplayUpstream.json(200, role("ONE", end.getEpochSecond() + ".0")));
        lender.then(ReplayUpstream.json(200, role("TWO", "\"" + end.plus(Duration.ofHours(1)) + "\"")));
        lender.always(ReplayUpstream.json(403, "{\"Error\":{\"Code\":\"AccessDenied\",\"Message\":\"hush\"}}"));
        String arn = "arn:aws:iam::123456789012:role/team/gate+way";
        try (UpstreamHttp http = http(", identity: { aws: { role-arn: \"" + arn
                + "\", external-id: a b, role-endpoint: \"" + service("/") + "\" } }")) {
            assertEquals(200, post(http));
            assertSigned("ONE", "secret-of-ONE", "token/of+ONE==");
            ReplayUpstream.Seen asked = lender.requests().getFirst();
            assertEquals("AKOWN", SignedRequest.verified(asked, "own-secret"));
            assertTrue(asked.headers().get("authorization").contains("/eu-west-1/sts/aws4_request"), "as its service");
            assertEquals("application/json", asked.headers().get("accept"));
            assertEquals(
                    "Action=AssumeRole&Version=2011-06-15&RoleSessionName=portreeve&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012"
                            + "%3Arole%2Fteam%2Fgate%2Bway&ExternalId=a+b",
                    asked.text());
            now = end.minusSeconds(200);
            assertEquals(200, post(http));
            assertSigned("TWO", "secret-of-TWO", "token/of+TWO==");
            now = end.plus(Duration.ofHours(2));
            UpstreamFault fault = refused(http);
            assertEquals(UpstreamFault.Kind.CREDENTIAL, fault.kind());
            assertTrue(fault.detail().endsWith("gave none: status 403"), fault.detail());
        }
        assertEquals(2, provider.requests().size());
    }

    private static String role(String id, String until) {
        return "{\"AssumeRoleResponse\":{\"AssumeRoleResult\":{\"Credentials\":{\"AccessKeyId\":\"" + id
                + "\",\"SecretAccessKey\":\"secret-of-" + id + "\",\"SessionToken\":\"token/of+" + id
                + "==\",\"Expiration\":" + until + "}}}}";
    }

    @Test
    void a_role_is_asked_for_where_its_region_has_the_service() {
        environment.put("AWS_ACCESS_KEY_ID", "AK");
        environment.put("AWS_SECRET_ACCESS_KEY", "s");
        String arn = "role-arn: \"arn:aws:iam::123456789012:role/r\"";
        assertEquals("Role https://sts.eu-west-1.amazonaws.com/ of Key AK", source(arn));
        assertEquals("Role https://sts.cn-north-1.amazonaws.com.cn/ of Key AK", source("region: cn-north-1, " + arn));
        assertEquals("", source("role-arn: admin"), "refused");
        assertEquals("", source("external-id: x"), "refused");
    }

    /** A variable must not lead the gateway into a network, nor its authorization to a stranger in clear. */
    @ParameterizedTest
    @ValueSource(strings = {"http://10.0.0.1/c", "http://169.254.1.1/c", "http://192.0.2.1/c", "http://8.8.8.8/c"})
    void a_service_is_where_aws_has_one(String address) {
        environment.put("AWS_CONTAINER_CREDENTIALS_FULL_URI", address);
        try (UpstreamHttp http = http("")) {
            assertTrue(refused(http).detail().contains("the service that lends AWS keys gave none: "));
        }
    }

    @Test
    void what_the_environment_has_first_is_used_and_an_instance_only_where_it_is_said() {
        assertEquals("", source(""));
        environment.put("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/credentials/1");
        environment.put("HOME", "/home/portreeve");
        assertEquals("Container http://169.254.170.2/v2/credentials/1", source(""));
        environment.put("AWS_PROFILE", "p");
        assertEquals("Profile /home/portreeve/.aws/credentials", source(""));
        environment.put("AWS_ACCESS_KEY_ID", "AK");
        environment.put("AWS_SECRET_ACCESS_KEY", "s");
        assertEquals("Key AK", source(""));
        assertEquals("Profile /home/portreeve/.aws/credentials", source("profile: other"));
        assertEquals("Instance http://169.254.169.254", source("source: instance"));
    }

    private String source(String aws) {
        String yaml = "providers: [ { id: p, base-url: \"http://localhost\", auth: aws-sigv4, identity: { aws: { " + aws
                + " } } } ]";
        AwsIdentity.Resolved resolved;
        try {
            resolved = ConfigFile.parse("t.yaml", yaml, folder, environment::get)
                    .providers()
                    .getFirst()
                    .identity()
                    .aws()
                    .resolved();
        } catch (RuntimeException incomplete) {
            return "";
        }
        return resolved == null ? "" : shown(resolved);
    }

    private static String shown(AwsIdentity.Resolved resolved) {
        return switch (resolved) {
            case AwsIdentity.Resolved.Role role -> "Role " + role.endpoint() + " of " + shown(role.own());
            case AwsIdentity.Resolved.Key key -> "Key " + key.accessKeyId();
            case AwsIdentity.Resolved.Profile profile -> "Profile " + profile.file();
            case AwsIdentity.Resolved.Container container -> "Container " + container.endpoint();
            case AwsIdentity.Resolved.Instance instance -> "Instance " + instance.endpoint();
        };
    }
}
