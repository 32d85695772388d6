package dev.portreeve.gateway.response;

/**
 * A response that the gateway keeps.
 *
 * @param member whose it is, unique in the tenant
 * @param model the name it was called by
 * @param input all items it read, as a JSON array
 * @param response itself, as JSON; of one that is still being made, what is known of it
 */
public record Conversation(
        String tenant, String member, String id, String model, Status status, byte[] input, byte[] response) {
    /** Where it stands, in OpenAI's words. */
    public enum Status {
        IN_PROGRESS("in_progress"),
        COMPLETED("completed"),
        INCOMPLETE("incomplete"),
        FAILED("failed"),
        CANCELLED("cancelled");

        private final String code;

        Status(String code) {
            this.code = code;
        }

        public String code() {
            return code;
        }

        /** @throws IllegalArgumentException if there is no such word */
        public static Status of(String code) {
            for (Status status : values()) {
                if (status.code.equals(code)) {
                    return status;
                }
            }
            throw new IllegalArgumentException("no response has status \"" + code + "\"");
        }

        /** Whether another may go on from it. */
        public boolean isAnswer() {
            return this == COMPLETED || this == INCOMPLETE;
        }
    }

    /** The same, at its end. */
    public Conversation ended(Status at, byte[] whole) {
        return new Conversation(tenant, member, id, model, at, input, whole);
    }

    /** The same under another id. */
    public Conversation called(String name) {
        return new Conversation(tenant, member, name, model, status, input, response);
    }

    /** Without contents (INV-7). */
    @Override
    public String toString() {
        return id + " " + status;
    }
}
