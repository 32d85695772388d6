package dev.portreeve.policy.notice;

import dev.portreeve.policy.call.Secret;
import java.net.URI;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A receiver in Standard Webhooks form.
 *
 * @param secret {@code whsec_…}; signs what we send and what it answers
 * @param id of a receiver that is a system of its own and decides as itself: rules name it as {@code external:id}, and its decisions count
 *     as its own and nobody else's. Without, it speaks for the people whose decisions it passes on
 * @param allowPrivate whether the receiver may be in a private network, or its name lead to this machine; it may unless this is false. Never is
 *     it at an address of this machine's link, where clouds keep their metadata
 */
public record Webhook(URI url, Secret secret, @Nullable String id, Boolean allowPrivate) {
    private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9-]{0,49}");

    public Webhook {
        allowPrivate = allowPrivate == null || allowPrivate;
        if (id != null && !ID.matcher(id).matches()) {
            throw new IllegalArgumentException(
                    "\"" + id
                            + "\" is no id of a webhook: use lower case letters, digits and -, at most 50, beginning with a letter or digit");
        }
    }

    /** One that may be in a private network. */
    public Webhook(URI url, Secret secret, @Nullable String id) {
        this(url, secret, id, true);
    }

    /** A receiver that speaks for people. */
    public Webhook(URI url, Secret secret) {
        this(url, secret, null);
    }
}
