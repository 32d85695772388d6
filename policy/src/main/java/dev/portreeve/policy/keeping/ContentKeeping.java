package dev.portreeve.policy.keeping;

import dev.portreeve.audit.payload.Keep;
import dev.portreeve.audit.payload.SubjectKey;
import dev.portreeve.audit.payload.SubjectKeys;
import dev.portreeve.policy.access.Glob;
import dev.portreeve.policy.call.GovernedCall;
import dev.portreeve.policy.call.LlmCall;
import dev.portreeve.policy.call.Subject;
import java.security.SecureRandom;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Says which contents of a call are kept. Where none are, nothing is read and nothing is asked. Thread-safe. */
public final class ContentKeeping {
    /** Keeps nothing. */
    public static final ContentKeeping NONE = new ContentKeeping();

    private final List<Place> places;
    private final @Nullable SubjectKeys keys;
    private final SecureRandom random = new SecureRandom();

    private record Place(List<Glob> models, List<Glob> tools, KeepRule rule) {
        static Place of(KeepRule rule) {
            return new Place(
                    rule.models().stream().map(Glob::new).toList(),
                    rule.tools().stream().map(Glob::new).toList(),
                    rule);
        }

        boolean fits(GovernedCall call) {
            String name = call.resource().name();
            return (call instanceof LlmCall ? models : tools).stream().anyMatch(glob -> glob.matches(name));
        }
    }

    private ContentKeeping() {
        this.places = List.of();
        this.keys = null;
    }

    /** @param keys asked on the call's thread, for calls of which something is kept */
    public ContentKeeping(List<KeepRule> rules, SubjectKeys keys) {
        this.places = rules.stream().map(Place::of).toList();
        this.keys = keys;
    }

    /**
     * What is kept of this call. Blocks on the database where something is.
     *
     * @throws dev.portreeve.audit.EvidenceUnavailable if it is to be kept and cannot be
     */
    public KeptContents of(GovernedCall call) {
        for (Place place : places) {
            if (place.fits(call)) {
                return kept(call, place.rule());
            }
        }
        return KeptContents.NOTHING;
    }

    private KeptContents kept(GovernedCall call, KeepRule rule) {
        if (keys == null || (rule.in() == Keep.NONE && rule.out() == Keep.NONE)) {
            return KeptContents.NOTHING;
        }
        SubjectKey key = keys.current(call.subject().tenant(), subject(call.subject()));
        return new KeptContents(call, rule, key, random);
    }

    /** How keys, holds and erasures name whose contents they are: {@code user:anna}. */
    static String subject(Subject subject) {
        return subject.kind().name().toLowerCase(Locale.ROOT) + ":" + subject.member();
    }
}
