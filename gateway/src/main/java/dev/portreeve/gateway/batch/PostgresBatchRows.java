package dev.portreeve.gateway.batch;

import dev.portreeve.db.gateway.tables.records.BatchItemRecord;
import dev.portreeve.db.gateway.tables.records.BatchRecord;
import dev.portreeve.gateway.batch.Batch.State;
import dev.portreeve.gateway.dialect.Dialect;
import dev.portreeve.gateway.dialect.Operation;
import dev.portreeve.gateway.model.BatchPlace.End;
import dev.portreeve.hub.seal.Binding;
import dev.portreeve.hub.seal.Purpose;
import dev.portreeve.hub.seal.SealedTokens;
import dev.portreeve.policy.call.CallId;
import dev.portreeve.policy.call.Confines;
import dev.portreeve.policy.call.Delegation;
import dev.portreeve.policy.call.Subject;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jooq.JSONB;
import org.jspecify.annotations.Nullable;

/** Batches and items to rows and back; results sealed, bound to their owner and place. Thread-safe. */
final class PostgresBatchRows {
    private final SealedTokens seal;
    private final Duration keep;
    private final InstantSource clock;

    PostgresBatchRows(SealedTokens seal, Duration keep, InstantSource clock) {
        this.seal = seal;
        this.keep = keep;
        this.clock = clock;
    }

    Instant now() {
        return clock.instant();
    }

    BatchRecord row(Batch batch) {
        BatchRecord row = new BatchRecord();
        Subject owner = batch.owner();
        row.setTenant(owner.tenant());
        row.setId(batch.id());
        row.setMember(owner.member());
        row.setMemberKind(owner.kind().name());
        row.setTeam(owner.team());
        row.setKeyId(owner.keyId());
        row.setAboveKeys(owner.delegation().above().toArray(String[]::new));
        row.setDialect(batch.dialect().name());
        row.setOperation(batch.operation().name());
        row.setNotes(JSONB.valueOf(batch.notes()));
        row.setProvider(batch.provider());
        row.setProviderKey(batch.providerKey());
        row.setState(batch.state().code());
        row.setPrices(JSONB.valueOf(HeldPrices.write(batch.prices())));
        row.setItems(batch.items());
        row.setCreatedAt(batch.createdAt());
        row.setExpiresAt(batch.expiresAt());
        row.setKeepUntil(batch.createdAt().plus(keep));
        return row;
    }

    Batch read(BatchRecord row) {
        List<String> above = List.of(row.getAboveKeys());
        Subject owner = new Subject(
                row.getTenant(),
                row.getTeam(),
                Subject.Kind.valueOf(row.getMemberKind()),
                row.getMember(),
                row.getKeyId());
        return new Batch(
                row.getId(),
                // What the keys above allowed was asked when the batch was made.
                above.isEmpty()
                        ? owner
                        : owner.by(new Delegation(above, Collections.nCopies(above.size(), Confines.NONE))),
                Dialect.valueOf(row.getDialect()),
                Operation.valueOf(row.getOperation()),
                row.getNotes().data(),
                row.getProvider(),
                row.getProviderKey(),
                State.of(row.getState()),
                row.getProviderBatch(),
                HeldPrices.read(row.getPrices().data()),
                row.getItems(),
                row.getCreatedAt(),
                row.getExpiresAt(),
                row.getCancelAskedAt(),
                row.getCancelHeard(),
                row.getSettledAt());
    }

    BatchItemRecord row(Batch batch, HeldItem item) {
        BatchItemRecord row = new BatchItemRecord();
        row.setTenant(batch.owner().tenant());
        row.setBatchId(batch.id());
        row.setOrdinal(item.ordinal());
        row.setCustomId(item.customId());
        row.setCallId(item.call().value());
        row.setModel(item.model());
        row.setUpstreamModel(item.upstreamModel());
        row.setPrice(item.price());
        row.setInputTokens(item.inputTokens());
        row.setOutputTokens(item.outputTokens());
        row.setUplift(item.uplift());
        row.setUses(JSONB.valueOf(HeldPrices.uses(item.uses())));
        row.setState(PostgresBatches.OPEN);
        row.setStatus(0);
        return row;
    }

    HeldItem read(BatchItemRecord row) {
        return new HeldItem(
                row.getOrdinal(),
                row.getCustomId(),
                new CallId(row.getCallId()),
                row.getModel(),
                row.getUpstreamModel(),
                row.getPrice(),
                row.getInputTokens(),
                row.getOutputTokens(),
                row.getUplift(),
                HeldPrices.uses(row.getUses().data()),
                PostgresBatches.end(row.getState()));
    }

    byte @Nullable [] sealed(Batch batch, EndedItem item) {
        return item.body().length == 0 ? null : seal.sealBytes(binding(batch, item.ordinal()), keep, item.body());
    }

    /** What was forgotten, or sealed with a key that is gone, is there without its body. */
    EndedItem ended(Batch batch, BatchItemRecord row) {
        End end = Objects.requireNonNull(PostgresBatches.end(row.getState()));
        byte[] sealed = row.getSealed();
        byte[] body = sealed == null
                ? new byte[0]
                : seal.openBytes(sealed, binding(batch, row.getOrdinal())).orElse(new byte[0]);
        return new EndedItem(row.getOrdinal(), row.getCustomId(), end, row.getStatus(), body);
    }

    private static Binding binding(Batch batch, int ordinal) {
        return new Binding(Purpose.BATCH_RESULT, batch.owner(), "", batch.id() + "/" + ordinal);
    }
}
