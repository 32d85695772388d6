package dev.portreeve.hub.north;

import dev.portreeve.hub.catalog.ResourceUri;
import dev.portreeve.hub.catalog.ServerEntry;
import dev.portreeve.hub.catalog.View;
import dev.portreeve.hub.south.Party;
import dev.portreeve.hub.south.Topic;
import dev.portreeve.hub.south.Watcher;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.Resource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiPredicate;

/**
 * One caller's subscription to one resource. What its server tells reaches the caller if the caller may use the resource at
 * that moment, under the URI the caller knows, and without what belongs to the hop behind the gateway. Thread-safe.
 */
final class Subscription implements Watcher {
    private static final int MAX_PARAMS_BYTES = 16 * 1024;
    private static final String META = "_meta";
    private static final String PROTOCOL = "io.modelcontextprotocol/";

    private final ContextRequest request;
    private final View view;
    private final Party party;
    private final BiPredicate<Resource.ServerResource, String> access;
    private final Updates updates;
    private final Runnable whenOver;
    private final AtomicBoolean over = new AtomicBoolean();

    /**
     * @param access whether the caller may use a resource now, by the name in rules and its server's own
     * @param updates takes what the caller is told
     * @param whenOver called once when it ends; must not block
     */
    Subscription(
            ContextRequest request,
            View view,
            Party party,
            BiPredicate<Resource.ServerResource, String> access,
            Updates updates,
            Runnable whenOver) {
        this.request = request;
        this.view = view;
        this.party = party;
        this.access = access;
        this.updates = updates;
        this.whenOver = whenOver;
    }

    /** As the caller knows it. */
    String asked() {
        return request.asked();
    }

    @Override
    public Topic topic() {
        return Topic.RESOURCE;
    }

    @Override
    public String id() {
        return request.own();
    }

    /** What rules match. */
    Resource.OfServer resource() {
        return request.resource();
    }

    ServerEntry owner() {
        return request.owner();
    }

    Party party() {
        return party;
    }

    @Override
    public void changed(RawJson params) {
        RawJson said = params.member("uri");
        String own = said == null ? "" : said.asString().orElse("");
        String slug = owner().slug();
        boolean told = !over.get()
                && !own.isEmpty()
                && !ResourceUri.climbs(own)
                && access.test(new Resource.ServerResource(slug, ResourceUri.of(slug, own)), own);
        if (told) {
            String uri = ResourceUri.in(view, slug, own);
            updates.add(uri, carried(params, uri), asked());
        }
    }

    private static RawJson carried(RawJson params, String uri) {
        Map<String, RawJson> carried = new LinkedHashMap<>();
        if (params.length() <= MAX_PARAMS_BYTES) {
            carried.putAll(params.members());
            RawJson meta = carried.remove(META);
            Map<String, RawJson> kept = new LinkedHashMap<>();
            if (meta != null && meta.isObject()) {
                kept.putAll(meta.members());
                kept.keySet().removeIf(key -> key.startsWith(PROTOCOL));
            }
            if (!kept.isEmpty()) {
                carried.put(META, RawJson.object(kept));
            }
        }
        carried.put("uri", RawJson.string(uri));
        return RawJson.object(carried);
    }

    /** Ends it; the server is told in the background. Without effect if it has ended. Never blocks. */
    void end() {
        if (over.compareAndSet(false, true)) {
            owner().server().unwatch(party, this);
            whenOver.run();
        }
    }
}
