package dev.portreeve.gateway.http;

import dev.portreeve.gateway.batch.Batch;
import dev.portreeve.gateway.batch.BatchDesk;
import dev.portreeve.gateway.batch.BatchDesk.Submission;
import dev.portreeve.gateway.batch.Batches;
import dev.portreeve.gateway.dialect.BadRequest;
import dev.portreeve.gateway.dialect.CallErrors;
import dev.portreeve.gateway.dialect.Dialect;
import dev.portreeve.gateway.dialect.ErrorAnswer;
import dev.portreeve.gateway.dialect.MessageBatch;
import dev.portreeve.gateway.dialect.ModelRequest;
import dev.portreeve.gateway.dialect.Operation;
import dev.portreeve.gateway.dialect.RequestPath;
import dev.portreeve.gateway.model.ProviderReply;
import dev.portreeve.policy.call.Subject;
import io.helidon.http.HeaderValues;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Anthropic's Message Batches, of whoever made them. Another's batch looks like one that is not there. Thread-safe. */
final class MessageBatchesEndpoint {
    static final String ID = "id";

    private static final Dialect DIALECT = Dialect.ANTHROPIC_MESSAGES;
    private static final String CREATE = "batch.create";
    private static final JsonMapper JSON = new JsonMapper();
    private static final Pattern LIMIT = Pattern.compile("\\d{1,4}");
    private static final int PAGE = 20;
    private static final int LONGEST_PAGE = 1_000;
    /** Bodies in memory at once, each several times. */
    private static final int MADE_AT_ONCE = 2;

    private final Gatekeeper gatekeeper;
    private final Refusals refusals;
    private final BatchPlanning planning;
    private final BatchWork work;
    private final BatchReading reading;
    private final ModelEndpoint.ModelLimits limits;
    private final Semaphore making = new Semaphore(MADE_AT_ONCE, true);

    MessageBatchesEndpoint(
            Gatekeeper gatekeeper,
            Refusals refusals,
            BatchPlanning planning,
            BatchWork work,
            BatchReading reading,
            ModelEndpoint.ModelLimits limits) {
        this.gatekeeper = gatekeeper;
        this.refusals = refusals;
        this.planning = planning;
        this.work = work;
        this.reading = reading;
        this.limits = limits;
    }

    /** One way to serve a known caller. */
    @FunctionalInterface
    private interface Serving {
        void serve(Subject subject, ServerRequest request, ServerResponse response, CallReport report);
    }

    /** One way to serve the owner of a batch. */
    @FunctionalInterface
    private interface Owned {
        void serve(Subject subject, Batch batch, ServerRequest request, ServerResponse response, CallReport report);
    }

    private Handler handler(String operation, Serving serving) {
        return (request, response) -> {
            CallReport report = gatekeeper.report(DIALECT);
            Subject subject = gatekeeper.admit(request, response, report);
            if (subject == null) {
                return;
            }
            try {
                serving.serve(subject, request, response, report);
            } catch (BadRequest bad) {
                refusals.refuse(response, report, subject, operation, "", CallErrors.of(bad));
                RequestBody.closeUnread(bad);
            } catch (Batches.Unavailable down) {
                refusals.refuse(response, report, subject, operation, "", CallErrors.batchesUnavailable());
            } catch (CloseConnectionException over) {
                throw over;
            } catch (RuntimeException failed) {
                throw new BrokenCall(report.id(), failed);
            }
        };
    }

    private Handler owned(String operation, Owned serving) {
        return handler(operation, (subject, request, response, report) -> {
            Optional<Batch> batch = Batch.id(
                            request.path().pathParameters().first(ID).orElse(""))
                    .flatMap(id -> work.batches().find(subject.tenant(), subject.member(), id))
                    .filter(found -> found.dialect() == DIALECT);
            if (batch.isEmpty()) {
                refusals.refuse(response, report, subject, operation, "", CallErrors.unknownBatch());
            } else {
                serving.serve(subject, batch.get(), request, response, report);
            }
        });
    }

    Handler create() {
        return handler(CREATE, (subject, request, response, report) -> {
            awaitRoom();
            try {
                create(subject, request, response, report);
            } finally {
                making.release();
            }
        });
    }

