package dev.portreeve.gateway.file;

import dev.portreeve.gateway.file.StoredFile.Purpose;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Files, each for the member that uploaded it or whose batch made it. Thread-safe; methods block for few statements of the database,
 * and throw {@link Unavailable} where one fails.
 */
public interface StoredFiles {
    /** The store could not be asked. */
    final class Unavailable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public Unavailable(Throwable cause) {
            super("files cannot be read or kept", cause);
        }
    }

    /** Whether there is room for another file. */
    sealed interface Begun {
        /** It may arrive; whoever asked closes it. */
        record Arriving(IncomingFile file) implements Begun {}

        /**
         * It may not.
         *
         * @param detail what there is too much of, for the caller
         */
        record NoRoom(String detail) implements Begun {}
    }

    /**
     * A page of a list.
     *
     * @param purpose {@code null} for all
     * @param limit of files in the page
     * @param ascending whether the oldest comes first
     * @param after the id of the file before the page, or {@code null} for the first page
     */
    record Asked(
            @Nullable Purpose purpose,
            int limit,
            boolean ascending,
            @Nullable String after) {}

    /** @param more whether there are files after these */
    record Page(List<StoredFile> files, boolean more) {
        public Page {
            files = List.copyOf(files);
        }
    }

    /**
     * Takes room for a file that will arrive.
     *
     * @param most bytes that it may have
     */
    Begun begin(String tenant, String member, Purpose purpose, long most);

    /** Whether a file of a fixed id is still to be made. */
    sealed interface Once {
        /** It is; whoever asked makes and closes it. */
        record First(IncomingFile file) implements Once {}

        /** Somebody else makes it just now; if they stop, it may be begun anew after a while. */
        record Underway() implements Once {}

        /** It was made, whether or not it is still there. */
        record Before() implements Once {}
    }

    /**
     * Begins a file that comes of something and is to be made once, whoever asks first. What it comes of was paid for, so it is not refused for
     * want of room.
     */
    Once beginOnce(String tenant, String member, Purpose purpose, String id);

    /** The file, if it belongs to this member and its time is not over. */
    Optional<StoredFile> find(String tenant, String member, String id);

    /** The member's files, the newest first unless asked otherwise; an {@code after} that is not there begins anew. */
    Page list(String tenant, String member, Asked asked);

    /**
     * The content of a file, read piece by piece. The stream throws an {@link java.io.IOException} if the file is deleted meanwhile, and {@link
     * Unavailable} as the methods here; it holds nothing open between two reads.
     */
    InputStream open(StoredFile file);

    /**
     * Forgets a file; of one that was made {@link #beginOnce once}, all but that.
     *
     * @return false if there is none of the member's
     */
    boolean delete(String tenant, String member, String id);

    /**
     * Forgets what has expired and what began to arrive and never did, some of it.
     *
     * @return how many files
     */
    int sweep();
}
