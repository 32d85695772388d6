package dev.portreeve.gateway.explain;

import java.math.RoundingMode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
 * @param request what a request to a model says; absent: nobody knows
 * @param budget how full the caller's budgets are; absent: nobody knows
 * @param target where a call of a model is sent, {@code provider/model}; absent: any place its route has
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
        @Nullable String view,
        @Nullable Request request,
        @Nullable Budget budget,
        @Nullable String target) {
    /**
     * What a request to a model says; what is absent nobody knows.
     *
     * @param model as the caller writes it
     * @param maxTokens the bound on the answer that it gives
     * @param tools the names of those that it offers
     * @param images how many it has
     * @param messages how many it has
     * @param stream whether its answer shall be a stream
     */
    public record Request(
            @Nullable String model,
            @Nullable Long maxTokens,
            @Nullable List<String> tools,
            @Nullable Long images,
            @Nullable Long messages,
            @Nullable Boolean stream) {}

    /**
     * How full the budgets above the caller are; what is absent nobody knows.
     *
     * @param leftUsd of the one that has the least left, a decimal
     * @param usedPercent of the one that is used up the most
     */
    public record Budget(@Nullable String leftUsd, @Nullable Long usedPercent) {}

    /** What is known of both, by the names that conditions have for it. */
    Map<String, Object> said() {
        Map<String, Object> said = new HashMap<>();
        if (request != null) {
            said.put("request.model", request.model());
            said.put("request.max_tokens", request.maxTokens());
            said.put("request.tools", request.tools());
            said.put("request.images", request.images());
            said.put("request.messages", request.messages());
            said.put("request.stream", request.stream());
        }
        if (budget != null) {
            said.put("budget.left_micros", Questions.micros(budget.leftUsd(), RoundingMode.FLOOR));
            said.put("budget.used_percent", budget.usedPercent());
        }
        said.values().removeIf(Objects::isNull);
        return said;
    }

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
                view,
                request,
                budget,
                target);
    }
}
