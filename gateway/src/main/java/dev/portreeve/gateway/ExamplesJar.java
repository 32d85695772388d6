package dev.portreeve.gateway;

import dev.portreeve.gateway.cli.CliFailure;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Finds the sample tool server that the demo puts behind the gate; it is a program of its own. */
final class ExamplesJar {
    private static final String NAME = "portreeve-examples.jar";
    private static final String VARIABLE = "PORTREEVE_EXAMPLES";

    private ExamplesJar() {}

    /**
     * The class path of the examples: what the variable says, or the jar where the build puts it, or one beside our own.
     *
     * @throws CliFailure there is none
     */
    static String classPath(Function<String, @Nullable String> environment) {
        String given = environment.apply(VARIABLE);
        if (given != null && !given.isEmpty()) {
            return given;
        }
        Path target = own().toAbsolutePath().getParent();
        if (target != null) {
            List<Path> places = List.of(
                    target.resolve("../../examples/agents/target/" + NAME),
                    target.resolve(NAME),
                    target.resolve("examples/" + NAME));
            for (Path place : places) {
                if (Files.exists(place)) {
                    return place.normalize().toString();
                }
            }
        }
        throw new CliFailure(
                CliFailure.USAGE,
                "the demo's sample tool server is not built: run ./build -q -DskipTests -pl examples/agents -am package, or set "
                        + VARIABLE + " to " + NAME);
    }

    private static Path own() {
        try {
            URI location = ExamplesJar.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI();
            return Path.of(location);
        } catch (URISyntaxException odd) {
            throw new IllegalStateException("the program does not know where it is", odd);
        }
    }
}
