package dev.portreeve.policy.notice;

/** One attempt to give a message to its receiver. */
@FunctionalInterface
interface Sending {
    Result send(Outbox.Due message);

    /** What came of it. */
    sealed interface Result {
        /** The receiver has it. */
        record Taken() implements Result {}

        /** Perhaps later. */
        record Failed(String why) implements Result {}

        /** Never. */
        record Refused(String why) implements Result {}
    }
}
