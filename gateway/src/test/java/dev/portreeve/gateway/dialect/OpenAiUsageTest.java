package dev.portreeve.gateway.dialect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.policy.call.Estimate;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.Price;
import dev.portreeve.policy.call.Rates;
import dev.portreeve.policy.call.Usage;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What OpenAI's numbers mean, and what is made of numbers that cannot be true. */
class OpenAiUsageTest {
    private static final long SEED = 5;

    private static Usage read(String usage) {
        OpenAiMeter meter = new OpenAiMeter();
        meter.readAnswer(("{\"usage\":" + usage + "}").getBytes(StandardCharsets.UTF_8));
        return Objects.requireNonNull(meter.reported());
    }

    private static Usage reported(long input, long cached, long output, Usage.Parts parts) {
        return new Usage(input, cached, output, parts, Usage.Basis.REPORTED);
    }

    @Test
    void the_parts_are_inside_their_totals() {
        assertEquals(
                reported(100, 60, 50, new Usage.Parts(10, 0, 5, 30, 4)),
                read(
                        "{\"prompt_tokens\":100,\"completion_tokens\":50,\"total_tokens\":150,"
                                + "\"prompt_tokens_details\":{\"cached_tokens\":60,\"cache_write_tokens\":10,\"audio_tokens\":5},"
                                + "\"completion_tokens_details\":{\"reasoning_tokens\":30,\"audio_tokens\":4,\"accepted_prediction_tokens\":1}}"));
    }

    @Test
    void reasoning_that_a_provider_counts_beside_the_completion_is_charged_too() {
        assertEquals(
                reported(10, 0, 45, new Usage.Parts(0, 0, 0, 40, 0)),
                read("{\"prompt_tokens\":10,\"completion_tokens\":5,\"total_tokens\":55,"
                        + "\"completion_tokens_details\":{\"reasoning_tokens\":40}}"));
    }

    @Test
    void parts_that_do_not_fit_are_cut_and_never_make_a_call_cheaper() {
        assertEquals(
                reported(10, 0, 5, new Usage.Parts(2, 0, 8, 0, 5)),
                read("{\"prompt_tokens\":10,\"completion_tokens\":5,"
                        + "\"prompt_tokens_details\":{\"cached_tokens\":900,\"cache_write_tokens\":900,\"audio_tokens\":8},"
                        + "\"completion_tokens_details\":{\"reasoning_tokens\":900,\"audio_tokens\":900}}"));
    }

    @Test
    void details_of_any_shape_do_not_break_an_answer() {
        for (String details :
                List.of("null", "[]", "7", "\"x\"", "{}", "{\"cached_tokens\":null}", "{\"cached_tokens\":-4}")) {
            assertEquals(
                    reported(3, 0, 2, Usage.Parts.NONE),
                    read("{\"prompt_tokens\":3,\"completion_tokens\":2,\"prompt_tokens_details\":" + details
                            + ",\"completion_tokens_details\":" + details + "}"));
        }
    }

    @Test
    void whatever_is_reported_costs_between_nothing_and_the_worst_case_of_its_totals() {
        Random random = new Random(SEED);
        Rates rates = new Rates(
                new NanoUsd(7),
                new NanoUsd(1),
                new NanoUsd(9),
                new NanoUsd(14),
                new NanoUsd(30),
                new NanoUsd(40),
                new NanoUsd(50),
                new NanoUsd(90));
        Price price = new Price(rates, List.of(), NanoUsd.ZERO, "test");
        for (int i = 0; i < 5_000; i++) {
            long[] n = random.longs(8, 0, 1L << random.nextInt(1, 50)).toArray();
            Usage usage = read("{\"prompt_tokens\":" + n[0] + ",\"completion_tokens\":" + n[1] + ",\"total_tokens\":"
                    + (random.nextBoolean() ? n[0] + n[1] + n[5] : n[2])
                    + ",\"prompt_tokens_details\":{\"cached_tokens\":" + n[3] + ",\"cache_write_tokens\":" + n[4]
                    + ",\"audio_tokens\":" + n[7]
                    + "},\"completion_tokens_details\":{\"reasoning_tokens\":" + n[5] + ",\"audio_tokens\":" + n[6]
                    + "}}");
            NanoUsd cost = price.of(usage);
            Estimate totals = new Estimate(usage.inputTokens(), usage.outputTokens(), price);
            assertTrue(cost.nanos() >= 0 && cost.compareTo(totals.worstCase()) <= 0, "seed " + SEED + ", turn " + i);
        }
    }
}
