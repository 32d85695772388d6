package dev.portreeve.hub.north;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names an event within a session: its stream, and its number there. A caller gives it back to go on after it.
 *
 * @param stream 0 is the session's own, for what belongs to no request
 * @param number 0 is the place before the first
 */
record EventId(long stream, long number) {
    private static final Pattern FORM = Pattern.compile("([0-9]{1,18})-([0-9]{1,18})");

    static Optional<EventId> read(String text) {
        Matcher matcher = FORM.matcher(text);
        return matcher.matches()
                ? Optional.of(new EventId(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2))))
                : Optional.empty();
    }

    @Override
    public String toString() {
        return stream + "-" + number;
    }
}
