package dev.portreeve.gateway.http;

import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;

/** What load balancers ask. */
final class Health {
    private static final byte[] UP = "{\"status\":\"UP\"}".getBytes(StandardCharsets.UTF_8);
    private static final byte[] DOWN = "{\"status\":\"DOWN\"}".getBytes(StandardCharsets.UTF_8);

    private Health() {}

    static void send(ServerResponse response, boolean up) {
        response.status(up ? Status.OK_200 : Status.SERVICE_UNAVAILABLE_503);
        response.headers().set(HeaderValues.CONTENT_TYPE_JSON);
        response.headers().set(Names.NO_STORE);
        response.send(up ? UP : DOWN);
    }
}
