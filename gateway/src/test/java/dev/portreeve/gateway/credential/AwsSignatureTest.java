package dev.portreeve.gateway.credential;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.portreeve.hub.credential.CredentialUnavailable;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.Secret;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Signatures that AWS's own tools made of the same requests: the first is the best known one of the test suite that AWS
 * publishes, the others were made with botocore 1.43.
 */
class AwsSignatureTest {
    private static final String SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    private static final String BEDROCK = "https://bedrock-runtime.eu-central-1.amazonaws.com";
    private static final Instant NOW = Instant.parse("2026-11-21T08:30:05Z");

    private static AwsSignature signature(@Nullable String token, String region, String service) {
        return new AwsSignature(keys(token), region, service);
    }

    private static AwsSignature.Keys keys(@Nullable String token) {
        return new AwsSignature.Keys("AKIDEXAMPLE", new Secret(SECRET), token == null ? null : new Secret(token));
    }

    @Test
    void the_plainest_request_of_the_published_suite() {
        Map<String, String> added = signature(null, "us-east-1", "service")
                .sign(
                        "GET",
                        URI.create("https://example.amazonaws.com/"),
                        Map.of("host", "example.amazonaws.com"),
                        new byte[0],
                        Instant.parse("2015-08-30T12:36:00Z"));
        assertEquals(
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request,"
                        + " SignedHeaders=host;x-amz-date,"
                        + " Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
                added.get("authorization"));
        assertEquals("20150830T123600Z", added.get("x-amz-date"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            /model/anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse | {"a":1} | | b5477316fc0c4efc3ad4b90fcd50082ce3c6f674de6555c9682e0857a4f51dc2
            /model/arn%3Aaws%3Abedrock%3Aeu-central-1%3A123456789012%3Ainference-profile%2Feu.anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse-stream | {"a":"Grüße 漢字"} | IQoJb3JpZ2luX2VjE+/= | f26593ae4f585a8eb44474f7223abc83e9976763f4ccc9c0506cfb4da4c1313d
            /model/m/converse?b=2&a=1&a=%20x | {} | | dfdaae88e56c5dc45a4ec2ed0728fa2ea8e7e3463af19755852fd55b3142f2ed
            """)
    void requests_to_bedrock_as_botocore_signs_them(String path, String body, @Nullable String token, String expected) {
        SignedCredential credential = new SignedCredential(keys(token), "eu-central-1", "bedrock", () -> NOW);
        Map<String, String> headers = headers(credential, BEDROCK + path, body);
        String authorization = String.valueOf(headers.get("authorization"));
        assertEquals(expected, authorization.substring(authorization.lastIndexOf('=') + 1));
        assertEquals(token, headers.get("x-amz-security-token"));
        assertEquals("bedrock-runtime.eu-central-1.amazonaws.com", headers.get("host"));
    }

    @Test
    void a_host_with_a_port_is_signed_with_it() {
        SignedCredential credential = new SignedCredential(keys(null), "eu-central-1", "bedrock", () -> NOW);
        String authorization = String.valueOf(headers(credential, "http://localhost:8765/model/m/converse", "")
                .get("authorization"));
        assertEquals(
                "e4d1b05b93fde8d0f22829cb55db6cef1664537aaafcef4da00439e1f9b5cee6",
                authorization.substring(authorization.lastIndexOf('=') + 1));
    }

    private static Map<String, String> headers(SignedCredential credential, String uri, String body) {
        try {
            return credential.headers(
                    new UpstreamCredential.Outgoing(
                            "POST", URI.create(uri), "application/json", body.getBytes(StandardCharsets.UTF_8)),
                    Deadline.in(Duration.ofSeconds(1)));
        } catch (CredentialUnavailable none) {
            throw new AssertionError(none);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            GET | /test.txt          | range=bytes=0-9                                                                 |                     | f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41
            PUT | /test%24file.text  | date=Fri, 24 May 2013 00:00:00 GMT;x-amz-storage-class=REDUCED_REDUNDANCY       | Welcome to Amazon S3. | 98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd
            GET | /?lifecycle        |                                                                                 |                     | fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543
            GET | /?max-keys=2&prefix=J |                                                                              |                     | 34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7
            """)
    void requests_to_s3_as_its_documentation_signs_them(
            String method, String path, @Nullable String headers, @Nullable String body, String expected) {
        Map<String, String> signed = new TreeMap<>(Map.of("host", "examplebucket.s3.amazonaws.com"));
        if (headers != null) {
            for (String header : headers.split(";", -1)) {
                signed.put(header.substring(0, header.indexOf('=')), header.substring(header.indexOf('=') + 1));
            }
        }
        String authorization = String.valueOf(AwsSignature.ofObjects(
                        new AwsSignature.Keys(
                                "AKIAIOSFODNN7EXAMPLE", new Secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"), null),
                        "us-east-1")
                .sign(
                        method,
                        URI.create("https://examplebucket.s3.amazonaws.com" + path),
                        signed,
                        (body == null ? "" : body).getBytes(StandardCharsets.UTF_8),
                        Instant.parse("2013-05-24T00:00:00Z"))
                .get("authorization"));
        assertEquals(expected, authorization.substring(authorization.lastIndexOf('=') + 1));
    }

    @Test
    void header_values_are_trimmed_and_sorted_by_name() {
        TreeMap<String, String> headers =
                new TreeMap<>(Map.of("my-header2", " \"a   b   c\"", "my-header1", " value1 "));
        assertEquals(
                "GET\n/path\n\nmy-header1:value1\nmy-header2:\"a b c\"\n\nmy-header1;my-header2\nhash",
                AwsSignature.canonicalRequest("GET", "/path", null, headers, "hash"));
    }

    @Test
    void a_query_is_sorted_by_name_and_then_by_value() {
        TreeMap<String, String> headers = new TreeMap<>(Map.of("host", "h"));
        assertEquals(
                "GET\n/\nParam=Value2&Param-3=Value3&a=1&a=2\nhost:h\n\nhost\nhash",
                AwsSignature.canonicalRequest("GET", "/", "Param-3=Value3&a=2&Param=Value2&a=1", headers, "hash"));
    }

    @Test
    void keys_print_without_their_secret() {
        AwsSignature.Keys keys = new AwsSignature.Keys("AKIDEXAMPLE", new Secret(SECRET), new Secret("token"));
        assertFalse(keys.toString().contains(SECRET) || keys.toString().contains("token"), keys.toString());
    }
}
