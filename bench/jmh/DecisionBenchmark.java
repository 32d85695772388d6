package dev.portreeve.policy.access;

import dev.portreeve.policy.access.Rule.Effect;
import dev.portreeve.policy.access.Rule.Who;
import dev.portreeve.policy.call.Arguments;
import dev.portreeve.policy.call.CallId;
import dev.portreeve.policy.call.Content;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.Estimate;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.Price;
import dev.portreeve.policy.call.Resource;
import dev.portreeve.policy.call.Subject;
import dev.portreeve.policy.call.ToolCall;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * What it takes to decide a tool call under a thousand rules, of which ten are about it and have conditions that run: reading its arguments
 * included, storing the record not.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class DecisionBenchmark {
    private static final int RULES = 1000;
    private static final List<String> CONDITIONS = List.of(
            "path.under(args.path, '/workspace')",
            "args.path.startsWith('/workspace/')",
            "subject.team == 'support' && call.server == 'files'",
            "has(args.content) && args.content.size() < 100000",
            "!(call.name in ['files__delete_file', 'files__move_file'])",
            "args.mode == 'append' || args.mode == 'replace'",
            "call.max_cost_micros < 500000",
            "has(args.amount) && args.amount > 500",
            "args.path.endsWith('.secret')",
            "args.path == '/etc/passwd'");

    private AccessPolicy policy = AccessPolicy.of(List.of());
    private ToolCall call;

    @Setup
    public void prepare() {
        List<Rule> rules = new ArrayList<>();
        for (int i = 0; i < CONDITIONS.size(); i++) {
            rules.add(rule("about-" + i, i < 7 ? Effect.ALLOW : Effect.DENY, Who.ANYBODY, "files__write*", CONDITIONS.get(i)));
        }
        for (int i = rules.size(); i < RULES; i++) {
            String condition = CONDITIONS.get(i % CONDITIONS.size());
            // Half about others who use the same tool, half about other tools, as spelled out as not.
            rules.add(
                    switch (i % 4) {
                        case 0 -> rule("r" + i, Effect.ALLOW, agent("agent-" + i), "files__*", condition);
                        case 1 -> rule("r" + i, Effect.DENY, team("team-" + i % 50), "files__write*", condition);
                        case 2 -> rule("r" + i, Effect.ALLOW, Who.ANYBODY, "server" + i + "__*", condition);
                        default -> rule("r" + i, Effect.DENY, Who.ANYBODY, "files__tool_" + i, condition);
                    });
        }
        policy = AccessPolicy.of(rules);
        byte[] arguments =
                "{\"path\":\"/workspace/notes/today.md\",\"content\":\"milk and bread\",\"mode\":\"append\",\"amount\":12}"
                        .getBytes(StandardCharsets.UTF_8);
        call = new ToolCall(
                new CallId(new UUID(0x7000L, 1)),
                new Subject("acme", "support", Subject.Kind.AGENT, "bot", "keykeykey001"),
                new Resource.Tool("files", "write_file", "0".repeat(64)),
                ((Arguments.Valid) Arguments.parse(arguments)).arguments(),
                Content.EMPTY,
                new Estimate(0, 0, Price.perCall(NanoUsd.ZERO, "bench")),
                false,
                Deadline.in(Duration.ofHours(10)));
        Decision decision = decide();
        boolean asMeant = decision instanceof Decision.Permit
                && decision.verdicts().size() == CONDITIONS.size()
                && decision.verdicts().stream().noneMatch(one -> one.matched() == Decision.Match.CONDITION_ERROR);
        if (!asMeant) {
            throw new IllegalStateException("not ten conditions that run: " + decision);
        }
    }

    private static Who agent(String id) {
        return new Who(null, null, null, id, null);
    }

    private static Who team(String id) {
        return new Who(null, id, null, null, null);
    }

    private static Rule rule(String id, Effect effect, Who who, String tool, String when) {
        return new Rule(id, effect, who, Selectors.tools(tool), when, List.of(), null);
    }

    @Benchmark
    public Decision decide() {
        return policy.decide(call, Instant.EPOCH, Set::of);
    }
}
