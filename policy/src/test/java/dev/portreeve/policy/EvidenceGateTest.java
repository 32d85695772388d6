package dev.portreeve.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.AuditTrail;
import dev.portreeve.audit.Facts;
import dev.portreeve.audit.InMemoryJournal;
import dev.portreeve.audit.payload.SubjectKey;
import dev.portreeve.audit.payload.SubjectKeys;
import dev.portreeve.policy.EngineFixture.Words;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.GovernedCall;
import dev.portreeve.policy.keeping.BestEffort;
import dev.portreeve.policy.keeping.CallEvidence;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What waits for its opening record while that cannot be stored, and what need not. */
class EvidenceGateTest {
    private static final Set<Thread.State> WAITS = EnumSet.of(Thread.State.WAITING, Thread.State.TIMED_WAITING);

    private final InMemoryJournal journal = new InMemoryJournal();
    private final List<String> received = new CopyOnWriteArrayList<>();
    private final CallEvidence evidence = new CallEvidence(
            List.of(),
            new BestEffort(List.of("fast", "open-*"), List.of("files__read", "files__write")),
            new NothingKept());

    private static final class NothingKept implements SubjectKeys {
        @Override
        public SubjectKey current(String tenant, String subject) {
            throw new AssertionError("nothing is kept of these calls");
        }

        @Override
        public Optional<SubjectKey> find(String tenant, UUID id) {
            throw new AssertionError("nothing is kept of these calls");
        }

        @Override
        public void forget(String tenant, String subject) {}
    }

    @AfterEach
    void close() {
        journal.close();
    }

    /** The answer of an admitted call passes the gate; gives the thread that lets it. */
    private Thread answered(GovernedCall call) {
        AuditTrail trail = new AuditLog(journal).open("acme", call.id().value(), new Facts());
        trail.admit();
        return Thread.startVirtualThread(() -> {
            try {
                EvidenceGate<Words> gate =
                        EvidenceGate.of(call, trail, evidence.mayTrail(call), words -> received.add(words.words()));
                gate.emit(new Words(call.resource().name()));
                trail.conclude(new Facts());
            } catch (CallEnded ended) {
                throw new AssertionError(ended);
            }
        });
    }

    private void assertWaits(GovernedCall call) throws InterruptedException {
        journal.pause();
        Thread thread = answered(call);
        Awaitility.await().until(() -> WAITS.contains(thread.getState()));
        assertEquals(List.of(), received);
        journal.resume();
        thread.join();
        assertEquals(List.of(call.resource().name()), received);
        assertFalse(isMarked(call));
    }

    private boolean isMarked(GovernedCall call) {
        return journal.records().stream()
                .filter(stored -> call.id().value().equals(stored.event().callId()))
                .map(stored -> new String(stored.leaf(), StandardCharsets.UTF_8))
                .anyMatch(leaf -> leaf.contains("\"evidence\":\"best-effort\""));
    }

    @Test
    void anAnswerWaitsForItsRecord() throws InterruptedException {
        assertWaits(EngineFixture.llm("smart", "hello", 50));
    }

    @Test
    void aReadWaitsForItsRecord() throws InterruptedException {
        assertWaits(EngineFixture.tool("list", true));
    }

    @Test
    void whatMayChangeSomethingWaitsWhateverIsSaid() throws InterruptedException {
        assertWaits(EngineFixture.tool("write", false));
    }

    @Test
    void bestEffortLeavesAtOnceAndTheRecordSaysSo() throws InterruptedException {
        for (GovernedCall call : List.of(
                EngineFixture.llm("fast", "hello", 50),
                EngineFixture.llm("open-weights", "hello", 50),
                EngineFixture.tool("read", true))) {
            received.clear();
            journal.pause();
            answered(call).join();
            assertEquals(List.of(call.resource().name()), received);
            journal.resume();
            Awaitility.await().until(() -> journal.events(call.id().value()).size() == 2);
            assertTrue(isMarked(call));
        }
    }
}
