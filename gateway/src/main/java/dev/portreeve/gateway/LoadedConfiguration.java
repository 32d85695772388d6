package dev.portreeve.gateway;

import dev.portreeve.audit.AuditEvent;
import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.EventKind;
import dev.portreeve.audit.Facts;
import dev.portreeve.gateway.config.ConfigDigest;
import dev.portreeve.gateway.config.DataDirectory;
import dev.portreeve.gateway.config.GatewayConfig;
import dev.portreeve.policy.key.Pepper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records which configuration a process started with: a digest of all of it, one of each section, and which sections differ from those of
 * the start before on the same data directory. Values do not stand in the record. Secrets count by a keyed digest, so that a changed one
 * shows and none can be guessed.
 */
final class LoadedConfiguration {
    private static final Logger LOGGER = LoggerFactory.getLogger(LoadedConfiguration.class);
    private static final String PURPOSE = "configuration";
    private final Path last;
    private final DataDirectory directory;
    private final Pepper pepper;
    private final AuditLog audit;

    LoadedConfiguration(DataDirectory directory, Pepper pepper, AuditLog audit) {
        this.directory = directory;
        this.last = directory.root().resolve("configuration-digest");
        this.pepper = pepper;
        this.audit = audit;
    }

    /** Does not wait until it is on disk: what calls come next wait for theirs, which are stored after it. */
    void record(GatewayConfig config) {
        ConfigDigest digest =
                ConfigDigest.of(config, secret -> HexFormat.of().formatHex(pepper.hash(PURPOSE, secret.reveal())));
        SortedMap<String, String> before = before();
        Facts sections = new Facts();
        digest.sections().forEach(sections::put);
        Facts facts = new Facts().put("digest", digest.whole()).put("sections", sections);
        String previous = before.remove(ConfigDigest.WHOLE);
        if (previous != null) {
            List<String> changed = digest.sections().entrySet().stream()
                    .filter(section -> !section.getValue().equals(before.get(section.getKey())))
                    .map(SortedMap.Entry::getKey)
                    .toList();
            facts.put("before", previous).putStrings("changed", changed);
        }
        audit.append(new AuditEvent(AuditEvent.INSTANCE, EventKind.CONFIGURATION_LOADED, null, facts));
        directory.publish(last, digest.text());
    }

    private SortedMap<String, String> before() {
        TreeMap<String, String> sections = new TreeMap<>();
        try {
            if (Files.exists(last)) {
                for (String line : Files.readAllLines(last)) {
                    int space = line.indexOf(' ');
                    if (space > 0) {
                        sections.put(line.substring(0, space), line.substring(space + 1));
                    }
                }
            }
        } catch (IOException unreadable) {
            LOGGER.warn("what the configuration was before cannot be read: {}", unreadable.toString());
        }
        return sections;
    }
}
