package dev.portreeve.policy.access;

import dev.cel.runtime.CelVariableResolver;
import dev.portreeve.policy.call.Resource;
import dev.portreeve.policy.call.Subject;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * What conditions may speak of before there is a call: who would make it, and what of. Everything else is not known yet, and
 * a condition whose outcome hangs on it fails. For one decision, on its thread.
 */
final class KnownVariables implements CelVariableResolver {
    static final Set<String> NAMES = Set.of(
            "subject.tenant",
            "subject.team",
            "subject.member",
            "subject.kind",
            "subject.key",
            "call.kind",
            "call.name",
            "call.server");
    private final Subject subject;
    private final Resource resource;
    private boolean missed;

    KnownVariables(Subject subject, Resource resource) {
        this.subject = subject;
        this.resource = resource;
    }

    @Override
    public Optional<Object> find(String name) {
        Optional<Object> value = Optional.ofNullable(
                switch (name) {
                    case "subject.tenant" -> subject.tenant();
                    case "subject.team" -> subject.team() == null ? "" : subject.team();
                    case "subject.member" -> subject.member();
                    case "subject.kind" -> subject.kind().name().toLowerCase(Locale.ROOT);
                    case "subject.key" -> subject.keyId();
                    case "call.kind" -> kind();
                    case "call.name" -> resource.name();
                    case "call.server" -> resource instanceof Resource.OfServer offered ? offered.server() : "";
                    default -> null;
                });
        missed |= value.isEmpty();
        return value;
    }

    private String kind() {
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
        if (condition.isOnlyAboutTheCall()) {
            return Decision.Match.NOT_TESTED;
        }
        missed = false;
        Decision.Match match = condition.test(this);
        return match == Decision.Match.CONDITION_ERROR && missed ? Decision.Match.NOT_TESTED : match;
    }
}
