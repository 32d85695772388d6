package dev.portreeve.migrations;

import java.util.Objects;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** Where a database is and who logs in. Prints without its password. */
public record DatabaseLogin(String url, String user, String password) {
    public DatabaseLogin {
        Objects.requireNonNull(url, "url");
        Objects.requireNonNull(user, "user");
        Objects.requireNonNull(password, "password");
    }

    /** A source that opens a new connection at each request, without a pool: for migrations and for tests. */
    public DataSource dataSource() {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(url);
        source.setUser(user);
        source.setPassword(password);
        return source;
    }

    @Override
    public String toString() {
        return user + "@" + url;
    }
}
