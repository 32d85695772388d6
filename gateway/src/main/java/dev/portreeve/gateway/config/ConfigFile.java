package dev.portreeve.gateway.config;

import dev.portreeve.policy.call.Secret;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** Reads one YAML file into a {@link GatewayConfig}, strictly: whatever is not understood stops the start. */
public final class ConfigFile {
    private ConfigFile() {}

    /**
     * @param environment looks up a variable
     * @throws BadConfig with every problem of the file
     */
    public static GatewayConfig read(Path file, Function<String, @Nullable String> environment) {
        Path folder = file.toAbsolutePath().getParent();
        return parse(file.toString(), text(file), folder == null ? Path.of("") : folder, environment);
    }

    /**
     * Reads another YAML file as strictly, into a record of the caller's; nothing is looked up for it.
     *
     * @param environment looks up a variable
     * @throws BadConfig with every problem of the file
     */
    public static <R extends Record> R read(Path file, Class<R> type, Function<String, @Nullable String> environment) {
        Path folder = file.toAbsolutePath().getParent();
        Problems problems = new Problems(file.toString());
        R read = new RecordMapper(new Interpolation(environment, folder == null ? Path.of("") : folder), problems)
                .map(compose(file.toString(), text(file)), type);
        problems.throwIfAny();
        if (read == null) {
            throw new IllegalStateException("no record and no problem");
        }
        return read;
    }

    /**
     * Reads YAML that came with the program as strictly; it has no variables and names no files.
     *
     * @param name of the file, for messages
     * @throws BadConfig with every problem of the text
     */
    public static <R extends Record> R parse(String name, String text, Class<R> type) {
        Problems problems = new Problems(name);
        R read = new RecordMapper(new Interpolation(variable -> null, Path.of("")), problems)
                .map(compose(name, text), type);
        problems.throwIfAny();
        if (read == null) {
            throw new IllegalStateException("no record and no problem");
        }
        return read;
    }

    /**
     * Whether a YAML file has this one key at its top and no other.
     *
     * @throws BadConfig if it cannot be read or is not YAML
     */
    public static boolean hasOnly(Path file, String key) {
        return compose(file.toString(), text(file)) instanceof MappingNode top
                && top.getValue().size() == 1
                && top.getValue().getFirst().getKeyNode() instanceof ScalarNode only
                && only.getValue().equals(key);
    }

    /**
     * @param name of the file, for messages
     * @param folder what relative paths in it are relative to
     * @throws BadConfig with every problem of the text
     */
    public static GatewayConfig parse(
            String name, String text, Path folder, Function<String, @Nullable String> environment) {
        Problems problems = new Problems(name);
        Interpolation interpolation = new Interpolation(environment, folder);
        GatewayConfig config = new RecordMapper(interpolation, problems).map(compose(name, text), GatewayConfig.class);
        problems.throwIfAny();
        if (config == null) {
            throw new IllegalStateException("no configuration and no problem");
        }
        GatewayConfig complete = withKnownKeys(config, environment);
        new ReferenceCheck(complete, problems).run();
        problems.throwIfAny();
        return complete;
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (NoSuchFileException missing) {
            throw new BadConfig(List.of(new ConfigProblem(
                    file.toString(),
                    0,
                    "",
                    "there is no such file; name one with --config, or start with: portreeve demo")));
        } catch (IOException unreadable) {
            throw new BadConfig(
                    List.of(new ConfigProblem(file.toString(), 0, "", "cannot be read: " + unreadable.getMessage())));
        }
    }

    /** @throws BadConfig if it is not YAML */
    static Node compose(String name, String text) {
        try {
            return YamlText.compose(text);
        } catch (MarkedYamlEngineException notYaml) {
            int line = notYaml.getProblemMark().map(mark -> mark.getLine() + 1).orElse(0);
            throw new BadConfig(List.of(new ConfigProblem(name, line, "", "not YAML: " + notYaml.getProblem())));
        } catch (YamlEngineException notYaml) {
            throw new BadConfig(List.of(new ConfigProblem(name, 0, "", "not YAML: " + notYaml.getMessage())));
        }
    }

    /** Known providers read their key from the variable their vendor's own tools use, and their address is completed. */
    private static GatewayConfig withKnownKeys(GatewayConfig config, Function<String, @Nullable String> environment) {
        List<ProviderConfig> providers = config.providers().stream()
                .map(provider -> completed(provider, environment))
                .toList();
        return config.withProviders(providers).withAudit(config.audit().completed(environment));
    }

    private static ProviderConfig completed(ProviderConfig provider, Function<String, @Nullable String> environment) {
        if (provider.kind() == ProviderConfig.Kind.DEMO) {
            return provider;
        }
        KnownProvider known = KnownProviders.builtIn().find(provider.id());
        IdentityConfig identity = IdentityConfig.completed(provider.identity(), provider.sentAs(), environment);
        URI address = provider.baseUrl();
        Secret key = provider.apiKey();
        if (known != null && address == null) {
            address = known.address(name -> inAddress(name, identity, environment));
        }
        if (known != null
                && key == null
                && provider.apiKeys().isEmpty()
                && known.keyVariable() != null
                && !provider.sentAs().isIdentity()) {
            String found = environment.apply(known.keyVariable());
            key = found == null || found.isEmpty() ? null : new Secret(found);
        }
        return provider.with(address, key, identity);
    }

    /** The region stands in the address too, and need not be said twice. */
    private static @Nullable String inAddress(
            String name, @Nullable IdentityConfig identity, Function<String, @Nullable String> environment) {
        AwsIdentity aws = identity == null ? null : identity.aws();
        return name.equals("AWS_REGION") && aws != null && aws.region() != null
                ? aws.region()
                : environment.apply(name);
    }
}
