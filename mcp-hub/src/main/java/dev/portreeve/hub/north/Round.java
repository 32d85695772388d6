package dev.portreeve.hub.north;

import dev.portreeve.hub.wire.RawJson;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a modern caller brings back to a request it repeats.
 *
 * @param number of the round, 0 for the first
 * @param parked id of the request that waits for it; {@code null} if none does
 * @param state the server's own; {@code null} if it gave none
 * @param responses answers by key; {@code null} if there are none
 */
record Round(
        int number,
        @Nullable String parked,
        @Nullable String state,
        @Nullable RawJson responses) {
    static final Round FIRST = new Round(0, null, null, null);

    /** As it goes into a sealed token. */
    byte[] sealed() {
        Map<String, RawJson> members = new LinkedHashMap<>();
        members.put("round", RawJson.of(Integer.toString(number)));
        if (parked != null) {
            members.put("parked", RawJson.string(parked));
        }
        if (state != null) {
            members.put("state", RawJson.string(state));
        }
        return RawJson.object(members).toBytes();
    }

    /** What came out of a token, with what the caller answered. */
    static Round of(byte[] sealed, @Nullable RawJson responses) {
        RawJson content = RawJson.of(sealed);
        return new Round(
                Integer.parseInt(String.valueOf(content.member("round"))),
                text(content.member("parked")),
                text(content.member("state")),
                responses);
    }

    private static @Nullable String text(@Nullable RawJson value) {
        return value == null ? null : value.asString().orElse(null);
    }

    /** The same with the answers as guardrails left them. */
    Round with(@Nullable RawJson screened) {
        return new Round(number, parked, state, screened);
    }
}
