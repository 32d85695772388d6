package dev.portreeve.migrations;

import java.nio.file.Path;
import org.jooq.codegen.GenerationTool;
import org.jooq.meta.jaxb.Configuration;
import org.jooq.meta.jaxb.Database;
import org.jooq.meta.jaxb.ForcedType;
import org.jooq.meta.jaxb.Generate;
import org.jooq.meta.jaxb.Generator;
import org.jooq.meta.jaxb.Jdbc;
import org.jooq.meta.jaxb.SchemaMappingType;
import org.jooq.meta.jaxb.Target;

/**
 * Writes the table classes from a freshly migrated database.
 *
 * <p>Run it after a change to the SQL: {@value #COMMAND}.
 */
final class JooqGenerator {
    static final String COMMAND = "./build -q -pl migrations -Pjooq process-test-classes";

    private JooqGenerator() {}

    /** Takes one argument: the folder to write to. */
    public static void main(String[] args) throws Exception {
        generate(Path.of(args[0]));
    }

    static void generate(Path folder) throws Exception {
        try (TestDatabase database = TestDatabase.fresh()) {
            GenerationTool.generate(new Configuration()
                    .withJdbc(new Jdbc()
                            .withDriver("org.postgresql.Driver")
                            .withUrl(database.owner().url())
                            .withUser(database.owner().user())
                            .withPassword(database.owner().password()))
                    .withGenerator(new Generator()
                            .withDatabase(tables())
                            .withGenerate(new Generate()
                                    .withGeneratedAnnotation(false)
                                    .withComments(false)
                                    .withRecords(true)
                                    .withPojos(false)
                                    .withDaos(false))
                            .withTarget(new Target()
                                    .withPackageName("dev.portreeve.db")
                                    .withDirectory(folder.toString())
                                    .withEncoding("UTF-8")
                                    .withClean(true))));
        }
    }

    private static Database tables() {
        return new Database()
                .withName("org.jooq.meta.postgres.PostgresDatabase")
                .withSchemata(
                        new SchemaMappingType().withInputSchema("audit"),
                        new SchemaMappingType().withInputSchema("search"),
                        new SchemaMappingType().withInputSchema("policy"),
                        new SchemaMappingType().withInputSchema("hub"),
                        new SchemaMappingType().withInputSchema("gateway"))
                // Partitions are PostgreSQL's affair: they come and go with the months.
                .withExcludes("audit\\.(record|payload)_(default|[0-9]+)")
                .withForcedTypes(new ForcedType()
                        .withName("INSTANT")
                        .withIncludeTypes("(?i:timestamp with time zone|timestamptz)"));
    }
}
