package dev.portreeve.gateway.model;

import dev.portreeve.gateway.dialect.AnswerChunk;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.OutputSink;
import java.util.Map;

/** The responses that a provider keeps for its account. Whose each of them is, the caller of this has made sure. Thread-safe. */
public interface KeptResponses {
    /** What can be done with one. */
    enum Action {
        GET("response.get"),
        DELETE("response.delete"),
        INPUT_ITEMS("response.input_items"),
        CANCEL("response.cancel");

        private final String code;

        Action(String code) {
            this.code = code;
        }

        /** The word in records. */
        public String code() {
            return code;
        }
    }

    /**
     * One request about one response.
     *
     * @param id of letters, digits, _ and - only
     * @param query as the caller sent it, without the question mark; may be empty
     * @param streamed whether it asks for the answer as events
     * @param passedHeaders the caller's headers that may be passed on
     * @param reply where the provider leaves what is not part of the answer
     */
    record KeptCall(
            Action action,
            String id,
            String query,
            boolean streamed,
            Deadline deadline,
            Map<String, String> passedHeaders,
            ProviderReply reply) {}

    /**
     * Does it on the calling thread, within the deadline, and emits the provider's answer: in one chunk, or event by event
     * where it was asked for so.
     *
     * @throws CallEnded with {@code Failed} when the provider cannot be reached or refuses, or whatever {@code out} threw
     */
    void run(KeptCall call, OutputSink<AnswerChunk> out) throws CallEnded;
}
