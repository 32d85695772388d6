package dev.portreeve.gateway.dialect;

import dev.portreeve.policy.call.Usage;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a provider says was used, from the side: the bytes are only looked at. The last report of an answer counts.
 * One for each answer, for the call's thread.
 */
public sealed interface AnswerMeter
        permits OpenAiMeter, AnthropicMeter, ResponsesMeter, GeminiMeter, BedrockMeter, CohereMeter {
    /** What an event is to whoever passes the stream on. */
    enum Role {
        /** Part of the answer. */
        PART,
        /** Carries nothing but the usage, which only those get who asked for it. */
        USAGE_ONLY,
        /** Ends the stream. */
        END,
        /** Ends the answer, and the stream if it now closes: where no event says that it does. Others may follow. */
        LAST,
        /** Says that the provider failed; nothing follows. */
        ERROR
    }

    /** The last usage the provider reported, or {@code null}. */
    @Nullable
    Usage reported();

    /** The id under which the provider may keep the answer, or {@code null}. */
    default @Nullable String responseId() {
        return null;
    }

    /** What the failure that the provider spoke of in a stream would have been as a status. */
    default int errorStatus() {
        return 500;
    }

    /** Whether the answer says that it is not made yet. */
    default boolean isUnfinished() {
        return false;
    }

    /**
     * Reads a whole unary answer.
     *
     * @throws UnreadableAnswer if it is not a JSON object
     */
    void readAnswer(byte[] bytes);

    /**
     * Looks at the event a scan over {@code bytes} stands on.
     *
     * @throws UnreadableAnswer if it had to be read and is not valid
     */
    Role readEvent(byte[] bytes, EventScan scan);
}
