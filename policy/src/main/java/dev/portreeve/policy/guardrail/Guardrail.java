package dev.portreeve.policy.guardrail;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A reader of texts that must not carry certain things. The slot in which detectors plug into the recipe; thread-safe.
 *
 * <p>What it finds must not depend on how a text was cut in pieces: that is what makes a streamed answer as safe as a whole one.
 */
public interface Guardrail {
    /** How long a suffix of a text may stay unsettled, in characters; the price of a guardrail in latency. */
    int MAX_HOLD_BACK = 512;

    /** Its id, where it listens, what its findings lead to, and what its own failure leads to. */
    GuardrailConfig config();

    /** What stands in place of a masked finding; must not itself be found. */
    String mask(String kind);

    /** Begins to read one text. */
    Reading begin();

    /** One text being read, on one thread. */
    interface Reading {
        /**
         * Takes the next piece.
         *
         * @param last whether the text ends here
         * @param found told of each finding that became certain, in ascending order
         * @return how much of the text, from its beginning, is settled: nothing that starts before is found later. At most {@link
         *     #MAX_HOLD_BACK} characters are ever unsettled; none after the last piece.
         * @throws RuntimeException if it cannot do its work; the guardrail's failure mode decides what follows
         */
        long read(String piece, boolean last, Consumer<Finding> found);
    }

    /** Reads a whole text; findings that continue one another are joined. */
    default List<Finding> scan(String text) {
        List<Finding> findings = new ArrayList<>();
        begin().read(text, true, finding -> {
            Finding before = findings.isEmpty() ? null : findings.getLast();
            if (before != null && finding.continues() && before.end() == finding.start()) {
                findings.set(
                        findings.size() - 1,
                        new Finding(before.kind(), before.start(), finding.end(), before.continues()));
            } else {
                findings.add(finding);
            }
        });
        return findings;
    }
}
