package dev.portreeve.policy;

import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.Journal;
import dev.portreeve.audit.JournalSettings;
import dev.portreeve.audit.PostgresJournal;
import dev.portreeve.migrations.TestDatabase;
import dev.portreeve.policy.access.Obligations;
import dev.portreeve.policy.access.Rule;
import dev.portreeve.policy.access.Selectors;
import dev.portreeve.policy.approval.ApprovalConfig;
import dev.portreeve.policy.budget.BudgetConfig;
import dev.portreeve.policy.budget.OrganisationConfig;
import dev.portreeve.policy.call.Arguments;
import dev.portreeve.policy.call.CallId;
import dev.portreeve.policy.call.Content;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.Estimate;
import dev.portreeve.policy.call.LlmCall;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.Output;
import dev.portreeve.policy.call.Price;
import dev.portreeve.policy.call.Resource;
import dev.portreeve.policy.call.Subject;
import dev.portreeve.policy.call.TextRun;
import dev.portreeve.policy.call.ToolCall;
import dev.portreeve.policy.guardrail.GuardrailConfig;
import dev.portreeve.policy.key.Pepper;
import dev.portreeve.policy.notice.WebhookChannel;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A whole engine on a real database: one agent with a budget of 1,000 nano-dollars, a model, a tool to read and one to write. */
final class EngineFixture implements AutoCloseable {
    static final Subject BOT = new Subject("acme", null, Subject.Kind.AGENT, "bot", "keykeykey001");
    private static final Price NANO_A_TOKEN =
            new Price(NanoUsd.ofUsd("0.001"), NanoUsd.ofUsd("0.001"), NanoUsd.ofUsd("0.001"), NanoUsd.ZERO, "test");

    final TestDatabase database;
    final PolicyEngine.Ground ground;
    final PolicyEngine engine;
    private final PostgresJournal journal;
    private final boolean owner;
    private final ApprovalConfig.Money money;

    /** An answer's chunk with one text. */
    record Words(String words) implements Output<Words> {
        @Override
        public List<TextRun> text() {
            return List.of(new TextRun("choice 0", words));
        }

        @Override
        public Words withText(List<TextRun> text) {
            return new Words(text.getFirst().text());
        }
    }

    private EngineFixture(
            TestDatabase database, boolean owner, UnaryOperator<Journal> decoration, ApprovalConfig.Money money) {
        this.money = money;
        this.database = database;
        this.owner = owner;
        this.journal = PostgresJournal.start(
                database.app().dataSource(), JournalSettings.defaults(), InstantSource.system(), new Random());
        this.ground = new PolicyEngine.Ground(
                database.app().dataSource(),
                database.app().dataSource(),
                new AuditLog(decoration.apply(journal)),
                Pepper.of(new byte[Pepper.BYTES]),
                InstantSource.system(),
                (url, headers, body) -> new WebhookChannel.Delivery.Answered(204),
                (id, to, subject, text) -> null,
                URI.create("http://127.0.0.1:8081/approvals"),
                UUID::randomUUID,
                new Random());
        this.engine = PolicyEngine.create(config(money), ground);
    }

    static EngineFixture open(UnaryOperator<Journal> decoration) {
        return open(decoration, ApprovalConfig.Money.RELEASED);
    }

    /** @param money what becomes of that of calls that wait for a person */
    static EngineFixture open(UnaryOperator<Journal> decoration, ApprovalConfig.Money money) {
        return new EngineFixture(TestDatabase.fresh(), true, decoration, money);
    }

    /** The next start on the same database, as after a crash of this one. */
    EngineFixture restart() {
        return new EngineFixture(database, false, journal -> journal, money);
    }

    static PolicyConfig config() {
        return config(ApprovalConfig.Money.RELEASED);
    }

