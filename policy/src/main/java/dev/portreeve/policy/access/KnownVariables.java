package dev.portreeve.policy.access;

import dev.cel.runtime.CelVariableResolver;
import dev.portreeve.policy.call.Resource;
import dev.portreeve.policy.call.Subject;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What conditions may speak of before there is a call: who would make it, and what of. Everything else is not known yet, and
 * a condition whose outcome hangs on it fails. For one decision, on its thread.
 */
final class KnownVariables implements CelVariableResolver {
    /** What roles are called in conditions. */
    static final String ROLES = "subject.roles";

    private static final String SESSION = "session";
    private static final Set<String> NAMES = Set.of(
            "now",
            "subject.tenant",
            "subject.team",
            "subject.member",
            "subject.kind",
            "subject.key",
            ROLES,
            "call.kind",
            "call.name",
            "call.server");
    private static final Set<String> NAMES_AND_SESSION =
            Stream.concat(NAMES.stream(), Stream.of(SESSION)).collect(Collectors.toUnmodifiableSet());
    private final Subject subject;
    private final Resource resource;
    private final @Nullable Instant now;
    private final SeenOfCaller caller;
    private boolean missed;

    /**
     * @param now {@code null} where nobody knows when
     * @param caller what may be asked of the caller
     */
    KnownVariables(Subject subject, Resource resource, @Nullable Instant now, SeenOfCaller caller) {
        this.subject = subject;
        this.resource = resource;
        this.now = now;
        this.caller = caller;
    }

    @Override
    public Optional<Object> find(String name) {
        Optional<Object> value = Optional.ofNullable(
                switch (name) {
                    case "now" -> now;
                    case SESSION -> got(caller.labels());
                    case ROLES -> got(caller.roles());
                    case "subject.tenant" -> subject.tenant();
                    case "subject.team" -> subject.team() == null ? "" : subject.team();
                    case "subject.member" -> subject.member();
                    case "subject.kind" -> subject.kind().name().toLowerCase(Locale.ROOT);
                    case "subject.key" -> subject.keyId();
                    case "call.kind" -> kind(resource);
                    case "call.name" -> resource.name();
                    case "call.server" -> resource instanceof Resource.OfServer offered ? offered.server() : "";
                    default -> null;
                });
        missed |= value.isEmpty();
        return value;
    }

    private static @Nullable Object got(@Nullable Seen<?> seen) {
        return seen == null ? null : seen.get();
    }

    static String kind(Resource resource) {
        return switch (resource) {
            case Resource.Model unused -> "model";
            case Resource.Tool unused -> "tool";
            case Resource.Prompt unused -> "prompt";
            case Resource.ServerResource unused -> "resource";
            case Resource.HostedTool unused -> "hosted-tool";
        };
    }

    /** How a condition comes out whatever the call will be; not tested where that depends on the call. */
    Decision.Match foresee(Condition condition) {
        if (!condition.isAbout(caller.labels() == null ? NAMES : NAMES_AND_SESSION)) {
            return Decision.Match.NOT_TESTED;
        }
        missed = false;
        Decision.Match match = condition.test(this);
        return match == Decision.Match.CONDITION_ERROR && missed ? Decision.Match.NOT_TESTED : match;
    }
}
