package dev.portreeve.hub.south;

import dev.portreeve.hub.outbound.OutOfTime;
import dev.portreeve.hub.outbound.OutboundAnswer;
import dev.portreeve.hub.outbound.OutboundHttp;
import dev.portreeve.hub.outbound.OutboundRefused;
import dev.portreeve.hub.outbound.OutboundRequest;
import dev.portreeve.hub.outbound.Unreachable;
import dev.portreeve.hub.time.AlarmClock;
import dev.portreeve.hub.wire.BadMessage;
import dev.portreeve.hub.wire.HeaderValue;
import dev.portreeve.hub.wire.JsonRpcMessage;
import dev.portreeve.hub.wire.RequestId;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.UpstreamFault;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One message to an HTTP server and what comes back, as JSON or as an event stream. Thread-safe. */
final class HttpPost {
    private static final Logger LOGGER = LoggerFactory.getLogger(HttpPost.class);
    private static final String JSON = "application/json";
    private static final String EVENTS = "text/event-stream";
    private static final int OK = 200;
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;
    private static final int SERVER_ERROR = 500;
    private static final int MAX_IGNORED_BYTES = 8192;
    /** Sent back with every request, so neither endless nor able to end a header. */
    private static final Pattern SESSION_ID = Pattern.compile("[\\x21-\\x7e]{1,1024}");

    private final String slug;
    private final HttpTarget target;
    private final Door door;
    private final AlarmClock alarms;
    private final int maxMessageBytes;
    private final AnswerStream events;

    HttpPost(String slug, HttpTarget target, OutboundHttp http, AlarmClock alarms, int maxMessageBytes) {
        this.slug = slug;
        this.target = target;
        this.door = new Door(slug, target, http);
        this.alarms = alarms;
        this.maxMessageBytes = maxMessageBytes;
        this.events = new AnswerStream(slug, maxMessageBytes, alarms);
    }

    private HttpPost(HttpPost other, URI url) {
        this.slug = other.slug;
        this.target = new HttpTarget(url, other.target.reach(), other.target.credential());
        this.door = other.door.at(target);
        this.alarms = other.alarms;
        this.maxMessageBytes = other.maxMessageBytes;
        this.events = other.events;
    }

    URI url() {
        return target.url();
    }

