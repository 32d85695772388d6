package dev.portreeve.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.policy.EngineFixture.Words;
import dev.portreeve.policy.approval.ApprovalConfig.Money;
import dev.portreeve.policy.approval.Vote;
import dev.portreeve.policy.budget.Accounts;
import dev.portreeve.policy.budget.Reconciliation;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Denial;
import dev.portreeve.policy.call.GovernedCall;
import dev.portreeve.policy.call.OutputSink;
import dev.portreeve.policy.call.Upstream;
import dev.portreeve.policy.call.UpstreamFault;
import dev.portreeve.policy.call.Usage;
import dev.portreeve.policy.key.VirtualKey;
import dev.portreeve.policy.stop.Stop;
import dev.portreeve.policy.stop.StopOwner;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every way a call can end, and what becomes of its money: each is settled exactly once, nothing stays held, and ledger and records
 * say the same. The ones that a crash ends are in {@link PolicyEngineTest}.
 */
class EndingsTest {
    private static final String PADDING = "All is well here. ".repeat(20);
    private static final StopOwner BOT = StopOwner.parse("acme", "agent:bot");

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private EngineFixture fixture;

    @AfterEach
    void close() {
        threads.close();
        fixture.close();
    }

    /** With 10 tokens read and 500 to be said at most, at a nano-dollar each; tool calls cost 5. */
    private enum Ending {
        COMPLETED(CallOutcome.Completed.class, "settled 30"),
        NOTHING_REPORTED(CallOutcome.Completed.class, "settled 14"),
        MORE_THAN_HELD(CallOutcome.Completed.class, "settled 510"),
        NOTHING_USED(CallOutcome.Completed.class, "released 0"),
        REFUSED_BY_UPSTREAM(CallOutcome.Failed.class, "released 0"),
        FAILED_AND_BILLED(CallOutcome.Failed.class, "settled 10"),
        CUT_BY_UPSTREAM(CallOutcome.Failed.class, "settled 14"),
        CUT_BY_GUARDRAIL(CallOutcome.Denied.class, "settled"),
        CUT_BY_STOP(CallOutcome.Denied.class, "settled 14"),
        CLIENT_LEFT(CallOutcome.Abandoned.class, "settled"),
        APPROVAL_PENDING(CallOutcome.AwaitingApproval.class, "released 0"),
        APPROVAL_DENIED(CallOutcome.Denied.class, "released 0"),
        APPROVAL_EXPIRED(CallOutcome.Denied.class, "released 0"),
        APPROVED(CallOutcome.Completed.class, "settled 5"),
        APPROVED_AND_FAILED(CallOutcome.Failed.class, "released 0");

        private final Class<? extends CallOutcome> outcome;
        private final String posting;

        Ending(Class<? extends CallOutcome> outcome, String posting) {
            this.outcome = outcome;
            this.posting = posting;
        }

        boolean isOfTool() {
            return name().startsWith("APPROV");
        }
    }

    private CallOutcome govern(GovernedCall call, Upstream<Words> upstream, OutputSink<Words> client) throws Exception {
        return threads.submit(() -> fixture.engine.governor().govern(call, upstream, client))
                .get(60, TimeUnit.SECONDS);
    }

    private static CallEnded failed(boolean billable) {
        return new CallEnded(
                new CallOutcome.Failed(new UpstreamFault(UpstreamFault.Kind.CUT, 0, "it broke", billable)));
    }

    private Upstream<Words> upstream(Ending ending) {
        return (cleared, out) -> switch (ending) {
            case COMPLETED -> new Usage(10, 0, 20, Usage.Basis.REPORTED);
            case MORE_THAN_HELD -> new Usage(10, 0, 700, Usage.Basis.REPORTED);
            case NOTHING_USED -> new Usage(0, 0, 0, Usage.Basis.REPORTED);
            case APPROVED -> Usage.UNREPORTED;
            case REFUSED_BY_UPSTREAM, APPROVED_AND_FAILED -> throw failed(false);
            case FAILED_AND_BILLED -> throw failed(true);
            case NOTHING_REPORTED -> {
                out.emit(new Words("four"));
                yield Usage.UNREPORTED;
            }
            case CUT_BY_UPSTREAM -> {
                out.emit(new Words("four"));
                throw failed(true);
            }
            case CUT_BY_GUARDRAIL -> {
                out.emit(new Words(PADDING));
                out.emit(new Words(VirtualKey.generate(new SecureRandom()).reveal()));
                yield Usage.UNREPORTED;
            }
            case CUT_BY_STOP -> {
                out.emit(new Words("four"));
                // By another thread: that of the call is interrupted as soon as the stop is heard of.
                var unused = threads.submit(
                        () -> fixture.engine.stops().stop(BOT, Stop.Cause.PERSON, "it runs wild", "maria"));
                while (true) {
                    out.emit(new Words(""));
                    LockSupport.parkNanos(Duration.ofMillis(1).toNanos());
                }
            }
            case CLIENT_LEFT -> {
                out.emit(new Words(PADDING));
                throw new AssertionError("nobody reads on");
            }
            case APPROVAL_PENDING, APPROVAL_DENIED, APPROVAL_EXPIRED -> throw new AssertionError("nobody said yes");
        };
    }

