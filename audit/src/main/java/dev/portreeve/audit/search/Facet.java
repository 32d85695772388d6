package dev.portreeve.audit.search;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What entries are found by, beside their time. The order is that of stored blocks and never changes. */
enum Facet {
    KIND("kind", Entry::kind, Sought::kind),
    MEMBER("member", Entry::member, Sought::member) {
        /** A bare name is whoever is called so. */
        @Override
        List<String> wanted(Sought sought) {
            String member = sought.member();
            return member == null || member.indexOf(':') >= 0
                    ? super.wanted(sought)
                    : List.of(SaidInLeaf.bounded("user:" + member), SaidInLeaf.bounded("agent:" + member));
        }
    },
    KEY("key_id", Entry::key, Sought::key),
    TYPE("type", Entry::type, Sought::type),
    RESOURCE("resource", Entry::resource, Sought::resource),
    SESSION("session", Entry::session, Sought::session),
    OUTCOME("outcome", Entry::outcome, Sought::outcome),
    REASON("reason", Entry::reason, Sought::reason);

    private final String column;
    private final Function<Entry, @Nullable String> value;
    private final Function<Sought, @Nullable String> wanted;

    Facet(String column, Function<Entry, @Nullable String> value, Function<Sought, @Nullable String> wanted) {
        this.column = column;
        this.value = value;
        this.wanted = wanted;
    }

    /** The column's name in the database. */
    String column() {
        return column;
    }

    @Nullable
    String of(Entry entry) {
        return value.apply(entry);
    }

    /**
     * Whether blocks say which of its values stand together with which of the others' in an entry. Those of people and their sessions have
     * too many.
     */
    boolean isPaired() {
        return switch (this) {
            case KIND, TYPE, RESOURCE, OUTCOME, REASON -> true;
            case MEMBER, KEY, SESSION -> false;
        };
    }

    /** The values of which an entry must have one; none if any will do. */
    List<String> wanted(Sought sought) {
        String one = wanted.apply(sought);
        return one == null ? List.of() : List.of(SaidInLeaf.bounded(one));
    }
}
