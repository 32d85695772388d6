package dev.portreeve.gateway.config;

import java.time.Duration;

/**
 * Files that callers upload for batches, and those that batches end with. The gateway keeps them itself, sealed in the database.
 *
 * @param maxFileBytes of one uploaded file
 * @param maxLines of one uploaded file
 * @param maxLineBytes of one line of an uploaded file
 * @param maxFiles that one tenant has at once
 * @param maxBytes in all files of one tenant
 * @param maxBytesPerMember of these, in the files of one member
 * @param retention how long a file is kept whose uploader does not say it
 * @param maxRetention how long one is kept at most, whatever its uploader says
 */
public record FilesConfig(
        @Default("33554432") int maxFileBytes,
        @Default("50000") int maxLines,
        @Default("1048576") int maxLineBytes,
        @Default("1000") int maxFiles,
        @Default("4294967296") long maxBytes,
        @Default("1073741824") long maxBytesPerMember,
        @Default("7d") Duration retention,
        @Default("30d") Duration maxRetention) {
    /** What OpenAI's interface lets an uploader ask for at least. */
    private static final Duration SHORTEST = Duration.ofHours(1);

    public FilesConfig {
        if (maxFileBytes < 1 || maxLines < 1 || maxLineBytes < 1 || maxFiles < 1) {
            throw new IllegalArgumentException(
                    "files.max-file-bytes, files.max-lines, files.max-line-bytes and files.max-files must be above zero");
        }
        if (maxBytesPerMember < maxFileBytes || maxBytes < maxBytesPerMember) {
            throw new IllegalArgumentException(
                    "files.max-bytes must not be below files.max-bytes-per-member, and that not"
                            + " below files.max-file-bytes: no file would find room");
        }
        if (retention.compareTo(SHORTEST) < 0 || maxRetention.compareTo(retention) < 0) {
            throw new IllegalArgumentException(
                    "files.retention must be an hour at least, and not above files.max-retention");
        }
    }
}
