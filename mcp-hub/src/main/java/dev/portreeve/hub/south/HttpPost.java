package dev.portreeve.hub.south;

import dev.portreeve.hub.time.AlarmClock;
import dev.portreeve.hub.wire.BadMessage;
import dev.portreeve.hub.wire.HeaderValue;
import dev.portreeve.hub.wire.JsonRpcMessage;
import dev.portreeve.hub.wire.RequestId;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.Secret;
import dev.portreeve.policy.call.UpstreamFault;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One message to an HTTP server and what comes back, as JSON or as an event stream. Thread-safe. */
final class HttpPost {
    private static final Logger LOGGER = LoggerFactory.getLogger(HttpPost.class);
    private static final int OK = 200;
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;
    private static final int SERVER_ERROR = 500;

    private final String slug;
    private final URI url;
    private final @Nullable Secret bearer;
    private final HttpClient http;
    private final AlarmClock alarms;
    private final int maxMessageBytes;
    private final AnswerStream events;

    HttpPost(
            String slug,
            URI url,
            @Nullable Secret bearer,
            HttpClient http,
            AlarmClock alarms,
            int maxMessageBytes,
            Runnable onToolsChanged) {
        this.slug = slug;
        this.url = url;
        this.bearer = bearer;
        this.http = http;
        this.alarms = alarms;
        this.maxMessageBytes = maxMessageBytes;
        this.events = new AnswerStream(slug, maxMessageBytes, alarms, onToolsChanged);
    }

    /** An answer, and the session the server opened with it, if it did. */
    record Answer(
            JsonRpcMessage.Response response, @Nullable String session) {}

    /** The server does not know the session; it has not looked at the request. */
    static final class SessionGone extends RuntimeException {
        private static final long serialVersionUID = 1L;

        SessionGone() {
            super("the server does not know the session any more", null, false, false);
        }
    }

    /**
     * Sends a request and waits for its answer.
     *
     * @param questions answers what the server asks meanwhile
     * @throws SessionGone if a session header was sent and the server answers 404
     */
    Answer request(
            byte[] message,
            long id,
            Map<String, String> headers,
            Questions questions,
            Meanwhile meanwhile,
            Deadline deadline) {
        try {
            HttpResponse<InputStream> response = http.send(request(headers, deadline, message), bodyAsItComes());
            if (response.statusCode() == NOT_FOUND && headers.containsKey(HeaderValue.SESSION)) {
                close(response.body());
                throw new SessionGone();
            }
            return new Answer(read(response, id, questions, meanwhile, deadline), session(response));
        } catch (InterruptedException givenUp) {
            Thread.currentThread().interrupt();
            throw ToolServerFault.interrupted(slug);
        } catch (IOException broken) {
            throw fault(broken, deadline);
        }
    }

    private JsonRpcMessage.Response read(
            HttpResponse<InputStream> response, long id, Questions questions, Meanwhile meanwhile, Deadline deadline)
            throws IOException, InterruptedException {
        InputStream body = response.body();
        if (isStream(response)) {
            return events.read(body, id, questions, meanwhile, deadline);
        }
        // The client's own time-out ends with the headers; a body that never comes is ended by closing it.
        AlarmClock.Alarm tooLate = alarms.after(deadline.remaining(), () -> close(body));
        try {
            return fromJson(body, id, response.statusCode(), deadline);
        } finally {
            tooLate.close();
            close(body);
        }
    }

    private HttpRequest request(Map<String, String> headers, Deadline deadline, byte[] message) {
        Duration left = deadline.remaining();
        if (left.isZero()) {
            throw ToolServerFault.timeout(slug);
        }
        HttpRequest.Builder request = HttpRequest.newBuilder(url)
                .timeout(left)
                .header("Content-Type", "application/json")
                .header("Accept", "application/json, text/event-stream")
                .POST(HttpRequest.BodyPublishers.ofByteArray(message));
        headers.forEach(request::header);
        authorize(request);
        return request.build();
    }

    private void authorize(HttpRequest.Builder request) {
        if (bearer != null) {
            request.header("Authorization", "Bearer " + bearer.reveal());
        }
    }

    private static HttpResponse.BodyHandler<InputStream> bodyAsItComes() {
        return HttpResponse.BodyHandlers.ofInputStream();
    }

