package dev.portreeve.gateway;

import dev.portreeve.audit.retention.Erasure;
import dev.portreeve.gateway.batch.PostgresBatches;
import dev.portreeve.gateway.config.FilesConfig;
import dev.portreeve.gateway.config.GatewayConfig;
import dev.portreeve.gateway.file.FileRoom;
import dev.portreeve.gateway.file.PostgresStoredFiles;
import dev.portreeve.gateway.idempotency.PostgresKeptAnswers;
import dev.portreeve.gateway.response.PostgresConversations;
import dev.portreeve.hub.seal.SealedTokens;
import dev.portreeve.hub.task.PostgresTaskStore;
import dev.portreeve.policy.approval.PostgresErasedTickets;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import javax.sql.DataSource;

/** Where the gateway keeps, beside its records, what members said or were answered. */
final class MemberContents {
    private MemberContents() {}

    /** All of these, to forget what one member left there. */
    static List<Erasure.Store> stores(
            GatewayConfig config, DataSource database, SealedTokens seal, InstantSource clock) {
        PostgresErasedTickets tickets = new PostgresErasedTickets(database);
        return List.of(
                new Erasure.Store("kept_answers", new PostgresKeptAnswers(database, seal, clock)::forget),
                new Erasure.Store("kept_responses", responses(config, database, seal, clock)::forget),
                new Erasure.Store("kept_batches", batches(config, database, seal, clock)::forget),
                new Erasure.Store("kept_files", files(config, database, seal, clock)::forget),
                new Erasure.Store("kept_tasks", new PostgresTaskStore(database, seal, clock)::forget),
                new Erasure.Store("tickets", tickets::erase),
                new Erasure.Store("tickets_left_open", tickets::open));
    }

    /** Batches with their results. */
    static PostgresBatches batches(GatewayConfig config, DataSource database, SealedTokens seal, InstantSource clock) {
        return new PostgresBatches(database, seal, config.batches().keep(), clock);
    }

    /** The files of batches. */
    static PostgresStoredFiles files(
            GatewayConfig config, DataSource database, SealedTokens seal, InstantSource clock) {
        FilesConfig files = config.files();
        return new PostgresStoredFiles(
                database,
                seal,
                new FileRoom(files.maxFiles(), files.maxBytes(), files.maxBytesPerMember()),
                config.limits().bodyTimeout().multipliedBy(2),
                files.maxRetention(),
                clock,
                new SecureRandom());
    }

    /** The conversations that callers go on with by id. */
    static PostgresConversations responses(
            GatewayConfig config, DataSource database, SealedTokens seal, InstantSource clock) {
        return new PostgresConversations(
                database,
                seal,
                config.responses().retention(),
                config.responses().maxBytes(),
                clock);
    }
}
