package dev.portreeve.gateway.admin;

import dev.portreeve.audit.AuditEvent;
import dev.portreeve.audit.AuditReader;
import dev.portreeve.audit.EventKind;
import dev.portreeve.audit.Facts;
import dev.portreeve.audit.StoredRecord;
import dev.portreeve.audit.payload.Payload;
import dev.portreeve.audit.search.Entry;
import dev.portreeve.audit.search.PostgresSearch;
import dev.portreeve.audit.search.Sought;
import io.helidon.webserver.http.HttpRules;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code /api/v1/audit/search} and {@code /api/v1/audit/calls/<id>}: finding records, and reading what was kept beside them. */
final class RecordsApi {
    private static final String OPERATOR = "operator";
    private static final int MAX_REASON = 500;
    private static final int MAX_NAME = 100;
    private static final int PAGE = 50;

    private final KeepingServices services;
    private final TenantChoice tenants;
    private final AdminJson json;

    RecordsApi(KeepingServices services, TenantChoice tenants, AdminJson json) {
        this.services = services;
        this.tenants = tenants;
        this.json = json;
    }

    /**
     * What was found.
     *
     * @param behindSeconds how old the oldest record is that cannot be found yet
     */
    record Found(
            List<Entry> entries,
            @Nullable String next,
            @Nullable Long behindSeconds) {}

    /** A record and its place. */
    record Line(@Nullable Long index, JsonNode record) {}

    record Lines(List<Line> records) {}

    /**
     * The wish to read contents.
     *
     * @param as who wants it
     */
    record Wish(
            @Nullable String tenant,
            @Nullable String reason,
            @Nullable String as) {}

    /**
     * Contents.
     *
     * @param state {@code intact}, {@code cut}, {@code digest}, {@code erased}, {@code dropped} or {@code unreadable}
     * @param text them, where they are text
     * @param base64 them, where they are not
     * @param said what else there is to say
     * @param by the record that says why they are gone
     * @param index of that record in the log
     */
    record Content(
            String name,
            UUID record,
            String state,
            @Nullable String text,
            @Nullable String base64,
            @Nullable Long length,
            @Nullable String said,
            @Nullable UUID by,
            @Nullable Long index) {}

    record Contents(List<Content> payloads) {}

    void register(AdminRoutes routes, HttpRules rules) {
        routes.api(rules::get, "/api/v1/audit/search", this::search);
        routes.api(rules::get, "/api/v1/audit/calls/{call}", this::call);
        routes.api(rules::post, "/api/v1/audit/calls/{call}/payloads", this::payloads);
    }

    private void search(AdminExchange exchange) {
        PostgresSearch.Page page =
                find(services.search(), sought(exchange, tenants), exchange.query("after"), limit(exchange));
        Duration behind = services.search().behind();
        exchange.json(
                200, json.write(new Found(page.entries(), page.next(), behind == null ? null : behind.toSeconds())));
    }

    /** What an address asks for; what is empty in it, as forms have it, is not asked. */
    static Sought sought(AdminExchange exchange, TenantChoice tenants) {
        String call = said(exchange, "call");
        return new Sought(
                tenants.of(said(exchange, "tenant")),
                call == null ? null : id(call),
                said(exchange, "member"),
                said(exchange, "key"),
                said(exchange, "type"),
                said(exchange, "resource"),
                said(exchange, "session"),
                said(exchange, "outcome"),
                said(exchange, "reason"),
                said(exchange, "kind"),
                time("since", said(exchange, "since")),
                time("until", said(exchange, "until")));
    }

    static @Nullable String said(AdminExchange exchange, String name) {
        String said = exchange.query(name);
        return said == null || said.isBlank() ? null : said.strip();
    }

    /** @throws AdminRefusal if it cannot be answered; it says why */
    static PostgresSearch.Page find(PostgresSearch search, Sought sought, @Nullable String after, int limit) {
        try {
            return search.search(sought, after, limit);
        } catch (IllegalArgumentException wrong) {
            throw new AdminRefusal(Problem.badRequest(String.valueOf(wrong.getMessage())));
        } catch (PostgresSearch.TooWide tooWide) {
            throw new AdminRefusal(Problem.unavailable(String.valueOf(tooWide.getMessage())));
        } catch (PostgresSearch.Off off) {
            throw new AdminRefusal(Problem.conflict(String.valueOf(off.getMessage())));
        }
    }

    private static int limit(AdminExchange exchange) {
        String said = exchange.query("limit");
        try {
            return said == null ? PAGE : Integer.parseInt(said);
        } catch (NumberFormatException wrong) {
            throw new AdminRefusal(Problem.badRequest("\"limit\" is a number up to " + PostgresSearch.LARGEST_PAGE));
        }
    }

    /** A day, in UTC, or a time. */
    static @Nullable Instant time(String name, @Nullable String said) {
        if (said == null) {
            return null;
        }
        try {
            return said.length() == "2026-11-01".length()
                    ? LocalDate.parse(said).atStartOfDay(ZoneOffset.UTC).toInstant()
                    : Instant.parse(said);
        } catch (DateTimeException wrong) {
            throw new AdminRefusal(Problem.badRequest(
                    "\"" + name + "\" is a day such as 2026-11-01 or a time such as 2026-11-01T08:00:00Z"));
        }
    }

