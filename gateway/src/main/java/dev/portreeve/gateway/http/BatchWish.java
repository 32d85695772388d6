package dev.portreeve.gateway.http;

import dev.portreeve.gateway.dialect.BadRequest;
import dev.portreeve.gateway.dialect.Dialect;
import dev.portreeve.gateway.dialect.Operation;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a caller says of a batch that shall be made, in OpenAI's words.
 *
 * @param inputFile the file with its requests
 * @param metadata an object of texts; {@code null} if there is none
 * @param outputLife how long what comes of it is kept; {@code null} leaves it to the gateway
 */
record BatchWish(
        String inputFile,
        Path path,
        @Nullable ObjectNode metadata,
        @Nullable Duration outputLife) {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    private static final List<String> MEMBERS =
            List.of("input_file_id", "endpoint", "completion_window", "metadata", "output_expires_after");
    private static final int MAX_PAIRS = 16;
    private static final int MAX_KEY = 64;
    private static final int MAX_VALUE = 512;
    private static final Duration SHORTEST = Duration.ofHours(1);

    /** Which calls a batch may be of. */
    enum Path {
        CHAT("/v1/chat/completions", Dialect.OPENAI_CHAT, Operation.CHAT),
        RESPONSES("/v1/responses", Dialect.OPENAI_RESPONSES, Operation.CHAT),
        EMBEDDINGS("/v1/embeddings", Dialect.OPENAI_CHAT, Operation.EMBEDDINGS);

        private final String url;
        private final Dialect dialect;
        private final Operation operation;

        Path(String url, Dialect dialect, Operation operation) {
            this.url = url;
            this.dialect = dialect;
            this.operation = operation;
        }

        String url() {
            return url;
        }

        Dialect dialect() {
            return dialect;
        }

        Operation operation() {
            return operation;
        }

        static Optional<Path> of(String url) {
            return Arrays.stream(values()).filter(path -> path.url.equals(url)).findFirst();
        }

        /** The path of a batch's items. */
        static Path of(Dialect dialect, Operation operation) {
            return Arrays.stream(values())
                    .filter(path -> path.dialect == dialect && path.operation == operation)
                    .findFirst()
                    .orElse(CHAT);
        }
    }

    /**
     * @param longestLife of what comes of a batch
     * @throws BadRequest for a body that says something else
     */
    static BatchWish read(byte[] body, Duration longestLife) {
        JsonNode wish;
        try {
            wish = JSON.readTree(body);
        } catch (JacksonException broken) {
            throw new BadRequest(400, "invalid_json", null, "the body is not valid json");
        }
        if (!wish.isObject()) {
            throw new BadRequest(400, "invalid_type", null, "the body must be an object");
        }
        for (String member : wish.propertyNames()) {
            if (!MEMBERS.contains(member)) {
                throw new BadRequest(
                        400,
                        "unsupported_parameter",
                        FormHeader.shown(member),
                        "\"" + FormHeader.shown(member) + "\" is not known: " + String.join(", ", MEMBERS) + " are");
            }
        }
        if (!wish.path("completion_window").asString("").equals("24h")) {
            throw invalid("completion_window", "must be 24h");
        }
        Path path = Path.of(text(wish, "endpoint"))
                .orElseThrow(() -> invalid(
                        "endpoint",
                        "must be one of "
                                + Arrays.stream(Path.values()).map(Path::url).collect(Collectors.joining(", "))));
        return new BatchWish(text(wish, "input_file_id"), path, metadata(wish), life(wish, longestLife));
    }

    private static String text(JsonNode wish, String member) {
        String text = wish.path(member).asString("");
        if (text.isEmpty()) {
            throw new BadRequest(400, "missing_required_parameter", member, "there is no \"" + member + "\"");
        }
        return text;
    }

    private static @Nullable ObjectNode metadata(JsonNode wish) {
        JsonNode metadata = wish.path("metadata");
        if (metadata.isMissingNode() || metadata.isNull()) {
            return null;
        }
        if (!(metadata instanceof ObjectNode pairs) || pairs.size() > MAX_PAIRS) {
            throw invalid("metadata", "must be an object of at most " + MAX_PAIRS + " texts");
        }
        boolean fits = pairs.propertyStream()
                .allMatch(pair -> pair.getKey().length() <= MAX_KEY
                        && pair.getValue().isString()
                        && pair.getValue().asString().length() <= MAX_VALUE);
        if (!fits) {
            throw invalid(
                    "metadata",
                    "must have names of at most " + MAX_KEY + " and texts of at most " + MAX_VALUE + " characters");
        }
        return pairs;
    }

    private static @Nullable Duration life(JsonNode wish, Duration longest) {
        JsonNode after = wish.path("output_expires_after");
        if (after.isMissingNode() || after.isNull()) {
            return null;
        }
        long seconds = after.path("seconds").asLong(0);
        if (!after.path("anchor").asString("").equals("created_at")
                || seconds < SHORTEST.toSeconds()
                || seconds > longest.toSeconds()) {
            throw invalid(
                    "output_expires_after",
                    "must have the anchor created_at and seconds from " + SHORTEST.toSeconds() + " to "
                            + longest.toSeconds());
        }
        return Duration.ofSeconds(seconds);
    }

    private static BadRequest invalid(String member, String why) {
        return new BadRequest(400, "invalid_value", member, "\"" + member + "\" " + why);
    }
}
