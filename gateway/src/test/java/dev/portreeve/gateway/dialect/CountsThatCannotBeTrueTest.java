package dev.portreeve.gateway.dialect;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.portreeve.policy.call.Usage;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is made, on every path, of numbers of tokens that no provider should say. */
class CountsThatCannotBeTrueTest {
    private static final long MOST = 1L << 48;
    private static final Map<String, Long> MEANT = Map.of(
            "12.0", 12L,
            "12.2", 13L,
            "1e3", 1000L,
            "-5", 0L,
            "-0.5", 0L,
            "-99999999999999999999999999", 0L,
            "9007199254740993", MOST,
            "99999999999999999999999999", MOST,
            "1e300", MOST,
            "\"12\"", 0L);

    private static Stream<Arguments> paths() {
        Map<String, Supplier<AnswerMeter>> meters = Map.of(
                "{\"usage\":{\"prompt_tokens\":%s,\"completion_tokens\":%s}}", OpenAiMeter::new,
                "{\"usage\":{\"input_tokens\":%s,\"output_tokens\":%s} }", ResponsesMeter::new,
                "{\"usage\":{\"input_tokens\":%s,\"output_tokens\":%s}}", AnthropicMeter::new,
                "{\"usageMetadata\":{\"promptTokenCount\":%s,\"candidatesTokenCount\":%s}}", GeminiMeter::new,
                "{\"usage\":{\"inputTokens\":%s,\"outputTokens\":%s}}", BedrockMeter::new,
                "{\"usage\":{\"tokens\":{\"input_tokens\":%s,\"output_tokens\":%s}}}", CohereMeter::new);
        return meters.entrySet().stream()
                .flatMap(path -> MEANT.entrySet().stream()
                        .map(number ->
                                Arguments.of(path.getKey(), path.getValue(), number.getKey(), number.getValue())));
    }

    @ParameterizedTest
    @MethodSource("paths")
    void aPartOfATokenIsAWholeOneAndNothingIsBelowZero(
            String answer, Supplier<AnswerMeter> path, String number, long meant) {
        AnswerMeter meter = path.get();
        meter.readAnswer(answer.formatted(number, "7.5").getBytes(StandardCharsets.UTF_8));
        Usage usage = Objects.requireNonNull(meter.reported());
        assertEquals(meant, usage.inputTokens());
        assertEquals(8, usage.outputTokens());
    }
}
