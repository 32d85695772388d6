package dev.portreeve.hub.definition;

import dev.portreeve.policy.call.Resource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;
import org.jooq.exception.DataAccessException;

/** The tools that there were when a gateway last ran, as the database has them. */
public final class PostgresDefinedTools {
    private PostgresDefinedTools() {}

    /**
     * The input schemas of all tools in use. Blocks on the database.
     *
     * @param servers slugs; tools of others are left out
     * @return empty if the database does not answer, or has no tables yet
     */
    public static Optional<Map<Resource.Tool, ToolSchema>> schemas(DataSource database, Set<String> servers) {
        List<StoredDefinition> all;
        try {
            all = new PostgresDefinitionStore(database).read();
        } catch (DataAccessException away) {
            return Optional.empty();
        }
        Map<Resource.Tool, ToolSchema> tools = new HashMap<>();
        for (StoredDefinition one : all) {
            if (one.kind() == DefinitionKind.TOOL && one.verdict().inForce() && servers.contains(one.server())) {
                tools.put(
                        new Resource.Tool(one.server(), one.name(), one.hash()),
                        new ToolSchema(one.definition().body().member("inputSchema")));
            }
        }
        return Optional.of(tools);
    }
}
