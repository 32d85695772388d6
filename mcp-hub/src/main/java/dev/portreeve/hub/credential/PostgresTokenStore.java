package dev.portreeve.hub.credential;

import static dev.portreeve.db.hub.Tables.OAUTH_TOKEN;

import dev.portreeve.db.hub.tables.records.OauthTokenRecord;
import dev.portreeve.hub.seal.Binding;
import dev.portreeve.hub.seal.Purpose;
import dev.portreeve.hub.seal.SealedTokens;
import dev.portreeve.policy.call.Secret;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Tokens in PostgreSQL, for all replicas. Each is sealed and bound to the server, address, client and holder of its row: who
 * has the database and not the key file has nothing, and who can write rows cannot make one server's token another's.
 */
public final class PostgresTokenStore implements TokenStore {
    private static final Logger LOGGER = LoggerFactory.getLogger(PostgresTokenStore.class);
    /** The longest a call waits here. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final DSLContext database;
    private final SealedTokens seal;
    private final InstantSource clock;

    public PostgresTokenStore(DataSource database, SealedTokens seal, InstantSource clock) {
        this.database = DSL.using(database, SQLDialect.POSTGRES);
        this.seal = seal;
        this.clock = clock;
    }

    @Override
    public Optional<Token> find(TokenKey key) {
        return aside(
                () -> database.select(OAUTH_TOKEN.SEALED)
                        .from(OAUTH_TOKEN)
                        .where(is(key))
                        .and(OAUTH_TOKEN.SEALED.isNotNull())
                        .fetchOptional(OAUTH_TOKEN.SEALED)
                        .flatMap(text -> seal.open(text, binding(key)))
                        .map(PostgresTokenStore::token),
                Optional.empty());
    }

    @Override
    public void keep(TokenKey key, Token token) {
        Duration left = Duration.between(clock.instant(), token.expiresAt());
        byte[] content = content(token);
        if (left.isPositive() && content.length <= Purpose.UPSTREAM_TOKEN.maxContentBytes()) {
            OauthTokenRecord row = row(key, token.expiresAt());
            row.setSealed(seal.seal(binding(key), left, content));
            row.setClaimedUntil(null);
            put(row);
        }
    }

    @Override
    public void forget(TokenKey key) {
        int unused = aside(
                () -> database.update(OAUTH_TOKEN)
                        .setNull(OAUTH_TOKEN.SEALED)
                        .where(is(key))
                        .execute(),
                0);
    }

    @Override
    public boolean claim(TokenKey key, Duration atMost) {
        Instant now = clock.instant();
        OauthTokenRecord row = row(key, now);
        row.setClaimedUntil(now.plus(atMost));
        return aside(
                () -> database.insertInto(OAUTH_TOKEN)
                                .set(row)
                                .onConflict(
                                        OAUTH_TOKEN.SERVER, OAUTH_TOKEN.URL, OAUTH_TOKEN.CLIENT_ID, OAUTH_TOKEN.HOLDER)
                                .doUpdate()
                                .set(OAUTH_TOKEN.CLAIMED_UNTIL, row.getClaimedUntil())
                                .where(OAUTH_TOKEN.CLAIMED_UNTIL.isNull().or(OAUTH_TOKEN.CLAIMED_UNTIL.le(now)))
                                .execute()
                        == 1,
                true);
    }

    private void put(OauthTokenRecord row) {
        int unused = aside(
                () -> database.insertInto(OAUTH_TOKEN)
                        .set(row)
                        .onConflict(OAUTH_TOKEN.SERVER, OAUTH_TOKEN.URL, OAUTH_TOKEN.CLIENT_ID, OAUTH_TOKEN.HOLDER)
                        .doUpdate()
                        .set(row)
                        .execute(),
                0);
    }

    /** On a thread of its own: a caller that is cancelled here would otherwise break a connection that others use. */
    private static <T> T aside(Supplier<T> work, T otherwise) {
        AtomicReference<T> result = new AtomicReference<>(otherwise);
        Thread thread = Thread.ofVirtual().name("hub-tokens").start(() -> {
            try {
                result.set(work.get());
            } catch (DataAccessException away) {
                LOGGER.warn("tokens cannot be kept or found in the database now: {}", away.sqlState());
            }
        });
        try {
            boolean ignored = thread.join(PATIENCE);
        } catch (InterruptedException givenUp) {
            Thread.currentThread().interrupt();
        }
        return result.get();
    }

    private static OauthTokenRecord row(TokenKey key, Instant expiresAt) {
        OauthTokenRecord row = new OauthTokenRecord();
        row.setServer(key.server());
        row.setUrl(key.url());
        row.setClientId(key.clientId());
        row.setHolder(key.holder());
        row.setExpiresAt(expiresAt);
        return row;
    }

    private static Condition is(TokenKey key) {
        return OAUTH_TOKEN
                .SERVER
                .eq(key.server())
                .and(OAUTH_TOKEN.URL.eq(key.url()))
                .and(OAUTH_TOKEN.CLIENT_ID.eq(key.clientId()))
                .and(OAUTH_TOKEN.HOLDER.eq(key.holder()));
    }

    private static Binding binding(TokenKey key) {
        ObjectNode parts = JsonMapper.shared().createObjectNode();
        parts.put("url", key.url()).put("client", key.clientId()).put("holder", key.holder());
        return Binding.ofGateway(Purpose.UPSTREAM_TOKEN, key.server(), parts.toString());
    }

    private static byte[] content(Token token) {
        ObjectNode content = JsonMapper.shared().createObjectNode();
        content.put("value", token.value().reveal())
                .put("issuer", token.issuer())
                .put("scopes", token.scopes())
                .put("issued", token.issuedAt().toString())
                .put("expires", token.expiresAt().toString());
        return content.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static Token token(byte[] content) {
        JsonNode read = JsonMapper.shared().readTree(content);
        return new Token(
                new Secret(read.path("value").asString()),
                read.path("issuer").asString(),
                read.path("scopes").asString(),
                Instant.parse(read.path("issued").asString()),
                Instant.parse(read.path("expires").asString()));
    }
}
