package dev.portreeve.gateway.http;

import dev.portreeve.gateway.cache.CacheKey;
import dev.portreeve.gateway.cache.CachedAnswer;
import dev.portreeve.gateway.cache.Gathering;
import dev.portreeve.gateway.config.ModelCacheConfig;
import dev.portreeve.gateway.dialect.AnswerChunk;
import dev.portreeve.gateway.dialect.ModelRequest;
import dev.portreeve.gateway.turn.KeptItems;
import dev.portreeve.policy.call.CacheHit;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.CanonicalJson;
import dev.portreeve.policy.call.Clearance;
import dev.portreeve.policy.call.Content;
import dev.portreeve.policy.call.MalformedJson;
import dev.portreeve.policy.call.OutputSink;
import dev.portreeve.policy.call.Subject;
import dev.portreeve.policy.call.Usage;
import io.helidon.http.ServerRequestHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The upstream of a call that may be answered with what another was answered with: what is kept, if that is so, and else the provider,
 * whose answer is kept when the call has completed. All steps before and behind an upstream are the same either way. For one call, on its
 * thread.
 */
final class CachedCall implements AutoCloseable {
    /** In canonical form, where none of them can stand within a text: what a provider keeps, or somebody gave it, is not in the request. */
    private static final List<String> ELSEWHERE =
            List.of("\"file_id\":\"", "\"file_ids\":[\"", "\"container\":\"", "\"store\":true");

    /** How a whole response can say that it is an answer. */
    private static final List<String> SAID = List.of("completed", "incomplete");

    private static final List<String> OF_ONE_REQUEST = List.of("x-client-request-id", "traceparent", "tracestate");

    private final AnswerCaching caching;
    private final ModelCacheConfig terms;
    private final CacheWish wish;
    private final PlannedCall planned;
    private final ServerRequestHeaders headers;
    private final CallReport report;
    private final RoutedUpstream upstream;
    private @Nullable Content content;
    private @Nullable Gathering gathering;
    private boolean failed;

    CachedCall(
            AnswerCaching caching,
            ModelCacheConfig terms,
            CacheWish wish,
            PlannedCall planned,
            ServerRequestHeaders headers,
            CallReport report) {
        this.caching = caching;
        this.terms = terms;
        this.wish = wish;
        this.planned = planned;
        this.headers = headers;
        this.report = report;
        this.upstream = planned.upstream();
    }

    /** As {@link RoutedUpstream#run}. */
    Usage run(Clearance cleared, OutputSink<AnswerChunk> out) throws CallEnded {
        content = cleared.content();
        CacheKey key = key(upstream.first(), cleared.content());
        if (key == null) {
            report.cached(CallReport.Cached.BYPASS, Duration.ZERO);
            return upstream.run(cleared, out);
        }
        CachedAnswer found = found(key).orElse(null);
        if (found != null) {
            CachedAnswer.Origin origin = found.origin();
            Duration age = found.age(caching.clock().instant());
            CacheHit hit = new CacheHit(origin.call(), age, origin.usage(), origin.cost(), terms.price(origin.cost()));
            if (cleared.attempts().fromCache(hit)) {
                report.cached(CallReport.Cached.HIT, age);
                upstream.spared(cleared.attempts());
                upstream.reply().ending(found.ending());
                upstream.reply().lost(origin.lost());
                return found.give(out);
            }
        }
        report.cached(wish.keep() ? CallReport.Cached.MISS : CallReport.Cached.BYPASS, Duration.ZERO);
        if (!wish.keep()) {
            return upstream.run(cleared, out);
        }
        Gathering gathered = caching.cache().gather();
        gathering = gathered;
        return upstream.run(cleared, chunk -> {
            failed |= chunk.shape() == AnswerChunk.Shape.RESPONSES_ANSWER
                    && !SAID.contains(KeptItems.status(chunk.bytes()));
            gathered.add(chunk);
            out.emit(chunk);
        });
    }

    private Optional<CachedAnswer> found(CacheKey key) {
        return wish.read() ? caching.cache().find(key, wish.oldest()) : Optional.empty();
    }

    /** The call has ended; its answer is kept if it is whole. Before its end is said, so that whoever asks again then finds it. */
    void ended(CallOutcome outcome) {
        Gathering gathered = gathering;
        Content read = content;
        if (gathered == null || read == null || !(outcome instanceof CallOutcome.Completed completed)) {
            return;
        }
        Leg leg = upstream.leg();
        boolean asAsked = leg.shrunkFrom() == 0 && leg.attempt().hosted().isEmpty();
        CacheKey key = asAsked && isWhole(completed.usage()) ? key(leg, read) : null;
        if (key != null) {
            CachedAnswer.Origin origin = new CachedAnswer.Origin(
                    report.id().value(),
                    completed.usage(),
                    completed.cost(),
                    upstream.reply().lost());
            Duration ttl = wish.longest().compareTo(terms.ttl()) < 0 ? wish.longest() : terms.ttl();
            gathered.keep(key, origin, upstream.reply().ending(), ttl);
        }
    }

    /** An error or a piece of an answer that somebody sent as a whole one says nothing of what it used; an empty answer is worth no repetition. */
    private boolean isWhole(Usage usage) {
        if (failed || upstream.reply().isUnfinished()) {
            return false;
        }
        boolean embeds = planned.plan().request().operation().embeds();
        return embeds || (usage.basis() == Usage.Basis.REPORTED && usage.outputTokens() > 0);
    }

    /** Of the request as it is sent to a place; {@code null} if its answer depends on more than that. */
    private @Nullable CacheKey key(Leg leg, Content read) {
        ModelRequest request = leg.attempt().request();
        byte[] body;
        try {
            body = CanonicalJson.of(request.screened(read));
        } catch (MalformedJson tooDeep) {
            return null;
        }
        String text = new String(body, StandardCharsets.ISO_8859_1);
        if (ELSEWHERE.stream().anyMatch(text::contains)) {
            return null;
        }
        List<String> about = new ArrayList<>();
        about.add(planned.subject().tenant());
        about.addAll(scope(planned.subject(), leg));
        about.add(wish.namespace());
        about.add(request.dialect().code());
        about.add(request.operation().name());
        about.add(Boolean.toString(request.stream()));
        about.add(planned.model());
        about.add(leg.route().provider().id());
        about.add(leg.route().upstreamModel());
        about.add(Long.toString(leg.imposed()));
        new TreeMap<>(PassedHeaders.of(request.dialect(), headers)).forEach((name, value) -> {
            if (!OF_ONE_REQUEST.contains(name)) {
                about.add(name);
                about.add(value);
            }
        });
        return caching.keys().key(about, body);
    }

    /** With whom it is shared. What was translated goes with what the gateway remembers for its member alone. */
    private List<String> scope(Subject subject, Leg leg) {
        boolean translated = !leg.route()
                .provider()
                .speaks(
                        leg.attempt().request().dialect(),
                        leg.attempt().request().operation());
        return switch (terms.share()) {
            case KEY -> List.of("key", subject.keyId());
            case MEMBER -> List.of("member", subject.member());
            case TEAM ->
                translated || subject.team() == null
                        ? List.of("member", subject.member())
                        : List.of("team", subject.team());
            case TENANT -> translated ? List.of("member", subject.member()) : List.of("tenant", "");
        };
    }

    @Override
    public void close() {
        if (gathering != null) {
            gathering.close();
        }
    }
}
