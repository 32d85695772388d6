package dev.portreeve.gateway.http;

import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** What load balancers ask: the status tells, and {@code "UP"} stays in the body of whoever serves calls. */
final class Health {
    private Health() {}

    static void send(ServerResponse response, Readiness readiness) {
        response.status(readiness.isUp() ? Status.OK_200 : Status.SERVICE_UNAVAILABLE_503);
        response.headers().set(HeaderValues.CONTENT_TYPE_JSON);
        response.headers().set(Names.NO_STORE);
        response.send(body(readiness).getBytes(StandardCharsets.UTF_8));
    }

    private static String body(Readiness readiness) {
        return "{\"status\":\"" + (readiness.isUp() ? "UP" : "DOWN") + '"' + names("down", readiness.down())
                + names("degraded", readiness.degraded()) + '}';
    }

    private static String names(String member, List<String> names) {
        return names.isEmpty() ? "" : ",\"" + member + "\":[\"" + String.join("\",\"", names) + "\"]";
    }
}