    static UUID id(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException wrong) {
            throw new AdminRefusal(Problem.badRequest("an id looks like 0198b2a4-7c1e-7000-8000-000000000000"));
        }
    }

    private void call(AdminExchange exchange) {
        List<StoredRecord> records =
                records(services.records(), tenants.of(exchange.query("tenant")), id(exchange.path("call")));
        exchange.json(
                200, json.write(new Lines(records.stream().map(RecordsApi::line).toList())));
    }

    /** Of a call, or the one record of that id. */
    static List<StoredRecord> records(AuditReader reader, String tenant, UUID id) {
        List<StoredRecord> records = reader.ofCall(tenant, id);
        StoredRecord single = records.isEmpty() ? reader.find(tenant, id) : null;
        if (records.isEmpty() && single == null) {
            throw new AdminRefusal(Problem.notFound("there is no call and no record " + id));
        }
        return single == null ? records : List.of(single);
    }

    static Line line(StoredRecord stored) {
        try {
            return new Line(stored.index(), JsonMapper.shared().readTree(stored.leaf()));
        } catch (JacksonException altered) {
            return new Line(
                    stored.index(),
                    JsonMapper.shared()
                            .createObjectNode()
                            .put("id", stored.id().toString())
                            .put("detail", "the stored bytes are not JSON any more"));
        }
    }

    /** Who reads and why is on record before anything is shown. */
    private void payloads(AdminExchange exchange) {
        Wish wish = wish(exchange);
        String tenant = tenants.of(wish.tenant());
        UUID call = id(exchange.path("call"));
        List<StoredRecord> records = records(services.records(), tenant, call);
        services.log()
                .append(new AuditEvent(
                        tenant,
                        EventKind.PAYLOAD_READ,
                        null,
                        new Facts()
                                .put("read", call.toString())
                                .put("reason", String.valueOf(wish.reason()))
                                .put("by", by(wish.as()))))
                .await();
        List<Content> contents = records.stream()
                .flatMap(record -> services.payloads().of(record).stream())
                .map(RecordsApi::content)
                .toList();
        exchange.json(200, json.write(new Contents(contents)));
    }

    private Wish wish(AdminExchange exchange) {
        try {
            Wish wish = json.read(exchange.body(), Wish.class);
            String reason = wish.reason();
            if (reason == null || reason.isBlank() || reason.length() > MAX_REASON) {
                throw new AdminRefusal(
                        Problem.badRequest("\"reason\" says why, in 1 to " + MAX_REASON + " characters"));
            }
            return wish;
        } catch (IllegalArgumentException wrong) {
            throw new AdminRefusal(Problem.badRequest(String.valueOf(wrong.getMessage())));
        }
    }

    static String by(@Nullable String as) {
        String by = as == null || as.isBlank() ? OPERATOR : as;
        if (by.length() > MAX_NAME) {
            throw new AdminRefusal(Problem.badRequest("\"as\" has at most " + MAX_NAME + " characters"));
        }
        return by;
    }

    private static Content content(Payload payload) {
        return switch (payload) {
            case Payload.Intact intact -> {
                String text = text(intact.bytes());
                yield new Content(
                        intact.name(),
                        intact.record(),
                        intact.isCut() ? "cut" : "intact",
                        text,
                        text == null ? Base64.getEncoder().encodeToString(intact.bytes()) : null,
                        intact.length(),
                        intact.isCut() ? "only its first " + intact.bytes().length + " bytes were kept" : null,
                        null,
                        null);
            }
            case Payload.Digest digest ->
                new Content(
                        digest.name(),
                        digest.record(),
                        "digest",
                        null,
                        null,
                        digest.length(),
                        "HMAC-SHA-256 of the contents with the key "
                                + HexFormat.of().formatHex(digest.blind()) + " is " + digest.commit(),
                        null,
                        null);
            case Payload.Erased erased ->
                gone(erased, "erased", "their subject was erased", erased.by(), erased.index());
            case Payload.Dropped dropped ->
                gone(dropped, "dropped", "their time was over", dropped.by(), dropped.index());
            case Payload.Unreadable unreadable -> gone(unreadable, "unreadable", unreadable.why(), null, null);
        };
    }

    private static Content gone(Payload payload, String state, String said, @Nullable UUID by, @Nullable Long index) {
        return new Content(payload.name(), payload.record(), state, null, null, null, said, by, index);
    }

    /** A cut may have gone through a character: what is before it is text all the same. */
    private static @Nullable String text(byte[] bytes) {
        for (int end = bytes.length; end >= Math.max(0, bytes.length - 3); end--) {
            try {
                return StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(bytes, 0, end))
                        .toString();
            } catch (CharacterCodingException notText) {
                // Perhaps with a byte less.
            }
        }
        return null;
    }
}
