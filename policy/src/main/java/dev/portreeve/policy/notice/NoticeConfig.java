package dev.portreeve.policy.notice;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who is told when a budget passes a threshold, a provider bills more than was held, or a brake pauses somebody.
 *
 * @param webhooks receivers in Standard Webhooks form
 * @param email mailboxes, and the server that takes mail for them
 */
public record NoticeConfig(List<Webhook> webhooks, @Nullable EmailConfig email) {
    public static final NoticeConfig NONE = new NoticeConfig(List.of(), null);

    public NoticeConfig {
        webhooks = webhooks == null ? List.of() : List.copyOf(webhooks);
    }
}
