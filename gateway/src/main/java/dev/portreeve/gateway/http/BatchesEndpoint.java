package dev.portreeve.gateway.http;

import dev.portreeve.gateway.batch.Batch;
import dev.portreeve.gateway.batch.BatchDesk;
import dev.portreeve.gateway.batch.BatchDesk.Submission;
import dev.portreeve.gateway.batch.Batches;
import dev.portreeve.gateway.config.FilesConfig;
import dev.portreeve.gateway.dialect.BadRequest;
import dev.portreeve.gateway.dialect.CallErrors;
import dev.portreeve.gateway.dialect.Dialect;
import dev.portreeve.gateway.dialect.ErrorAnswer;
import dev.portreeve.gateway.file.StoredFile;
import dev.portreeve.gateway.file.StoredFile.Purpose;
import dev.portreeve.gateway.file.StoredFiles;
import dev.portreeve.gateway.model.LineSplit;
import dev.portreeve.gateway.model.ProviderReply;
import dev.portreeve.policy.call.Subject;
import io.helidon.common.parameters.Parameters;
import io.helidon.http.HeaderValues;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code /v1/batches} of OpenAI: made of a file that the gateway keeps, looked at, listed, cancelled by the member that made them. Each line is a
 * governed call of two rounds. Another's batch looks like one that is not there. Thread-safe.
 */
final class BatchesEndpoint {
    /** The path parameter. */
    static final String ID = "batch";

    private static final Dialect DIALECT = Dialect.OPENAI_CHAT;
    private static final List<Dialect> OURS = List.of(Dialect.OPENAI_CHAT, Dialect.OPENAI_RESPONSES);
    /** Each has its file in memory, several times. */
    private static final int MADE_AT_ONCE = 2;

    private static final String MAKE = "batch.create";
    private static final int MAX_BODY = 64 * 1024;
    private static final int USUAL_PAGE = 20;
    private static final int MAX_PAGE = 100;
    private static final Pattern NUMBERS = Pattern.compile("\\d{1,4}");

    private final Gatekeeper gatekeeper;
    private final Refusals refusals;
    private final BatchPlanning planning;
    private final BatchWork work;
    private final StoredFiles files;
    private final FilesConfig filing;
    private final BatchForm form;
    private final BatchReading reading;
    private final ModelEndpoint.ModelLimits limits;
    private final Semaphore making = new Semaphore(MADE_AT_ONCE, true);

    BatchesEndpoint(
            Gatekeeper gatekeeper,
            Refusals refusals,
            BatchPlanning planning,
            BatchWork work,
            StoredFiles files,
            FilesConfig filing,
            BatchForm form,
            BatchReading reading,
            ModelEndpoint.ModelLimits limits) {
        this.gatekeeper = gatekeeper;
        this.refusals = refusals;
        this.planning = planning;
        this.work = work;
        this.files = files;
        this.filing = filing;
        this.form = form;
        this.reading = reading;
        this.limits = limits;
    }

    /** One request of a caller that is known. */
    private record Asked(Subject subject, ServerRequest http, ServerResponse response, CallReport report) {}

    @FunctionalInterface
    private interface Answer {
        void give(Asked asked);
    }

    Handler create() {
        return handler(MAKE, this::create);
    }

    Handler list() {
        return handler("batch.list", this::list);
    }

    Handler one() {
        return handler("batch.get", asked -> send(asked, form.one(found(asked))));
    }

    Handler cancel() {
        return handler("batch.cancel", this::cancel);
    }

    private Handler handler(String operation, Answer answer) {
        return (http, response) -> {
            CallReport report = gatekeeper.report(DIALECT);
            Subject subject = gatekeeper.admit(http, response, report);
            if (subject == null) {
                return;
            }
            try {
                answer.give(new Asked(subject, http, response, report));
            } catch (BadRequest bad) {
                refusals.refuse(response, report, subject, operation, "", CallErrors.of(bad));
                RequestBody.closeUnread(bad);
            } catch (Batches.Unavailable | StoredFiles.Unavailable down) {
                refusals.refuse(response, report, subject, operation, "", CallErrors.batchesUnavailable());
            } catch (CloseConnectionException over) {
                throw over;
            } catch (RuntimeException failed) {
                throw new BrokenCall(report.id(), failed);
            }
        };
    }

