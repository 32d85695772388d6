package dev.portreeve.gateway.model;

import dev.portreeve.gateway.credential.UpstreamCredential.Outgoing;
import dev.portreeve.gateway.dialect.BatchResultLine;
import dev.portreeve.gateway.dialect.Dialect;
import dev.portreeve.gateway.dialect.ModelRequest;
import dev.portreeve.gateway.dialect.ModelRequest.CapMember;
import dev.portreeve.gateway.dialect.UnreadableAnswer;
import dev.portreeve.gateway.model.UpstreamHttp.NoAnswer;
import dev.portreeve.policy.call.Content;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.UpstreamFault;
import dev.portreeve.policy.call.UpstreamFault.Kind;
import io.helidon.http.Method;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Batches as OpenAI takes them: a file of requests, a batch made of it, and files of what became of it. The batch there names its files, so
 * nothing but its own id needs to be remembered here.
 */
final class OpenAiBatches implements BatchPlace {
    private static final Logger LOG = LoggerFactory.getLogger(OpenAiBatches.class);
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String JSON_TYPE = "application/json";
    private static final String FILES = "/files";
    private static final String BATCHES = "/batches";
    private static final String INPUT = "input_file_id";
    private static final byte[] NOTHING = new byte[0];
    private static final int MAX_OBJECT = 1024 * 1024;
    private static final int NOT_FOUND = 404;
    private static final Pattern IDS = Pattern.compile("[A-Za-z0-9_-]{1,200}");

    private final UpstreamHttp http;
    private final Dialect dialect;
    private final String url;
    private final CapMember capMember;
    private final int maxLineBytes;

    /**
     * @param url of each request, such as {@code /v1/chat/completions}
     * @param capMember the member that bounds the answer of one call
     * @param maxLineBytes of one result; what is longer cannot be read
     */
    OpenAiBatches(UpstreamHttp http, Dialect dialect, String url, CapMember capMember, int maxLineBytes) {
        this.http = http;
        this.capMember = capMember;
        this.dialect = dialect;
        this.url = url;
        this.maxLineBytes = maxLineBytes;
    }

    /** What came of one exchange: an object, or a fault. */
    private record Said(@Nullable JsonNode object, @Nullable UpstreamFault fault) {
        int status() {
            return fault == null ? 200 : fault.status();
        }
    }

    @Override
    public byte[] body(ModelRequest request, String upstreamModel, long capTokens, Content input) {
        return request.forwarded(upstreamModel, capMember, capTokens, input);
    }

    @Override
    public Sent send(List<Item> items, Map<String, String> passedHeaders, Deadline deadline) {
        ProviderReply reply = new ProviderReply();
        BatchFile form = BatchFile.of(items, url);
        Said file = ask(Method.POST, FILES, form.contentType(), form.body(), passedHeaders, reply, deadline);
        String input = id(file);
        if (input == null) {
            // Without a batch nothing is made of a file, whether or not it is there.
            return new Sent.Refused(fault(file), reply);
        }
        byte[] wish = JSON.writeValueAsBytes(
                JSON.createObjectNode().put(INPUT, input).put("endpoint", url).put("completion_window", "24h"));
        Said made = ask(Method.POST, BATCHES, JSON_TYPE, wish, passedHeaders, reply, deadline);
        String id = id(made);
        if (id != null) {
            return new Sent.Taken(id);
        }
        if (fault(made).billable()) {
            return new Sent.Unknown(fault(made));
        }
        boolean ignored = delete(input, deadline);
        return new Sent.Refused(fault(made), reply);
    }

    @Override
    public Sight look(String id, Deadline deadline) {
        Said said = batch(id, deadline);
        if (said.object() == null) {
            return said.status() == NOT_FOUND ? Sight.GONE : Sight.UNSEEN;
        }
        return switch (status(said.object())) {
            case "completed", "failed", "expired", "cancelled" -> Sight.ENDED;
            case "validating", "in_progress", "finalizing", "cancelling" -> Sight.WORKING;
            default -> Sight.UNSEEN;
        };
    }

    private static String status(JsonNode batch) {
        return batch.path("status").asString("");
    }

    @Override
    public boolean results(String id, Consumer<ItemEnd> each, Deadline deadline) {
        JsonNode batch = batch(id, deadline).object();
        if (batch == null) {
            return false;
        }
        Set<String> told = new HashSet<>();
        boolean whole = true;
        for (String member : List.of("output_file_id", "error_file_id")) {
            String file = fileOf(batch, member);
            whole &= file == null || lines(file, line -> tell(line, told, each), deadline);
        }
        End rest = rest(batch);
        String input = fileOf(batch, INPUT);
        if (whole && rest != null && input != null) {
            // What was not begun stands in neither file; which requests those are, the input says.
            byte[] why = rest == End.ERRORED ? why(batch) : NOTHING;
            whole = lines(input, line -> untold(line, new ItemEnd("", rest, 0, why), told, each), deadline);
        }
        return whole;
    }

    /** What became of requests of which no file speaks; {@code null} where the batch was to end them all. */
    private static @Nullable End rest(JsonNode batch) {
        return switch (status(batch)) {
            case "cancelled" -> End.CANCELED;
            case "expired" -> End.EXPIRED;
            case "failed" -> End.ERRORED;
            default -> null;
        };
    }

