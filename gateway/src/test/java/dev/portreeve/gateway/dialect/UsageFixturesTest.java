package dev.portreeve.gateway.dialect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.Usage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What each family of providers says it used, and what that is here. The files are written after documented answers; each names
 * where its shape is documented.
 */
class UsageFixturesTest {
    private static final Path FOLDER = Path.of("src/test/resources/usage");

    static Stream<Path> fixtures() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.sorted().toList().stream();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("fixtures")
    void reads(Path file) throws IOException {
        JsonNode fixture = JsonMapper.shared().readTree(Files.readString(file));
        assertTrue(fixture.path("source").isString(), "where its shape is documented");
        AnswerMeter meter = Dialect.valueOf(fixture.path("dialect").asString()).meter();
        if (fixture.has("answer")) {
            meter.readAnswer(fixture.path("answer").toString().getBytes(StandardCharsets.UTF_8));
        } else {
            read(meter, fixture.path("events"));
        }
        Usage usage = meter.reported();
        assertNotNull(usage, "it is reported");
        assertEquals(fixture.path("usage"), json(usage), file.toString());
    }

    private static void read(AnswerMeter meter, JsonNode events) {
        StringBuilder stream = new StringBuilder();
        for (JsonNode event : events) {
            if (event.has("type")) {
                stream.append("event: ").append(event.path("type").asString()).append('\n');
            }
            stream.append("data: ").append(event).append("\n\n");
        }
        byte[] bytes = stream.toString().getBytes(StandardCharsets.UTF_8);
        EventScan scan = new EventScan(bytes, 0, bytes.length);
        while (scan.next()) {
            AnswerMeter.Role unused = meter.readEvent(bytes, scan);
        }
    }

    private static ObjectNode json(Usage usage) {
        Usage.Parts parts = usage.parts();
        JsonMapper mapper = JsonMapper.shared();
        ObjectNode json = mapper.createObjectNode();
        usage.apart().uses().forEach((service, uses) -> json.withObject("uses").put(service.code(), uses));
        NanoUsd stated = usage.apart().stated();
        if (stated != null) {
            json.put("stated", stated.toDecimal());
        }
        return (ObjectNode) mapper.readTree(json.put("input", usage.inputTokens())
                .put("output", usage.outputTokens())
                .put("cached", usage.cachedInputTokens())
                .put("cache_write", parts.cacheWrite())
                .put("cache_write_1h", parts.cacheWriteHour())
                .put("audio_input", parts.audioInput())
                .put("image_input", parts.imageInput())
                .put("reasoning", parts.reasoning())
                .put("audio_output", parts.audioOutput())
                .put("image_output", parts.imageOutput())
                .put("tier", usage.terms().tier().name().toLowerCase(Locale.ROOT))
                .put("uplift", usage.terms().uplift())
                .toString());
    }
}
