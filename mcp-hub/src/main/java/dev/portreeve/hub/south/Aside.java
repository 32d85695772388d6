package dev.portreeve.hub.south;

import dev.portreeve.hub.wire.JsonRpcMessage;
import dev.portreeve.hub.wire.RawJson;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Sorts what a server says and asks on one connection beside its answers. What is about no request goes to the voice or to
 * those who watch, wherever it was said. Thread-safe; never blocks.
 */
final class Aside {
    private static final Logger LOGGER = LoggerFactory.getLogger(Aside.class);
    /** Questions of one connection that wait for an answer outside a request. */
    private static final int MAX_OPEN = 8;

    private final ServerVoice voice;
    private final Watches watches;
    private final Party party;
    private final Semaphore open = new Semaphore(MAX_OPEN);

    /** @param party whose connection it is */
    Aside(ServerVoice voice, Watches watches, Party party) {
        this.voice = voice;
        this.watches = watches;
        this.party = party;
    }

    /** Takes a notification that belongs to no request; false if this is none of those. */
    boolean takes(JsonRpcMessage.Notification notification) {
        switch (notification.method()) {
            case "notifications/tools/list_changed" -> voice.listChanged(Listing.TOOLS);
            case "notifications/prompts/list_changed" -> voice.listChanged(Listing.PROMPTS);
            case "notifications/resources/list_changed" -> voice.listChanged(Listing.RESOURCES);
            default -> {
                return false;
            }
        }
        return true;
    }

    /** As {@link #takes}, on a connection of the older era: there changes of single things belong to the session. */
    boolean takesInSession(JsonRpcMessage.Notification notification) {
        RawJson params = notification.params();
        for (Topic topic : Topic.values()) {
            if (notification.method().equals(topic.older()) && params != null) {
                watches.changed(topic, party, params);
                return true;
            }
        }
        return takes(notification);
    }

    /** Whether a question outside a request can be put to anybody. */
    boolean hears() {
        return voice.hears(party);
    }

    /** Puts a question that came on a session's own stream, on a thread of its own. */
    void ask(JsonRpcMessage.Request question, Questions questions, Meanwhile asked) {
        if (!open.tryAcquire()) {
            questions.refuse(question);
            return;
        }
        Thread.ofVirtual().name("hub-question").start(() -> {
            try {
                questions.put(question, asked);
            } catch (InterruptedException over) {
                LOGGER.debug("a question was open when its connection ended");
            } finally {
                open.release();
            }
        });
    }

    /** Whoever answers for the party outside its requests. */
    Meanwhile standing() {
        return new Meanwhile() {
            @Override
            public void progress(ObjectNode params) {}

            @Override
            public Answered question(JsonRpcMessage.Request question) throws InterruptedException {
                return voice.asked(party, question);
            }
        };
    }
}
