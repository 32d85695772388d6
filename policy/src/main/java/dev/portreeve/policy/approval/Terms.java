package dev.portreeve.policy.approval;

import dev.portreeve.policy.access.Decision;
import dev.portreeve.policy.access.Glob;
import dev.portreeve.policy.access.Remember;
import dev.portreeve.policy.call.NanoUsd;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the rules that ask about a call let an approver do beside yes and no, and to what that is bound.
 *
 * @param remember how far a yes may hold for further calls; {@code null} for not at all
 * @param rules SHA-256, in hex, over the text of these rules and the people they mean: whatever is another then, a remembered yes counts no
 *     longer
 * @param session of the caller, as labels know it; empty for one that names none
 * @param edits pointers to arguments that may be changed, of each rule; empty for none
 * @param costsAtMost what the call costs at most, as it was asked for; zero for one that costs nothing
 * @param asker who asked, so that rules can be asked about a changed call; {@code null} where nothing may be changed
 */
public record Terms(
        @Nullable Remember remember,
        String rules,
        String session,
        List<List<String>> edits,
        NanoUsd costsAtMost,
        @Nullable Asker asker) {
    /** Yes and no. */
    public static final Terms NONE = new Terms(null, "", "", List.of(), NanoUsd.ZERO, null);

    public Terms {
        edits = edits.stream().map(List::copyOf).toList();
    }

    static Terms of(Decision.Ask ask, List<Seat> seats, String session, NanoUsd costsAtMost, Asker asker) {
        Remember remember = ask.remember();
        List<List<String>> edits = ask.edits();
        if (remember == null && edits.isEmpty()) {
            return new Terms(null, "", "", List.of(), costsAtMost, null);
        }
        Set<String> places = seats.stream().map(Seat::place).collect(Collectors.toCollection(TreeSet::new));
        return new Terms(
                remember,
                digest(ask.version() + "\n" + String.join("\n", places)),
                session,
                edits,
                costsAtMost,
                edits.isEmpty() ? null : asker);
    }

    /** Whether each of the rules lets an approver change what is there. */
    boolean mayChange(String pointer) {
        return !edits.isEmpty()
                && edits.stream()
                        .allMatch(ofRule -> ofRule.stream()
                                .flatMap(edit -> Stream.of(new Glob(edit), new Glob(edit + "/*")))
                                .anyMatch(glob -> glob.matches(pointer)));
    }

    private static String digest(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
