package dev.portreeve.audit.log;

/** Hears how far a long verification or export is. Called often, on the working thread: be quick. */
public interface Progress {
    /** So many records of this tenant are done. */
    void checked(String tenant, long records, long of);

    static Progress none() {
        return (tenant, records, of) -> {};
    }
}
