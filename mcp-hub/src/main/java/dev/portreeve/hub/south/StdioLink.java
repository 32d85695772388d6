package dev.portreeve.hub.south;

import dev.portreeve.hub.wire.BadMessage;
import dev.portreeve.hub.wire.BoundedLines;
import dev.portreeve.hub.wire.JsonRpc;
import dev.portreeve.hub.wire.JsonRpcMessage;
import dev.portreeve.hub.wire.MetaKey;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.hub.wire.RequestId;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.UpstreamFault;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * One running process of a stdio server and the calls that wait on it. Lines that are no messages are skipped;
 * the process's end fails every waiting call at once.
 *
 * <p>Two platform threads read the process's pipes, because reading a pipe pins the carrier of a virtual thread; writing
 * has its own thread and a bounded queue, so that a server which does not read its input blocks nobody.
 */
final class StdioLink implements ServerLink {
    private static final Logger LOGGER = LoggerFactory.getLogger(StdioLink.class);
    private static final int OUTBOX = 64;
    private static final int MAX_STDERR_LINE_BYTES = 4096;
    private static final Duration LAST_WORDS = Duration.ofMillis(500);
    private static final Pattern ID_AT_START =
            Pattern.compile("^\\s*\\{(?:\\s*\"jsonrpc\"\\s*:\\s*\"2\\.0\"\\s*,)?\\s*\"id\"\\s*:\\s*(\\d{1,18})\\b");
    private static final Pattern ID_AT_END = Pattern.compile("\"id\"\\s*:\\s*(\\d{1,18})\\s*}\\s*$");

    private final String slug;
    private final int maxMessageBytes;
    private final ServerProcess process;
    private final boolean interactive;
    private final PendingReplies pending;
    private final StderrTail stderr;
    private final BlockingQueue<byte[]> outbox = new ArrayBlockingQueue<>(OUTBOX);
    private final AtomicLong lastId = new AtomicLong();
    private final Aside aside;
    private final Consumer<StdioLink> onEnd;
    private final AtomicReference<String> logLevel = new AtomicReference<>("");
    private final Questions questions = new Questions(this::offer);
    private volatile boolean modern;
    private volatile boolean closing;
    private volatile ServerProfile profile = ServerProfile.UNKNOWN;
    /** The reader's own. */
    private boolean warnedOfJunk;

    /**
     * @param interactive whether it carries the session of one party, who can be asked something
     * @param stderr takes what the process writes to its error stream
     * @param onEnd called once when the process has ended, by whatever cause, before anybody who waits learns it; must
     *     not block
     */
    StdioLink(
            String slug,
            int maxMessageBytes,
            ServerProcess process,
            boolean interactive,
            StderrTail stderr,
            Aside aside,
            Consumer<StdioLink> onEnd) {
        this.slug = slug;
        this.interactive = interactive;
        this.maxMessageBytes = maxMessageBytes;
        this.process = process;
        this.stderr = stderr;
        this.aside = aside;
        this.onEnd = onEnd;
        this.pending = new PendingReplies(slug);
        Thread reader =
                Thread.ofPlatform().daemon().name("hub-" + slug + "-out").start(this::readMessages);
        Thread errors =
                Thread.ofPlatform().daemon().name("hub-" + slug + "-err").start(this::readStderr);
        Thread writer = Thread.ofVirtual().name("hub-" + slug + "-in").start(this::writeMessages);
        Thread.ofVirtual().name("hub-" + slug + "-end").start(() -> awaitEnd(reader, errors, writer));
    }

    /** Whether requests carry the members of the modern era. */
    void speakModern(boolean yes) {
        modern = yes;
    }

    @Override
    public boolean isModern() {
        return modern;
    }

    /** Keeps what the server said in its greeting. */
    void opened(ServerProfile greeted) {
        profile = greeted;
    }

    @Override
    public ServerProfile profile() {
        return profile;
    }

    @Override
    public boolean changesLogLevel(String level) {
        return !logLevel.getAndSet(level).equals(level);
    }

    /** Whether its end, if it has come, was not the gateway's wish, after it had been of use. */
    boolean wasLost() {
        return !closing && !profile.equals(ServerProfile.UNKNOWN);
    }

