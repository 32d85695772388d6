package dev.portreeve.hub.north;

import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.Approval;
import dev.portreeve.policy.call.CallId;
import dev.portreeve.policy.call.EarlierRound;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a modern caller brings back to a request it repeats.
 *
 * @param number of the round, 0 for the first
 * @param parked id of the request that waits for it; {@code null} if none does
 * @param state the server's own; {@code null} if it gave none
 * @param responses answers by key; {@code null} if there are none
 * @param earlier the round that a person approved last; {@code null} if nobody was asked
 */
record Round(
        int number,
        @Nullable String parked,
        @Nullable String state,
        @Nullable RawJson responses,
        @Nullable EarlierRound earlier) {
    static final Round FIRST = new Round(0, null, null, null, null);

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
        if (earlier != null) {
            members.put("approval", RawJson.string(earlier.approval().toString()));
            members.put("call", RawJson.string(earlier.call().toString()));
        }
        return RawJson.object(members).toBytes();
    }

    /** Whether nothing was asked before it, and nothing is brought back. */
    boolean isFirst() {
        return number == 0 && responses == null;
    }

    /** For a caller that was sent to a page before its request was made at all: it comes again as if for the first time. */
    static byte[] waiting() {
        return RawJson.object(Map.of("waits", RawJson.of("true"))).toBytes();
    }

    /** What came out of a token, with what the caller answered. */
    static Round of(byte[] sealed, @Nullable RawJson responses) {
        RawJson content = RawJson.of(sealed);
        if (content.member("waits") != null) {
            // What was asked was the gateway's question, and the answer decides nothing: no server hears of it.
            return new Round(1, null, null, null, null);
        }
        return new Round(
                Integer.parseInt(String.valueOf(content.member("round"))),
                text(content.member("parked")),
                text(content.member("state")),
                responses,
                earlier(text(content.member("approval")), text(content.member("call"))));
    }

    private static @Nullable EarlierRound earlier(@Nullable String approval, @Nullable String call) {
        return approval == null || call == null
                ? null
                : new EarlierRound(UUID.fromString(approval), new CallId(UUID.fromString(call)));
    }

    private static @Nullable String text(@Nullable RawJson value) {
        return value == null ? null : value.asString().orElse(null);
    }

    /**
     * The same as it goes on: with the answers as guardrails left them, and under the yes that lets it go on.
     *
     * @param approval that yes; {@code null} if nobody had to be asked
     */
    Round with(@Nullable RawJson screened, @Nullable Approval approval, CallId call) {
        return new Round(
                number, parked, state, screened, approval == null ? null : new EarlierRound(approval.ticket(), call));
    }

    /** The round after this one, which brings back the server's own state. */
    Round next(@Nullable String serversState) {
        return new Round(number + 1, null, serversState, null, earlier);
    }

    /** The round after this one, which takes up the request that waits. */
    Round nextOf(String waiting) {
        return new Round(number + 1, waiting, null, null, earlier);
    }
}
