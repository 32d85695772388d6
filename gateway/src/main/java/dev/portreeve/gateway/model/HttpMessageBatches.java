package dev.portreeve.gateway.model;

import dev.portreeve.gateway.dialect.Dialect;
import dev.portreeve.gateway.dialect.MessageBatch;
import dev.portreeve.gateway.dialect.ModelRequest;
import dev.portreeve.gateway.model.UpstreamHttp.NoAnswer;
import dev.portreeve.policy.call.Content;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.UpstreamFault;
import dev.portreeve.policy.call.UpstreamFault.Kind;
import io.helidon.http.Method;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Anthropic's Message Batches over HTTP. */
final class HttpMessageBatches implements BatchPlace {
    private static final Logger LOG = LoggerFactory.getLogger(HttpMessageBatches.class);
    private static final Dialect DIALECT = Dialect.ANTHROPIC_MESSAGES;
    private static final String PATH = "/messages/batches";
    private static final String JSON = "application/json";
    private static final String VERSION = "anthropic-version";
    private static final Pattern IDS = Pattern.compile("[A-Za-z0-9_-]{1,200}");
    private static final int MAX_DESCRIPTION = 64 * 1024;
    private static final int READ = 64 * 1024;
    private static final int NOT_FOUND = 404;
    private static final byte[] NOTHING = new byte[0];

    private final UpstreamHttp http;
    private final int maxLineBytes;

    /** @param maxLineBytes of one result; what is longer cannot be read */
    HttpMessageBatches(UpstreamHttp http, int maxLineBytes) {
        this.http = http;
        this.maxLineBytes = maxLineBytes;
    }

    @Override
    public byte[] body(ModelRequest request, String upstreamModel, long capTokens, Content input) {
        return request.forwarded(upstreamModel, ModelRequest.CapMember.MAX_TOKENS, capTokens, input);
    }

    @Override
    public Sent send(List<Item> items, Map<String, String> passedHeaders, Deadline deadline) {
        byte[] body = MessageBatch.write(items.stream()
                .map(item -> new MessageBatch.Item(item.customId(), item.body()))
                .toList());
        ProviderReply reply = new ProviderReply();
        try (UpstreamAnswer answer =
                http.ask(Method.POST, http.resolve(PATH), body, JSON, headers(passedHeaders), deadline)) {
            reply.requestId(UpstreamHeaders.requestId(answer));
            if (answer.status() >= 400) {
                UpstreamFault fault = UpstreamErrors.fault(DIALECT, answer, reply, MAX_DESCRIPTION);
                return fault.billable() ? new Sent.Unknown(fault) : new Sent.Refused(fault, reply);
            }
            MessageBatch.Standing standing = standing(answer);
            return standing == null || !IDS.matcher(standing.id()).matches()
                    ? new Sent.Unknown(new UpstreamFault(
                            Kind.GARBAGE, answer.status(), "the provider's answer is no description of a batch", true))
                    : new Sent.Taken(standing.id());
        } catch (NoAnswer none) {
            return none.fault().billable() ? new Sent.Unknown(none.fault()) : new Sent.Refused(none.fault(), reply);
        }
    }

    @Override
    public Sight look(String id, Deadline deadline) {
        try (UpstreamAnswer answer =
                http.ask(Method.GET, http.resolve(PATH + "/" + id), NOTHING, JSON, headers(Map.of()), deadline)) {
            if (answer.status() == NOT_FOUND) {
                return Sight.GONE;
            }
            MessageBatch.Standing standing = answer.status() == 200 ? standing(answer) : null;
            if (standing == null) {
                return Sight.UNSEEN;
            }
            return switch (standing.status()) {
                case "ended" -> standing.archived() ? Sight.GONE : Sight.ENDED;
                case "in_progress", "canceling" -> Sight.WORKING;
                default -> Sight.UNSEEN;
            };
        } catch (NoAnswer none) {
            LOG.debug("a batch could not be looked at: {}", none.getMessage());
            return Sight.UNSEEN;
        }
    }

