package dev.portreeve.policy.access;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One rule of the policy, as it stands in the configuration. Order between rules does not matter: a matching {@code deny}
 * wins, then {@code require-approval}, then {@code allow}; nothing matching means denied.
 *
 * @param who absent members match everybody
 * @param models globs over model names ({@code *} matches any run of characters)
 * @param tools globs over tool names in the form {@code slug__tool}
 * @param prompts globs over prompt names in the form {@code slug__prompt}
 * @param resources globs over the URIs of resources and templates as callers of all servers see them: {@code
 *     mcp+slug+} before the server's own, or {@code ui://slug/} in place of {@code ui://}
 * @param hostedTools globs over the tools that providers run by themselves, as {@code provider/tool} or only {@code tool}: {@code
 *     openai/web_search}, {@code code_*}, {@code mcp}; dates and other endings of their names do not count
 * @param when a CEL condition over {@code args}, {@code subject}, {@code call}; absent means always
 * @param approvers names of those who may decide; empty means anyone who may decide at all
 * @param timeout how long a ticket waits for a decision, if not the default
 */
public record Rule(
        String id,
        Effect effect,
        Who who,
        List<String> models,
        List<String> tools,
        List<String> prompts,
        List<String> resources,
        List<String> hostedTools,
        @Nullable String when,
        List<String> approvers,
        @Nullable Duration timeout) {

    /** What a matching rule says. */
    public enum Effect {
        ALLOW,
        DENY,
        REQUIRE_APPROVAL
    }

    /** Whom a rule is about; every given member must match. */
    public record Who(
            @Nullable String tenant,
            @Nullable String team,
            @Nullable String user,
            @Nullable String agent,
            @Nullable String key) {
        public static final Who ANYBODY = new Who(null, null, null, null, null);
    }

    public Rule {
        if (id.isBlank()) {
            throw new IllegalArgumentException("a rule needs an id");
        }
        who = who == null ? Who.ANYBODY : who;
        models = models == null ? List.of() : List.copyOf(models);
        tools = tools == null ? List.of() : List.copyOf(tools);
        prompts = prompts == null ? List.of() : List.copyOf(prompts);
        resources = resources == null ? List.of() : List.copyOf(resources);
        hostedTools = hostedTools == null ? List.of() : List.copyOf(hostedTools);
        approvers = approvers == null ? List.of() : List.copyOf(approvers);
        if (models.isEmpty() && tools.isEmpty() && prompts.isEmpty() && resources.isEmpty() && hostedTools.isEmpty()) {
            throw new IllegalArgumentException("rule \"" + id
                    + "\" names no models, tools, prompts, resources or hosted-tools, so it never matches");
        }
    }

    /** A rule about models and tools only. */
    public Rule(
            String id,
            Effect effect,
            Who who,
            List<String> models,
            List<String> tools,
            @Nullable String when,
            List<String> approvers,
            @Nullable Duration timeout) {
        this(id, effect, who, models, tools, List.of(), List.of(), List.of(), when, approvers, timeout);
    }
}
