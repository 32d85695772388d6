package dev.portreeve.audit.log;

import java.security.PublicKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The public half of a log's key, under a name (C2SP signed-note). Written {@code name+id+base64}. The log signs each tenant's
 * checkpoints with one key under the name of that tenant's tree, as C2SP wants it: see {@link #forTenant}.
 *
 * <p>A log that signs with several keys, or that has changed its key, is checked with all of them: they are written one after the
 * other, with commas or on lines of their own. One of them is enough: whoever wants to see that of a certain key, a post-quantum one
 * perhaps, checks with that alone. A key that stopped signing may have its last day behind it: see {@link KeySuccession} for what that
 * means.
 */
public final class VerifierKey {
    /** What a note turned out to be. */
    public enum Check {
        VALID,
        /** There is a signature under this key's name and id, and it is wrong. */
        INVALID,
        /** Somebody else signed. */
        OTHER_KEY
    }

    private static final int MOST_KEYS = 16;
    /** The end of the year 9999. */
    private static final long LAST_SECOND = 253_402_300_799L;

    private final List<NamedKey> keys;

    VerifierKey(String name, byte[] key) {
        this(List.of(new NamedKey(name, NamedKey.Type.ED25519, key)));
    }

    VerifierKey(List<NamedKey> keys) {
        this.keys = List.copyOf(keys);
        String name = keys.getFirst().name();
        if (keys.size() > MOST_KEYS || keys.stream().anyMatch(key -> !key.name().equals(name))) {
            throw new IllegalArgumentException("the keys of a log are at most " + MOST_KEYS + " and have one name");
        }
    }

    static VerifierKey of(String name, PublicKey key) {
        return new VerifierKey(List.of(NamedKey.of(name, NamedKey.Type.ED25519, key)));
    }

    /**
     * Reads {@code name+id+base64}, or several of them.
     *
     * @throws IllegalArgumentException with a message for the one who typed it
     */
    public static VerifierKey parse(String text) {
        List<NamedKey> keys = Arrays.stream(text.strip().split("[,\\s]+", -1))
                .map(NamedKey::parse)
                .toList();
        return new VerifierKey(keys);
    }

    public String name() {
        return keys.getFirst().name();
    }

    int id() {
        return keys.getFirst().id();
    }

    /** The same key under the name of a tenant's tree. */
    public VerifierKey forTenant(String tenant) {
        return named(TenantName.origin(name(), tenant));
    }

    /** The same key under the name of one of its log's trees; as it is where this is the origin of another log. */
    public VerifierKey forOrigin(String origin) {
        return origin.startsWith(name() + "/") ? named(origin) : this;
    }

    VerifierKey named(String other) {
        return new VerifierKey(keys.stream().map(key -> key.named(other)).toList());
    }

    /** The keys of both, each once; they must have one name. */
    public VerifierKey and(VerifierKey other) {
        List<NamedKey> all = new ArrayList<>(keys);
        other.keys.stream().filter(key -> all.stream().noneMatch(key::sameKey)).forEach(all::add);
        return new VerifierKey(all);
    }

    /** These keys, of which none counts any more from then on, unless it stopped earlier. */
    public VerifierKey until(Instant time) {
        return new VerifierKey(keys.stream()
                .map(key -> {
                    Instant end = key.until();
                    return end == null || end.isAfter(time) ? key.until(time) : key;
                })
                .toList());
    }

    /** These keys; where another says until when one of them counts and it does not itself, with that. */
    public VerifierKey endingAs(VerifierKey known) {
        return new VerifierKey(keys.stream()
                .map(key -> key.until() != null
                        ? key
                        : known.keys.stream()
                                .filter(key::sameKey)
                                .findFirst()
                                .map(same -> key.until(same.until()))
                                .orElse(key))
                .toList());
    }

    /** Whether these are the same keys, whatever their name and until whenever they count. */
    public boolean sameKey(VerifierKey other) {
        return covers(other) && other.covers(this);
    }

    /** Whether each key of another is among these, whatever their name. */
    public boolean covers(VerifierKey other) {
        return other.keys.stream().allMatch(key -> keys.stream().anyMatch(key::sameKey));
    }

    /** Whether one of these keys is among those of another that had stopped signing before this time. */
    public boolean isRetired(VerifierKey known, Instant now) {
        return known.keys.stream()
                .filter(key -> key.until() instanceof Instant end && !now.isBefore(end))
                .anyMatch(key -> keys.stream().anyMatch(key::sameKey));
    }

    /** Whether this key signed the note: one of them if these are several, and none of them wrongly. Thread-safe. */
    public Check check(SignedNote note) {
        return check(note, new ArrayList<>());
    }

    /** As {@link #check(SignedNote)}, and puts those of the keys that signed it into a list. */
    Check check(SignedNote note, List<NamedKey> signers) {
        for (SignedNote.Signature signature : note.signatures()) {
            for (NamedKey key : keys) {
                if (key.isNamed(signature)) {
                    if (!key.verifies(note.text(), signature.bytes())) {
                        return Check.INVALID;
                    }
                    signers.add(key);
                }
            }
        }
        return signers.isEmpty() ? Check.OTHER_KEY : Check.VALID;
    }

    /** The note with those of its signatures that are of these keys and right. */
    public SignedNote only(SignedNote note) {
        return new SignedNote(
                note.text(),
                note.signatures().stream()
                        .filter(line -> check(new SignedNote(note.text(), List.of(line))) == Check.VALID)
                        .toList());
    }

    /** When the note was signed as the first right signature of these keys says; {@code null} if none has a time. */
    public @Nullable Instant signedAt(SignedNote note) {
        for (SignedNote.Signature signature : only(note).signatures()) {
            for (NamedKey key : keys) {
                if (key.isNamed(signature) && key.type() != NamedKey.Type.ED25519) {
                    long time = Cosigned.parse(signature.bytes()).time();
                    return time > LAST_SECOND ? null : Instant.ofEpochSecond(time);
                }
            }
        }
        return null;
    }

    /** Each key on a line of its own, as other people's tools read them; those that stopped signing with their last day behind them. */
    public String lines() {
        return keys.stream().map(key -> key + "\n").collect(Collectors.joining());
    }

    /** One word. */
    @Override
    public String toString() {
        return keys.stream().map(NamedKey::toString).collect(Collectors.joining(","));
    }
}
