package dev.portreeve.gateway.file;

import dev.portreeve.gateway.file.StoredFile.Purpose;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Files in memory; can be out of order. */
public final class InMemoryFiles implements StoredFiles {
    private final Map<String, Kept> files = new ConcurrentHashMap<>();
    private final Set<String> once = ConcurrentHashMap.newKeySet();
    private final FileRoom room;
    private final InstantSource clock;
    private volatile boolean broken;

    private record Kept(StoredFile file, boolean arrived, byte[] content) {}

    public InMemoryFiles(FileRoom room, InstantSource clock) {
        this.room = room;
        this.clock = clock;
    }

    /** From now on nothing is stored or found. */
    public void breakDown() {
        broken = true;
    }

    private void requireOrder() {
        if (broken) {
            throw new Unavailable(new IllegalStateException("the test wanted this"));
        }
    }

    private List<Kept> of(String tenant) {
        return files.values().stream()
                .filter(kept -> kept.file().tenant().equals(tenant)
                        && kept.file().expiresAt().isAfter(clock.instant()))
                .toList();
    }

    private static long room(Kept kept) {
        return kept.file().bytes() == Long.MAX_VALUE ? 0 : kept.file().bytes();
    }

    @Override
    public synchronized Begun begin(String tenant, String member, Purpose purpose, long most) {
        requireOrder();
        List<Kept> all = of(tenant);
        long bytes = all.stream().mapToLong(InMemoryFiles::room).sum();
        long own = all.stream()
                .filter(kept -> kept.file().member().equals(member))
                .mapToLong(InMemoryFiles::room)
                .sum();
        if (all.size() >= room.maxFiles()) {
            return new Begun.NoRoom("no more than " + room.maxFiles() + " files");
        }
        if (bytes + most > room.maxBytes() || own + most > room.maxBytesPerMember()) {
            return new Begun.NoRoom("no more bytes");
        }
        String id = "file-" + UUID.randomUUID().toString().replace("-", "");
        return new Begun.Arriving(arriving(tenant, member, purpose, id, most));
    }

    @Override
    public synchronized Once beginOnce(String tenant, String member, Purpose purpose, String id) {
        requireOrder();
        Kept there = files.get(id);
        if (once.contains(id) || (there != null && there.arrived())) {
            return new Once.Before();
        }
        return there == null
                ? new Once.First(arriving(tenant, member, purpose, id, Long.MAX_VALUE))
                : new Once.Underway();
    }

    private IncomingFile arriving(String tenant, String member, Purpose purpose, String id, long most) {
        Instant now = clock.instant();
        StoredFile begun =
                new StoredFile(tenant, member, id, "", purpose, most, 0, now, now.plus(Duration.ofMinutes(1)));
        files.put(id, new Kept(begun, false, new byte[0]));
        return new Incoming(begun);
    }

    private final class Incoming implements IncomingFile {
        private final StoredFile begun;
        private final ByteArrayOutputStream content = new ByteArrayOutputStream();
        private boolean kept;

        Incoming(StoredFile begun) {
            this.begun = begun;
        }

        @Override
        public String id() {
            return begun.id();
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            requireOrder();
            if (length > begun.bytes() - content.size()) {
                throw new IllegalStateException("too much");
            }
            content.write(bytes, offset, length);
        }

        @Override
        public StoredFile keep(String name, long lines, Duration life) {
            requireOrder();
            Instant now = clock.instant();
            StoredFile file = new StoredFile(
                    begun.tenant(),
                    begun.member(),
                    begun.id(),
                    name,
                    begun.purpose(),
                    content.size(),
                    lines,
                    now,
                    now.plus(life));
            files.put(file.id(), new Kept(file, true, content.toByteArray()));
            kept = true;
            return file;
        }

        @Override
        public void close() {
            if (!kept) {
                files.remove(begun.id());
            }
        }
    }

    @Override
    public Optional<StoredFile> find(String tenant, String member, String id) {
        requireOrder();
        return of(tenant).stream()
                .filter(Kept::arrived)
                .map(Kept::file)
                .filter(file -> file.member().equals(member) && file.id().equals(id))
                .findFirst();
    }

    @Override
    public Page list(String tenant, String member, Asked asked) {
        requireOrder();
        Comparator<StoredFile> order =
                Comparator.comparing(StoredFile::createdAt).thenComparing(StoredFile::id);
        Comparator<StoredFile> wanted = asked.ascending() ? order : order.reversed();
        @Nullable
        StoredFile after = asked.after() == null
                ? null
                : find(tenant, member, asked.after()).orElse(null);
        List<StoredFile> found = of(tenant).stream()
                .filter(Kept::arrived)
                .map(Kept::file)
                .filter(file -> file.member().equals(member))
                .filter(file -> asked.purpose() == null || file.purpose() == asked.purpose())
                .sorted(wanted)
                .filter(file -> after == null || wanted.compare(file, after) > 0)
                .limit(asked.limit() + 1L)
                .toList();
        boolean more = found.size() > asked.limit();
        return new Page(more ? found.subList(0, asked.limit()) : found, more);
    }

    @Override
    public InputStream open(StoredFile file) {
        requireOrder();
        Kept kept = files.get(file.id());
        if (kept == null) {
            return new InputStream() {
                @Override
                public int read() throws IOException {
                    throw new IOException("gone");
                }
            };
        }
        return new ByteArrayInputStream(kept.content());
    }

    @Override
    public boolean delete(String tenant, String member, String id) {
        Optional<StoredFile> found = find(tenant, member, id);
        found.filter(file -> file.purpose() == Purpose.BATCH_OUTPUT).ifPresent(file -> once.add(id));
        return found.map(file -> files.remove(id)).isPresent();
    }

    @Override
    public int sweep() {
        requireOrder();
        int before = files.size();
        files.values().removeIf(kept -> !kept.file().expiresAt().isAfter(clock.instant()));
        return before - files.size();
    }
}
