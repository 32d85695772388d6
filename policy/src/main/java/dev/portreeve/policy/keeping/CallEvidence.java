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

/**
 * Says what evidence a call leaves beside its records, and whether its answer waits for them. Where nothing is said, nothing is read or
 * asked, and the answer waits. Thread-safe.
 */
public final class CallEvidence {
    /** Keeps nothing, and waits. */
    public static final CallEvidence NONE = new CallEvidence();

    private final List<Place> places;
    private final Names trailing;
    private final @Nullable SubjectKeys keys;
    private final SecureRandom random = new SecureRandom();

    private record Names(List<Glob> models, List<Glob> tools) {
        static Names of(List<String> models, List<String> tools) {
            return new Names(
                    models.stream().map(Glob::new).toList(),
                    tools.stream().map(Glob::new).toList());
        }

        boolean fits(GovernedCall call) {
            for (Glob glob : call instanceof LlmCall ? models : tools) {
                if (glob.matches(call.resource().name())) {
                    return true;
                }
            }
            return false;
        }
    }

    private record Place(Names names, KeepRule rule) {
        static Place of(KeepRule rule) {
            return new Place(Names.of(rule.models(), rule.tools()), rule);
        }
    }

    private CallEvidence() {
        this.places = List.of();
        this.trailing = Names.of(List.of(), List.of());
        this.keys = null;
    }

    /**
     * @param trailing calls whose answer need not wait for their records
     * @param keys asked on the call's thread, for calls of which something is kept
     */
    public CallEvidence(List<KeepRule> rules, BestEffort trailing, SubjectKeys keys) {
        this.trailing = Names.of(trailing.models(), trailing.tools());
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
            if (place.names().fits(call)) {
                return kept(call, place.rule());
            }
        }
        return KeptContents.NOTHING;
    }

    /** Whether the answer of a call that changes nothing may leave before its opening record is durable. */
    public boolean mayTrail(GovernedCall call) {
        return trailing.fits(call);
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
