package dev.portreeve.gateway.model;

import dev.portreeve.gateway.config.KnownProvider;
import dev.portreeve.gateway.dialect.Dialect;
import dev.portreeve.gateway.dialect.GeminiEmbedBody;
import dev.portreeve.gateway.dialect.Operation;
import dev.portreeve.gateway.dialect.PathTemplate;
import dev.portreeve.gateway.dialect.VertexBody;
import dev.portreeve.gateway.turn.MistralBody;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * In what form requests reach a server: that of the dialect, or what the server differs from it in. Answers are those of the
 * dialect. Immutable, so any thread may ask.
 */
sealed interface RequestForm {
    /** Where an operation is, or {@code null} if the server does not have it. */
    default @Nullable PathTemplate path(Dialect dialect, Operation operation) {
        return dialect.path(operation);
    }

    /** The body as it is sent. What has to be left out is said in the call's reply. */
    default byte[] body(ProviderCall call, byte[] body) {
        return body;
    }

    /** Whether the version of Anthropic's format is said in a header. */
    default boolean hasVersionHeader() {
        return true;
    }

    /** @param apiVersion where the quirk has one */
    static RequestForm of(KnownProvider.@Nullable Quirk quirk, @Nullable String apiVersion) {
        return switch (quirk) {
            case MISTRAL -> new Mistral();
            case VERTEX -> new Vertex();
            case AZURE_DEPLOYMENTS -> new AzureDeployments(String.valueOf(apiVersion));
            case null -> new Plain();
        };
    }

    /** That of the dialect. */
    record Plain() implements RequestForm {
        @Override
        public byte[] body(ProviderCall call, byte[] body) {
            boolean named = call.request().dialect() == Dialect.GEMINI
                    && call.request().operation().embeds();
            return named ? GeminiEmbedBody.named(body, call.upstreamModel()) : body;
        }
    }

    /** What Mistral would refuse for a member's name is left out, and said. */
    record Mistral() implements RequestForm {
        @Override
        public byte[] body(ProviderCall call, byte[] body) {
            if (call.request().dialect() != Dialect.OPENAI_CHAT
                    || call.request().operation() != Operation.CHAT) {
                return body;
            }
            MistralBody mistral = new MistralBody();
            byte[] shaped = mistral.of(body);
            if (!mistral.dropped().isEmpty()) {
                call.reply()
                        .lost(mistral.dropped().stream()
                                .distinct()
                                .map(name -> "request." + name + ": dropped, the provider refuses it")
                                .toList());
            }
            return shaped;
        }
    }

    /** Claude on Google's Vertex: the model stands in the path, the version of the format in the body. */
    record Vertex() implements RequestForm {
        private static final Map<Operation, PathTemplate> PATHS = Map.of(
                Operation.CHAT,
                new PathTemplate("/models/{model}:rawPredict", "/models/{model}:streamRawPredict"),
                Operation.COUNT_TOKENS,
                PathTemplate.of("/models/count-tokens:rawPredict"));

        @Override
        public @Nullable PathTemplate path(Dialect dialect, Operation operation) {
            return PATHS.get(operation);
        }

        @Override
        public byte[] body(ProviderCall call, byte[] body) {
            return VertexBody.of(body, call.request().operation() == Operation.COUNT_TOKENS);
        }

        @Override
        public boolean hasVersionHeader() {
            return false;
        }
    }

    /** Azure's older address, where each deployment has a path of its own and the version of the API stands in the query. */
    record AzureDeployments(String apiVersion) implements RequestForm {
        @Override
        public @Nullable PathTemplate path(Dialect dialect, Operation operation) {
            PathTemplate usual = dialect.path(operation);
            return usual == null
                    ? null
                    : PathTemplate.of("/deployments/{model}" + usual.whole() + "?api-version=" + apiVersion);
        }
    }
}
