package dev.portreeve.hub.north;

import dev.portreeve.hub.catalog.ContextCatalog;
import dev.portreeve.hub.catalog.ServerEntry;
import dev.portreeve.hub.catalog.ToolCatalog;
import dev.portreeve.hub.south.Answered;
import dev.portreeve.hub.south.Listing;
import dev.portreeve.hub.south.Meanwhile;
import dev.portreeve.hub.south.Party;
import dev.portreeve.hub.south.ServerVoice;
import dev.portreeve.hub.wire.JsonRpcMessage;
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
    private final QuestionCalls questions;

    ServerAside(
            String slug, ToolCatalog tools, ContextCatalog context, LegacySessions sessions, QuestionCalls questions) {
        this.slug = slug;
        this.tools = tools;
        this.context = context;
        this.sessions = sessions;
        this.questions = questions;
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
        Optional<LegacySession> session = session(party);
        Optional<ServerEntry> server = tools.server(slug);
        return session.isEmpty() || server.isEmpty()
                ? Meanwhile.NOTHING.question(question)
                : questions.ask(session.get(), server.get(), question);
    }

    private Optional<LegacySession> session(Party party) {
        return Counterpart.Legacy.session(party.key()).flatMap(sessions::alive);
    }
}