    private void close(InputStream body) {
        try {
            body.close();
        } catch (IOException alreadyBroken) {
            LOGGER.debug("tool server \"{}\" closed its answer first", slug);
        }
    }

    private static boolean isStream(HttpResponse<?> response) {
        return response.headers()
                .firstValue("Content-Type")
                .filter(type -> type.toLowerCase(Locale.ROOT).startsWith("text/event-stream"))
                .isPresent();
    }

    private static @Nullable String session(HttpResponse<?> response) {
        return response.headers().firstValue(HeaderValue.SESSION).orElse(null);
    }

    private JsonRpcMessage.Response fromJson(InputStream body, long id, int status, Deadline deadline)
            throws IOException {
        byte[] bytes = body.readNBytes(maxMessageBytes + 1);
        if (deadline.isPast()) {
            throw ToolServerFault.timeout(slug);
        }
        if (bytes.length > maxMessageBytes) {
            throw ToolServerFault.tooLarge(slug, maxMessageBytes);
        }
        try {
            if (JsonRpcMessage.read(bytes) instanceof JsonRpcMessage.Response response
                    && (isAnswerTo(response, id) || (status != OK && response.error() != null))) {
                return requireAuthorized(response, status);
            }
        } catch (BadMessage notAMessage) {
            throw refused(status);
        }
        throw refused(status);
    }

    private JsonRpcMessage.Response requireAuthorized(JsonRpcMessage.Response response, int status) {
        if (status == UNAUTHORIZED || status == FORBIDDEN) {
            throw refused(status);
        }
        return response;
    }

    static boolean isAnswerTo(JsonRpcMessage.Response response, long id) {
        return RequestId.of(id).equals(response.id());
    }

    private ToolServerFault refused(int status) {
        return switch (status) {
            case OK -> ToolServerFault.garbage(slug, "answered with something that is no answer");
            case UNAUTHORIZED, FORBIDDEN ->
                status(UpstreamFault.Kind.CREDENTIAL, status, "does not accept the gateway's credential", false);
            default ->
                status(UpstreamFault.Kind.REFUSED, status, "answered with status " + status, status >= SERVER_ERROR);
        };
    }

    private ToolServerFault status(UpstreamFault.Kind kind, int status, String what, boolean billable) {
        return new ToolServerFault(new UpstreamFault(kind, status, "tool server \"" + slug + "\" " + what, billable));
    }

    private ToolServerFault fault(IOException broken, Deadline deadline) {
        if (Thread.currentThread().isInterrupted()) {
            return ToolServerFault.interrupted(slug);
        }
        if (broken instanceof HttpConnectTimeoutException || broken instanceof ConnectException) {
            return ToolServerFault.of(
                    UpstreamFault.Kind.UNREACHABLE, "tool server \"" + slug + "\" cannot be reached", false);
        }
        if (broken instanceof HttpTimeoutException || deadline.isPast()) {
            return ToolServerFault.timeout(slug);
        }
        return ToolServerFault.of(UpstreamFault.Kind.CUT, "the connection to tool server \"" + slug + "\" broke", true);
    }

    /** Sends something that has no answer. What goes wrong is logged only: nobody waits for it. */
    void send(byte[] message, Map<String, String> headers, Deadline deadline) {
        try {
            HttpResponse<Void> ignored =
                    http.send(request(headers, deadline, message), HttpResponse.BodyHandlers.discarding());
        } catch (InterruptedException givenUp) {
            Thread.currentThread().interrupt();
        } catch (IOException | ToolServerFault broken) {
            LOGGER.debug("tool server \"{}\" did not take a notification", slug);
        }
    }

    /** Ends a session; a server that refuses keeps it until it expires. */
    void delete(Map<String, String> headers, Duration patience) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(url).timeout(patience).DELETE();
        headers.forEach(request::header);
        authorize(request);
        try {
            HttpResponse<Void> ignored = http.send(request.build(), HttpResponse.BodyHandlers.discarding());
        } catch (InterruptedException givenUp) {
            Thread.currentThread().interrupt();
        } catch (IOException broken) {
            LOGGER.debug("tool server \"{}\" could not be told that its session is over", slug);
        }
    }
}
