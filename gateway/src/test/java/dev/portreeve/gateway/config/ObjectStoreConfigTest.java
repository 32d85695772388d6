package dev.portreeve.gateway.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a bucket is. */
class ObjectStoreConfigTest {
    private static ObjectStoreConfig config(
            String bucket, @Nullable String endpoint, @Nullable Boolean pathStyle, Map<String, String> environment) {
        return new ObjectStoreConfig(bucket, endpoint == null ? null : URI.create(endpoint), pathStyle, false, null)
                .completed(environment::get);
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            evidence,     ,                            ,      eu-central-1, https://evidence.s3.eu-central-1.amazonaws.com/
            evidence,     ,                            true,  eu-central-1, https://s3.eu-central-1.amazonaws.com/evidence/
            evid.ence,    ,                            ,      eu-central-1, https://s3.eu-central-1.amazonaws.com/evid.ence/
            evidence,     ,                            ,      cn-north-1,   https://evidence.s3.cn-north-1.amazonaws.com.cn/
            evidence,     http://127.0.0.1:9000,       ,      ,             http://127.0.0.1:9000/evidence/
            evidence,     https://objects.example.com/, false, ,            https://evidence.objects.example.com/
            """)
    void an_address_is_made_of_what_is_said(
            String bucket,
            @Nullable String endpoint,
            @Nullable Boolean pathStyle,
            @Nullable String region,
            String expected) {
        Map<String, String> environment = region == null
                ? Map.of("AWS_ACCESS_KEY_ID", "AKID", "AWS_SECRET_ACCESS_KEY", "s")
                : Map.of("AWS_ACCESS_KEY_ID", "AKID", "AWS_SECRET_ACCESS_KEY", "s", "AWS_REGION", region);
        assertEquals(
                URI.create(expected),
                config(bucket, endpoint, pathStyle, environment).base());
    }

    @Test
    void what_is_missing_is_named() {
        assertEquals(
                "no access key: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or write aws",
                config("evidence", null, null, Map.of()).missing());
        assertTrue(String.valueOf(
                        config("evidence", null, null, Map.of("AWS_ACCESS_KEY_ID", "A", "AWS_SECRET_ACCESS_KEY", "s"))
                                .missing())
                .startsWith("no region"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://objects.example.com/evidence",
                "https://user@objects.example.com",
                "ftp://objects.example.com",
                "https://objects.example.com?x",
                "objects.example.com"
            })
    void an_endpoint_is_an_address_and_nothing_else(String endpoint) {
        assertThrows(IllegalArgumentException.class, () -> config("evidence", endpoint, null, Map.of()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ab", "Evidence", "-evidence", "evi/dence", "evidence-"})
    void a_bucket_has_a_name_that_stores_take(String bucket) {
        assertThrows(IllegalArgumentException.class, () -> config(bucket, null, null, Map.of()));
    }
}
