package dev.portreeve.gateway.http;

import dev.portreeve.audit.AuditEvent;
import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.EventKind;
import dev.portreeve.audit.Facts;
import dev.portreeve.gateway.config.FilesConfig;
import dev.portreeve.gateway.dialect.BadRequest;
import dev.portreeve.gateway.dialect.CallErrors;
import dev.portreeve.gateway.dialect.Dialect;
import dev.portreeve.gateway.file.StoredFile;
import dev.portreeve.gateway.file.StoredFile.Purpose;
import dev.portreeve.gateway.file.StoredFiles;
import dev.portreeve.policy.call.Subject;
import io.helidon.common.parameters.Parameters;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code /v1/files}: files for batches, kept by the gateway, each for the member that uploaded it or whose batch made it. Another's
 * file looks like one that is not there. Nothing here costs money or reaches a provider, so these are no governed calls; each that
 * keeps, gives or deletes a content is a record, durable before the answer leaves. Thread-safe.
 */
final class FilesEndpoint {
    /** The path parameter. */
    static final String ID = "file";

    private static final Dialect DIALECT = Dialect.OPENAI_CHAT;
    private static final int COPY_BYTES = 64 * 1024;
    private static final int MAX_PAGE = 10_000;
    private static final Pattern IDS = Pattern.compile("file-[0-9a-f]{32}");
    private static final Pattern NUMBERS = Pattern.compile("\\d{1,5}");

    private final Gatekeeper gatekeeper;
    private final Refusals refusals;
    private final AuditLog audit;
    private final StoredFiles files;
    private final FilesConfig config;
    private final WriteWatch writes;
    private final Duration bodyTimeout;

    FilesEndpoint(
            Gatekeeper gatekeeper,
            Refusals refusals,
            AuditLog audit,
            StoredFiles files,
            FilesConfig config,
            WriteWatch writes,
            Duration bodyTimeout) {
        this.gatekeeper = gatekeeper;
        this.refusals = refusals;
        this.audit = audit;
        this.files = files;
        this.config = config;
        this.writes = writes;
        this.bodyTimeout = bodyTimeout;
    }

    /** One request of a caller that is known. */
    private record Asked(Subject subject, ServerRequest http, ServerResponse response, CallReport report) {}

    @FunctionalInterface
    private interface Answer {
        void give(Asked asked);
    }

    Handler upload() {
        return handler("file.upload", this::upload);
    }

    Handler list() {
        return handler("file.list", this::list);
    }

    Handler one() {
        return handler("file.get", this::one);
    }

    Handler content() {
        return handler("file.content", this::content);
    }

