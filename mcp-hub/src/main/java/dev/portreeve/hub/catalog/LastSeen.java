package dev.portreeve.hub.catalog;

import dev.portreeve.hub.south.Listing;
import dev.portreeve.hub.south.ServerProfile;
import dev.portreeve.hub.wire.RawJson;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What a server showed at the last contact. Its tools are not here: they are definitions, which somebody decides about.
 *
 * @param source how it is reached or started, as a hash; another source is another server of the same name
 * @param lists prompts, resources and templates, as it listed them; what it never listed is missing
 */
public record LastSeen(String server, String source, ServerProfile profile, Map<Listing, List<RawJson>> lists) {
    public LastSeen {
        lists = Map.copyOf(lists);
    }

    LastSeen with(Listing listing, List<RawJson> entries) {
        Map<Listing, List<RawJson>> now = new EnumMap<>(Listing.class);
        now.putAll(lists);
        now.put(listing, List.copyOf(entries));
        return new LastSeen(server, source, profile, now);
    }
}
