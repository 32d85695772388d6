package dev.portreeve.gateway.explain;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A question about a call in the words of whoever asks; one of the five kinds of things is named.
 *
 * @param tenant needed where there are several
 * @param as the user or agent ({@code triage-bot}, {@code agent:triage-bot}), or the id of a key
 * @param tool {@code slug__tool}
 * @param model as callers name it
 * @param prompt {@code slug__prompt}
 * @param resource its URI as callers of all servers see it
 * @param hostedTool {@code provider/tool}, what a provider would run by itself
 * @param arguments a JSON object
 * @param maxOutputTokens the bound on a model's answer
 * @param maxCostUsd the worst case, a decimal
 * @param at when, in RFC 3339
 * @param labels of the session it is made in; absent: nobody knows them
 * @param address where the request comes from; absent: nobody knows
 * @param view what of {@code /mcp/} it comes in by; absent: nobody knows
 */
public record CallQuestion(
        @Nullable String tenant,
        @Nullable String as,
        @Nullable String tool,
        @Nullable String model,
        @Nullable String prompt,
        @Nullable String resource,
        @Nullable String hostedTool,
        @Nullable String arguments,
        @Nullable Long maxOutputTokens,
        @Nullable String maxCostUsd,
        @Nullable String at,
        @Nullable List<String> labels,
        @Nullable String address,
        @Nullable String view) {
    /** The same at another time. */
    CallQuestion at(String time) {
        return new CallQuestion(
                tenant,
                as,
                tool,
                model,
                prompt,
                resource,
                hostedTool,
                arguments,
                maxOutputTokens,
                maxCostUsd,
                time,
                labels,
                address,
                view);
    }
}
