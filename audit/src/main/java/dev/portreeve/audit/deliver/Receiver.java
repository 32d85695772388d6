package dev.portreeve.audit.deliver;

/**
 * Where a delivery goes. Used by one thread at a time, closed by whoever made it.
 */
public interface Receiver extends AutoCloseable {
    /**
     * Sends a batch and returns once the receiver has it for good. Blocks, bounded; an interrupt ends it. The same batch, or one
     * that begins with it, may come again.
     *
     * @throws NotTaken otherwise
     */
    void take(Batch batch) throws NotTaken;

    /** What kind of receiver it is, in a word. */
    String kind();

    /** The form records have there. */
    String format();

    @Override
    default void close() {}
}
