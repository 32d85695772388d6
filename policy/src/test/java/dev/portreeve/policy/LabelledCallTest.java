package dev.portreeve.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.EvidenceUnavailable;
import dev.portreeve.audit.Journal;
import dev.portreeve.audit.JournalEntry;
import dev.portreeve.audit.Receipt;
import dev.portreeve.policy.EngineFixture.Words;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.ToolCall;
import dev.portreeve.policy.call.Upstream;
import dev.portreeve.policy.call.Usage;
import dev.portreeve.policy.session.PostgresSessionLabels;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** When a call labels its session: before it runs, and only then. */
class LabelledCallTest {
    private static final List<String> NONE = List.of();

    /** Stores everything but labels. */
    private record WithoutLabels(Journal journal) implements Journal {
        @Override
        public Receipt append(JournalEntry<?> entry) {
            if (entry.book() instanceof PostgresSessionLabels) {
                throw new EvidenceUnavailable("no room for labels");
            }
            return journal.append(entry);
        }

        @Override
        public Receipt appendUnhurried(JournalEntry<?> entry) {
            return append(entry);
        }
    }

    private static List<String> labels(EngineFixture fixture) {
        return fixture.query("SELECT label || ' by ' || rule FROM policy.session_label");
    }

    private static CallOutcome govern(EngineFixture fixture, String tool, Upstream<Words> upstream) {
        ToolCall call = EngineFixture.tool(tool, true);
        return fixture.engine.governor().govern(call, upstream, words -> {});
    }

    @Test
    void theLabelIsStoredWhenTheToolRunsAndNotBeforeItMay() {
        try (EngineFixture fixture = EngineFixture.open(journal -> journal)) {
            assertInstanceOf(CallOutcome.Denied.class, govern(fixture, "mark_nothing", unreachable()));
            assertInstanceOf(CallOutcome.AwaitingApproval.class, govern(fixture, "mark_asked", unreachable()));
            assertEquals(NONE, labels(fixture));
            AtomicInteger ran = new AtomicInteger();
            CallOutcome done = govern(fixture, "mark", (input, out) -> {
                ran.incrementAndGet();
                assertEquals(List.of("marked by marks"), labels(fixture));
                return Usage.NO_TOKENS;
            });
            assertInstanceOf(CallOutcome.Completed.class, done);
            assertEquals(1, ran.get());
        }
    }

    @Test
    void whatCannotBeLabelledDoesNotRun() {
        try (EngineFixture fixture = EngineFixture.open(WithoutLabels::new)) {
            assertThrows(EvidenceUnavailable.class, () -> govern(fixture, "mark", unreachable()));
            assertEquals(NONE, labels(fixture));
            assertTrue(govern(fixture, "read", (input, out) -> Usage.NO_TOKENS) instanceof CallOutcome.Completed);
        }
    }

    private static Upstream<Words> unreachable() {
        return (input, out) -> {
            throw new AssertionError("the upstream must not be asked");
        };
    }
}
