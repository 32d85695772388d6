package dev.portreeve.hub.north;

import dev.portreeve.hub.catalog.CatalogTool;
import dev.portreeve.hub.catalog.ServerEntry;
import dev.portreeve.hub.catalog.TaskSupport;
import dev.portreeve.hub.catalog.ToolCatalog;
import dev.portreeve.hub.catalog.View;
import dev.portreeve.hub.seal.SealedTokens;
import dev.portreeve.hub.south.Answered;
import dev.portreeve.hub.south.Meanwhile;
import dev.portreeve.hub.south.Party;
import dev.portreeve.hub.south.ServerProfile;
import dev.portreeve.hub.south.ServerRequest;
import dev.portreeve.hub.south.TaskRun;
import dev.portreeve.hub.south.TaskState;
import dev.portreeve.hub.wire.McpError;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.CallId;
import dev.portreeve.policy.call.Deadline;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which tool calls become tasks, and under what names. Where caller and server both know tasks, the task is handed over under
 * an id of the gateway's; where only the server does, it is run to its end within the call. Thread-safe.
 */
final class Tasks {
    private static final int OK = 200;
    private final ToolCatalog catalog;
    private final SealedTokens tokens;
    private final OpenTasks open;
    private final boolean own;

    /** @param own whether the gateway has tasks of its own, of whatever server's tools */
    Tasks(ToolCatalog catalog, SealedTokens tokens, OpenTasks open, boolean own) {
        this.own = own;
        this.catalog = catalog;
        this.tokens = tokens;
        this.open = open;
    }

    /** What becomes of one call. */
    enum Plan {
        /** No task, unless a server of the modern era makes one for a caller who declared that he knows them. */
        PLAIN,
        /** A task of the older era, which the caller is given. */
        HAND_OVER,
        /** A task that the caller does not see. */
        RUN_THROUGH,
        /** A task of the gateway's own, in which it is called plainly. */
        OWN,
        /** It cannot be what the caller wants. */
        REFUSED,
        /** The caller has too many already. */
        TOO_MANY
    }

    /** @param wish what a caller of the older era says of the task he wants; {@code null} if he wants none */
    Plan plan(Counterpart caller, CatalogTool tool, @Nullable RawJson wish) {
        ServerProfile server = profile(tool.owner());
        boolean older = !server.isModern() && server.runsTasks();
        return switch (caller) {
            case Counterpart.Modern modern -> {
                if (!older || tool.tasks() != TaskSupport.REQUIRED) {
                    yield Plan.PLAIN;
                }
                yield declares(modern) && open.hasRoom(modern.subject()) ? Plan.HAND_OVER : Plan.RUN_THROUGH;
            }
            case Counterpart.Legacy legacy -> {
                if (wish == null || !announcesTo(legacy)) {
                    yield server.isModern() || (older && tool.tasks() == TaskSupport.REQUIRED)
                            ? Plan.RUN_THROUGH
                            : Plan.PLAIN;
                }
                if (!older || tool.tasks() == TaskSupport.FORBIDDEN) {
                    yield Plan.REFUSED;
                }
                yield open.hasRoom(legacy.subject()) ? Plan.HAND_OVER : Plan.TOO_MANY;
            }
        };
    }

    /** What a caller is told of a plan that leads nowhere; {@code null} for all others. */
    static @Nullable Reply refusal(Plan plan) {
        return switch (plan) {
            case REFUSED ->
                new Reply.Error(
                        OK,
                        new McpError(
                                McpError.METHOD_NOT_FOUND, "this tool cannot be called as a task: call it plainly"));
            case TOO_MANY ->
                new Reply.Error(
                        OK,
                        new McpError(
                                McpError.INTERNAL_ERROR,
                                "too many tasks are under way: wait for some of them, or cancel them"));
            case PLAIN, HAND_OVER, RUN_THROUGH, OWN -> null;
        };
    }

    static boolean declares(Counterpart caller) {
        RawJson extensions = caller.capabilities().member("extensions");
        return extensions != null && extensions.member(TaskState.EXTENSION) != null;
    }

    /** Whether callers of the modern era can be given tasks in a view. */
    boolean announces(View view) {
        return own
                || catalog.servers().stream()
                        .anyMatch(one -> view.shows(one.slug()) && profile(one).runsTasks());
    }

    /** Whether callers with sessions can: only tasks of the older era, and the gateway's own, are theirs. */
    boolean announcesOlder(View view) {
        return own
                || catalog.servers().stream()
                        .anyMatch(one -> view.shows(one.slug())
                                && profile(one).runsTasks()
                                && !profile(one).isModern());
    }

    private ServerProfile profile(ServerEntry server) {
        return catalog.memory().profile(server);
    }

    boolean isModern(ServerEntry server) {
        return profile(server).isModern();
    }

    private boolean announcesTo(Counterpart.Legacy caller) {
        return announcesOlder(caller.view());
    }

    /** How the server is asked. */
    Asking asking(Plan plan, Counterpart caller, ServerEntry owner, @Nullable RawJson wish) {
        if (profile(owner).isModern()) {
            return plan == Plan.RUN_THROUGH || plan == Plan.OWN
                    ? (party, request, meanwhile, deadline) -> throughNewer(owner, party, request, meanwhile, deadline)
                    : (party, request, meanwhile, deadline) ->
                            owner.server().ask(withRoom(caller, party), request, meanwhile, deadline);
        }
        return switch (plan) {
            case HAND_OVER ->
                (party, request, meanwhile, deadline) -> owner.server()
                        .ask(
                                party(caller),
                                request.withParams(Map.of("task", RawJson.of("{\"ttl\":" + millis(wish) + "}"))),
                                meanwhile,
                                deadline);
            case RUN_THROUGH ->
                (party, request, meanwhile, deadline) -> new TaskRun(
                                owner.slug(), owner.server(), party(caller), meanwhile)
                        .older(request, owner.callTimeout().plus(owner.callTimeout()), deadline);
            case PLAIN, OWN, REFUSED, TOO_MANY -> owner.server()::ask;
        };
    }

