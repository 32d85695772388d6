package dev.portreeve.gateway.cli;

import dev.portreeve.gateway.explain.CallQuestion;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The call that a command asks about. */
final class QuestionOptions {
    @Option(names = "--as", paramLabel = "WHO", description = "who would call: a user, an agent, or the id of a key")
    private @Nullable String as;

    @Option(names = "--tenant", description = "needed where there are several")
    private @Nullable String tenant;

    @Option(names = "--tool", paramLabel = "slug__tool", description = "the tool that would be called")
    private @Nullable String tool;

    @Option(names = "--model", description = "the model that would be called")
    private @Nullable String model;

    @Option(names = "--prompt", paramLabel = "slug__prompt", description = "the prompt that would be got")
    private @Nullable String prompt;

    @Option(names = "--resource", paramLabel = "URI", description = "the resource that would be read, as /mcp shows it")
    private @Nullable String resource;

    @Option(
            names = "--hosted-tool",
            paramLabel = "provider/tool",
            description = "the tool that the provider would run by itself")
    private @Nullable String hostedTool;

    @Option(names = "--args", paramLabel = "JSON", description = "the arguments (default: {})")
    private @Nullable String arguments;

    @Option(names = "--max-output-tokens", paramLabel = "N", description = "the bound on a model's answer")
    private @Nullable Long maxOutputTokens;

    @Option(names = "--max-cost-usd", paramLabel = "USD", description = "the worst case of what it costs")
    private @Nullable String maxCostUsd;

    @Option(names = "--at", paramLabel = "TIME", description = "when, such as 2026-11-22T22:30:00Z (default: now)")
    private @Nullable String at;

    @Option(
            names = "--label",
            paramLabel = "LABEL",
            description = "a label of the session, which has no others than those named; may be repeated")
    private @Nullable List<String> labels;

    @Option(names = "--no-labels", description = "the session has no label")
    private boolean noLabels;

    @Option(names = "--address", paramLabel = "IP", description = "where the request comes from")
    private @Nullable String address;

    @Option(names = "--view", description = "what of /mcp/VIEW the call comes in by")
    private @Nullable String view;

    @Option(names = "--max-tokens", paramLabel = "N", description = "the bound that the request itself gives")
    private @Nullable Long maxTokens;

    @Option(
            names = "--offers",
            paramLabel = "TOOL",
            description = "a tool that the request offers, which offers no others than those named; may be repeated")
    private @Nullable List<String> tools;

    @Option(names = "--images", paramLabel = "N", description = "how many pictures the request has")
    private @Nullable Long images;

    @Option(names = "--messages", paramLabel = "N", description = "how many messages the request has")
    private @Nullable Long messages;

    @Option(names = "--stream", arity = "1", paramLabel = "true|false", description = "whether a stream is asked for")
    private @Nullable Boolean stream;

    @Option(names = "--budget-left-usd", paramLabel = "USD", description = "of the budget that has the least left")
    private @Nullable String budgetLeftUsd;

    @Option(names = "--budget-used", paramLabel = "PERCENT", description = "of the budget that is used up the most")
    private @Nullable Long budgetUsedPercent;

    @Option(names = "--target", paramLabel = "PROVIDER/MODEL", description = "where the call of a model is sent")
    private @Nullable String target;

    CallQuestion question() {
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
                at,
                noLabels && labels == null ? List.of() : labels,
                address,
                view,
                new CallQuestion.Request(null, maxTokens, tools, images, messages, stream),
                new CallQuestion.Budget(budgetLeftUsd, budgetUsedPercent),
                target);
    }
}
