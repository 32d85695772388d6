package dev.portreeve.gateway.admin;

import dev.portreeve.gateway.config.HostPort;
import dev.portreeve.gateway.config.LimitsConfig;
import dev.portreeve.gateway.config.ServerConfig;
import io.helidon.webserver.http.HttpRouting;
import java.net.URI;
import java.time.InstantSource;

/** Everything the admin listener answers: the API for programs and the page for people. Thread-safe. */
public final class AdminEdge {
    /** As records name it. */
    private static final String DOOR = "admin";

    private final AdminRoutes routes;
    private final AdminApi api;
    private final AdminPage page;

    public AdminEdge(
            ServerConfig server, LimitsConfig limits, AdminAccess access, AdminServices services, InstantSource clock) {
        AdminJson json = new AdminJson();
        this.routes = new AdminRoutes(
                access,
                new HostAllowList(server),
                json,
                limits.maxAdminBodyBytes(),
                reason -> services.keys().refusedElsewhere(reason, DOOR));
        this.api = new AdminApi(services, access, json, clock);
        this.page = new AdminPage(services, access, isSecure(server));
    }

    /** Adds the routes to the listener's routing. */
    public void register(HttpRouting.Builder routing) {
        routes.surround(routing);
        api.register(routes, routing);
        page.register(routes, routing);
    }

    /** Where a browser uses up a one-time code. */
    public static URI link(URI base, String code) {
        return base.resolve("/login?code=" + code);
    }

    /** How operators reach the admin listener: the configured way, or directly. */
    public static URI base(ServerConfig server, HostPort listening) {
        URI configured = server.adminPublicUrl();
        String host =
                listening.host().equals("0.0.0.0") || listening.host().equals("::") ? "127.0.0.1" : listening.host();
        return configured == null ? URI.create("http://" + new HostPort(host, listening.port())) : configured;
    }

    private static boolean isSecure(ServerConfig server) {
        URI url = server.adminPublicUrl();
        return url != null && "https".equals(url.getScheme());
    }
}
