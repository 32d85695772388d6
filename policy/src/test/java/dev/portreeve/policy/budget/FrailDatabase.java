package dev.portreeve.policy.budget;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;

/** A database as somebody sees it whose line is bad, such as a replica's journal: its next commit may go wrong in one of the ways a line or a server can. */
public final class FrailDatabase {
    private static final Duration SLOW = Duration.ofMillis(150);

    private final DataSource database;
    private final AtomicReference<Fault> next = new AtomicReference<>();

    /** What becomes of a commit. */
    public enum Fault {
        /** The line breaks before the server has heard of it. */
        CUT_BEFORE,
        /** The server commits, and the line breaks before its answer. */
        CUT_AFTER,
        /** It takes its time. */
        SLOW
    }

    public FrailDatabase(DataSource database) {
        this.database = database;
    }

    public void breakNext(Fault fault) {
        next.set(fault);
    }

    public DataSource dataSource() {
        return (DataSource) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {DataSource.class}, (proxy, method, arguments) -> {
                    Object made = invoke(() -> method.invoke(database, arguments));
                    return made instanceof Connection connection ? frail(connection) : made;
                });
    }

    private Connection frail(Connection connection) {
        return (Connection) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("commit")) {
                        return commit(connection, () -> method.invoke(connection, arguments));
                    }
                    Object made = invoke(() -> method.invoke(connection, arguments));
                    boolean commits = made instanceof PreparedStatement
                            && String.valueOf(arguments[0]).endsWith("COMMIT");
                    return commits ? committing(connection, (PreparedStatement) made) : made;
                });
    }

    private PreparedStatement committing(Connection connection, PreparedStatement statement) {
        return (PreparedStatement) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {PreparedStatement.class}, (proxy, method, arguments) -> {
                    boolean commits = method.getName().equals("execute");
                    return commits
                            ? commit(connection, () -> method.invoke(statement, arguments))
                            : invoke(() -> method.invoke(statement, arguments));
                });
    }

    /** What reflection calls. */
    private interface Invocation {
        Object run() throws ReflectiveOperationException;
    }

    private Object commit(Connection connection, Invocation commit) throws Throwable {
        switch (next.getAndSet(null)) {
            case null -> {
                return invoke(commit);
            }
            case CUT_BEFORE -> {
                connection.abort(Runnable::run);
                throw new SQLException("the line broke", "08006");
            }
            case CUT_AFTER -> {
                Object ignored = invoke(commit);
                connection.abort(Runnable::run);
                throw new SQLException("the line broke", "08006");
            }
            case SLOW -> {
                Thread.sleep(SLOW);
                return invoke(commit);
            }
        }
    }

    private static Object invoke(Invocation call) throws Throwable {
        try {
            return call.run();
        } catch (InvocationTargetException thrown) {
            throw thrown.getCause();
        }
    }
}