    /** The same server at another of its addresses. */
    HttpPost at(URI url) {
        return new HttpPost(this, url);
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
     * @param harmless whether it may be sent once more if the connection breaks before the answer begins
     * @param underway hears what happens meanwhile
     * @param questions answers what the server asks
     * @throws SessionGone if a session header was sent and the server answers 404
     */
    Answer request(
            byte[] message,
            long id,
            Map<String, String> headers,
            boolean harmless,
            Questions questions,
            Underway underway,
            Deadline deadline) {
        try {
            OutboundRequest request = made(message, headers);
            OutboundAnswer response =
                    harmless ? door.exchangeAgain(request, deadline) : door.exchange(request, deadline);
            if (response.status() == NOT_FOUND && headers.containsKey(HeaderValue.SESSION)) {
                close(response.body());
                throw new SessionGone();
            }
            return new Answer(readToTheEnd(response, id, headers, questions, underway, deadline), session(response));
        } catch (InterruptedException givenUp) {
            Thread.currentThread().interrupt();
            throw ToolServerFault.interrupted(slug);
        } catch (IOException broken) {
            throw fault(broken, deadline);
        }
    }

    /**
     * Listens to what a server of the older era says outside its answers, until the stream ends.
     *
     * @return false if the server has no such stream
     * @param begun called once when the stream is open; must not block
     * @param heard takes what it says; must not block
     * @throws ToolServerFault when the stream breaks, or the deadline passes
     * @throws SessionGone if a session header was sent and the server answers 404
     */
    boolean listen(Map<String, String> headers, Runnable begun, Consumer<JsonRpcMessage> heard, Deadline deadline) {
        try {
            OutboundAnswer response = exchange(null, headers, deadline);
            if (response.status() == NOT_FOUND && headers.containsKey(HeaderValue.SESSION)) {
                close(response.body());
                throw new SessionGone();
            }
            if (response.status() >= SERVER_ERROR) {
                close(response.body());
                throw refused(response.status());
            }
            if (response.status() != OK || !isStream(response)) {
                close(response.body());
                return false;
            }
            begun.run();
            events.hear(response.body(), heard, deadline);
            return true;
        } catch (IOException broken) {
            throw fault(broken, deadline);
        }
    }

    private OutboundAnswer exchange(byte @Nullable [] message, Map<String, String> headers, Deadline deadline)
            throws IOException {
        return door.exchange(made(message, headers), deadline);
    }

    private OutboundRequest made(byte @Nullable [] message, Map<String, String> headers) {
        OutboundRequest request = message == null
                ? OutboundRequest.get(target.url(), EVENTS)
                : OutboundRequest.post(target.url(), JSON + ", " + EVENTS, JSON, message);
        return request.with(headers);
    }

    // A server of the older era may hang up before it answers, and answer on the stream that takes its own up again.
    private JsonRpcMessage.Response readToTheEnd(
            OutboundAnswer begun,
            long id,
            Map<String, String> headers,
            Questions questions,
            Underway underway,
            Deadline deadline)
            throws IOException, InterruptedException {
        OutboundAnswer response = begun;
        CountDownLatch never = new CountDownLatch(1);
        while (true) {
            try {
                return read(response, id, questions, underway, deadline);
            } catch (AnswerStream.Unfinished unfinished) {
                if (deadline.remaining().compareTo(unfinished.retry()) <= 0) {
                    throw unfinished;
                }
                boolean ignored = never.await(unfinished.retry().toMillis(), TimeUnit.MILLISECONDS);
                Map<String, String> again = new HashMap<>(headers);
                again.put(HeaderValue.LAST_EVENT, unfinished.lastId());
                response = exchange(null, again, deadline);
                if (response.status() != OK || !isStream(response)) {
                    close(response.body());
                    throw unfinished;
                }
            }
        }
    }

    private JsonRpcMessage.Response read(
            OutboundAnswer response, long id, Questions questions, Underway underway, Deadline deadline)
            throws IOException, InterruptedException {
        InputStream body = response.body();
        if (isStream(response)) {
            return events.read(body, id, questions, underway, deadline);
        }
        // The client's own time-out ends with the headers; a body that never comes is ended by closing it.
        AlarmClock.Alarm tooLate = alarms.after(deadline.remaining(), () -> close(body));
        try {
            return fromJson(body, id, response.status(), deadline);
        } finally {
            tooLate.close();
            close(body);
        }
    }

    private void close(InputStream body) {
        try {
            body.close();
        } catch (IOException alreadyBroken) {
            LOGGER.debug("tool server \"{}\" closed its answer first", slug);
        }
    }

    /** Reads the little that may be there, so that the connection can be used again. */
    private void drain(InputStream body, Deadline deadline) throws IOException {
        AlarmClock.Alarm tooLate = alarms.after(deadline.remaining(), () -> close(body));
        try {
            byte[] ignored = body.readNBytes(MAX_IGNORED_BYTES);
        } finally {
            tooLate.close();
            close(body);
        }
    }

    private static boolean isStream(OutboundAnswer response) {
        return response.header("Content-Type")
                .filter(type -> type.toLowerCase(Locale.ROOT).startsWith(EVENTS))
                .isPresent();
    }

    private static @Nullable String session(OutboundAnswer response) {
        return response.header(HeaderValue.SESSION)
                .filter(id -> SESSION_ID.matcher(id).matches())
                .orElse(null);
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
        if (broken instanceof OutboundRefused) {
            return ToolServerFault.of(
                    UpstreamFault.Kind.UNREACHABLE,
                    "tool server \"" + slug + "\" is not connected to: " + broken.getMessage(),
                    false);
        }
        if (broken instanceof Unreachable) {
            return ToolServerFault.of(
                    UpstreamFault.Kind.UNREACHABLE,
                    "tool server \"" + slug + "\" cannot be reached: " + broken.getMessage(),
                    false);
        }
        if (broken instanceof OutOfTime || deadline.isPast()) {
            return ToolServerFault.timeout(slug);
        }
        return ToolServerFault.of(UpstreamFault.Kind.CUT, "the connection to tool server \"" + slug + "\" broke", true);
    }

    /** Sends something whose answer comes another way; returns when the server has taken it. */
    void deliver(byte[] message, Map<String, String> headers, Deadline deadline) throws ToolServerFault {
        try {
            OutboundAnswer response = exchange(message, headers, deadline);
            drain(response.body(), deadline);
            if (response.status() / 100 != 2) {
                throw refused(response.status());
            }
        } catch (IOException broken) {
            throw fault(broken, deadline);
        }
    }

    /**
     * Opens an event stream that the server says everything on; its reader closes it.
     *
     * @throws ToolServerFault if the server answers with anything else
     */
    InputStream listen(Deadline deadline) {
        try {
            OutboundAnswer response = exchange(null, Map.of(), deadline);
            if (response.status() == OK && isStream(response)) {
                return response.body();
            }
            close(response.body());
            throw refused(response.status());
        } catch (IOException broken) {
            throw fault(broken, deadline);
        }
    }

    /** Sends something that has no answer. What goes wrong is logged only: nobody waits for it. */
    void send(byte[] message, Map<String, String> headers, Deadline deadline) {
        try {
            drain(exchange(message, headers, deadline).body(), deadline);
        } catch (IOException | ToolServerFault broken) {
            LOGGER.debug("tool server \"{}\" did not take a notification", slug);
        }
    }

    /** Ends a session; a server that refuses keeps it until it expires. */
    void delete(Map<String, String> headers, Duration patience) {
        Deadline deadline = Deadline.in(patience);
        try {
            OutboundRequest request = OutboundRequest.delete(target.url()).with(headers);
            drain(door.exchange(request, deadline).body(), deadline);
        } catch (IOException | ToolServerFault broken) {
            LOGGER.debug("tool server \"{}\" could not be told that its session is over", slug);
        }
    }
}