    private static void tell(byte[] line, Set<String> told, Consumer<ItemEnd> each) {
        BatchResultLine result;
        try {
            result = BatchResultLine.read(line);
        } catch (UnreadableAnswer garbage) {
            // The item it may be of has no result then.
            LOG.warn("a line of a batch's results cannot be read");
            return;
        }
        if (told.add(result.customId())) {
            each.accept(new ItemEnd(result.customId(), end(result), result.status(), result.body()));
        }
    }

    private static End end(BatchResultLine result) {
        if (result.status() == 200) {
            return End.SUCCEEDED;
        }
        return switch (result.errorCode() == null ? "" : result.errorCode()) {
            case "batch_expired" -> End.EXPIRED;
            case "batch_cancelled" -> End.CANCELED;
            default -> End.ERRORED;
        };
    }

    /** Why the provider took none of it, as an error of one of its requests. */
    private static byte[] why(JsonNode batch) {
        JsonNode first = batch.path("errors").path("data").path(0);
        ObjectNode error = JSON.createObjectNode()
                .put("code", first.path("code").asString("batch_failed"))
                .put("message", first.path("message").asString("the provider did not take the batch"));
        return JSON.writeValueAsBytes(error);
    }

    private static void untold(byte[] line, ItemEnd end, Set<String> told, Consumer<ItemEnd> each) {
        String customId;
        try {
            customId = JSON.readTree(line).path("custom_id").asString("");
        } catch (JacksonException garbage) {
            LOG.warn("a line of a batch's input cannot be read");
            return;
        }
        if (told.add(customId)) {
            each.accept(new ItemEnd(customId, end.end(), end.status(), end.body()));
        }
    }

    private boolean lines(String file, Consumer<byte[]> each, Deadline deadline) {
        Outgoing asked =
                new Outgoing(Method.GET.text(), http.resolve(FILES + "/" + file + "/content"), JSON_TYPE, NOTHING);
        try (UpstreamAnswer answer = http.ask(asked, "*/*", Map.of(), deadline)) {
            if (answer.status() != 200) {
                LOG.warn("a file of a batch cannot be read: status {}", answer.status());
                return false;
            }
            try (InputStream in = answer.body()) {
                LineSplit split = new LineSplit(in, maxLineBytes);
                for (byte[] line = split.next(); line != null; line = split.next()) {
                    each.accept(line);
                }
            }
            return true;
        } catch (NoAnswer none) {
            LOG.debug("a file of a batch cannot be read: {}", none.getMessage());
            return false;
        } catch (IOException broken) {
            LOG.warn("a file of a batch broke off: {}", broken.toString());
            return false;
        }
    }

    @Override
    public boolean cancel(String id, Deadline deadline) {
        int status = ask(
                        Method.POST,
                        BATCHES + "/" + id + "/cancel",
                        JSON_TYPE,
                        NOTHING,
                        Map.of(),
                        new ProviderReply(),
                        deadline)
                .status();
        // What has ended cannot be cancelled, which is heard all the same.
        return status == 200 || status == NOT_FOUND || status == 400 || status == 409;
    }

    /** A batch itself cannot be deleted there, but what it read and said can. */
    @Override
    public boolean forget(String id, Deadline deadline) {
        Said said = batch(id, deadline);
        if (said.object() == null) {
            return said.status() == NOT_FOUND;
        }
        boolean gone = true;
        for (String member : List.of(INPUT, "output_file_id", "error_file_id")) {
            String file = fileOf(said.object(), member);
            gone &= file == null || delete(file, deadline);
        }
        return gone;
    }

    private boolean delete(String file, Deadline deadline) {
        int status = ask(Method.DELETE, FILES + "/" + file, JSON_TYPE, NOTHING, Map.of(), new ProviderReply(), deadline)
                .status();
        return status == 200 || status == NOT_FOUND;
    }

    private Said batch(String id, Deadline deadline) {
        return ask(Method.GET, BATCHES + "/" + id, JSON_TYPE, NOTHING, Map.of(), new ProviderReply(), deadline);
    }

    private static @Nullable String fileOf(JsonNode batch, String member) {
        String id = batch.path(member).asString("");
        return IDS.matcher(id).matches() ? id : null;
    }

    private static @Nullable String id(Said said) {
        return said.object() == null ? null : fileOf(said.object(), "id");
    }

    private static UpstreamFault fault(Said said) {
        UpstreamFault fault = said.fault();
        return fault == null
                ? new UpstreamFault(Kind.GARBAGE, 200, "the provider's answer has no id that can be used", true)
                : fault;
    }

    private Said ask(
            Method method,
            String path,
            String type,
            byte[] body,
            Map<String, String> headers,
            ProviderReply reply,
            Deadline deadline) {
        Outgoing asked = new Outgoing(method.text(), http.resolve(path), type, body);
        try (UpstreamAnswer answer = http.ask(asked, JSON_TYPE, headers, deadline)) {
            reply.requestId(UpstreamHeaders.requestId(answer));
            if (answer.status() >= 400) {
                return new Said(null, UpstreamErrors.fault(dialect, answer, reply, MAX_OBJECT));
            }
            byte[] object = answer.readError(MAX_OBJECT);
            if (object != null) {
                return new Said(JSON.readTree(object), null);
            }
        } catch (NoAnswer none) {
            return new Said(null, none.fault());
        } catch (JacksonException garbage) {
            LOG.debug("a provider's answer about a batch is not json");
        }
        return new Said(
                null, new UpstreamFault(Kind.GARBAGE, 200, "the provider's answer is no description of a batch", true));
    }
}
