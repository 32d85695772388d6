package dev.portreeve.policy.call;

import java.util.Locale;

/** What a provider does by itself in the course of a model call and charges by the use, apart from the tokens. */
public enum HostedService {
    /** A search of the web; Google calls it grounding. */
    WEB_SEARCH("0.05"),
    /** Grounding with maps. */
    MAPS("0.025"),
    /** A search of files that the account keeps there. */
    FILE_SEARCH("0.0025"),
    /** A container that runs code, for as long as it is used: OpenAI's twenty minutes, Anthropic's hour. */
    CODE_INTERPRETER("0.05"),
    /** A picture that another model draws. */
    IMAGE_GENERATION("0.25");

    private final NanoUsd unlisted;

    HostedService(String unlisted) {
        this.unlisted = NanoUsd.ofUsd(unlisted);
    }

    /** What one use costs where no list says: the most that was seen published, so never nothing. */
    public NanoUsd unlisted() {
        return unlisted;
    }

    /** The word in records. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }
}
