package dev.portreeve.audit.anchor;

import dev.portreeve.audit.log.SignedNote;
import dev.portreeve.audit.log.VerifierKey;
import dev.portreeve.audit.proof.ConsistencyProof;
import dev.portreeve.audit.proof.Continuation;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A witness that is asked over HTTP (C2SP tlog-witness): it signs a head only if it continues the last head of this log it signed. It may be
 * another Portreeve, or any other that speaks the protocol.
 */
public final class WitnessAnchor implements Anchor {
    private static final int OK = 200;
    private static final int BAD_REQUEST = 400;
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;
    private static final int CONFLICT = 409;
    private static final int UNPROCESSABLE = 422;
    /** Somebody else may have the same head signed between the question for the size and the next. */
    private static final int TRIES = 3;

    private static final int MOST_SAID = 200;

    private final String name;
    private final URI url;
    private final VerifierKey key;
    private final AnchorPost http;

    /**
     * @param url what stands before {@code /add-checkpoint}
     * @param key the witness's, to check what it signs
     */
    public WitnessAnchor(String name, URI url, VerifierKey key, AnchorPost http) {
        this.name = name;
        this.url = url;
        this.key = key;
        this.http = http;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Kind kind() {
        return Kind.WITNESS;
    }

    @Override
    public Confirmation put(Continuation next, Continuations log) throws AnchorRefused, IOException {
        Continuation asked = next;
        for (int tries = 0; tries < TRIES; tries++) {
            AnchorPost.Answer answer = http.post(
                    URI.create(url + "/add-checkpoint"),
                    "text/plain; charset=utf-8",
                    asked.toString().getBytes(StandardCharsets.UTF_8));
            String body = new String(answer.body(), StandardCharsets.UTF_8);
            if (answer.status() == OK) {
                return confirmed(asked.note(), body);
            }
            if (answer.status() != CONFLICT) {
                throw refusal(answer.status(), body);
            }
            asked = from(size(body), asked, log);
        }
        throw new IOException("the witness names another size each time it is asked");
    }

    private static long size(String body) throws IOException {
        String line = body.strip();
        if (!line.matches("0|[1-9][0-9]{0,17}")) {
            throw new IOException("the witness knows another size and does not say which");
        }
        return Long.parseLong(line);
    }

    /** The same head from the size the witness knows, or a newer one. */
    private static Continuation from(long size, Continuation asked, Continuations log)
            throws AnchorRefused, IOException {
        if (size == asked.checkpoint().size()) {
            return new Continuation(new ConsistencyProof(size, size, List.of()), asked.note());
        }
        @Nullable Continuation again = log.from(size);
        if (again == null) {
            throw new AnchorRefused(
                    "the witness has signed a head of this log with " + size
                            + " leaves, the database has a signed log of only "
                            + asked.checkpoint().size()
                            + ": it was rolled back, perhaps restored from a backup, or another copy of it is signed elsewhere");
        }
        return again;
    }

    private Confirmation confirmed(SignedNote head, String lines) throws IOException {
        SignedNote cosigned;
        try {
            cosigned = SignedNote.parse(head.text() + "\n" + lines);
        } catch (IllegalArgumentException none) {
            throw new IOException("the witness answers with no signature: " + none.getMessage(), none);
        }
        if (!cosigned.text().equals(head.text())) {
            throw new IOException("the witness signs something else than it was asked to");
        }
        if (key.check(cosigned) != VerifierKey.Check.VALID) {
            throw new IOException("what the witness answers is not signed with its key " + key);
        }
        SignedNote own = key.only(cosigned);
        Instant at = key.signedAt(own);
        if (at == null) {
            throw new IOException("the witness signs without a time: it is no witness");
        }
        return new Confirmation(head, at, Anchor.place(url), own.lines().getBytes(StandardCharsets.UTF_8));
    }

    private static IOException refusal(int status, String body) throws AnchorRefused {
        String said = " (" + status + ": " + said(body) + ")";
        return switch (status) {
            case UNPROCESSABLE ->
                throw new AnchorRefused("the witness says that the log does not continue the head it signed before: one"
                        + " of the two is of another history" + said);
            case NOT_FOUND -> throw new AnchorRefused("the witness does not watch this log" + said);
            case FORBIDDEN ->
                throw new AnchorRefused(
                        "the witness knows another key of this log: give it the one that is in use" + said);
            case BAD_REQUEST -> throw new AnchorRefused("the witness does not understand what it is asked" + said);
            default -> new IOException("the witness answers with " + said(body) + " (" + status + ")");
        };
    }

    /** What a stranger says, harmless in a log. */
    private static String said(String body) {
        String line = body.strip().replaceAll("[^\\x20-\\x7e]+", " ");
        return line.length() > MOST_SAID ? line.substring(0, MOST_SAID) : line;
    }
}
