package dev.portreeve.gateway.http;

import dev.portreeve.gateway.config.FilesConfig;
import dev.portreeve.gateway.dialect.BadRequest;
import dev.portreeve.gateway.file.IncomingFile;
import dev.portreeve.gateway.file.StoredFile;
import dev.portreeve.gateway.file.StoredFile.Purpose;
import dev.portreeve.gateway.file.StoredFiles;
import dev.portreeve.gateway.http.FormParts.Part;
import dev.portreeve.policy.call.Subject;
import io.helidon.http.ServerRequestHeaders;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One upload: the fields of a form, in whatever order they come, and the file among them, stored as it arrives. For one thread. */
final class FileUpload implements AutoCloseable {
    /** What a form has beside its file, at most. */
    static final int FORM_BYTES = 64 * 1024;

    private static final int TOO_MUCH = 429;
    private static final int COPY_BYTES = 16 * 1024;
    private static final int MAX_FIELD = 1_000;
    private static final int MAX_NAME = 255;
    private static final Duration SHORTEST = Duration.ofHours(1);
    private static final Pattern SECONDS = Pattern.compile("\\d{1,9}");

    private final StoredFiles files;
    private final FilesConfig config;
    private final Subject owner;
    private final long most;

    private boolean batch;
    private @Nullable String anchor;
    private @Nullable Duration life;
    private @Nullable IncomingFile file;
    private String name = "";
    private long lines;

    FileUpload(StoredFiles files, FilesConfig config, Subject owner, ServerRequestHeaders headers) {
        this.files = files;
        this.config = config;
        this.owner = owner;
        OptionalLong announced = headers.contentLength();
        this.most = Math.min(announced.orElse(config.maxFileBytes()), config.maxFileBytes());
    }

    /**
     * Reads the form and keeps its file; the caller closes this then.
     *
     * @throws BadRequest if it cannot be kept
     * @throws IOException if the client leaves
     */
    StoredFile receive(FormParts form) throws IOException {
        Part part = form.next();
        while (part != null) {
            read(part);
            part = form.next();
        }
        if (!batch) {
            throw missing("purpose");
        }
        IncomingFile arrived = file;
        if (arrived == null) {
            throw missing("file");
        }
        if ((anchor == null) != (life == null)) {
            throw missing(anchor == null ? "expires_after[anchor]" : "expires_after[seconds]");
        }
        return arrived.keep(name, lines, life == null ? config.retention() : life);
    }

    private void read(Part part) throws IOException {
        switch (part.name()) {
            case "purpose" -> purpose(part.text(MAX_FIELD));
            case "file" -> file(part);
            case "expires_after[anchor]" -> anchor(part.text(MAX_FIELD));
            case "expires_after[seconds]" -> seconds(part.text(MAX_FIELD));
            default ->
                throw new BadRequest(
                        400,
                        "unsupported_parameter",
                        part.shown(),
                        "\"" + part.shown() + "\" is no field of this form: purpose, file, expires_after[anchor] and"
                                + " expires_after[seconds] are");
        }
    }

    private void purpose(String said) {
        if (!said.equals(Purpose.BATCH.code())) {
            throw new BadRequest(
                    400,
                    "invalid_value",
                    "purpose",
                    "files are kept for \"batch\" only: what a file for \"" + FormHeader.shown(said)
                            + "\" is used for does not go through this gateway");
        }
        batch = true;
    }

    private void anchor(String said) {
        if (!said.equals("created_at")) {
            throw new BadRequest(
                    400, "invalid_value", "expires_after[anchor]", "\"expires_after[anchor]\" must be created_at");
        }
        anchor = said;
    }

    private void seconds(String said) {
        Duration wanted = SECONDS.matcher(said).matches() ? Duration.ofSeconds(Long.parseLong(said)) : Duration.ZERO;
        if (wanted.compareTo(SHORTEST) < 0 || wanted.compareTo(config.maxRetention()) > 0) {
            throw new BadRequest(
                    400,
                    "invalid_value",
                    "expires_after[seconds]",
                    "\"expires_after[seconds]\" must be a number from " + SHORTEST.toSeconds() + " to "
                            + config.maxRetention().toSeconds());
        }
        life = wanted;
    }

    private void file(Part part) throws IOException {
        if (file != null) {
            throw new BadRequest(400, "invalid_value", "file", "the form has two files: upload one at a time");
        }
        String given = part.fileName() == null ? "" : part.fileName();
        if (given.length() > MAX_NAME) {
            throw new BadRequest(
                    400, "invalid_value", "file", "the file's name is longer than " + MAX_NAME + " characters");
        }
        name = given;
        file = switch (files.begin(owner.tenant(), owner.member(), Purpose.BATCH, most)) {
            case StoredFiles.Begun.Arriving arriving -> arriving.file();
            case StoredFiles.Begun.NoRoom full ->
                throw new BadRequest(
                        TOO_MUCH, "too_many_files", null, full.detail() + ": delete some, or wait until they expire");
        };
        copy(part.content(), file);
    }

    private void copy(InputStream content, IncomingFile into) throws IOException {
        LineTally tally = new LineTally(config.maxLines(), config.maxLineBytes());
        byte[] bytes = new byte[COPY_BYTES];
        long copied = 0;
        for (int read = content.read(bytes); read >= 0; read = content.read(bytes)) {
            copied += read;
            if (copied > config.maxFileBytes()) {
                throw new BadRequest(
                        413,
                        "request_too_large",
                        "file",
                        "the file is larger than " + config.maxFileBytes() + " bytes");
            }
            tally.pass(bytes, read);
            into.write(bytes, 0, read);
        }
        lines = tally.lines();
        if (lines == 0) {
            throw new BadRequest(400, "invalid_value", "file", "the file has no lines");
        }
    }

    private static BadRequest missing(String field) {
        return new BadRequest(400, "missing_required_parameter", field, "the form has no \"" + field + "\"");
    }

    /** Forgets what was stored of a file that is not kept. */
    @Override
    public void close() {
        if (file != null) {
            file.close();
        }
    }
}
