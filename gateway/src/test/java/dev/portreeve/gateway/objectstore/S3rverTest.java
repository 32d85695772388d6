package dev.portreeve.gateway.objectstore;

import dev.portreeve.gateway.http.NodeSdk;
import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** The client against somebody else's store, which checks every signature. It knows neither locks nor conditions of a put. */
class S3rverTest extends ObjectStoreContract {
    private static NodeSdk.@Nullable Server server;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        server = NodeSdk.install("@20minutes/s3rver", "4.0.4", "s3/server.mjs")
                .serve(folder.toAbsolutePath().toString());
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    @Override
    URI endpoint() {
        return URI.create("http://127.0.0.1:" + (server == null ? 0 : server.port()));
    }

    @Override
    String keyId() {
        return "S3RVER";
    }

    @Override
    String secret() {
        return "S3RVER";
    }
}
