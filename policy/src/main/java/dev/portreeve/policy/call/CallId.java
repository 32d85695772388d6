package dev.portreeve.policy.call;

import java.util.UUID;

/** Names one governed call in records, headers and logs. A version 7 UUID, so ids sort by time. */
public record CallId(UUID value) {
    @Override
    public String toString() {
        return value.toString();
    }
}
