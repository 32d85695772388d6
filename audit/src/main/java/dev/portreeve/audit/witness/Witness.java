package dev.portreeve.audit.witness;

import dev.portreeve.audit.log.Checkpoint;
import dev.portreeve.audit.log.LogSigner;
import dev.portreeve.audit.log.SignedNote;
import dev.portreeve.audit.log.TreeHash;
import dev.portreeve.audit.log.VerifierKey;
import dev.portreeve.audit.proof.Continuation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Signs heads of certain logs, each only if it continues the last one signed of that log. What it signed last is kept in a file,
 * which is on disk before the signature leaves. Thread-safe; blocks on the file system.
 */
public final class Witness {
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final int OK = 200;
    private static final int BAD_REQUEST = 400;
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;
    private static final int CONFLICT = 409;
    private static final int UNPROCESSABLE = 422;

    private final LogSigner signer;
    private final List<VerifierKey> logs;
    private final Path folder;
    private final ReentrantLock signing = new ReentrantLock();

    /** What is answered to a log. */
    public record Answer(int status, String type, String body) {
        private static Answer no(int status, String why) {
            return new Answer(status, TEXT, why + "\n");
        }
    }

    /**
     * @param signer of cosignatures: see {@link LogSigner#loadOrCreateWitness}
     * @param logs the keys of the logs that are watched, each under the origin of one tree
     * @param folder where the last heads are kept
     */
    public Witness(LogSigner signer, List<VerifierKey> logs, Path folder) {
        this.signer = signer;
        this.logs = List.copyOf(logs);
        this.folder = folder;
    }

    /** What somebody needs to check its signatures. */
    public VerifierKey verifierKey() {
        return signer.verifierKey();
    }

    /**
     * Answers {@code add-checkpoint}.
     *
     * @throws IOException if the last head cannot be read or the new one not be kept: nothing was signed
     */
    public Answer add(String request) throws IOException {
        Continuation next;
        Checkpoint head;
        try {
            next = Continuation.parse(request);
            head = next.checkpoint();
        } catch (IllegalArgumentException malformed) {
            return Answer.no(BAD_REQUEST, String.valueOf(malformed.getMessage()));
        }
        VerifierKey log = log(head.origin());
        if (log == null) {
            return Answer.no(NOT_FOUND, "this witness does not watch a log of that origin");
        }
        if (log.check(next.note()) != VerifierKey.Check.VALID) {
            return Answer.no(FORBIDDEN, "the head is not signed with the key that is known of its log");
        }
        signing.lock();
        try {
            SignedNote last = last(head.origin());
            return sign(next, head, last == null ? null : Checkpoint.parse(last.text()), log);
        } finally {
            signing.unlock();
        }
    }

    private Answer sign(Continuation next, Checkpoint head, @Nullable Checkpoint last, VerifierKey log)
            throws IOException {
        long known = last == null ? 0 : last.size();
        if (next.proof().from() != known) {
            return new Answer(CONFLICT, "text/x.tlog.size", known + "\n");
        }
        byte[] root = last == null ? new TreeHash().empty() : last.root();
        boolean emptyAndNot = head.size() == 0 && !Arrays.equals(head.root(), new TreeHash().empty());
        if (emptyAndNot || !next.isProved(root)) {
            return Answer.no(UNPROCESSABLE, "the head does not continue the one of " + known + " leaves");
        }
        SignedNote cosignatures = signer.cosign(head);
        // The log's own signatures and this witness's: what others put in between is theirs.
        keep(head.origin(), log.only(next.note()).and(cosignatures));
        return new Answer(OK, TEXT, cosignatures.lines());
    }

    /** The last head that was signed of a log, by the SHA-256 of its origin in hex; {@code null} if there is none. */
    public @Nullable String checkpoint(String originHash) throws IOException {
        for (VerifierKey log : logs) {
            if (hash(log.name()).equals(originHash)) {
                SignedNote last = last(log.name());
                return last == null ? null : last.toString();
            }
        }
        return null;
    }

    private @Nullable VerifierKey log(String origin) {
        return logs.stream()
                .filter(log -> log.name().equals(origin))
                .findFirst()
                .orElse(null);
    }

    private Path file(String origin) {
        return folder.resolve(hash(origin) + ".checkpoint");
    }

    private @Nullable SignedNote last(String origin) throws IOException {
        Path file = file(origin);
        try {
            SignedNote note = SignedNote.parse(Files.readString(file));
            if (signer.verifierKey().check(note) == VerifierKey.Check.VALID
                    && Checkpoint.parse(note.text()).origin().equals(origin)) {
                return note;
            }
        } catch (NoSuchFileException none) {
            return null;
        } catch (IllegalArgumentException changed) {
            throw new IOException("'" + file + "' is not what was written there: " + changed.getMessage(), changed);
        }
        throw new IOException("'" + file + "' was not signed by this witness: somebody changed it, or its key");
    }

    private void keep(String origin, SignedNote note) throws IOException {
        boolean isNew = !Files.isDirectory(folder);
        Files.createDirectories(folder);
        if (isNew) {
            force(Objects.requireNonNull(folder.toAbsolutePath().getParent(), "a folder stands in one"));
        }
        Path file = file(origin);
        Path fresh = folder.resolve(Objects.requireNonNull(file.getFileName()) + ".new");
        try (FileChannel channel = FileChannel.open(
                fresh, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = StandardCharsets.UTF_8.encode(note.toString());
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        // Without it a machine that loses power could find the head before this one, and sign another that continues
        // that.
        force(folder);
    }

    private static void force(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static String hash(String origin) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(sha256.digest(origin.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