    @Override
    public boolean hasEnded() {
        return pending.hasEnded();
    }

    @Override
    public boolean hasOwnStream() {
        return false;
    }

    // What it says comes on the connection itself, which is read already: only its end is waited for.
    @Override
    public boolean listen(Runnable begun, Deadline deadline) {
        try {
            pending.awaitEnd(deadline);
            return true;
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw ToolServerFault.interrupted(slug);
        }
    }

    /** What the server last wrote to its error stream; may hold anything, so only for failures before the first call. */
    String lastWords() {
        return stderr.lastLine();
    }

    @Override
    public JsonRpcMessage.Response request(ServerRequest request, Party party, Meanwhile meanwhile, Deadline deadline) {
        long id = lastId.incrementAndGet();
        try (PendingReplies.Waiting waiting = pending.open(id, interactive && !meanwhile.equals(Meanwhile.NOTHING))) {
            byte[] message = JsonRpc.request(RequestId.of(id), request.method(), request.params(modern, party, id));
            if (!outbox.offer(message, deadline.remaining().toNanos(), TimeUnit.NANOSECONDS)) {
                throw ToolServerFault.of(
                        UpstreamFault.Kind.TIMEOUT, "tool server \"" + slug + "\" does not read its input", false);
            }
            return await(waiting, id, meanwhile, deadline);
        } catch (InterruptedException givenUp) {
            Thread.currentThread().interrupt();
            throw ToolServerFault.interrupted(slug);
        }
    }

    private JsonRpcMessage.Response await(
            PendingReplies.Waiting waiting, long id, Meanwhile meanwhile, Deadline deadline)
            throws InterruptedException {
        boolean answered = false;
        try {
            JsonRpcMessage.Response response = waiting.await(meanwhile, questions, deadline);
            answered = true;
            return response;
        } finally {
            if (!answered && !pending.hasEnded()) {
                cancel(id);
            }
        }
    }

    private void cancel(long id) {
        ObjectNode params = JsonRpc.object().put("requestId", id).put("reason", "nobody waits for the answer any more");
        // If the queue is full the server reads nothing, a cancellation neither.
        boolean ignored = outbox.offer(JsonRpc.notification("notifications/cancelled", RawJson.of(params)));
    }

    @Override
    public void tell(String method) {
        boolean ignored = outbox.offer(JsonRpc.notification(method, RawJson.EMPTY_OBJECT));
    }

    private void writeMessages() {
        try {
            OutputStream in = process.process().getOutputStream();
            while (true) {
                in.write(asOneLine(outbox.take()));
                in.write('\n');
                in.flush();
            }
        } catch (IOException closed) {
            // The process closed its input; that alone is no end, answers to earlier calls may still come.
            LOGGER.debug("tool server \"{}\" takes no more input", slug);
        } catch (InterruptedException ended) {
            LOGGER.debug("tool server \"{}\" has ended", slug);
        }
    }

    // A message is a line here, and callers' bytes go in as they came: without this, arguments spread over lines could
    // hold
    // a line that is a message of its own, which nobody has governed. JSON has line ends only where a blank means the
    // same.
    private static byte[] asOneLine(byte[] message) {
        byte[] line = message.clone();
        for (int i = 0; i < line.length; i++) {
            if (line[i] == '\n' || line[i] == '\r') {
                line[i] = ' ';
            }
        }
        return line;
    }

    private void readMessages() {
        try {
            BoundedLines lines = new BoundedLines(process.process().getInputStream(), maxMessageBytes);
            for (BoundedLines.Line line = lines.next(); line != null; line = lines.next()) {
                if (line.tooLong()) {
                    tooLong(line);
                } else if (line.bytes().length > 0) {
                    read(line.bytes());
                }
            }
        } catch (IOException closed) {
            LOGGER.debug("tool server \"{}\" closed its output", slug);
        } finally {
            endWithoutOutput();
        }
    }

    // A process that lives on but says nothing any more would let every call wait for its deadline.
    private void endWithoutOutput() {
        try {
            if (!process.process().waitFor(LAST_WORDS)) {
                process.kill();
            }
        } catch (InterruptedException stopNow) {
            process.kill();
            Thread.currentThread().interrupt();
        }
    }

