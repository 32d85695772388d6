package dev.portreeve.gateway.database;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.portreeve.migrations.DatabaseLogin;
import dev.portreeve.policy.call.Secret;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseAddressTest {
    @ParameterizedTest
    @CsvSource({
        "postgres://app:p%40ss@db:5433/portreeve, jdbc:postgresql://db:5433/portreeve, app, p@ss",
        "postgresql://app@db/portreeve?sslmode=require, jdbc:postgresql://db/portreeve?sslmode=require, app, ''",
        "jdbc:postgresql://db:5432/portreeve?user=app&password=x&sslmode=require,"
                + " jdbc:postgresql://db:5432/portreeve?sslmode=require, app, x",
    })
    void every_common_form_is_read(String text, String url, String user, String password) {
        assertEquals(new DatabaseLogin(url, user, password), DatabaseAddress.login("database.url", new Secret(text)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"mysql://app:hunter2@db/x", "postgres://app:hunter2@db", "hunter2", "postgres://a b"})
    void anything_else_is_refused_without_being_repeated(String text) {
        StartFailure failure =
                assertThrows(StartFailure.class, () -> DatabaseAddress.login("database.url", new Secret(text)));
        assertEquals(
                "database.url is not of the form postgres://user:password@host:port/database", failure.getMessage());
    }

    @Test
    void the_role_is_taken_as_the_session_begins() {
        DatabaseLogin login = new DatabaseLogin("jdbc:postgresql://db/x?sslmode=require", "app", "pw");
        assertEquals(
                "jdbc:postgresql://db/x?sslmode=require&options=-c%20role%3Dportreeve_app",
                Database.appLogin(login).url());
    }
}
