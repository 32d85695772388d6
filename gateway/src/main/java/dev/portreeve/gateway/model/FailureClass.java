package dev.portreeve.gateway.model;

import java.util.Locale;

/** What an upstream's failure means, whatever dialect it was said in: what may help, and whether the place is to be left out. */
public enum FailureClass {
    /** Too many calls for now. */
    THROTTLED(Remedy.WAIT, Blame.ONCE),
    /** Too much work for now. */
    OVERLOADED(Remedy.WAIT, Blame.ONCE),
    TIMEOUT(Remedy.WAIT, Blame.ONCE),
    /** It broke, or its answer cannot be read. */
    SERVER(Remedy.WAIT, Blame.ONCE),
    UNREACHABLE(Remedy.WAIT, Blame.ONCE),
    /** It does not accept our credential. */
    CREDENTIAL(Remedy.ELSEWHERE, Blame.WHOLLY),
    /** Our account there has no money or no quota left. */
    ACCOUNT(Remedy.ELSEWHERE, Blame.WHOLLY),
    /** Our account may not use this there. */
    ACCESS(Remedy.ELSEWHERE, Blame.WHOLLY),
    /** It has no such model. */
    NOT_FOUND(Remedy.ELSEWHERE, Blame.ONCE),
    /** The request is longer than the model reads. */
    CONTEXT_WINDOW(Remedy.OWN_FALLBACKS, Blame.NONE),
    /** The provider's own filter refused it. */
    CONTENT_POLICY(Remedy.OWN_FALLBACKS, Blame.NONE),
    BAD_REQUEST(Remedy.NONE, Blame.NONE),
    /** Its answer is larger than our limits allow. */
    TOO_LARGE(Remedy.NONE, Blame.NONE);

    /** What may help. */
    public enum Remedy {
        /** The same place after a while, or another one. */
        WAIT,
        /** Another place only. */
        ELSEWHERE,
        /** The models that are named for this very failure. */
        OWN_FALLBACKS,
        NONE
    }

    /** What it says about the place. */
    enum Blame {
        /** Nothing: the request was at fault, and the place is alive. */
        NONE,
        /** One failure. */
        ONCE,
        /** No waiting mends it, so it counts as all failures there can be. */
        WHOLLY
    }

    private final Remedy remedy;
    private final Blame blame;

    FailureClass(Remedy remedy, Blame blame) {
        this.remedy = remedy;
        this.blame = blame;
    }

    public Remedy remedy() {
        return remedy;
    }

    Blame blame() {
        return blame;
    }

    /** Whether another key of the same provider may have better luck. */
    boolean isOfTheKey() {
        return this == THROTTLED || this == CREDENTIAL || this == ACCOUNT || this == ACCESS;
    }

    /** Whether it is about our account there, of which callers hear nothing, and somebody here must do something. */
    public boolean isOfTheAccount() {
        return this == CREDENTIAL || this == ACCOUNT || this == ACCESS;
    }

    /** The word in records. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }
}
