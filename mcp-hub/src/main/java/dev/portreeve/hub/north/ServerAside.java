package dev.portreeve.hub.north;

import dev.portreeve.hub.catalog.ContextCatalog;
import dev.portreeve.hub.catalog.ToolCatalog;
import dev.portreeve.hub.south.Answered;
import dev.portreeve.hub.south.Listing;
import dev.portreeve.hub.south.Meanwhile;
import dev.portreeve.hub.south.Party;
import dev.portreeve.hub.south.ServerVoice;
import dev.portreeve.hub.wire.JsonRpcMessage;
import dev.portreeve.hub.wire.McpError;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.Deadline;
import java.util.Optional;

/**
 * Brings what a server says and asks by itself to those it is for: what changed to the catalogs, everything else to the
 * caller's session whose server session it was said in. Thread-safe.
 */
final class ServerAside implements ServerVoice {
    private final String slug;
    private final ToolCatalog tools;
    private final ContextCatalog context;
    private final LegacySessions sessions;
    private final RoundLimits limits;

    ServerAside(String slug, ToolCatalog tools, ContextCatalog context, LegacySessions sessions, RoundLimits limits) {
        this.slug = slug;
        this.tools = tools;
        this.context = context;
        this.sessions = sessions;
        this.limits = limits;
    }

    @Override
    public void listChanged(Listing listing) {
        switch (listing) {
            case TOOLS -> tools.announced(slug);
            case PROMPTS -> context.changed(slug, listing);
            case RESOURCES, TEMPLATES -> {
                context.changed(slug, Listing.RESOURCES);
                context.changed(slug, Listing.TEMPLATES);
            }
        }
    }

    @Override
    public boolean hears(Party party) {
        return session(party)
                .filter(session -> session.streams().isListenedTo())
                .isPresent();
    }

    @Override
    public Answered asked(Party party, JsonRpcMessage.Request question) throws InterruptedException {
        Optional<LegacySession> found = session(party);
        if (found.isEmpty()) {
            return Meanwhile.NOTHING.question(question);
        }
        SessionDialogue dialogue = found.get().dialogue();
        SessionStreams streams = found.get().streams();
        if (CallerCapabilities.missing(dialogue.capabilities(), question.method(), question.params()) != null) {
            return Meanwhile.NOTHING.question(question);
        }
        if (!streams.isListenedTo()) {
            return new Answered.Refusal(new McpError(
                    McpError.INTERNAL_ERROR, "the caller does not listen outside its requests, so it cannot be asked"));
        }
        Questioner questioner =
                new Questioner(tools.server(slug).orElseThrow(), found.get().view());
        Optional<Answered.Refusal> refusal = questioner.refusal(question.method(), question.params());
        if (refusal.isPresent()) {
            return refusal.get();
        }
        RawJson params = question.params() == null ? RawJson.EMPTY_OBJECT : question.params();
        return dialogue.ask(
                message -> {
                    streams.tell(message);
                    return true;
                },
                question.method(),
                questioner.named(question.method(), params),
                Deadline.in(limits.answerWithin()));
    }

    private Optional<LegacySession> session(Party party) {
        return Counterpart.Legacy.session(party.key()).flatMap(sessions::alive);
    }
}