    Handler delete() {
        return handler("file.delete", this::delete);
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
            } catch (StoredFiles.Unavailable down) {
                refusals.refuse(response, report, subject, operation, "", CallErrors.filesUnavailable());
            } catch (CloseConnectionException over) {
                throw over;
            } catch (RuntimeException failed) {
                throw new BrokenCall(report.id(), failed);
            }
        };
    }

    private void upload(Asked asked) {
        long most = config.maxFileBytes() + (long) FileUpload.FORM_BYTES;
        StoredFile kept = RequestBody.stream(asked.http(), most, bodyTimeout, in -> received(asked, in));
        send(asked, FileForm.one(kept));
    }

    /** The record is durable before the file is the caller's: nothing is kept that no record tells of. */
    private StoredFile received(Asked asked, InputStream in) throws IOException {
        try (FileUpload upload =
                new FileUpload(files, config, asked.subject(), asked.http().headers())) {
            StoredFile kept = upload.receive(FormParts.of(asked.http().headers(), in));
            try {
                record(asked, EventKind.FILE_KEPT, kept);
            } catch (RuntimeException unrecorded) {
                boolean unused = files.delete(kept.tenant(), kept.member(), kept.id());
                throw unrecorded;
            }
            return kept;
        }
    }

    private void list(Asked asked) {
        Parameters query = asked.http().query();
        String purpose = first(query, "purpose");
        String order = first(query, "order");
        String limit = first(query, "limit");
        if (order != null && !order.equals("asc") && !order.equals("desc")) {
            throw new BadRequest(400, "invalid_value", "order", "\"order\" must be asc or desc");
        }
        if (limit != null && (!NUMBERS.matcher(limit).matches() || isNoPage(Integer.parseInt(limit)))) {
            throw new BadRequest(400, "invalid_value", "limit", "\"limit\" must be from 1 to " + MAX_PAGE);
        }
        Purpose wanted = purpose == null ? null : Purpose.of(purpose).orElse(null);
        if (purpose != null && wanted == null) {
            // There are none of these, which is an answer.
            send(asked, FileForm.page(new StoredFiles.Page(List.of(), false)));
            return;
        }
        StoredFiles.Page page = files.list(
                asked.subject().tenant(),
                asked.subject().member(),
                new StoredFiles.Asked(
                        wanted,
                        limit == null ? MAX_PAGE : Integer.parseInt(limit),
                        "asc".equals(order),
                        first(query, "after")));
        send(asked, FileForm.page(page));
    }

    private static boolean isNoPage(int limit) {
        return limit < 1 || limit > MAX_PAGE;
    }

    private static @Nullable String first(Parameters query, String name) {
        return query.contains(name) ? query.get(name) : null;
    }

    private void one(Asked asked) {
        send(asked, FileForm.one(found(asked)));
    }

    private void delete(Asked asked) {
        StoredFile file = found(asked);
        record(asked, EventKind.FILE_DELETED, file);
        if (!files.delete(file.tenant(), file.member(), file.id())) {
            throw unknown();
        }
        send(asked, FileForm.deleted(file.id()));
    }

    private void content(Asked asked) {
        StoredFile file = found(asked);
        record(asked, EventKind.FILE_READ, file);
        ServerResponse response = asked.response();
        asked.report().write(response.headers());
        response.headers().set(HeaderValues.create(HeaderNames.CONTENT_TYPE, "application/octet-stream"));
        response.headers().set(HeaderValues.create(HeaderNames.CONTENT_LENGTH, file.bytes()));
        response.headers().set(Names.NO_STORE);
        byte[] bytes = new byte[COPY_BYTES];
        try (InputStream in = files.open(file);
                OutputStream out = response.outputStream()) {
            for (int read = in.read(bytes); read >= 0; read = in.read(bytes)) {
                int count = read;
                writes.during(() -> out.write(bytes, 0, count));
            }
        } catch (IOException | StoredFiles.Unavailable broken) {
            // Shorter than announced, so nobody takes it for whole.
            throw new CloseConnectionException("a file was not given to its end", broken);
        }
    }

    private StoredFile found(Asked asked) {
        String id = asked.http().path().pathParameters().first(ID).orElse("");
        return (IDS.matcher(id).matches()
                        ? files.find(asked.subject().tenant(), asked.subject().member(), id)
                        : Optional.<StoredFile>empty())
                .orElseThrow(FilesEndpoint::unknown);
    }

    private static BadRequest unknown() {
        return new BadRequest(404, "file_not_found", "id", "there is no such file of yours");
    }

    private void record(Asked asked, EventKind kind, StoredFile file) {
        Facts facts = new Facts()
                .put("subject", Refusals.of(asked.subject()))
                .put("file", file.id())
                .put("purpose", file.purpose().code())
                .put("bytes", file.bytes())
                .put("lines", file.lines());
        audit.append(new AuditEvent(file.tenant(), kind, asked.report().id().value(), facts))
                .await();
    }

    private static void send(Asked asked, byte[] answer) {
        asked.response().headers().set(HeaderValues.CONTENT_TYPE_JSON);
        asked.report().write(asked.response().headers());
        asked.response().send(answer);
    }
}
