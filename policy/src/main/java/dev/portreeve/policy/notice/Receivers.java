package dev.portreeve.policy.notice;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;

/** Writes the messages about an event, one for each configured receiver. Thread-safe. */
public final class Receivers {
    private final NoticeConfig config;
    private final Supplier<UUID> ids;

    /** @param ids gives unique ids for messages */
    public Receivers(NoticeConfig config, Supplier<UUID> ids) {
        this.config = config;
        this.ids = ids;
    }

    /** Nobody. */
    public static Receivers none() {
        return new Receivers(NoticeConfig.NONE, UUID::randomUUID);
    }

    public List<Notice> of(Event event) {
        List<Notice> notices = new ArrayList<>();
        for (Webhook webhook : config.webhooks()) {
            notices.add(notice(Way.WEBHOOK, webhook.url().toString(), event.json()));
        }
        EmailConfig email = config.email();
        if (email != null) {
            email.to().forEach(address -> notices.add(notice(Way.EMAIL, address, event.mail())));
        }
        return notices;
    }

    private Notice notice(Way way, String endpoint, String body) {
        return new Notice(ids.get(), way, endpoint, body.getBytes(StandardCharsets.UTF_8), null);
    }
}
