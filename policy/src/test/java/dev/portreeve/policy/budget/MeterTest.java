package dev.portreeve.policy.budget;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.portreeve.policy.call.Attempts;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Clearance;
import dev.portreeve.policy.call.Content;
import dev.portreeve.policy.call.Estimate;
import dev.portreeve.policy.call.Fees;
import dev.portreeve.policy.call.HostedService;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.Output;
import dev.portreeve.policy.call.Price;
import dev.portreeve.policy.call.Terms;
import dev.portreeve.policy.call.TextRun;
import dev.portreeve.policy.call.TokenCount;
import dev.portreeve.policy.call.Upstream;
import dev.portreeve.policy.call.UpstreamFault;
import dev.portreeve.policy.call.Usage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MeterTest {
    /** A dollar a million tokens in, two out: 1,000 and 2,000 nano-dollars a token. */
    private static final Price PRICE =
            new Price(NanoUsd.ofUsd("1"), NanoUsd.ofUsd("0.5"), NanoUsd.ofUsd("2"), NanoUsd.ZERO, "test");

    private final Estimate estimate = new Estimate(100, 50, PRICE);
    private final Meter meter = new Meter(estimate, new Load(estimate.worstCase(), 0, 1));

    record Chunk(String words, @Nullable Usage soFar) implements Output<Chunk> {
        Chunk(String words) {
            this(words, null);
        }

        @Override
        public List<TextRun> text() {
            return words.isEmpty() ? List.of() : List.of(new TextRun("choice 0", words));
        }

        @Override
        public Chunk withText(List<TextRun> text) {
            return new Chunk(text.getFirst().text());
        }
    }

    private void run(Upstream<Chunk> upstream) throws CallEnded {
        meter.around(upstream).execute(Clearance.of(Content.EMPTY), chunk -> {});
    }

    private void fail(String emitted, CallOutcome.Incomplete ending) {
        assertThrows(
                CallEnded.class,
                () -> run((input, out) -> {
                    if (!emitted.isEmpty()) {
                        out.emit(new Chunk(emitted));
                    }
                    throw new CallEnded(ending);
                }));
    }

    private static CallOutcome.Failed fault(boolean billable) {
        return new CallOutcome.Failed(new UpstreamFault(UpstreamFault.Kind.REFUSED, 500, "broken", billable));
    }

    @ParameterizedTest
    @CsvSource({
        // What was reported of the output, the text that came, and what is charged of it.
        "1, hello, 5",
        "9, hello, 9",
        "1, '', 1",
    })
    void aCallThatEndsEarlyIsChargedWhatItReportedOrWhatCameIfThatIsMore(long said, String came, long charged) {
        Usage soFar = new Usage(80, 60, said, Usage.Basis.REPORTED);
        assertThrows(
                CallEnded.class,
                () -> run((input, out) -> {
                    out.emit(new Chunk(came, soFar));
                    out.emit(new Chunk("", null));
                    throw new CallEnded(new CallOutcome.Abandoned());
                }));
        Usage usage = new Usage(80, 60, charged, Usage.Basis.ESTIMATED);
        assertEquals(new Charge(usage, new NanoUsd(20_000 + 30_000 + charged * 2_000)), meter.charge());
    }

    @Test
    void aCallThatGoesOnUnseenIsChargedTheMostItCanBecomeUntilItsEndIsSeen() {
        Usage most = new Usage(100, 0, 50, Usage.Basis.ASSUMED);
        assertThrows(
                CallEnded.class,
                () -> run((input, out) -> {
                    out.emit(new Chunk("", most));
                    out.emit(new Chunk("hello", null));
                    throw new CallEnded(new CallOutcome.Abandoned());
                }));
        assertEquals(new Charge(most, new NanoUsd(200_000)), meter.charge());
    }

    @Test
    void ofOneWhoseEndWasSeenWhatCameIsCharged() {
        assertThrows(
                CallEnded.class,
                () -> run((input, out) -> {
                    out.emit(new Chunk("", new Usage(100, 0, 50, Usage.Basis.ASSUMED)));
                    out.emit(new Chunk("hello", null));
                    out.emit(new Chunk("", Usage.UNREPORTED));
                    throw new CallEnded(fault(true));
                }));
        assertEquals(new Usage(100, 0, 5, Usage.Basis.ESTIMATED), meter.charge().usage());
    }

    @Test
    void nothingIsChargedForACallThatNeverRan() {
        assertEquals(Charge.NOTHING, meter.charge());
    }

    @Test
    void whatTheUpstreamReportsIsCharged() throws CallEnded {
        Usage usage = new Usage(90, 40, 20, Usage.Basis.REPORTED);
        run((input, out) -> {
            out.emit(new Chunk("hello"));
            return usage;
        });
        assertEquals(new Charge(usage, new NanoUsd(50_000 + 20_000 + 40_000)), meter.charge());
    }

    @Test
    void anUpstreamThatReportsNothingIsChargedByWhatCame() throws CallEnded {
        run((input, out) -> {
            out.emit(new Chunk("grüß"));
            out.emit(new Chunk("Gott"));
            return Usage.UNREPORTED;
        });
        Usage counted = new Usage(100, 0, 10, Usage.Basis.ESTIMATED);
        assertEquals(new Charge(counted, new NanoUsd(100_000 + 20_000)), meter.charge());
    }

    private static final Fees FEES =
            new Fees(Map.of(HostedService.WEB_SEARCH, NanoUsd.ofUsd("0.01")), Map.of(), Fees.Searching.EACH);

    private static Charge charged(Estimate estimate, Usage usage) throws CallEnded {
        Meter own = new Meter(estimate, new Load(estimate.worstCase(), 0, 1));
        own.around((Upstream<Chunk>) (input, out) -> usage).execute(Clearance.of(Content.EMPTY), chunk -> {});
        return own.charge();
    }

    private static Estimate searching(Fees.Searching searching, boolean counted, boolean stated) {
        Fees fees = new Fees(FEES.each(), Map.of(), searching);
        return new Estimate(
                100,
                50,
                PRICE.with(fees),
                List.of(Terms.USUAL),
                new Estimate.Apart(Map.of(HostedService.WEB_SEARCH, 5L), counted, stated));
    }

    @ParameterizedTest
    @CsvSource({
        // How searches are counted, whether they are reported, how many were, what is held and what is charged, in
        // searches.
        "EACH, true, 3, 5, 3",
        "EACH, true, 9, 5, 9",
        "EACH, true, 0, 5, 0",
        "EACH, false, 0, 5, 5",
        "ONCE, true, 3, 1, 1",
        "ONCE, true, 0, 1, 0",
        "ALWAYS, true, 0, 1, 1",
    })
    void whatTheProviderRunsByItselfIsHeldAndCharged(
            Fees.Searching searching, boolean counted, long reported, long held, long charged) throws CallEnded {
        Estimate apart = searching(searching, counted, false);
        assertEquals(new NanoUsd(100_000 + 100_000 + held * 10_000_000), apart.worstCase());
        Usage usage = new Usage(90, 40, 20, Usage.Basis.REPORTED)
                .with(new Usage.Apart(Map.of(HostedService.WEB_SEARCH, reported), null));
        assertEquals(
                new NanoUsd(50_000 + 20_000 + 40_000 + charged * 10_000_000),
                charged(apart, usage).cost());
        assertEquals(
                apart.worstCase().nanos() - 100_000,
                charged(apart, Usage.UNREPORTED).cost().nanos(),
                "nobody knows how often, so it is as often as was held");
    }

    /** A vocabulary of single letters of which two make a token. */
    private static final TokenCount PAIRS = new TokenCount() {
        @Override
        public long input() {
            return 30;
        }

        @Override
        public long output(Collection<String> texts) {
            return texts.stream().mapToLong(text -> (text.length() + 1) / 2).sum();
        }
    };

    private static Meter counting(TokenCount counting, Chunk... chunks) throws CallEnded {
        Estimate counted = new Estimate(100, 500_000, PRICE, List.of(Terms.USUAL), Estimate.Apart.NONE, counting);
        Meter own = new Meter(counted, new Load(counted.worstCase(), 0, 1));
        own.around((Upstream<Chunk>) (input, out) -> {
                    for (Chunk chunk : chunks) {
                        out.emit(chunk);
                    }
                    return Usage.UNREPORTED;
                })
                .execute(Clearance.of(Content.EMPTY), chunk -> {});
        return own;
    }

    @Test
    void whatCameIsCountedWhereTheModelHasATokenizer() throws CallEnded {
        Charge charge = counting(PAIRS, new Chunk("hel"), new Chunk("lo")).charge();
        assertEquals(new Charge(new Usage(30, 0, 3, Usage.Basis.COUNTED), new NanoUsd(30 * 1_000 + 3 * 2_000)), charge);
        assertEquals(
                Usage.Basis.ESTIMATED,
                Objects.requireNonNull(counting(TokenCount.NONE, new Chunk("hello"))
                                .charge()
                                .usage())
                        .basis());
    }

    @Test
    void anAnswerThatWasTooLongToKeepIsBoundedByItsBytes() throws CallEnded {
        Usage kept = Objects.requireNonNull(
                counting(PAIRS, new Chunk("x".repeat(KeptTexts.MOST))).charge().usage());
        assertEquals(new Usage(30, 0, KeptTexts.MOST / 2, Usage.Basis.COUNTED), kept);
        Usage beyond = Objects.requireNonNull(counting(PAIRS, new Chunk("x".repeat(KeptTexts.MOST)), new Chunk("y"))
                .charge()
                .usage());
        assertEquals(new Usage(100, 0, KeptTexts.MOST + 1, Usage.Basis.ESTIMATED), beyond);
    }

    @Test
    void theLaterAttemptIsCountedByItself() throws CallEnded {
        Meter own = counting(PAIRS, new Chunk("hello"));
        own.failed(new Attempts.Made("m", "p", "u", "", "error", 500, Duration.ZERO), true);
        Estimate next = new Estimate(100, 50, PRICE, List.of(Terms.USUAL), Estimate.Apart.NONE, PAIRS);
        own.begin(next);
        own.around((Upstream<Chunk>) (input, out) -> {
                    out.emit(new Chunk("yes!"));
                    return Usage.UNREPORTED;
                })
                .execute(Clearance.of(Content.EMPTY), chunk -> {});
        assertEquals(
                new NanoUsd(30 * 1_000 + 3 * 2_000 + 30 * 1_000 + 2 * 2_000),
                own.charge().cost());
    }

    @Test
    void whatCouldNeverFitIsNotCounted() {
        Estimate counted = new Estimate(800, 0, PRICE, List.of(Terms.USUAL), Estimate.Apart.NONE, PAIRS);
        assertEquals(
                30,
                Objects.requireNonNull(counted.counted(new NanoUsd(100_000))).inputTokens());
        assertNull(counted.counted(new NanoUsd(99_999)), "at eight bytes a token it is still too much");
        assertNull(new Estimate(20, 0, PRICE, List.of(Terms.USUAL), Estimate.Apart.NONE, PAIRS)
                .counted(new NanoUsd(1L << 40)));
        assertNull(estimate.counted(new NanoUsd(1L << 40)));
    }

    @Test
    void aServiceWithoutAPriceCostsTheMostThatWasSeen() throws CallEnded {
        Usage usage = new Usage(0, 0, 0, Usage.Basis.REPORTED)
                .with(new Usage.Apart(Map.of(HostedService.FILE_SEARCH, 2L), null));
        assertEquals(
                new NanoUsd(2 * HostedService.FILE_SEARCH.unlisted().nanos()),
                charged(estimate, usage).cost());
    }

    @ParameterizedTest
    @CsvSource({
        // Whether the provider is believed, what it states, what is charged, and whether the computed price stands
        // beside it.
        "true, 0.000042, 0.000042, true",
        "true, 0, 0, true",
        "true, 0.5, 0.5, true",
        "true, 9, 0.00011, false",
        "true, -0.000001, 0.00011, false",
        "false, 0.000042, 0.00011, false",
    })
    void whatAProviderStatesIsChargedWhereItIsBelieved(boolean believed, String stated, String cost, boolean beside)
            throws CallEnded {
        Usage usage =
                new Usage(90, 40, 20, Usage.Basis.REPORTED).with(new Usage.Apart(Map.of(), NanoUsd.ofUsd(stated)));
        Charge charge = charged(searching(Fees.Searching.EACH, true, believed), usage);
        assertEquals(NanoUsd.ofUsd(cost), charge.cost());
        assertEquals(beside ? NanoUsd.ofUsd("0.00011") : null, charge.computed());
    }

    @Test
    void aRoundThatAskedBackCostsNothing() throws CallEnded {
        Meter perCall = new Meter(
                new Estimate(0, 0, Price.perCall(NanoUsd.ofUsd("1"), "test")), new Load(NanoUsd.ofUsd("1"), 0, 1));
        perCall.around((Upstream<Chunk>) (input, out) -> {
                    out.emit(new Chunk("which city?"));
                    return Usage.UNFINISHED;
                })
                .execute(Clearance.of(Content.EMPTY), chunk -> {});
        assertEquals(new Charge(Usage.UNFINISHED, NanoUsd.ZERO), perCall.charge());
    }

    @Test
    void theCountNeverExceedsWhatWasHeld() throws CallEnded {
        run((input, out) -> {
            out.emit(new Chunk("x".repeat(500)));
            return Usage.UNREPORTED;
        });
        assertEquals(estimate.worstCase(), meter.charge().cost());
    }

    @Test
    void aFailureThatIsNotBilledIsFree() {
        fail("", fault(false));
        assertEquals(Charge.NOTHING, meter.charge());
    }

    @Test
    void aFailureThatMayBeBilledIsChargedByTheEstimate() {
        fail("", fault(true));
        assertEquals(new NanoUsd(100_000), meter.charge().cost());
    }

    @Test
    void aFailureAfterOutputIsChargedWhateverItClaims() {
        fail("abc", fault(false));
        assertEquals(new NanoUsd(106_000), meter.charge().cost());
    }

    @Test
    void aClientThatLeavesPaysForWhatCame() {
        fail("abc", new CallOutcome.Abandoned());
        assertEquals(new NanoUsd(106_000), meter.charge().cost());
        assertEquals(
                Usage.Basis.ESTIMATED,
                Objects.requireNonNull(meter.charge().usage()).basis());
    }

    @Test
    void aBugInAnAdapterIsChargedAsWell() {
        assertThrows(
                IllegalStateException.class,
                () -> run((input, out) -> {
                    out.emit(new Chunk("abc"));
                    throw new IllegalStateException("bug");
                }));
        assertEquals(new NanoUsd(106_000), meter.charge().cost());
    }

    @Test
    void aReportBeyondSenseChargesTheHoldAndSaysSo() throws CallEnded {
        Usage absurd = new Usage(Long.MAX_VALUE, 0, Long.MAX_VALUE, Usage.Basis.REPORTED);
        Price dear = new Price(
                NanoUsd.ofUsd("1000000"), NanoUsd.ofUsd("1000000"), NanoUsd.ofUsd("1000000"), NanoUsd.ZERO, "test");
        Estimate held = new Estimate(1, 1, dear);
        Meter own = new Meter(held, new Load(held.worstCase(), 0, 1));
        own.around((Upstream<Chunk>) (input, out) -> absurd).execute(Clearance.of(Content.EMPTY), chunk -> {});
        assertEquals(new Charge(new Usage(1, 0, 1, Usage.Basis.ASSUMED), held.worstCase()), own.charge());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "plain", "grüße", "漢字かな", "🙂🙃", "a\u0000b", "mixed ü 漢 🙂"})
    void countsBytesWithoutEncoding(String text) {
        assertEquals(text.getBytes(StandardCharsets.UTF_8).length, Meter.utf8Length(text));
    }
}
