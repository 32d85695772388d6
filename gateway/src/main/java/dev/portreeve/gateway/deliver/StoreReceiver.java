package dev.portreeve.gateway.deliver;

import dev.portreeve.audit.deliver.Batch;
import dev.portreeve.audit.deliver.BundleReceiver;
import dev.portreeve.audit.deliver.FolderReceiver;
import dev.portreeve.audit.deliver.NotTaken;
import dev.portreeve.audit.deliver.Receiver;
import dev.portreeve.audit.export.RecordFormat;
import dev.portreeve.gateway.config.DeliveryConfig;
import dev.portreeve.gateway.objectstore.ObjectStore;
import dev.portreeve.gateway.objectstore.ObjectStoreFailure;
import dev.portreeve.gateway.objectstore.PutTerms;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * Puts each batch into a bucket as one object, named as files are. A batch that comes again takes the place of what it put
 * before: it begins with the same records, and may have more.
 */
final class StoreReceiver implements Receiver, BundleReceiver {
    private final ObjectStore store;
    private final DeliveryConfig.Bucket config;
    private final RecordFormat format;
    private final InstantSource clock;

    StoreReceiver(DeliveryConfig.Bucket config, RecordFormat format, InstantSource clock) {
        this.store = ObjectStore.open(config.store(), clock);
        this.config = config;
        this.format = format;
        this.clock = clock;
    }

    @Override
    public void take(Batch batch) throws NotTaken {
        try {
            ObjectStore.Put ignored = store.put(
                    config.prefix() + FolderReceiver.name(batch, format),
                    FolderReceiver.content(batch, format),
                    format == RecordFormat.CSV ? "text/csv" : "application/octet-stream",
                    new PutTerms(false, lock()));
        } catch (ObjectStoreFailure failed) {
            throw new NotTaken(NotTaken.Way.AGAIN, String.valueOf(failed.getMessage()), failed);
        }
    }

    @Override
    public void put(String name, Path bundle) throws NotTaken {
        try (InputStream in = Files.newInputStream(bundle)) {
            ObjectStore.Put ignored =
                    store.upload(config.prefix() + name, in, "application/zip", new PutTerms(false, lock()));
        } catch (ObjectStoreFailure failed) {
            throw new NotTaken(NotTaken.Way.AGAIN, String.valueOf(failed.getMessage()), failed);
        } catch (IOException unreadable) {
            throw new NotTaken(NotTaken.Way.AGAIN, "the bundle that was made cannot be read again", unreadable);
        }
    }

    private PutTerms.@Nullable Lock lock() {
        DeliveryConfig.Bucket.Lock lock = config.lock();
        return lock == null
                ? null
                : new PutTerms.Lock(
                        PutTerms.Lock.Mode.valueOf(lock.name()), clock.instant().plus(config.lockFor()));
    }

    @Override
    public String kind() {
        return "s3";
    }

    @Override
    public String format() {
        return format.code();
    }

    @Override
    public void close() {
        store.close();
    }
}