    // A caller who knows no tasks is asked for none, unless the server insists.
    private static Answered throughNewer(
            ServerEntry owner, Party party, ServerRequest request, Meanwhile meanwhile, Deadline deadline) {
        Answered answered = owner.server().ask(party, request, meanwhile, deadline);
        return insistsOnTask(answered)
                ? new TaskRun(owner.slug(), owner.server(), declaring(party), meanwhile).newer(request, deadline)
                : answered;
    }

    private static boolean insistsOnTask(Answered answered) {
        if (!(answered instanceof Answered.Refusal(McpError error))
                || error.code() != McpError.MISSING_CLIENT_CAPABILITY) {
            return false;
        }
        RawJson data = error.data();
        RawJson required = data == null ? null : data.member("requiredCapabilities");
        RawJson extensions = required == null ? null : required.member("extensions");
        return extensions != null && extensions.member(TaskState.EXTENSION) != null;
    }

    private static Party declaring(Party party) {
        Map<String, RawJson> capabilities =
                new LinkedHashMap<>(party.capabilities().members());
        capabilities.put("extensions", RawJson.of("{\"" + TaskState.EXTENSION + "\":{}}"));
        return new Party(party.key(), RawJson.object(capabilities), party.alone(), party.caller());
    }

    // Who has too many tasks does not say that he knows them.
    private Party withRoom(Counterpart caller, Party party) {
        RawJson extensions = party.capabilities().member("extensions");
        if (!declares(caller) || extensions == null || open.hasRoom(caller.subject())) {
            return party;
        }
        Map<String, RawJson> fewer = new LinkedHashMap<>(extensions.members());
        fewer.remove(TaskState.EXTENSION);
        Map<String, RawJson> capabilities =
                new LinkedHashMap<>(party.capabilities().members());
        capabilities.put("extensions", RawJson.object(fewer));
        return new Party(party.key(), RawJson.object(capabilities), party.alone(), party.caller());
    }

    /**
     * For whom a server of the older era keeps a caller's tasks. Callers without a session have one for all their tasks, which
     * stays the same whatever else runs, as long as they declare the same capabilities.
     */
    static Party party(Counterpart caller) {
        Party own = caller.party();
        if (caller instanceof Counterpart.Legacy) {
            return own;
        }
        Map<String, RawJson> capabilities =
                new LinkedHashMap<>(own.capabilities().members());
        capabilities.remove("extensions");
        return new Party("tasks of " + own.key(), RawJson.object(capabilities), false);
    }

    /** For whom a server keeps a caller's tasks. */
    Party party(Counterpart caller, ServerEntry server) {
        return isModern(server) ? caller.party() : party(caller);
    }

    private long millis(@Nullable RawJson wish) {
        long most = open.limits().ttl().toMillis();
        RawJson ttl = wish == null ? null : wish.member("ttl");
        try {
            long said = ttl == null || ttl.length() > 32 ? most : new BigDecimal(ttl.toString()).longValue();
            return said <= 0 || said > most ? most : said;
        } catch (NumberFormatException notANumber) {
            return most;
        }
    }

    /** The answer that gives a caller his task; empty if the server's answer began none that is his. */
    Optional<RawJson> begun(Answered answered, Plan plan, Counterpart caller, CatalogTool tool, CallId call) {
        boolean modernServer = isModern(tool.owner());
        if (!modernServer && plan != Plan.HAND_OVER) {
            return Optional.empty();
        }
        return TaskState.begunBy(answered, modernServer).map(state -> {
            boolean modern = caller instanceof Counterpart.Modern;
            String token = new TaskToken(tool.resource(), state.id(), call, modern)
                    .sealed(tokens, caller.subject(), open.ttl(state));
            open.add(
                    caller.subject(),
                    party(caller, tool.owner()).key(),
                    tool.owner().slug(),
                    token,
                    state);
            Map<String, RawJson> shown = shown(state, token, modern);
            if (modern) {
                shown.put("resultType", RawJson.string("task"));
                return RawJson.object(shown);
            }
            Map<String, RawJson> result =
                    new LinkedHashMap<>(((Answered.Result) answered).result().members());
            result.put("task", RawJson.object(shown));
            return RawJson.object(result);
        });
    }

    /** A task in its caller's words: under his id, with the names and bounds of his era. */
    Map<String, RawJson> shown(TaskState state, String token, boolean modern) {
        Map<String, RawJson> all = new LinkedHashMap<>(state.members());
        all.keySet().removeAll(java.util.Set.of("ttl", "ttlMs", "pollInterval", "pollIntervalMs"));
        all.put("taskId", RawJson.string(token));
        all.put(
                modern ? "ttlMs" : "ttl",
                RawJson.of(Long.toString(open.ttl(state).toMillis())));
        Duration least = open.limits().shortestPoll();
        Duration poll =
                state.pollInterval().filter(said -> said.compareTo(least) > 0).orElse(least);
        all.put(modern ? "pollIntervalMs" : "pollInterval", RawJson.of(Long.toString(poll.toMillis())));
        return all;
    }

    /** The task of an id that a caller brought; empty if it is not one of his, here. */
    Optional<TaskToken> find(Counterpart caller, String id) {
        return TaskToken.open(tokens, caller.subject(), id)
                .filter(token -> token.modern() == caller instanceof Counterpart.Modern)
                .filter(token -> caller.view().shows(token.tool().server()));
    }

    OpenTasks open() {
        return open;
    }
}