    private void awaitRoom() {
        try {
            if (making.tryAcquire(limits.callTimeout().toNanos(), TimeUnit.NANOSECONDS)) {
                return;
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
        throw new BadRequest(503, "busy_with_batches", null, "other batches are being taken in; try again");
    }

    private void create(Subject subject, ServerRequest request, ServerResponse response, CallReport report) {
        List<BatchPlanning.Asked> items = items(request);
        BatchPlanning.Planned planned =
                planning.plan(subject, DIALECT, Operation.CHAT, items, PassedHeaders.correlation(request.headers()));
        Submission made = work.desk()
                .submit(new BatchDesk.Draft(
                        planned.id(),
                        subject,
                        DIALECT,
                        Operation.CHAT,
                        "{}",
                        planned.provider(),
                        planned.providerKey(),
                        planned.items(),
                        planned.place(),
                        PassedHeaders.of(DIALECT, request.headers())));
        switch (made) {
            case Submission.Taken(Batch batch) -> {
                work.due().run();
                send(response, report, reading.described(batch, request));
            }
            case Submission.TooMany(int most) -> refuse(subject, response, report, CallErrors.tooManyBatches(most));
            case Submission.Refused(String customId, var outcome) ->
                refuse(
                        subject,
                        response,
                        report,
                        CallErrors.inBatch(customId, Endings.error(DIALECT, outcome, new ProviderReply())));
            case Submission.NotTaken notTaken ->
                refuse(subject, response, report, Endings.error(DIALECT, notTaken.fault(), notTaken.reply()));
            case Submission.Unknown unknown ->
                refuse(
                        subject,
                        response,
                        report,
                        CallErrors.batchNotHeard(unknown.batch().name()));
        }
    }

    private List<BatchPlanning.Asked> items(ServerRequest request) {
        RequestBody.requireJson(request.headers());
        byte[] body =
                RequestBody.requireText(RequestBody.read(request, work.config().maxBytes(), limits.bodyTimeout()));
        List<BatchPlanning.Asked> items = new ArrayList<>();
        for (MessageBatch.Item item : MessageBatch.read(body, work.config().maxItems())) {
            items.add(new BatchPlanning.Asked(item.customId(), read(item)));
        }
        return items;
    }

    private ModelRequest read(MessageBatch.Item item) {
        try {
            ModelRequest request = DIALECT.read(RequestPath.of(Operation.CHAT), item.params(), limits.inputScreened());
            if (request.stream()) {
                throw new BadRequest(400, "invalid_value", "stream", "an item of a batch has no stream");
            }
            return request;
        } catch (BadRequest bad) {
            throw new BadRequest(
                    bad.status(), bad.code(), bad.param(), "item \"" + item.customId() + "\": " + bad.detail());
        }
    }

    private void refuse(Subject subject, ServerResponse response, CallReport report, ErrorAnswer error) {
        refusals.refuse(response, report, subject, CREATE, "", error);
    }

    Handler one() {
        return owned(
                "batch.get",
                (subject, batch, request, response, report) ->
                        send(response, report, reading.described(batch, request)));
    }

    Handler list() {
        return handler("batch.list", (subject, request, response, report) -> {
            UUID after = cursor(request, "after_id");
            UUID before = cursor(request, "before_id");
            if (after != null && before != null) {
                throw new BadRequest(
                        400, "invalid_value", "after_id", "\"after_id\" and \"before_id\" do not go together");
            }
            Batches.Page page =
                    work.batches().list(subject.tenant(), subject.member(), DIALECT, after, before, limit(request));
            ObjectNode answer = JSON.createObjectNode();
            var data = answer.putArray("data");
            page.batches().forEach(batch -> data.add(reading.described(batch, request)));
            answer.put("has_more", page.more());
            answer.put(
                    "first_id",
                    page.batches().isEmpty() ? null : page.batches().getFirst().name());
            answer.put(
                    "last_id",
                    page.batches().isEmpty() ? null : page.batches().getLast().name());
            send(response, report, answer);
        });
    }

    private static @Nullable UUID cursor(ServerRequest request, String name) {
        String given = request.query().first(name).orElse("");
        return given.isEmpty()
                ? null
                : Batch.id(given)
                        .orElseThrow(() -> new BadRequest(
                                400, "invalid_value", name, "\"" + name + "\" must be the id of a batch"));
    }

    private static int limit(ServerRequest request) {
        String given = request.query().first("limit").orElse("");
        int limit = given.isEmpty() ? PAGE : LIMIT.matcher(given).matches() ? Integer.parseInt(given) : 0;
        if (limit < 1 || limit > LONGEST_PAGE) {
            throw new BadRequest(400, "invalid_value", "limit", "\"limit\" must be a number from 1 to " + LONGEST_PAGE);
        }
        return limit;
    }

    Handler cancel() {
        return owned("batch.cancel", (subject, batch, request, response, report) -> {
            if (work.batches().askCancel(batch)) {
                work.due().run();
            }
            Batch now = work.batches()
                    .find(subject.tenant(), subject.member(), batch.id())
                    .orElse(batch);
            reading.govern(
                    "batch.cancel", now, subject, request, response, report, () -> reading.described(now, request));
        });
    }

    Handler delete() {
        return owned("batch.delete", (subject, batch, request, response, report) -> {
            if (!batch.state().isOver()) {
                refusals.refuse(
                        response,
                        report,
                        subject,
                        "batch.delete",
                        "",
                        CallErrors.batchState("a batch can be deleted once it has ended; cancel it first"));
                return;
            }
            reading.govern("batch.delete", batch, subject, request, response, report, () -> {
                reading.forget(batch);
                return JSON.createObjectNode().put("id", batch.name()).put("type", "message_batch_deleted");
            });
        });
    }

    Handler results() {
        return owned("batch.results", (subject, batch, request, response, report) -> {
            if (!batch.state().isOver()) {
                refusals.refuse(
                        response,
                        report,
                        subject,
                        "batch.results",
                        "",
                        CallErrors.batchState("this batch has not ended yet, so it has no results"));
                return;
            }
            reading.results(batch, subject, request, response, report);
        });
    }

    private static void send(ServerResponse response, CallReport report, ObjectNode answer) {
        response.headers().set(HeaderValues.CONTENT_TYPE_JSON);
        report.write(response.headers());
        response.send(JSON.writeValueAsBytes(answer));
    }
}
