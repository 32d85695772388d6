package dev.portreeve.policy.access;

import dev.cel.runtime.CelVariableResolver;
import dev.portreeve.policy.call.HostedUse;
import dev.portreeve.policy.call.Subject;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What conditions may speak of where a provider would run a tool: its entry in the request is the arguments. For one decision. */
final class HostedVariables implements CelVariableResolver {
    private final HostedUse use;
    private final KnownVariables known;
    private @Nullable Map<String, Object> args;

    HostedVariables(Subject subject, HostedUse use, Instant now, SeenOfCaller caller) {
        this.use = use;
        this.known = new KnownVariables(subject, use.resource(), now, caller);
    }

    @Override
    public Optional<Object> find(String name) {
        if (!name.equals("args")) {
            return known.find(name);
        }
        Map<String, Object> values = args;
        if (values == null) {
            values = ArgumentValues.of(use.definition());
            args = values;
        }
        return Optional.of(values);
    }
}
