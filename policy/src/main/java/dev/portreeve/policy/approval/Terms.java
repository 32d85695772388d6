package dev.portreeve.policy.approval;

import dev.portreeve.policy.access.Decision;
import dev.portreeve.policy.access.Remember;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the rules that ask about a call let an approver do beside yes and no, and to what that is bound.
 *
 * @param remember how far a yes may hold for further calls; {@code null} for not at all
 * @param rules SHA-256, in hex, over the text of these rules and the people they mean: whatever is another then, a remembered yes counts no
 *     longer
 * @param session of the caller, as labels know it; empty for one that names none
 */
public record Terms(@Nullable Remember remember, String rules, String session) {
    /** Yes and no. */
    public static final Terms NONE = new Terms(null, "", "");

    static Terms of(Decision.Ask ask, List<Seat> seats, String session) {
        Remember remember = ask.remember();
        if (remember == null) {
            return NONE;
        }
        Set<String> places = seats.stream().map(Seat::place).collect(Collectors.toCollection(TreeSet::new));
        return new Terms(remember, digest(ask.version() + "\n" + String.join("\n", places)), session);
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
