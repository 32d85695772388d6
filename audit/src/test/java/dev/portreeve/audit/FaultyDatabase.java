package dev.portreeve.audit;

import java.io.PrintWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Logger;
import javax.sql.DataSource;

/** A real database whose line fails when a test wants it to. */
public final class FaultyDatabase implements DataSource {
    /** What happens to a commit. */
    public enum Fault {
        NONE,
        /** The line breaks before the commit is sent. */
        LOST_BEFORE,
        /** The commit happens, its answer is lost. */
        LOST_AFTER,
        /** The line breaks, and the commit happens a moment later all the same. */
        LOST_THEN_COMMITTED
    }

    private final DataSource database;
    private final Queue<Fault> commits = new ArrayDeque<>();
    private final Set<Connection> open = ConcurrentHashMap.newKeySet();
    private final Set<Connection> broken = ConcurrentHashMap.newKeySet();
    private final CountDownLatch late = new CountDownLatch(1);
    private boolean down;

    public FaultyDatabase(DataSource database) {
        this.database = database;
    }

    /** The next commits end so; the ones after them well. */
    public synchronized void commits(Fault... faults) {
        commits.addAll(List.of(faults));
    }

    /** Cuts all lines and takes no new one. */
    public synchronized void down() throws SQLException {
        down = true;
        for (Connection connection : open) {
            connection.abort(Runnable::run);
        }
        open.clear();
    }

    /** Lets the commits happen whose line broke before. */
    public void commitLate() {
        late.countDown();
    }

    public synchronized void up() {
        down = false;
    }

    private synchronized Fault nextCommit() {
        return commits.isEmpty() ? Fault.NONE : commits.remove();
    }

    @Override
    public Connection getConnection() throws SQLException {
        Connection connection = database.getConnection();
        synchronized (this) {
            if (down) {
                connection.close();
                throw new SQLException("nobody listens there", "08001");
            }
            open.add(connection);
        }
        return (Connection) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    try {
                        if (broken.contains(connection)) {
                            if (method.getName().equals("close")) {
                                return null;
                            }
                            throw lost();
                        }
                        if (method.getName().equals("commit")) {
                            commit(connection, connection::commit);
                            return null;
                        }
                        Object made = method.invoke(connection, arguments);
                        return made instanceof PreparedStatement statement
                                        && String.valueOf(arguments[0]).endsWith("COMMIT")
                                ? committing(connection, statement)
                                : made;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    /** What commits: a call of the driver, or a statement that ends with it. */
    private interface Commit {
        void run() throws SQLException;
    }

    private PreparedStatement committing(Connection connection, PreparedStatement statement) {
        return (PreparedStatement) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {PreparedStatement.class}, (proxy, method, arguments) -> {
                    try {
                        if (method.getName().equals("execute")) {
                            commit(connection, statement::execute);
                            return true;
                        }
                        // A statement that commits late is still needed then.
                        return broken.contains(connection) && method.getName().equals("close")
                                ? null
                                : method.invoke(statement, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private void commit(Connection connection, Commit commit) throws SQLException {
        switch (nextCommit()) {
            case NONE -> commit.run();
            case LOST_BEFORE -> {
                connection.abort(Runnable::run);
                throw lost();
            }
            case LOST_AFTER -> {
                commit.run();
                connection.abort(Runnable::run);
                throw lost();
            }
            case LOST_THEN_COMMITTED -> {
                broken.add(connection);
                Thread.ofVirtual().start(() -> {
                    try {
                        late.await();
                        commit.run();
                    } catch (SQLException | InterruptedException e) {
                        throw new AssertionError(e);
                    }
                });
                throw lost();
            }
        }
    }

    private static SQLException lost() {
        return new SQLException("the line broke", "08006");
    }

    @Override
    public Connection getConnection(String user, String password) {
        throw new UnsupportedOperationException();
    }

    @Override
    public PrintWriter getLogWriter() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void setLogWriter(PrintWriter out) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void setLoginTimeout(int seconds) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int getLoginTimeout() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Logger getParentLogger() {
        throw new UnsupportedOperationException();
    }

    @Override
    public <T> T unwrap(Class<T> type) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        return false;
    }
}