    private void read(byte[] line) {
        try {
            accept(JsonRpcMessage.read(line));
        } catch (BadMessage notAMessage) {
            if (!warnedOfJunk) {
                warnedOfJunk = true;
                LOGGER.warn(
                        "tool server \"{}\" writes lines to its output that are no messages; they are skipped", slug);
            }
        }
    }

    private void accept(JsonRpcMessage message) {
        switch (message) {
            case JsonRpcMessage.Response response -> pending.complete(response);
            case JsonRpcMessage.Request request -> answer(request);
            case JsonRpcMessage.Notification notification -> heed(notification);
        }
    }

    private void offer(byte[] message) {
        boolean ignored = outbox.offer(message);
    }

    private void answer(JsonRpcMessage.Request question) {
        if (Questions.isPing(question)) {
            questions.pong(question.id());
        } else if (!interactive) {
            questions.refuse(question);
        } else if (!pending.ask(question)) {
            if (aside.hears()) {
                aside.ask(question, questions, aside.standing());
            } else if (!pending.keep(question)) {
                questions.refuse(question);
            }
        }
    }

    private void heed(JsonRpcMessage.Notification notification) {
        switch (notification.method()) {
            case "notifications/progress" ->
                Progress.read(notification.params())
                        .ifPresent(report -> pending.report(report.token(), report.params()));
            default -> {
                if (!(modern ? aside.takes(notification) : aside.takesInSession(notification))) {
                    say(notification);
                }
            }
        }
    }

    // In the modern era what is said on a stream bears the id of the request that opened it.
    private void say(JsonRpcMessage.Notification notification) {
        RawJson params = notification.params();
        RawJson meta = modern && params != null ? params.member("_meta") : null;
        RawJson stream = meta == null ? null : meta.member(MetaKey.SUBSCRIPTION_ID);
        if (stream != null && stream.toString().matches("\\d{1,18}")) {
            pending.say(Long.parseLong(stream.toString()), notification);
        } else {
            pending.say(notification, interactive);
        }
    }

    private void tooLong(BoundedLines.Line line) {
        ToolServerFault fault = ToolServerFault.tooLarge(slug, maxMessageBytes);
        Optional<Long> id = find(ID_AT_END, line.tail()).or(() -> find(ID_AT_START, line.bytes()));
        if (id.isPresent()) {
            pending.fail(id.get(), fault);
        } else {
            LOGGER.warn("tool server \"{}\" wrote a line of more than {} bytes; it is skipped", slug, maxMessageBytes);
        }
    }

    private static Optional<Long> find(Pattern pattern, byte[] bytes) {
        int length = Math.min(bytes.length, 256);
        Matcher matcher = pattern.matcher(new String(bytes, 0, length, StandardCharsets.ISO_8859_1));
        return matcher.find() ? Optional.of(Long.parseLong(matcher.group(1))) : Optional.empty();
    }

    private void readStderr() {
        try {
            BoundedLines lines = new BoundedLines(process.process().getErrorStream(), MAX_STDERR_LINE_BYTES);
            for (BoundedLines.Line line = lines.next(); line != null; line = lines.next()) {
                stderr.add(line.bytes());
            }
        } catch (IOException closed) {
            LOGGER.debug("tool server \"{}\" closed its error stream", slug);
        }
    }

    private void awaitEnd(Thread reader, Thread errors, Thread writer) {
        try {
            int status = process.process().waitFor();
            // What it wrote just before it ended may still be in the pipe.
            boolean ignored = reader.join(LAST_WORDS) && errors.join(LAST_WORDS);
            onEnd.accept(this);
            pending.end(ToolServerFault.of(
                    UpstreamFault.Kind.CUT, "tool server \"" + slug + "\" ended with status " + status, true));
            writer.interrupt();
            process.kill();
        } catch (InterruptedException neverHappens) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        close(LAST_WORDS);
    }

    /** Ends the process; calls that wait fail first, so that nobody waits for it to end. */
    void close(Duration patience) {
        closing = true;
        pending.end(ToolServerFault.of(UpstreamFault.Kind.CUT, "tool server \"" + slug + "\" is being stopped", true));
        process.stop(patience);
    }
}
