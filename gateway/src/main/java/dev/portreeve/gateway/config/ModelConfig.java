package dev.portreeve.gateway.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A model under the name callers use and rules match.
 *
 * @param name what callers put into {@code model}
 * @param route where its calls go
 * @param maxOutputTokens the bound on an answer when the caller gives none; it is also what the worst case is priced with
 */
public record ModelConfig(
        String name, Route route, @Nullable Integer maxOutputTokens) {
    /**
     * Targets in order of preference. This version uses the first and says so at the start if there are more.
     *
     * @param targets at least one
     * @param unsupported what becomes of things in a request that the target's dialect cannot say: {@code drop} leaves out all
     *     that can be left out, even where the answer is then another; {@code reject} refuses to leave out anything; absent:
     *     hints are left out, and what would change the meaning is refused
     * @param hostedTools what becomes of tools that the provider would run by itself, such as web searches, out of sight of the
     *     rules for tools
     */
    public record Route(
            List<Target> targets,
            @Nullable Unsupported unsupported,
            @Default("strip") HostedTools hostedTools) {
        /** With what holds if nothing is said. */
        public Route(List<Target> targets) {
            this(targets, null, HostedTools.STRIP);
        }

        public Route {
            targets = List.copyOf(targets);
            if (targets.isEmpty()) {
                throw new IllegalArgumentException("a route needs at least one target");
            }
        }
    }

    /** What is done about what a dialect cannot say. */
    public enum Unsupported {
        DROP,
        REJECT
    }

    /** What is done about a provider's own tools. */
    public enum HostedTools {
        STRIP,
        DENY,
        PASS
    }

    /** A model at a provider, written {@code provider/model}. */
    public record Target(String model) {
        public Target {
            if (model.indexOf('/') < 1 || model.endsWith("/")) {
                throw new IllegalArgumentException("target \"" + model + "\" is not of the form provider/model");
            }
        }

        /** The provider's id: what stands before the first slash. */
        public String provider() {
            return model.substring(0, model.indexOf('/'));
        }

        /** The provider's own name of the model, which may contain slashes. */
        public String upstreamModel() {
            return model.substring(model.indexOf('/') + 1);
        }
    }

    public ModelConfig {
        if (name.isBlank()) {
            throw new IllegalArgumentException("a model needs a name");
        }
        if (maxOutputTokens != null && maxOutputTokens < 1) {
            throw new IllegalArgumentException("max-output-tokens must be at least 1");
        }
    }
}
