package dev.portreeve.policy.replay;

import dev.portreeve.policy.access.Outcome;
import dev.portreeve.policy.access.Reconsidered;
import dev.portreeve.policy.call.NanoUsd;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Counts what a replay finds; as large as there are ways to change, and at most so many groups and samples. */
final class Changes {
    private static final int MAX_GROUPS = 10_000;
    private static final int MAX_SHOWN = 100;
    private static final int MAX_SAMPLES = 5;
    private static final long NANOS_PER_MICRO = 1_000;

    private final Map<String, Long> notKept = new TreeMap<>();
    private final Map<Way, Sum> ways = new HashMap<>();
    private final Map<Group, Sum> groups = new HashMap<>();
    private long calls;
    private long unchanged;
    private long notEvaluable;
    private long undecided;
    private long leftOut;

    private record Way(Outcome from, Outcome to) {}

    private record Group(Way way, String tenant, String member, String resource) {}

    private static final class Sum {
        private final List<ReplayReport.Sample> samples = new ArrayList<>();
        private long calls;
        private NanoUsd spent = NanoUsd.ZERO;
        private NanoUsd atMost = NanoUsd.ZERO;

        private void add(@Nullable NanoUsd cost, NanoUsd worst) {
            calls++;
            spent = cost == null ? spent : spent.plus(cost);
            atMost = atMost.plus(worst);
        }
    }

    long calls() {
        return calls;
    }

    void undecided() {
        undecided++;
    }

    void same() {
        calls++;
        unchanged++;
    }

    void notEvaluable(List<String> missing) {
        calls++;
        notEvaluable++;
        missing.forEach(name -> notKept.merge(name, 1L, Long::sum));
    }

    /** @param cost {@code null} for a call that did not run */
    void changed(RecordedCall call, Reconsidered said, @Nullable NanoUsd cost) {
        calls++;
        Way way = new Way(call.decision(), said.outcome());
        Long micros = call.sketch().maxCostMicros();
        NanoUsd worst = cost != null || micros == null
                ? NanoUsd.ZERO
                : new NanoUsd(Math.multiplyExact(micros, NANOS_PER_MICRO));
        String tenant = call.sketch().subject().tenant();
        String member = call.sketch().subject().member();
        String resource = call.sketch().resource().name();
        Sum sum = ways.computeIfAbsent(way, ignored -> new Sum());
        sum.add(cost, worst);
        if (sum.samples.size() < MAX_SAMPLES) {
            sum.samples.add(new ReplayReport.Sample(call.call(), call.at(), tenant, member, resource, said.by()));
        }
        Group group = new Group(way, tenant, member, resource);
        if (groups.size() < MAX_GROUPS || groups.containsKey(group)) {
            groups.computeIfAbsent(group, ignored -> new Sum()).add(cost, worst);
        } else {
            leftOut++;
        }
    }

    ReplayReport report() {
        List<Map.Entry<Group, Sum>> most = groups.entrySet().stream()
                .sorted(Comparator.comparingLong((Map.Entry<Group, Sum> entry) -> -entry.getValue().calls)
                        .thenComparing(entry -> entry.getKey().toString()))
                .toList();
        long hidden = most.stream()
                .skip(MAX_SHOWN)
                .mapToLong(entry -> entry.getValue().calls)
                .sum();
        return new ReplayReport(
                calls,
                unchanged,
                notEvaluable,
                notKept.entrySet().stream()
                        .map(entry -> new ReplayReport.Count(entry.getKey(), entry.getValue()))
                        .toList(),
                undecided,
                ways.entrySet().stream()
                        .sorted(Comparator.comparingLong((Map.Entry<Way, Sum> entry) -> -entry.getValue().calls)
                                .thenComparing(entry -> entry.getKey().toString()))
                        .map(entry -> change(entry.getKey(), entry.getValue()))
                        .toList(),
                most.stream()
                        .limit(MAX_SHOWN)
                        .map(entry -> group(entry.getKey(), entry.getValue()))
                        .toList(),
                leftOut + hidden);
    }

    private static ReplayReport.Change change(Way way, Sum sum) {
        return new ReplayReport.Change(way.from(), way.to(), sum.calls, sum.spent, sum.atMost, sum.samples);
    }

    private static ReplayReport.Group group(Group group, Sum sum) {
        return new ReplayReport.Group(
                group.way().from(),
                group.way().to(),
                group.tenant(),
                group.member(),
                group.resource(),
                sum.calls,
                sum.spent,
                sum.atMost);
    }
}