    private void create(Asked asked) {
        RequestBody.requireJson(asked.http().headers());
        BatchWish wish = BatchWish.read(
                RequestBody.requireText(RequestBody.read(asked.http(), MAX_BODY, limits.bodyTimeout())),
                filing.maxRetention());
        awaitRoom();
        try {
            make(asked, wish);
        } finally {
            making.release();
        }
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

    private void make(Asked asked, BatchWish wish) {
        BatchRequests requests = read(asked.subject(), wish);
        Submission made = work.desk().submit(draft(asked, wish, requests));
        switch (made) {
            case Submission.Taken(Batch batch) -> answer(asked, batch);
            case Submission.TooMany(int most) -> refuse(asked, requests, CallErrors.tooManyBatches(most));
            case Submission.Refused(String customId, var outcome) ->
                refuse(
                        asked,
                        requests,
                        CallErrors.inBatch(
                                requests.line(customId),
                                customId,
                                Endings.error(DIALECT, outcome, new ProviderReply())));
            case Submission.NotTaken notTaken ->
                refuse(asked, requests, Endings.error(DIALECT, notTaken.fault(), notTaken.reply()));
            case Submission.Unknown unknown ->
                refuse(asked, requests, CallErrors.batchNotHeard(unknown.batch().name()));
        }
    }

    private BatchRequests read(Subject subject, BatchWish wish) {
        StoredFile file = files.find(subject.tenant(), subject.member(), wish.inputFile())
                .filter(found -> found.purpose() == Purpose.BATCH)
                .orElseThrow(() -> new BadRequest(
                        404,
                        "file_not_found",
                        "input_file_id",
                        "there is no such file of yours, uploaded for a batch"));
        BatchRequests requests = new BatchRequests(wish.path(), work.config().maxItems(), limits.inputScreened());
        try (InputStream in = files.open(file)) {
            requests.read(new LineSplit(in, filing.maxLineBytes()));
        } catch (IOException gone) {
            throw new BadRequest(
                    404, "file_not_found", "input_file_id", "the file was deleted while the batch was made of it");
        }
        return requests;
    }

    private BatchDesk.Draft draft(Asked asked, BatchWish wish, BatchRequests requests) {
        Dialect dialect = wish.path().dialect();
        BatchPlanning.Planned planned = planning.plan(
                asked.subject(),
                dialect,
                wish.path().operation(),
                requests.asked(),
                PassedHeaders.correlation(asked.http().headers()));
        Duration life = wish.outputLife() == null ? filing.retention() : wish.outputLife();
        return new BatchDesk.Draft(
                planned.id(),
                asked.subject(),
                dialect,
                wish.path().operation(),
                new BatchNotes(wish.inputFile(), requests.model(), wish.metadata(), life).json(),
                planned.provider(),
                planned.providerKey(),
                planned.items(),
                planned.place(),
                PassedHeaders.of(dialect, asked.http().headers()));
    }

    private void refuse(Asked asked, BatchRequests requests, ErrorAnswer error) {
        refusals.refuse(asked.response(), asked.report(), asked.subject(), MAKE, requests.model(), error);
    }

    /** As it stands by now. */
    private void answer(Asked asked, Batch batch) {
        work.due().run();
        send(asked, form.one(now(asked, batch)));
    }

    private void list(Asked asked) {
        Parameters query = asked.http().query();
        String limit = first(query, "limit");
        if (limit != null && (!NUMBERS.matcher(limit).matches() || isNoPage(Integer.parseInt(limit)))) {
            throw new BadRequest(400, "invalid_value", "limit", "\"limit\" must be from 1 to " + MAX_PAGE);
        }
        String after = first(query, "after");
        UUID last = after == null
                ? null
                : Batch.id(after)
                        .orElseThrow(() ->
                                new BadRequest(400, "invalid_value", "after", "\"after\" must be the id of a batch"));
        Batches.Page page = page(asked.subject(), last, limit == null ? USUAL_PAGE : Integer.parseInt(limit));
        send(asked, form.page(page.batches(), page.more()));
    }

    /** Of both dialects, whose batches stand in one list here. */
    private Batches.Page page(Subject subject, @Nullable UUID last, int limit) {
        List<Batch> found = new ArrayList<>();
        boolean more = false;
        for (Dialect dialect : OURS) {
            Batches.Page page = work.batches().list(subject.tenant(), subject.member(), dialect, last, null, limit);
            found.addAll(page.batches());
            more |= page.more();
        }
        // As their names: ids ascend with time.
        found.sort(Comparator.comparing((Batch batch) -> batch.name()).reversed());
        return found.size() > limit ? new Batches.Page(found.subList(0, limit), true) : new Batches.Page(found, more);
    }

    private static boolean isNoPage(int limit) {
        return limit < 1 || limit > MAX_PAGE;
    }

    private static @Nullable String first(Parameters query, String name) {
        return query.contains(name) ? query.get(name) : null;
    }

    /** A call of its own, as reading would be, so that rules hold and records say it. */
    private void cancel(Asked asked) {
        Batch batch = found(asked);
        if (batch.state().isOver()) {
            throw new BadRequest(400, "batch_state", "id", "the batch is over, so it cannot be cancelled");
        }
        reading.govern("batch.cancel", batch, asked.subject(), asked.http(), asked.response(), asked.report(), () -> {
            if (work.batches().askCancel(batch)) {
                work.due().run();
            }
            return form.drawn(now(asked, batch));
        });
    }

    private Batch now(Asked asked, Batch batch) {
        return work.batches()
                .find(asked.subject().tenant(), asked.subject().member(), batch.id())
                .orElse(batch);
    }

    private Batch found(Asked asked) {
        String name = asked.http().path().pathParameters().first(ID).orElse("");
        return Batch.id(name)
                .flatMap(id -> work.batches()
                        .find(asked.subject().tenant(), asked.subject().member(), id))
                .filter(batch -> isOurs(batch) && batch.name().equals(name))
                .orElseThrow(() -> new BadRequest(404, "batch_not_found", "id", "there is no such batch of yours"));
    }

    /** Those of other dialects are theirs to draw. */
    private static boolean isOurs(Batch batch) {
        return OURS.contains(batch.dialect());
    }

    private static void send(Asked asked, byte[] answer) {
        asked.response().headers().set(HeaderValues.CONTENT_TYPE_JSON);
        asked.report().write(asked.response().headers());
        asked.response().send(answer);
    }
}
