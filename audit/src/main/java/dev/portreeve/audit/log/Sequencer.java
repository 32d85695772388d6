package dev.portreeve.audit.log;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives records their gap-free index and signs the heads of the trees they form, about once a second.
 *
 * <p>Each replica runs one; an advisory lock elects which of them works. It takes records in commit order, only from
 * transactions before which none can still commit. A tenant whose database contradicts a head that was signed before (the
 * restored backup, the edited row) gets neither indexes nor signatures until that is put right; the others go on.
 *
 * <p>{@link #run} is for a thread of its own; {@link #runOnce} is one turn of it. Thread-safe.
 */
public final class Sequencer implements Runnable, AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(Sequencer.class);
    private static final int BATCH = 4096;
    private static final int TURNS_BEFORE_LOOKING_AGAIN = 60;

    /** Where a turn may end by a crash: tests end it there. */
    enum Step {
        SEQUENCED,
        KEPT,
        SIGNED,
        INSTANCE_KEPT,
        INSTANCE_SIGNED
    }

    /** Called after each step. */
    interface Steps {
        void done(Step step);
    }

    private final DataSource database;
    private final LogSigner signer;
    private final KeptHeads heads;
    private final Duration period;
    private final Steps steps;
    private final HeadSigning signing;
    private final ReentrantLock turn = new ReentrantLock();
    private final CountDownLatch closing = new CountDownLatch(1);

    private @Nullable SequencerSession session;
    private final Map<String, TenantTree> trees = new HashMap<>();
    private volatile Map<String, String> problems = Map.of();
    private volatile @Nullable String failure;
    private long txid;
    private long position;
    /** Whether records after the place reached may have their index already. */
    private boolean catchingUp;

    private int turnsWithProblems;

    /**
     * @param database opens one unpooled connection, kept while this replica is the elected one
     * @param heads where the last signed heads are kept outside the database
     * @param period between two turns
     */
    public Sequencer(DataSource database, LogSigner signer, KeptHeads heads, Duration period) {
        this(database, signer, heads, period, step -> {});
    }

    Sequencer(DataSource database, LogSigner signer, KeptHeads heads, Duration period, Steps steps) {
        this.database = database;
        this.signer = signer;
        this.heads = heads;
        this.period = period;
        this.steps = steps;
        this.signing = new HeadSigning(signer, heads, steps, this::refuse);
    }

    /** Turns until closed. A turn that fails is logged and begun anew; blocks. */
    @Override
    public void run() {
        try {
            while (!closing.await(period.toNanos(), TimeUnit.NANOSECONDS)) {
                tryOnce();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void tryOnce() {
        try {
            runOnce();
            failure = null;
        } catch (SQLException | IOException | RuntimeException e) {
            if (failure == null) {
                LOGGER.warn("the audit log could not be sequenced, trying again: {}", e.toString());
            }
            failure = "records get no index and no signature at the moment: "
                    + e.getClass().getSimpleName();
        }
    }

    /**
     * One turn: sequences all there is and signs what grew. Returns how many records got an index; zero also if another
     * replica is the elected one.
     */
    public int runOnce() throws SQLException, IOException {
        turn.lock();
        boolean well = false;
        try {
            int sequenced = elected() ? sequence(session()) : 0;
            well = true;
            return sequenced;
        } finally {
            if (!well) {
                resign();
            }
            turn.unlock();
        }
    }

    private SequencerSession session() {
        SequencerSession elected = session;
        if (elected == null) {
            throw new IllegalStateException("this replica is not the elected sequencer");
        }
        return elected;
    }

    private boolean elected() throws SQLException {
        if (session == null) {
            session = SequencerSession.elect(database);
            if (session != null) {
                look(session);
            }
        } else if (!problems.isEmpty() && ++turnsWithProblems >= TURNS_BEFORE_LOOKING_AGAIN) {
            look(session);
        }
        return session != null;
    }

    /** Starts from nothing but what the database and the kept heads say. */
    private void look(SequencerSession elected) throws SQLException {
        trees.clear();
        problems = Map.of();
        turnsWithProblems = 0;
        txid = elected.firstUnfinished();
        position = -1;
        catchingUp = true;
        TreeSet<String> tenants = new TreeSet<>(elected.sequencedTenants());
        try {
            tenants.addAll(heads.tenants());
        } catch (IOException | IllegalArgumentException e) {
            LOGGER.warn("cannot list the kept heads of the audit log: {}", e.toString());
        }
        tenants.add(TenantName.NONE);
        for (String tenant : tenants) {
            tree(elected, tenant);
        }
        elected.commit();
    }

    private @Nullable TenantTree tree(SequencerSession elected, String tenant) throws SQLException {
        TenantTree known = trees.get(tenant);
        if (known != null || problems.containsKey(tenant)) {
            return known;
        }
        try {
            TenantTree loaded = TenantTree.load(tenant, elected, heads, signer.verifierKey());
            trees.put(tenant, loaded);
            return loaded;
        } catch (TenantTree.Inconsistent | IOException e) {
            refuse(tenant, String.valueOf(e.getMessage()));
            return null;
        }
    }

    private void refuse(String tenant, String problem) {
        LOGGER.error("the audit log of {} is not signed any more: {}", described(tenant), problem);
        trees.remove(tenant);
        Map<String, String> more = new TreeMap<>(problems);
        more.put(tenant, problem);
        problems = Map.copyOf(more);
    }

    private static String described(String tenant) {
        return tenant.equals(TenantName.NONE) ? "all tenants' heads" : "tenant \"" + tenant + "\"";
    }

    private int sequence(SequencerSession elected) throws SQLException {
        int sequenced = 0;
        boolean more = true;
        while (more) {
            List<SequencerSession.Unsequenced> batch = elected.next(txid, position, catchingUp, passedOver(), BATCH);
            sequenced += number(elected, batch);
            steps.done(Step.SEQUENCED);
            signing.sign(elected, trees);
            if (!batch.isEmpty()) {
                txid = batch.getLast().txid();
                position = batch.getLast().position();
            }
            more = batch.size() == BATCH && closing.getCount() > 0;
            catchingUp &= batch.size() == BATCH;
        }
        return sequenced;
    }

    /** Records of these tenants get no index now. Nobody's name is that of no tenant, so such a row was put in by hand. */
    private Set<String> passedOver() {
        Set<String> tenants = new HashSet<>(problems.keySet());
        tenants.add(TenantName.NONE);
        return tenants;
    }

    /** The trees grow before the rows are committed: if that fails, the trees are forgotten and read anew. */
    private int number(SequencerSession elected, List<SequencerSession.Unsequenced> batch) throws SQLException {
        List<SequencerSession.Sequenced> numbered = new ArrayList<>(batch.size());
        List<SequencerSession.Node> nodes = new ArrayList<>();
        for (SequencerSession.Unsequenced record : batch) {
            String tenant = record.tenant();
            TenantTree tree = tree(elected, tenant);
            if (tree != null) {
                numbered.add(new SequencerSession.Sequenced(tenant, tree.size(), record.id(), record.leafHash()));
                tree.append(
                        record.leafHash(),
                        (level, index, root) -> nodes.add(new SequencerSession.Node(tenant, level, index, root)));
            }
        }
        if (!numbered.isEmpty()) {
            elected.insert(numbered);
            elected.insertNodes(nodes);
        }
        elected.commit();
        return numbered.size();
    }

    private void resign() {
        SequencerSession lost = session;
        session = null;
        trees.clear();
        if (lost != null) {
            try {
                lost.close();
            } catch (SQLException e) {
                LOGGER.debug("the sequencer's connection was gone already: {}", e.toString());
            }
        }
    }

    /** What keeps this replica from signing, for a health check; {@code null} if nothing does. */
    public @Nullable String problem() {
        Map<String, String> refused = problems;
        if (!refused.isEmpty()) {
            Map.Entry<String, String> first = refused.entrySet().iterator().next();
            return described(first.getKey()) + ": " + first.getValue();
        }
        return failure;
    }

    /** How each tenant's log stands, for a page; asks the database over a connection of its own. Blocks. */
    public List<AuditStatus> statuses() throws SQLException {
        Map<String, String> refused = problems;
        TreeSet<String> tenants = new TreeSet<>(refused.keySet());
        try (Connection connection = database.getConnection()) {
            tenants.addAll(LogTables.tenants(connection, LogTables.SEQUENCE));
            List<AuditStatus> statuses = new ArrayList<>();
            for (String tenant : tenants) {
                LogTables.Extent extent = LogTables.extent(connection, tenant);
                statuses.add(
                        new AuditStatus(tenant, extent.size(), checkpoint(extent.lastNote()), refused.get(tenant)));
            }
            return statuses;
        }
    }

    private static @Nullable Checkpoint checkpoint(@Nullable String note) {
        try {
            return note == null ? null : Checkpoint.parse(SignedNote.parse(note).text());
        } catch (IllegalArgumentException e) {
            // Somebody changed it: the verification says so, a list of states need not fail on it.
            return null;
        }
    }

    /** Ends {@link #run} and gives the election to another replica; waits for a turn under way. */
    @Override
    public void close() {
        closing.countDown();
        turn.lock();
        try {
            resign();
        } finally {
            turn.unlock();
        }
    }
}
