package dev.portreeve.hub.catalog;

import static dev.portreeve.db.hub.Tables.SERVER;

import dev.portreeve.db.hub.tables.records.ServerRecord;
import dev.portreeve.hub.south.Listing;
import dev.portreeve.hub.south.ServerProfile;
import dev.portreeve.hub.wire.RawJson;
import java.io.ByteArrayOutputStream;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** What servers showed last, in PostgreSQL. */
final class PostgresLastSeenStore implements LastSeenStore {
    /** A longer list is not kept: its server is asked again. */
    static final int MAX_LIST_BYTES = 4 * 1024 * 1024;

    private final DSLContext database;
    private final InstantSource clock;

    PostgresLastSeenStore(DataSource database, InstantSource clock) {
        this.database = DSL.using(database, SQLDialect.POSTGRES);
        this.clock = clock;
    }

    @Override
    public List<LastSeen> read() {
        return database.selectFrom(SERVER).fetch(PostgresLastSeenStore::seen);
    }

    @Override
    public void keep(LastSeen seen) {
        ServerRecord row = new ServerRecord();
        row.setServer(seen.server());
        row.setSource(seen.source());
        row.setProtocolVersion(seen.profile().protocolVersion());
        row.setCapabilities(seen.profile().capabilities().toBytes());
        row.setInstructions(withoutNul(seen.profile().instructions()));
        row.setPrompts(array(seen.lists().get(Listing.PROMPTS)));
        row.setResources(array(seen.lists().get(Listing.RESOURCES)));
        row.setTemplates(array(seen.lists().get(Listing.TEMPLATES)));
        row.setSeenAt(clock.instant());
        database.insertInto(SERVER)
                .set(row)
                .onConflict(SERVER.SERVER_)
                .doUpdate()
                .set(row)
                .execute();
    }

    // PostgreSQL's texts hold everything else.
    private static @Nullable String withoutNul(@Nullable String text) {
        return text == null ? null : text.replace("\0", "");
    }

    private static LastSeen seen(ServerRecord row) {
        Map<Listing, List<RawJson>> lists = new EnumMap<>(Listing.class);
        put(lists, Listing.PROMPTS, row.getPrompts());
        put(lists, Listing.RESOURCES, row.getResources());
        put(lists, Listing.TEMPLATES, row.getTemplates());
        return new LastSeen(
                row.getServer(),
                row.getSource(),
                new ServerProfile(row.getProtocolVersion(), RawJson.of(row.getCapabilities()), row.getInstructions()),
                lists);
    }

    private static void put(Map<Listing, List<RawJson>> lists, Listing listing, byte @Nullable [] array) {
        if (array != null) {
            lists.put(listing, RawJson.of(array).elements());
        }
    }

    private static byte @Nullable [] array(@Nullable List<RawJson> entries) {
        if (entries == null) {
            return null;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write('[');
        for (int i = 0; i < entries.size(); i++) {
            if (i > 0) {
                out.write(',');
            }
            entries.get(i).writeTo(out);
        }
        out.write(']');
        return out.size() > MAX_LIST_BYTES ? null : out.toByteArray();
    }
}
