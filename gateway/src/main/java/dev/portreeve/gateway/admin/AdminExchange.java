package dev.portreeve.gateway.admin;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One request on the admin listener and its answer; used by the request's own thread. */
final class AdminExchange {
    private static final String BEARER = "bearer ";
    private static final int MAX_FORM_FIELDS = 512;
    private final ServerRequest request;
    private final ServerResponse response;
    private final int maxBodyBytes;

    AdminExchange(ServerRequest request, ServerResponse response, int maxBodyBytes) {
        this.request = request;
        this.response = response;
        this.maxBodyBytes = maxBodyBytes;
    }

    @Nullable
    String header(HeaderName name) {
        return request.headers().first(name).orElse(null);
    }

    @Nullable
    String bearer() {
        String value = header(HeaderNames.AUTHORIZATION);
        boolean bearer = value != null && value.regionMatches(true, 0, BEARER, 0, BEARER.length());
        return value != null && bearer ? value.substring(BEARER.length()).strip() : null;
    }

    String path(String parameter) {
        return request.path().pathParameters().get(parameter);
    }

    boolean hasPath(String parameter) {
        return request.path().pathParameters().contains(parameter);
    }

    @Nullable
    String query(String name) {
        return request.query().contains(name) ? request.query().get(name) : null;
    }

    @Nullable
    String cookie(String name) {
        return request.headers().cookies().contains(name)
                ? request.headers().cookies().get(name)
                : null;
    }

    /** @throws AdminRefusal larger than the limit */
    byte[] body() {
        if (!request.content().hasEntity()) {
            return new byte[0];
        }
        try (InputStream in = request.content().inputStream()) {
            byte[] body = in.readNBytes(maxBodyBytes + 1);
            if (body.length > maxBodyBytes) {
                throw new AdminRefusal(Problem.tooLarge(maxBodyBytes));
            }
            return body;
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }

    /** The fields of a posted form. */
    Map<String, String> form() {
        String type = header(HeaderNames.CONTENT_TYPE);
        if (type == null || !type.startsWith("application/x-www-form-urlencoded")) {
            throw new AdminRefusal(Problem.badRequest("this address takes a form"));
        }
        return form(body());
    }

    /** The fields of a form that was read already. */
    static Map<String, String> form(byte[] body) {
        Map<String, String> fields = new HashMap<>();
        for (String pair : new String(body, StandardCharsets.US_ASCII).split("&", MAX_FORM_FIELDS)) {
            int split = pair.indexOf('=');
            if (split > 0) {
                fields.put(decode(pair.substring(0, split)), decode(pair.substring(split + 1)));
            }
        }
        return fields;
    }

    /** Refuses what another site's page sent: browsers say in Origin and Sec-Fetch-Site where a form was. */
    void requireSameOrigin() {
        String origin = header(HeaderNames.ORIGIN);
        String site = header(HeaderNames.create("Sec-Fetch-Site"));
        boolean foreignSite = site != null && !site.equals("same-origin") && !site.equals("none");
        if (foreignSite || (origin != null && !request.authority().equals(authority(origin)))) {
            throw new AdminRefusal(Problem.forbidden("this form was sent by another site"));
        }
    }

    String host() {
        return request.authority();
    }

    void json(int status, byte[] body) {
        response.status(status)
                .header(HeaderNames.CONTENT_TYPE, "application/json")
                .send(body);
    }

    void bytes(String type, byte[] body) {
        response.status(200).header(HeaderNames.CONTENT_TYPE, type).send(body);
    }

    void html(int status, Html page) {
        asset(status, "text/html; charset=utf-8", page.markup());
    }

    void asset(int status, String type, String text) {
        response.status(status).header(HeaderNames.CONTENT_TYPE, type).send(text.getBytes(StandardCharsets.UTF_8));
    }

    void empty(int status) {
        response.status(status).send();
    }

    void noContent() {
        response.status(204).send();
    }

    /** Sends a browser on after a form, so that a reload does not send it again. */
    void seeOther(String path) {
        response.status(303).header(HeaderNames.LOCATION, path).send();
    }

    void setCookie(String cookie) {
        response.header(HeaderNames.SET_COOKIE, cookie);
    }

    private static @Nullable String authority(String origin) {
        try {
            return URI.create(origin).getAuthority();
        } catch (IllegalArgumentException notOne) {
            return null;
        }
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException malformed) {
            throw new AdminRefusal(Problem.badRequest("the form is not encoded as one"));
        }
    }
}
