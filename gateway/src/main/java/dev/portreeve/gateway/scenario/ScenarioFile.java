package dev.portreeve.gateway.scenario;

import dev.portreeve.gateway.explain.CallQuestion;
import dev.portreeve.policy.access.Rule;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A file of scenarios.
 *
 * @param rules those that are tried; absent: those of the configuration
 * @param cases each a call and what is expected
 */
public record ScenarioFile(@Nullable List<Rule> rules, List<Case> cases) {
    private static final int MAX_CASES = 10_000;

    public ScenarioFile {
        rules = rules == null ? null : List.copyOf(rules);
        if (cases == null || cases.isEmpty() || cases.size() > MAX_CASES) {
            throw new IllegalArgumentException("a scenario file has 1 to " + MAX_CASES + " cases");
        }
        cases = List.copyOf(cases);
    }

    /** One scenario. */
    public record Case(String name, When when, Then then) {
        public Case {
            if (when == null || then == null) {
                throw new IllegalArgumentException("a case has a name, a when and a then");
            }
        }
    }

    /**
     * The call. One of {@code user} and {@code agent}, and one of the things.
     *
     * @param team absent: the member's of the configuration
     * @param key the id of the key, where rules name one
     * @param delegatedBy the ids of the keys above it, the one that an operator made first; absent: none
     * @param session as the caller names its own; absent: nobody knows
     * @param roles absent: those of the configuration, or nobody knows them where there is none
     * @param arguments a JSON object
     * @param costUsd the worst case
     * @param at when, in RFC 3339; absent: nobody knows
     * @param labels of the session; absent: nobody knows them
     * @param address where the request comes from; absent: nobody knows
     * @param view what of {@code /mcp/} it comes in by; absent: nobody knows
     * @param request what a request to a model says; absent: nobody knows
     * @param budget how full the caller's budgets are; absent: nobody knows
     * @param target where a call of a model is sent, {@code provider/model}; absent: the first place of its route that it may go to
     */
    public record When(
            @Nullable String tenant,
            @Nullable String team,
            @Nullable String user,
            @Nullable String agent,
            @Nullable String key,
            @Nullable List<String> delegatedBy,
            @Nullable String session,
            @Nullable List<String> roles,
            @Nullable String tool,
            @Nullable String model,
            @Nullable String prompt,
            @Nullable String resource,
            @Nullable String hostedTool,
            @Nullable String arguments,
            @Nullable Long maxOutputTokens,
            @Nullable String costUsd,
            @Nullable String at,
            @Nullable List<String> labels,
            @Nullable String address,
            @Nullable String view,
            CallQuestion.@Nullable Request request,
            CallQuestion.@Nullable Budget budget,
            @Nullable String target) {
        public When {
            if ((user == null) == (agent == null)) {
                throw new IllegalArgumentException("who calls is either a user or an agent");
            }
        }
    }

    /**
     * What is expected; what is absent may be anything.
     *
     * @param outcome {@code allow}, {@code require-approval} or {@code deny}; {@code permit} and {@code ask} are the words of records
     * @param by the rules the decision rests on
     * @param rules all rules that fit the call, with their verdicts
     * @param reason why it is denied: {@code forbidden}, {@code not_granted} or {@code rule_error}
     * @param withShadow the outcome with rules in shadow enforced
     * @param listed whether lists show it
     * @param approvers who may say yes
     * @param timeout how long they have, where a rule says so
     */
    public record Then(
            String outcome,
            @Nullable List<String> by,
            @Nullable Map<String, String> rules,
            @Nullable String reason,
            @Nullable String withShadow,
            @Nullable Boolean listed,
            @Nullable List<String> approvers,
            @Nullable Duration timeout) {}
}
