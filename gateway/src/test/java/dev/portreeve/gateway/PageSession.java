package dev.portreeve.gateway;

import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A browser that is signed in to the admin page.
 *
 * @param cookie what it sends
 * @param csrf what the page's forms carry
 */
record PageSession(GatewayFixture fixture, String cookie, String csrf) {
    private static final Pattern CSRF = Pattern.compile("name=\"csrf\" value=\"([^\"]+)\"");

    static PageSession signIn(GatewayFixture fixture) {
        String code = fixture.gateway.newAdminLink().getQuery().substring("code=".length());
        HttpResponse<String> answer = form(fixture, "/login", "code=" + code);
        String cookie = answer.headers().firstValue("set-cookie").orElseThrow().split(";", 2)[0];
        String page = fixture.send("GET", "/", "", "Cookie", cookie).body();
        Matcher matcher = CSRF.matcher(page);
        if (!matcher.find()) {
            throw new AssertionError("the page has no form: " + page);
        }
        return new PageSession(fixture, cookie, matcher.group(1));
    }

    String page() {
        return fixture.send("GET", "/", "", "Cookie", cookie).body();
    }

    /** Sends a form with the session's cookie. */
    HttpResponse<String> submit(String path, String fields, String... headers) {
        String[] all = new String[headers.length + 2];
        all[0] = "Cookie";
        all[1] = cookie;
        System.arraycopy(headers, 0, all, 2, headers.length);
        return form(fixture, path, fields, all);
    }

    static HttpResponse<String> form(GatewayFixture fixture, String path, String fields, String... headers) {
        String[] all = new String[headers.length + 2];
        all[0] = "Content-Type";
        all[1] = "application/x-www-form-urlencoded";
        System.arraycopy(headers, 0, all, 2, headers.length);
        return fixture.send("POST", path, fields, all);
    }

    static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
