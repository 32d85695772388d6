package dev.portreeve.gateway.dialect;

import dev.portreeve.policy.call.Usage;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonToken;

/** The {@code usage} of Cohere's answers. Its numbers may have a decimal point. For the call's thread. */
final class CohereUsage {

    private boolean seen;
    private long billedInput = -1;
    private long billedOutput = -1;
    private long input;
    private long output;

    /** Reads the value that the walk stands on, if it is a usage. */
    void read(JsonWalk walk) {
        if (!walk.is(JsonToken.START_OBJECT)) {
            walk.skipQuickly();
            return;
        }
        seen = true;
        while (walk.member()) {
            boolean billed = walk.name().equals("billed_units");
            if (!walk.is(JsonToken.START_OBJECT) || !(billed || walk.name().equals("tokens"))) {
                walk.skipQuickly();
                continue;
            }
            while (walk.member()) {
                switch (walk.name()) {
                    case "input_tokens" -> input(billed, walk.count(0));
                    case "output_tokens" -> output(billed, walk.count(0));
                    default -> walk.skipQuickly();
                }
            }
        }
    }

    private void input(boolean billed, long count) {
        if (billed) {
            billedInput = count;
        } else {
            input = count;
        }
    }

    private void output(boolean billed, long count) {
        if (billed) {
            billedOutput = count;
        } else {
            output = count;
        }
    }

    /** What is billed, or {@code null} where nothing was said. */
    @Nullable
    Usage reported() {
        return seen
                ? new Usage(
                        billedInput < 0 ? input : billedInput,
                        0,
                        billedOutput < 0 ? output : billedOutput,
                        Usage.Basis.REPORTED)
                : null;
    }
}
