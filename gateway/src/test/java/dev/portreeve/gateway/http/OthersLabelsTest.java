package dev.portreeve.gateway.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.model.ReplayUpstream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What clients of other gateways say of their calls stands in the record as ours do, and a mistake in it stops nothing. */
class OthersLabelsTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            x-portkey-metadata | {"env":"prod","n":3,"deep":{"a":1},"bad value":"x y"} | "tags":["env:prod","n:3"]
            cf-aig-metadata | {"team":"blue","ok":true} | "tags":["team:blue","ok:true"]
            x-litellm-tags | batch, night run ,nightly | "tags":["batch","nightly"]
            x-portkey-trace-id | trace-4711 | "session":"trace-4711"
            x-portkey-metadata | not json | "operation":"chat"
            """)
    void a_call_says_it_in_its_record(String header, String value, String recorded) throws Exception {
        try (ReplayUpstream upstream =
                        new ReplayUpstream().always(ReplayUpstream.json(200, ReplayUpstream.recorded("chat.json")));
                EdgeFixture edge = new EdgeFixture()
                        .provider("up", upstream.baseUrl())
                        .model("fast", "up/m")
                        .start();
                Caller caller = new Caller(edge)) {
            byte[] body = "{\"model\":\"fast\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"
                    .getBytes(StandardCharsets.UTF_8);
            assertEquals(
                    200,
                    caller.post("/v1/chat/completions", body, Map.of(header, value))
                            .statusCode());
            StringBuilder records = new StringBuilder();
            edge.journal.records().forEach(record -> records.append(new String(record.leaf(), StandardCharsets.UTF_8)));
            assertTrue(records.toString().contains(recorded), records.toString());
            assertEquals(false, upstream.requests().getFirst().headers().containsKey(header));
        }
    }
}
