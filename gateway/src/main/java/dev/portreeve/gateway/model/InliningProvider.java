package dev.portreeve.gateway.model;

import dev.portreeve.gateway.dialect.AnswerChunk;
import dev.portreeve.gateway.dialect.BadRequest;
import dev.portreeve.gateway.dialect.Dialect;
import dev.portreeve.gateway.dialect.MediaAddresses;
import dev.portreeve.gateway.dialect.MediaAt;
import dev.portreeve.gateway.dialect.ModelRequest;
import dev.portreeve.gateway.dialect.Operation;
import dev.portreeve.gateway.media.InlineMedia;
import dev.portreeve.gateway.media.MediaFetch;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.Content;
import dev.portreeve.policy.call.OutputSink;
import dev.portreeve.policy.call.Usage;
import java.util.Collections;
import java.util.List;

/**
 * A provider that takes pictures and documents in the request only, for a request that names some by their address: they are
 * fetched when the money is held and put into the caller's body, which then goes its way, translated or not. For one call.
 */
public final class InliningProvider implements ModelProvider {
    private static final String PICTURE = "iVBORw0KGgo=";
    private static final String DOCUMENT = "JVBERi0=";

    private final ModelProvider provider;
    private final MediaFetch fetch;

    private InliningProvider(ModelProvider provider, MediaFetch fetch) {
        this.provider = provider;
        this.fetch = fetch;
    }

    /**
     * What answers a request: {@code provider} itself if nothing must be fetched for it.
     *
     * @param provider of the caller's dialect, by itself or by translation
     * @param at where the request goes in the end
     * @param spoken what is spoken there
     * @throws BadRequest for an address that is never fetched
     */
    public static ModelProvider before(ModelProvider provider, ModelProvider at, Dialect spoken, ModelRequest request) {
        MediaFetch fetch = at.mediaFetch(spoken);
        List<MediaAt> media =
                fetch == null || request.operation().embeds() || request.operation() == Operation.COMPLETIONS
                        ? List.of()
                        : named(request);
        if (fetch == null || media.isEmpty()) {
            return provider;
        }
        fetch.requireAllowed(media);
        return new InliningProvider(provider, fetch);
    }

    /**
     * The body to find out from what a translation will lose, where what it names is not there yet: the same array if nothing
     * must be fetched, else one that has something small of the right kind instead.
     */
    public static byte[] outline(ModelProvider at, Dialect spoken, ModelRequest request) {
        if (at.mediaFetch(spoken) == null) {
            return request.body();
        }
        List<MediaAt> media = named(request);
        return MediaAddresses.inlined(
                request.body(),
                media,
                media.stream()
                        .map(each -> each.kind().takes(true) ? "image/png" : "application/pdf")
                        .toList(),
                media.stream()
                        .map(each -> each.kind().takes(true) ? PICTURE : DOCUMENT)
                        .toList());
    }

    /** What callers of Gemini's dialect name, their own provider fetches, or nobody. */
    private static List<MediaAt> named(ModelRequest request) {
        return request.dialect() == Dialect.GEMINI ? List.of() : MediaAddresses.in(request.body());
    }

    @Override
    public String id() {
        return provider.id();
    }

    @Override
    public boolean speaks(Dialect dialect, Operation operation) {
        return provider.speaks(dialect, operation);
    }

    @Override
    public Usage answer(ProviderCall call, Content input, OutputSink<AnswerChunk> out) throws CallEnded {
        ModelRequest request = call.request();
        byte[] body = request.screened(input);
        List<MediaAt> media = MediaAddresses.in(body);
        List<InlineMedia> contents = media.isEmpty() ? Collections.emptyList() : fetch.all(media, call.deadline());
        byte[] whole = MediaAddresses.inlined(
                body,
                media,
                contents.stream().map(each -> each.type().text()).toList(),
                contents.stream().map(InlineMedia::base64).toList());
        ModelRequest inner = request.dialect().read(request.path(), whole, false);
        ProviderCall innerCall = new ProviderCall(
                inner, call.upstreamModel(), call.capTokens(), call.deadline(), call.passedHeaders(), call.reply());
        return provider.answer(innerCall, inner.content(), out);
    }

    @Override
    public void close() {
        // The provider behind it serves other calls.
    }
}
