package dev.portreeve.gateway.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Which arguments are to run: others than those that were asked for, or exactly those that were seen. */
final class EditOptions {
    private static final int LARGEST = 1 << 20;
    /** Numbers are sent as they were written. */
    private static final JsonMapper EXACT = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.USE_BIG_INTEGER_FOR_INTS)
            .build();

    @Option(
            names = "--arguments",
            paramLabel = "FILE",
            description =
                    "a JSON object that runs instead of what was asked for, where the rule lets it be changed; the"
                            + " caller is told")
    private @Nullable Path file;

    @Option(
            names = "--sha256",
            paramLabel = "DIGEST",
            description = "of the arguments that you saw; needed where another approver changed them")
    private @Nullable String shown;

    /** Adds it to a decision. */
    void addTo(ObjectNode decision) {
        if (file != null) {
            decision.set("arguments", read(file));
        }
        if (shown != null) {
            decision.put("arguments_sha256", shown);
        }
    }

    private static JsonNode read(Path file) {
        try {
            if (Files.size(file) > LARGEST) {
                throw new CliFailure(CliFailure.USAGE, file + " has more than " + LARGEST + " bytes");
            }
            JsonNode json = EXACT.readTree(Files.readAllBytes(file));
            if (!json.isObject()) {
                throw new CliFailure(CliFailure.USAGE, file + " is no JSON object");
            }
            return json;
        } catch (JacksonException malformed) {
            throw new CliFailure(CliFailure.USAGE, file + " is not JSON");
        } catch (IOException unreadable) {
            throw new CliFailure(CliFailure.USAGE, file + " cannot be read");
        }
    }

    /** What each of the rules lets an approver change. */
    static List<String> places(JsonNode edits) {
        return edits.valueStream()
                .map(ofRule -> String.join(
                        ", ", ofRule.valueStream().map(JsonNode::asString).toList()))
                .toList();
    }
}
