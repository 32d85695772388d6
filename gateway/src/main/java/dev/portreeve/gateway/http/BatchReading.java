package dev.portreeve.gateway.http;

import dev.portreeve.gateway.batch.Batch;
import dev.portreeve.gateway.batch.BatchDesk;
import dev.portreeve.gateway.batch.EndedItem;
import dev.portreeve.gateway.dialect.AnswerChunk;
import dev.portreeve.gateway.dialect.AnswerHead;
import dev.portreeve.gateway.dialect.CallErrors;
import dev.portreeve.gateway.dialect.Dialect;
import dev.portreeve.gateway.dialect.MessageBatch;
import dev.portreeve.gateway.model.BatchPlace;
import dev.portreeve.gateway.model.BatchPlace.End;
import dev.portreeve.gateway.model.ProviderReply;
import dev.portreeve.policy.CallGovernor;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Content;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.Estimate;
import dev.portreeve.policy.call.LlmCall;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.OutputSink;
import dev.portreeve.policy.call.Price;
import dev.portreeve.policy.call.Resource;
import dev.portreeve.policy.call.Subject;
import dev.portreeve.policy.call.Usage;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What owners are shown of their batches, in Anthropic's words where nobody else draws them. Reading results, cancelling and deleting are governed calls that cost nothing.
 * Thread-safe.
 */
final class BatchReading {
    private static final Logger LOG = LoggerFactory.getLogger(BatchReading.class);
    private static final Dialect DIALECT = Dialect.ANTHROPIC_MESSAGES;
    private static final JsonMapper JSON = new JsonMapper();
    private static final AnswerHead OBJECT = new AnswerHead("application/json", Map.of());
    private static final AnswerHead LINES = new AnswerHead("application/x-jsonl", Map.of());
    private static final int PAGE = 50;
    private static final Duration EXCHANGE = Duration.ofSeconds(10);

    private final CallGovernor governor;
    private final BatchWork work;
    private final Function<Batch, @Nullable BatchPlace> places;
    private final Clients clients;
    private final @Nullable URI publicUrl;
    private final Duration patience;

    /**
     * @param places where a batch is, or {@code null} if its provider is not configured any more
     * @param publicUrl where callers reach the listener; without one it is where they say they do
     * @param patience how long reading results may take
     */
    BatchReading(
            CallGovernor governor,
            BatchWork work,
            Function<Batch, @Nullable BatchPlace> places,
            Clients clients,
            @Nullable URI publicUrl,
            Duration patience) {
        this.governor = governor;
        this.work = work;
        this.places = places;
        this.clients = clients;
        this.publicUrl = publicUrl;
        this.patience = patience;
    }

    ObjectNode described(Batch batch, ServerRequest request) {
        boolean over = batch.state().isOver();
        ObjectNode node = JSON.createObjectNode();
        node.put("id", batch.name());
        node.put("type", "message_batch");
        node.put("processing_status", over ? "ended" : batch.cancelAskedAt() == null ? "in_progress" : "canceling");
        ObjectNode counts = node.putObject("request_counts");
        Map<End, Integer> ends = over ? work.batches().counts(batch) : Map.of();
        counts.put("processing", over ? 0 : batch.items());
        for (End end : End.values()) {
            counts.put(end.name().toLowerCase(Locale.ROOT), ends.getOrDefault(end, 0));
        }
        node.put("created_at", batch.createdAt().toString());
        node.put(
                "expires_at",
                batch.expiresAt().minus(BatchDesk.TIME).plus(BatchDesk.WINDOW).toString());
        put(node, "ended_at", batch.settledAt());
        put(node, "cancel_initiated_at", batch.cancelAskedAt());
        node.putNull("archived_at");
        node.put("results_url", over ? base(request) + "/v1/messages/batches/" + batch.name() + "/results" : null);
        return node;
    }

    private static void put(ObjectNode node, String name, @Nullable Instant at) {
        node.put(name, at == null ? null : at.toString());
    }

