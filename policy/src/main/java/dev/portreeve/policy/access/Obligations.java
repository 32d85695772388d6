package dev.portreeve.policy.access;

import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a rule that matches makes of a call that may run.
 *
 * @param label with {@code label}: what the caller's session is labelled with from then on, for {@code session.has("...")} in conditions
 * @param mask with {@code mask}: arguments, as JSON Pointers in which {@code *} stands for any run of characters ({@code
 *     /customer/iban}, {@code /items/*}); all text there and below is replaced before anybody is asked and before the call runs
 * @param limit with {@code limit}: how much of what it matches may run
 */
public record Obligations(
        @Nullable String label, List<String> mask, @Nullable Quota limit) {
    public static final Obligations NONE = new Obligations(null, List.of(), null);
    private static final Pattern LABEL = Pattern.compile("[a-z0-9][a-z0-9_-]{0,49}");

    public Obligations {
        mask = mask == null ? List.of() : List.copyOf(mask);
    }

    /** To label the session. */
    public static Obligations label(String label) {
        return new Obligations(label, List.of(), null);
    }

    /** To mask arguments. */
    public static Obligations mask(String... pointers) {
        return new Obligations(null, List.of(pointers), null);
    }

    /** To let only so much of it run. */
    public static Obligations limit(Quota quota) {
        return new Obligations(null, List.of(), quota);
    }

    /** Whether this can be a label. */
    static boolean isLabel(String text) {
        return LABEL.matcher(text).matches();
    }
}
