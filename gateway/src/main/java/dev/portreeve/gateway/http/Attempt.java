package dev.portreeve.gateway.http;

import dev.portreeve.gateway.dialect.Dialect;
import dev.portreeve.gateway.dialect.ModelRequest;
import dev.portreeve.gateway.dialect.Operation;
import dev.portreeve.gateway.model.ModelProvider;
import dev.portreeve.gateway.model.ModelRoute;
import dev.portreeve.gateway.model.TranslatingProvider;
import dev.portreeve.gateway.turn.Note;
import dev.portreeve.gateway.turn.Translation;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A request and who answers it: the provider itself where it speaks the caller's dialect, else a translation before it.
 *
 * @param inputBound an upper bound of the input tokens, whichever body the provider gets
 * @param translation the dialects and what was lost between them; empty where none was needed
 */
record Attempt(ModelRequest request, ModelProvider provider, long inputBound, List<String> translation) {
    Attempt {
        translation = List.copyOf(translation);
    }

    /**
     * Nothing if the provider has no such operation in any dialect.
     *
     * @throws dev.portreeve.gateway.dialect.BadRequest if the request cannot be translated
     */
    static Optional<Attempt> at(ModelRoute route, ModelRequest request, InstantSource clock) {
        ModelProvider provider = route.provider();
        if (provider.speaks(request.dialect(), request.operation())) {
            return Optional.of(new Attempt(request, provider, request.inputBound(), List.of()));
        }
        if (request.operation() != Operation.CHAT) {
            return Optional.empty();
        }
        for (Dialect other : Dialect.values()) {
            if (provider.speaks(other, Operation.CHAT)) {
                return Optional.of(translated(route, request, other, clock));
            }
        }
        return Optional.empty();
    }

    private static Attempt translated(ModelRoute route, ModelRequest request, Dialect other, InstantSource clock) {
        long cap = request.cap().isGiven() ? request.cap().tokens() : route.maxOutputTokens();
        Translation.Circumstances known = new Translation.Circumstances(
                route.upstreamModel(),
                cap,
                request.usageAsked(),
                clock.instant().getEpochSecond());
        Translation translation = Translation.of(request.dialect(), request.body(), other, known);
        List<String> lost = new ArrayList<>();
        lost.add(request.dialect().code() + " to " + other.code());
        translation.notes().stream().map(Note::toString).forEach(lost::add);
        return new Attempt(
                request,
                new TranslatingProvider(route.provider(), translation, known),
                Math.max(request.inputBound(), translation.request().length),
                lost);
    }
}
