package dev.portreeve.gateway.database;

import dev.portreeve.migrations.DatabaseLogin;
import dev.portreeve.policy.call.Secret;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Reads the URL of an outside PostgreSQL, in the form tools and platforms hand around or in the driver's own. */
final class DatabaseAddress {
    private static final String JDBC = "jdbc:postgresql:";

    private DatabaseAddress() {}

    /** @throws StartFailure not an address of a PostgreSQL; the message does not repeat it, because it holds a password */
    static DatabaseLogin login(String key, Secret url) {
        String text = url.reveal();
        boolean driverForm = text.startsWith(JDBC);
        try {
            URI uri = URI.create(driverForm ? text.substring("jdbc:".length()) : text);
            boolean postgres = "postgres".equals(uri.getScheme()) || "postgresql".equals(uri.getScheme());
            if (!postgres
                    || uri.getHost() == null
                    || uri.getPath() == null
                    || uri.getPath().length() < 2) {
                throw bad(key);
            }
            return login(uri);
        } catch (IllegalArgumentException malformed) {
            throw bad(key);
        }
    }

    private static DatabaseLogin login(URI uri) {
        String user = "";
        String password = "";
        if (uri.getRawUserInfo() != null) {
            String[] parts = uri.getRawUserInfo().split(":", 2);
            user = decode(parts[0]);
            password = parts.length == 2 ? decode(parts[1]) : "";
        }
        List<String> others = new ArrayList<>();
        for (String pair :
                uri.getRawQuery() == null ? new String[0] : uri.getRawQuery().split("&")) {
            if (pair.startsWith("user=")) {
                user = decode(pair.substring("user=".length()));
            } else if (pair.startsWith("password=")) {
                password = decode(pair.substring("password=".length()));
            } else {
                others.add(pair);
            }
        }
        String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
        String query = others.isEmpty() ? "" : "?" + String.join("&", others);
        return new DatabaseLogin(JDBC + "//" + uri.getHost() + port + uri.getRawPath() + query, user, password);
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    private static StartFailure bad(String key) {
        return new StartFailure(key + " is not of the form postgres://user:password@host:port/database", null);
    }
}
