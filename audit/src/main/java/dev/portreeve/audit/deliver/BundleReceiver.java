package dev.portreeve.audit.deliver;

import java.nio.file.Path;

/** Where whole files go. Used by one thread at a time. */
public interface BundleReceiver {
    /**
     * Puts a file there and returns once it is there for good, in place of one of this name. Blocks.
     *
     * @param name below whatever is configured, with slashes between its parts
     * @throws NotTaken otherwise
     */
    void put(String name, Path bundle) throws NotTaken;
}