    /** What a person does about the ticket of a first call, after which the very same one is made again. */
    private void decided(Ending ending, UUID ticket) {
        switch (ending) {
            case APPROVAL_DENIED -> vote(ticket, Vote.Choice.DENY);
            case APPROVED, APPROVED_AND_FAILED -> vote(ticket, Vote.Choice.APPROVE);
            case APPROVAL_EXPIRED ->
                fixture.execute("UPDATE policy.approval SET expires_at = now() - interval '1 second' WHERE id = '"
                        + ticket + "'");
            default -> throw new AssertionError(ending + " wants no decision");
        }
    }

    private void vote(UUID ticket, Vote.Choice choice) {
        fixture.engine.approvals().decide("acme", ticket, new Vote("maria", choice, null, Vote.Channel.API));
    }

    private GovernedCall call(Ending ending) throws Exception {
        if (!ending.isOfTool()) {
            return EngineFixture.llm("fast", "hello", 500);
        }
        if (ending != Ending.APPROVAL_PENDING) {
            GovernedCall first = EngineFixture.tool("write", false);
            CallOutcome asked = govern(first, upstream(Ending.APPROVAL_PENDING), words -> {});
            decided(
                    ending,
                    assertInstanceOf(CallOutcome.AwaitingApproval.class, asked).ticket());
        }
        return EngineFixture.tool("write", false);
    }

    @ParameterizedTest
    @EnumSource(Ending.class)
    void everyEndingIsSettledOnceAndHoldsNothing(Ending ending) throws Exception {
        fixture = EngineFixture.open(journal -> journal);
        endsSettled(ending);
    }

    @ParameterizedTest
    @EnumSource(value = Ending.class, mode = EnumSource.Mode.MATCH_ALL, names = "APPROV.*")
    void whatIsKeptForATicketIsSettledOnceAsWell(Ending ending) throws Exception {
        fixture = EngineFixture.open(journal -> journal, Money.HELD);
        if (ending != Ending.APPROVAL_PENDING) {
            endsSettled(ending);
            return;
        }
        GovernedCall call = call(ending);
        CallOutcome outcome = govern(call, upstream(ending), words -> {});
        assertInstanceOf(ending.outcome, outcome, outcome::toString);
        assertNull(fixture.posting(call.id().value()));
        assertEquals(5, fixture.held());
        String closed = fixture.leaves(call.id().value()).getLast();
        assertTrue(closed.contains("\"settlement\":\"parked\"") && closed.contains("\"cost_usd\":\"0\""), closed);
        agrees();
    }

    private void agrees() {
        Reconciliation sums = new Accounts(fixture.database.app().dataSource())
                .reconcile("acme", Instant.EPOCH, Instant.now().plus(Duration.ofDays(1)));
        assertTrue(sums.agrees(), sums::toString);
    }

    private void endsSettled(Ending ending) throws Exception {
        GovernedCall call = call(ending);
        CallOutcome outcome = govern(call, upstream(ending), words -> {
            if (ending == Ending.CLIENT_LEFT) {
                throw new CallEnded(new CallOutcome.Abandoned());
            }
        });
        assertInstanceOf(ending.outcome, outcome, outcome::toString);
        UUID id = call.id().value();
        Awaitility.await().until(() -> fixture.posting(id) != null);
        String posting = String.valueOf(fixture.posting(id));
        assertTrue(posting.equals(ending.posting) || posting.startsWith(ending.posting + " "), posting);
        // What another call kept for its ticket is given back a second after that is decided.
        Awaitility.await().untilAsserted(() -> assertEquals(0, fixture.held()));
        assertEquals(List.of(), fixture.query("SELECT call_id::text FROM policy.parked_hold"));
        String records = String.join(" ", fixture.records(id));
        assertTrue(records.startsWith("call.opened") && records.endsWith("call.closed"), records);
        assertEquals(1, records.split("call.closed", -1).length - 1, records);
        agrees();
        if (outcome instanceof CallOutcome.Denied denied) {
            assertEquals(stage(ending), denied.denial().stage());
        }
        if (ending == Ending.MORE_THAN_HELD) {
            assertTrue(fixture.leaves(id).getLast().contains("\"overrun_usd\":\"0.0000002\""));
        }
    }

    private static Denial.Stage stage(Ending ending) {
        return switch (ending) {
            case CUT_BY_STOP -> Denial.Stage.STOP;
            case CUT_BY_GUARDRAIL -> Denial.Stage.OUTPUT_GUARDRAIL;
            default -> Denial.Stage.APPROVAL;
        };
    }
}
