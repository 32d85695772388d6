package dev.portreeve.gateway.scenario;

import dev.portreeve.gateway.config.BadConfig;
import dev.portreeve.gateway.config.ConfigFile;
import dev.portreeve.policy.access.Rule;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A file that has nothing but rules, as they stand in a configuration.
 *
 * @param policies the rules
 */
public record DraftFile(List<Rule> policies) {
    public DraftFile {
        policies = List.copyOf(policies);
    }

    /**
     * The rules of such a file, or of a whole configuration.
     *
     * @throws BadConfig with every problem of the file
     */
    public static List<Rule> rules(Path file, Function<String, @Nullable String> environment) {
        return ConfigFile.hasOnly(file, "policies")
                ? ConfigFile.read(file, DraftFile.class, environment).policies()
                : ConfigFile.read(file, environment).policies();
    }
}