    private static PolicyConfig config(ApprovalConfig.Money money) {
        BudgetConfig budget = new BudgetConfig(BigDecimal.valueOf(1000, 9), BudgetConfig.Window.TOTAL, ZoneOffset.UTC);
        OrganisationConfig organisation = new OrganisationConfig(List.of(new OrganisationConfig.Tenant(
                "acme",
                List.of(),
                List.of(),
                List.of(),
                List.of(new OrganisationConfig.Member("bot", List.of(budget))))));
        return new PolicyConfig(
                organisation,
                List.of(
                        rule("models", Rule.Effect.ALLOW, List.of("fast"), List.of()),
                        rule("read", Rule.Effect.ALLOW, List.of(), List.of("files__read", "files__touch")),
                        rule("write", Rule.Effect.REQUIRE_APPROVAL, List.of(), List.of("files__write")),
                        rule("mark", Rule.Effect.ALLOW, List.of(), List.of("files__mark")),
                        rule("mark-asked", Rule.Effect.REQUIRE_APPROVAL, List.of(), List.of("files__mark_asked")),
                        new Rule(
                                "marks",
                                Rule.Effect.LABEL,
                                Rule.Who.ANYBODY,
                                Selectors.tools("files__mark*"),
                                null,
                                List.of(),
                                null,
                                Obligations.label("marked"))),
                List.of(new GuardrailConfig(
                        "secrets",
                        GuardrailConfig.Detector.SECRETS,
                        Set.of(),
                        Set.of(),
                        GuardrailConfig.Action.BLOCK,
                        GuardrailConfig.FailureMode.CLOSED)),
                new ApprovalConfig(List.of(), Duration.ZERO, Duration.ofMinutes(1), Duration.ofMinutes(1), money));
    }

    private static Rule rule(String id, Rule.Effect effect, List<String> models, List<String> tools) {
        return new Rule(id, effect, Rule.Who.ANYBODY, models, tools, null, List.of(), null);
    }

    static LlmCall llm(String model, String prompt, long maxOutput) {
        return new LlmCall(
                new CallId(UUID.randomUUID()),
                BOT,
                new Resource.Model(model),
                "chat",
                new Content(List.of(new TextRun("message 0", prompt))),
                new Estimate(10, maxOutput, NANO_A_TOKEN),
                Deadline.in(Duration.ofMinutes(1)));
    }

    static ToolCall tool(String name, boolean readOnly) {
        return tool(name, readOnly, 5);
    }

    /** @param nanos what it costs */
    static ToolCall tool(String name, boolean readOnly, long nanos) {
        byte[] json = "{\"path\":\"/notes/a.txt\"}".getBytes(StandardCharsets.UTF_8);
        Arguments arguments = switch (Arguments.parse(json)) {
            case Arguments.Valid valid -> valid.arguments();
            case Arguments.Invalid invalid -> throw new AssertionError(invalid.problem());
        };
        return new ToolCall(
                new CallId(UUID.randomUUID()),
                BOT,
                new Resource.Tool("files", name, "d".repeat(64)),
                arguments,
                new Content(arguments.texts()),
                new Estimate(0, 0, Price.perCall(new NanoUsd(nanos), "test")),
                readOnly,
                Deadline.in(Duration.ofMinutes(1)));
    }

    List<String> records(UUID callId) {
        return query("SELECT kind FROM audit.record WHERE call_id = '" + callId + "' ORDER BY txid, position");
    }

    List<String> leaves(UUID callId) {
        return query("SELECT convert_from(leaf, 'UTF8') FROM audit.record WHERE call_id = '" + callId
                + "' ORDER BY txid, position");
    }

    /** How the call's hold was resolved: {@code settled 30}; {@code null} if there is no posting. */
    @Nullable
    String posting(UUID callId) {
        List<String> found =
                query("SELECT kind || ' ' || amount_nanos FROM policy.posting WHERE call_id = '" + callId + "'");
        return found.isEmpty() ? null : found.getFirst();
    }

    long held() {
        return Long.parseLong(query("SELECT coalesce(sum(held_nanos), 0)::text FROM policy.budget_window")
                .getFirst());
    }

    List<String> query(String sql) {
        List<String> result = new ArrayList<>();
        try (Connection connection = database.owner().dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                result.add(rows.getString(1));
            }
            return result;
        } catch (SQLException e) {
            throw new AssertionError(sql, e);
        }
    }

    void execute(String sql) {
        try (Connection connection = database.owner().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new AssertionError(sql, e);
        }
    }

    @Override
    public void close() {
        engine.close();
        journal.close();
        if (owner) {
            database.close();
        }
    }
}