    private static MessageBatch.@Nullable Standing standing(UpstreamAnswer answer) {
        byte[] body = answer.readError(MAX_DESCRIPTION);
        return body == null ? null : MessageBatch.standing(body);
    }

    @Override
    public boolean results(String id, Consumer<ItemEnd> each, Deadline deadline) {
        try (UpstreamAnswer answer = http.ask(
                Method.GET,
                http.resolve(PATH + "/" + id + "/results"),
                NOTHING,
                "application/x-jsonl",
                headers(Map.of()),
                deadline)) {
            return answer.status() == 200 && lines(answer, each);
        } catch (NoAnswer none) {
            LOG.debug("results of a batch could not be read: {}", none.getMessage());
            return false;
        }
    }

    private boolean lines(UpstreamAnswer answer, Consumer<ItemEnd> each) {
        Lines lines = new Lines(each);
        byte[] buffer = new byte[READ];
        try (InputStream in = answer.body()) {
            int read = in.read(buffer);
            while (read >= 0) {
                lines.add(buffer, read);
                read = in.read(buffer);
            }
        } catch (IOException broken) {
            LOG.warn("the results of a batch broke off: {}", broken.toString());
            return false;
        }
        lines.end();
        return lines.whole;
    }

    /** Cuts bytes into lines. For the thread that reads. */
    private final class Lines {
        private final Consumer<ItemEnd> each;
        private final ByteArrayOutputStream line = new ByteArrayOutputStream();
        private boolean tooLong;
        private boolean whole = true;

        Lines(Consumer<ItemEnd> each) {
            this.each = each;
        }

        void add(byte[] bytes, int length) {
            int from = 0;
            for (int i = 0; i < length; i++) {
                if (bytes[i] == '\n') {
                    append(bytes, from, i - from);
                    end();
                    from = i + 1;
                }
            }
            append(bytes, from, length - from);
        }

        private void append(byte[] bytes, int from, int length) {
            tooLong |= line.size() + length > maxLineBytes;
            if (!tooLong) {
                line.write(bytes, from, length);
            }
        }

        void end() {
            MessageBatch.Result result = line.size() == 0 || tooLong ? null : MessageBatch.line(line.toByteArray());
            if (result != null) {
                whole &= tell(result);
            } else if (tooLong || line.size() > 0) {
                // What is longer than any answer, or no result: the item it may be of has none.
                LOG.warn("a line of a batch's results cannot be read");
            }
            line.reset();
            tooLong = false;
        }

        private boolean tell(MessageBatch.Result result) {
            End end = switch (result.type()) {
                case "succeeded" -> End.SUCCEEDED;
                case "errored" -> End.ERRORED;
                case "canceled" -> End.CANCELED;
                case "expired" -> End.EXPIRED;
                default -> null;
            };
            if (end == null) {
                LOG.warn("an item of a batch ended in a way that is not known here");
                return true;
            }
            each.accept(new ItemEnd(result.customId(), end, end == End.SUCCEEDED ? 200 : 0, result.body()));
            return true;
        }
    }

    @Override
    public boolean cancel(String id, Deadline deadline) {
        return done(Method.POST, PATH + "/" + id + "/cancel", deadline);
    }

    @Override
    public boolean forget(String id, Deadline deadline) {
        return done(Method.DELETE, PATH + "/" + id, deadline);
    }

    private boolean done(Method method, String path, Deadline deadline) {
        try (UpstreamAnswer answer = http.ask(method, http.resolve(path), NOTHING, JSON, headers(Map.of()), deadline)) {
            // What it does not know it need not do.
            return answer.status() < 300 || answer.status() == NOT_FOUND;
        } catch (NoAnswer none) {
            LOG.debug("a batch could not be cancelled or deleted: {}", none.getMessage());
            return false;
        }
    }

    private static Map<String, String> headers(Map<String, String> passed) {
        Map<String, String> headers = new HashMap<>(passed);
        headers.putIfAbsent(VERSION, "2023-06-01");
        return headers;
    }
}
