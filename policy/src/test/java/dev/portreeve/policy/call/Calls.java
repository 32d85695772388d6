package dev.portreeve.policy.call;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;

/** Calls as tests need them. */
public final class Calls {
    public static final Subject BOT = new Subject("acme", "support", Subject.Kind.AGENT, "triage-bot", "k00000000001");
    public static final Resource.Tool WRITE = new Resource.Tool("files", "write_file", "d".repeat(64));
    private static final Price FREE = Price.perCall(NanoUsd.ZERO, "test");

    private Calls() {}

    public static Arguments arguments(String json) {
        return switch (Arguments.parse(json.getBytes(StandardCharsets.UTF_8))) {
            case Arguments.Valid valid -> valid.arguments();
            case Arguments.Invalid invalid ->
                throw new AssertionError(invalid.problem().message());
        };
    }

    public static ToolCall tool(Subject subject, Resource.Tool tool, String arguments) {
        Arguments parsed = arguments(arguments);
        return new ToolCall(
                new CallId(UUID.randomUUID()),
                subject,
                tool,
                parsed,
                new Content(parsed.texts()),
                new Estimate(0, 0, FREE),
                false,
                Deadline.in(Duration.ofSeconds(30)));
    }

    public static ContextCall context(Subject subject, Resource.OfServer resource, String arguments) {
        Arguments parsed = arguments(arguments);
        return new ContextCall(
                new CallId(UUID.randomUUID()),
                subject,
                resource,
                "prompts/get",
                parsed,
                new Content(parsed.texts()),
                new Estimate(0, 0, FREE),
                Deadline.in(Duration.ofSeconds(30)),
                Correlation.NONE);
    }

    public static LlmCall llm(Subject subject, String model, Estimate estimate, TextRun... input) {
        return new LlmCall(
                new CallId(UUID.randomUUID()),
                subject,
                new Resource.Model(model),
                "chat",
                new Content(java.util.List.of(input)),
                estimate,
                Deadline.in(Duration.ofSeconds(30)));
    }

    public static LlmCall llm(Subject subject, String model, TextRun... input) {
        return llm(subject, model, new Estimate(100, 100, FREE), input);
    }
}
