package dev.portreeve.audit.log;

/**
 * Hears how far a long verification or export is, and what a verification reads on its way. Called often, on the working thread: be
 * quick.
 */
public interface Progress {
    /** So many records of this tenant are done. */
    void checked(String tenant, long records, long of);

    /**
     * A record, in the order of its index, as it is hashed for the check. What is wrong with it, if anything, is among the findings in
     * the end: until then nothing it says is proved.
     */
    default void read(String tenant, long index, byte[] leaf) {}

    /** A head with a valid signature, which fits all records read so far; they end where it does. */
    default void confirmed(String tenant, SignedNote head) {}

    static Progress none() {
        return (tenant, records, of) -> {};
    }
}
