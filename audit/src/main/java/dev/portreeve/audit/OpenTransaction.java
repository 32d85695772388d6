package dev.portreeve.audit;

import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The journal's transaction of one batch, as the books see it, and what they left to be done. Writer thread only. */
final class OpenTransaction implements Transaction {
    private final Connection connection;
    private final List<Left> left = new ArrayList<>();
    private final List<Runnable> afterCommit = new ArrayList<>();
    private @Nullable String xid;
    private boolean guessed;

    OpenTransaction(Connection connection) {
        this.connection = connection;
    }

    /** A statement for the last round trip. */
    record Left(String sql, Transaction.Parameters parameters) {}

    @Override
    public Connection connection() {
        return connection;
    }

    @Override
    public void atLast(String sql, Parameters parameters) {
        left.add(new Left(sql, parameters));
    }

    @Override
    public void identify(String id) {
        xid = id;
    }

    @Override
    public void guess() {
        guessed = true;
    }

    @Override
    public void afterCommit(Runnable action) {
        afterCommit.add(action);
    }

    /** The statements for the last round trip, in their order. */
    List<Left> left() {
        return left;
    }

    /** Its id, if a book learned it. */
    @Nullable
    String xid() {
        return xid;
    }

    /** Whether it rests on a guess, so that its failure says nothing of what is in it. */
    boolean guessed() {
        return guessed;
    }

    /** Does what was left for the time after the commit. */
    void committed() {
        afterCommit.forEach(Runnable::run);
    }
}
