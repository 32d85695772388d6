package dev.portreeve.policy.approval;

import dev.portreeve.policy.key.Pepper;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.UUID;

/**
 * Addresses of pages on which one person decides about one ticket. An address is signed: who has it decides as that person, about that ticket
 * and no other, as long as the ticket waits, and once, since a person votes once. Opening it decides nothing. Immutable.
 */
public final class ApprovalLinks {
    private static final String SIGNING = "approval-link";
    private static final String FORMS = "approval-link-form";

    private final URI base;
    private final Pepper pepper;

    /** @param base any address of the listener that has the page */
    public ApprovalLinks(URI base, Pepper pepper) {
        this.base = base;
        this.pepper = pepper;
    }

    /** The page of this person for this ticket. */
    public URI of(UUID ticket, String approver) {
        String name = Base64.getUrlEncoder().withoutPadding().encodeToString(approver.getBytes(StandardCharsets.UTF_8));
        return base.resolve("/approve/" + ticket + "/" + name + "/" + signature(SIGNING, ticket, approver));
    }

    /** Whether a page's address was made here. */
    public boolean isGenuine(UUID ticket, String approver, String signature) {
        return MessageDigest.isEqual(
                signature.getBytes(StandardCharsets.UTF_8),
                signature(SIGNING, ticket, approver).getBytes(StandardCharsets.UTF_8));
    }

    /** What forms of that page carry, so that only that page's own are taken. */
    public String formToken(UUID ticket, String approver) {
        return signature(FORMS, ticket, approver);
    }

    private String signature(String purpose, UUID ticket, String approver) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(pepper.hash(purpose, ticket + "\n" + approver));
    }
}
