package dev.portreeve.gateway.http;

import dev.portreeve.gateway.dialect.BadRequest;
import dev.portreeve.gateway.dialect.Dialect;
import dev.portreeve.gateway.dialect.ModelRequest;
import dev.portreeve.gateway.dialect.Operation;
import dev.portreeve.gateway.model.InliningProvider;
import dev.portreeve.gateway.model.ModelProvider;
import dev.portreeve.gateway.model.ModelRoute;
import dev.portreeve.gateway.model.TranslatingEmbeddings;
import dev.portreeve.gateway.model.TranslatingProvider;
import dev.portreeve.gateway.turn.CallerMemory;
import dev.portreeve.gateway.turn.EmbeddingsTranslation;
import dev.portreeve.gateway.turn.Note;
import dev.portreeve.gateway.turn.Translation;
import dev.portreeve.policy.call.HostedUse;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A request and who answers it: the provider itself where it speaks the caller's dialect, else a translation before it.
 *
 * @param inputBound an upper bound of the input tokens, whichever body the provider gets
 * @param translation the dialects and what was lost between them; empty where none was needed
 * @param hosted the tools that the provider would run by itself, whatever became of them
 */
record Attempt(
        ModelRequest request,
        ModelProvider provider,
        long inputBound,
        List<String> translation,
        List<HostedUse> hosted) {
    Attempt {
        hosted = List.copyOf(hosted);
        translation = List.copyOf(translation);
    }

    /**
     * Nothing if the provider has no such operation in any dialect.
     *
     * @param gate made for this route
     * @param withTexts whether guardrails will read the texts
     * @param memory of the caller's conversation
     * @throws BadRequest if the request cannot be translated
     */
    static Optional<Attempt> at(
            ModelRoute route,
            ModelRequest asked,
            HostedToolGate gate,
            boolean withTexts,
            InstantSource clock,
            CallerMemory memory) {
        ModelProvider provider = route.provider();
        ModelRequest request = gate.admit(asked, withTexts);
        if (provider.speaks(request.dialect(), request.operation())) {
            List<String> notes = gate.notes().isEmpty()
                    ? List.of()
                    : concat(request.dialect().code(), gate.notes());
            ModelProvider inlining = InliningProvider.before(provider, provider, request.dialect(), request);
            return Optional.of(new Attempt(request, inlining, request.inputBound(), notes, gate.uses()));
        }
        if (request.operation().embeds()) {
            return embedded(route, request, gate);
        }
        if (request.operation() != Operation.CHAT) {
            return Optional.empty();
        }
        for (Dialect other : preferred(request.dialect())) {
            if (provider.speaks(other, Operation.CHAT)) {
                return Optional.of(translated(route, request, other, gate, clock, memory));
            }
        }
        return Optional.empty();
    }

    private static Optional<Attempt> embedded(ModelRoute route, ModelRequest request, HostedToolGate gate) {
        Dialect caller = request.dialect();
        Dialect other = EmbeddingsTranslation.provider(caller);
        if (!route.provider().speaks(other, EmbeddingsTranslation.operation(caller))) {
            return Optional.empty();
        }
        EmbeddingsTranslation translation = EmbeddingsTranslation.of(
                caller,
                request.operation(),
                request.body(),
                route.upstreamModel(),
                route.treatment().unsupported());
        List<String> lost = concat(caller.code() + " to " + other.code(), gate.notes());
        translation.notes().stream().map(Note::toString).forEach(lost::add);
        return Optional.of(new Attempt(
                request,
                new TranslatingEmbeddings(route.provider(), route.treatment().unsupported()),
                Math.max(request.inputBound(), translation.request().length),
                lost,
                gate.uses()));
    }

    /** OpenAI's newer dialect carries thoughts through a tool loop, which the older one cannot. */
    private static List<Dialect> preferred(Dialect caller) {
        return caller == Dialect.OPENAI_RESPONSES
                ? List.of(
                        Dialect.ANTHROPIC_MESSAGES,
                        Dialect.GEMINI,
                        Dialect.BEDROCK_CONVERSE,
                        Dialect.COHERE_CHAT,
                        Dialect.OPENAI_CHAT)
                : List.of(
                        Dialect.OPENAI_RESPONSES,
                        Dialect.GEMINI,
                        Dialect.BEDROCK_CONVERSE,
                        Dialect.COHERE_CHAT,
                        Dialect.OPENAI_CHAT,
                        Dialect.ANTHROPIC_MESSAGES);
    }

    private static List<String> concat(String first, List<String> others) {
        List<String> all = new ArrayList<>(List.of(first));
        all.addAll(others);
        return all;
    }

    private static Attempt translated(
            ModelRoute route,
            ModelRequest request,
            Dialect other,
            HostedToolGate gate,
            InstantSource clock,
            CallerMemory memory) {
        long cap = request.cap().isGiven() ? request.cap().tokens() : route.maxOutputTokens();
        Translation.Circumstances known = new Translation.Circumstances(
                route.upstreamModel(),
                cap,
                request.usageAsked(),
                request.stream(),
                route.treatment().unsupported(),
                clock.instant().getEpochSecond(),
                memory.at(route.provider().id(), route.upstreamModel()));
        Translation translation = Translation.of(
                request.dialect(), InliningProvider.outline(route.provider(), other, request), other, known);
        List<String> lost = concat(request.dialect().code() + " to " + other.code(), gate.notes());
        translation.notes().stream().map(Note::toString).forEach(lost::add);
        return new Attempt(
                request,
                InliningProvider.before(
                        new TranslatingProvider(route.provider(), translation, known),
                        route.provider(),
                        other,
                        request),
                Math.max(request.inputBound(), translation.request().length),
                lost,
                gate.uses());
    }
}
