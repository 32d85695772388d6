package dev.portreeve.policy.guardrail;

import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Denial;
import dev.portreeve.policy.guardrail.GuardrailConfig.Action;
import dev.portreeve.policy.guardrail.GuardrailConfig.FailureMode;
import java.util.ArrayList;
import java.util.List;

/** One text on its way through all guardrails of its position: each reads all of it, and their findings are cut out. One thread. */
final class ScreenedText {
    private final Denial.Stage stage;
    private final String place;
    private final FoundSoFar found;
    private final List<Reader> readers = new ArrayList<>();
    private final Cuts cuts = new Cuts();
    private long length;
    private long settled;

    /** @param place what the text is, in words for a denial ("the input") */
    ScreenedText(List<Guardrail> guardrails, Denial.Stage stage, String place, FoundSoFar found) {
        this.stage = stage;
        this.place = place;
        this.found = found;
        for (Guardrail guardrail : guardrails) {
            readers.add(new Reader(guardrail, readers.size()));
        }
    }

    /** How much has been read. */
    long length() {
        return length;
    }

    /** How much of it is decided. */
    long settled() {
        return settled;
    }

    /** Lets all guardrails read the next piece. */
    void read(String piece, boolean last) throws CallEnded {
        length += piece.length();
        long least = length;
        for (Reader reader : readers) {
            least = Math.min(least, reader.read(piece, last));
        }
        settled = least;
    }

    /** A settled piece as it may be released; the same string if nothing in it was found. */
    String release(long start, String piece) {
        return cuts.rewrite(start, piece);
    }

    private final class Reader {
        private final Guardrail guardrail;
        private final GuardrailConfig config;
        private final Guardrail.Reading reading;
        private final int rank;
        private String blockedKind = "";
        private boolean failed;

        private Reader(Guardrail guardrail, int rank) {
            this.guardrail = guardrail;
            this.config = guardrail.config();
            this.reading = guardrail.begin();
            this.rank = rank;
        }

        long read(String piece, boolean last) throws CallEnded {
            if (failed) {
                return length;
            }
            long until;
            try {
                until = reading.read(piece, last, this::take);
            } catch (RuntimeException e) {
                return fail();
            }
            if (!blockedKind.isEmpty()) {
                throw denied(
                        Denial.Reason.GUARDRAIL_BLOCKED,
                        "guardrail \"" + config.id() + "\" found a " + blockedKind + " in " + place);
            }
            return last ? length : until;
        }

        private void take(Finding finding) {
            if (!finding.continues()) {
                found.add(config, finding.kind());
            }
            if (config.action() == Action.BLOCK) {
                blockedKind = finding.kind();
            } else {
                cuts.add(finding, rank, guardrail.mask(finding.kind()));
            }
        }

        /** The exception is not passed on: its message might quote the text. */
        private long fail() throws CallEnded {
            if (config.failureMode() == FailureMode.CLOSED) {
                throw denied(
                        Denial.Reason.GUARDRAIL_FAILED,
                        "guardrail \"" + config.id() + "\" failed on " + place + ", and is set to refuse then");
            }
            failed = true;
            found.addFailure(config);
            return length;
        }

        private CallEnded denied(Denial.Reason reason, String detail) {
            return new CallEnded(new CallOutcome.Denied(new Denial(stage, reason, detail)));
        }
    }
}