    private String base(ServerRequest request) {
        if (publicUrl != null) {
            String base = publicUrl.toString();
            return base.endsWith("/") ? base.substring(0, base.length() - 1) : base;
        }
        return "http://" + request.headers().first(HeaderNames.HOST).orElse("localhost");
    }

    /** Forgets what is kept here, and asks the provider to do so. */
    void forget(Batch batch) {
        boolean here = work.batches().forget(batch);
        BatchPlace place = places.apply(batch);
        String id = batch.providerBatch();
        if (here && place != null && id != null && !place.forget(id, Deadline.in(EXCHANGE))) {
            LOG.warn("the provider keeps what batch {} said", batch.name());
        }
    }

    /** Does something of one answer, as a call of its own. */
    void govern(
            String operation,
            Batch batch,
            Subject subject,
            ServerRequest request,
            ServerResponse response,
            CallReport report,
            Supplier<ObjectNode> answer) {
        try (ClientOutput output = new JsonOutput(response, report, clients.writes())) {
            CallOutcome outcome = governor.<AnswerChunk>govern(
                    call(operation, batch, subject, request, report),
                    (cleared, out) -> {
                        byte[] bytes = JSON.writeValueAsBytes(answer.get());
                        out.emit(new AnswerChunk(OBJECT, AnswerChunk.Shape.NO_TEXT, bytes));
                        return Usage.NO_TOKENS;
                    },
                    output);
            Endings.render(report.dialect(), outcome, output, new ProviderReply());
        }
    }

    /** Sends the results of a batch that is over, a page in memory at a time. Guardrails have read them when they came. */
    void results(Batch batch, Subject subject, ServerRequest request, ServerResponse response, CallReport report) {
        LinesOutput output = new LinesOutput(response, report, clients.writes(), LINES);
        CallOutcome outcome = governor.<AnswerChunk>govern(
                call("batch.results", batch, subject, request, report),
                (cleared, out) -> {
                    lines(batch, out);
                    return Usage.NO_TOKENS;
                },
                output);
        switch (outcome) {
            case CallOutcome.Completed ignored -> output.complete();
            case CallOutcome.Abandoned ignored -> throw new CloseConnectionException("the client left");
            case CallOutcome.Incomplete incomplete ->
                output.fail(Endings.error(DIALECT, incomplete, new ProviderReply()), incomplete);
        }
    }

    private void lines(Batch batch, OutputSink<AnswerChunk> out) throws CallEnded {
        List<EndedItem> page = work.batches().ended(batch, -1, PAGE);
        while (!page.isEmpty()) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            page.forEach(item -> bytes.writeBytes(line(item)));
            out.emit(new AnswerChunk(LINES, AnswerChunk.Shape.NO_TEXT, bytes.toByteArray()));
            page = work.batches().ended(batch, page.getLast().ordinal(), PAGE);
        }
    }

    private static byte[] line(EndedItem item) {
        String type = item.end().name().toLowerCase(Locale.ROOT);
        boolean says = item.end() == End.SUCCEEDED || item.end() == End.ERRORED;
        if (!says) {
            return MessageBatch.line(new MessageBatch.Result(item.customId(), type, new byte[0]));
        }
        return item.body().length > 0
                ? MessageBatch.line(new MessageBatch.Result(item.customId(), type, item.body()))
                : MessageBatch.line(new MessageBatch.Result(
                        item.customId(), "errored", CallErrors.resultForgotten().body(DIALECT, "")));
    }

    private LlmCall call(String operation, Batch batch, Subject subject, ServerRequest request, CallReport report) {
        String model = work.batches().model(batch);
        return new LlmCall(
                        report.id(),
                        subject,
                        new Resource.Model(model),
                        operation,
                        Content.EMPTY,
                        new Estimate(0, 0, Price.perCall(NanoUsd.ZERO, "none")),
                        Deadline.in(patience),
                        new LlmCall.Target(batch.provider(), model, 0, true, List.of(), List::of))
                .of(PassedHeaders.correlation(request.headers()));
    }
}
