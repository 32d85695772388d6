package dev.portreeve.policy.budget;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.portreeve.policy.budget.OrganisationConfig.Member;
import dev.portreeve.policy.budget.OrganisationConfig.Team;
import dev.portreeve.policy.budget.OrganisationConfig.Tenant;
import dev.portreeve.policy.budget.PurseFixture.Ending;
import java.math.BigDecimal;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PostgresOrganisationTest {
    private PostgresPurse purse;

    @BeforeEach
    void open() {
        purse = PostgresPurse.open("2026-05-14T12:00:00Z");
    }

    @AfterEach
    void close() {
        purse.close();
    }

    private static BudgetConfig budget(String usd, BudgetConfig.Window window) {
        return new BudgetConfig(new BigDecimal(usd), window, ZoneId.of("Europe/Berlin"));
    }

    private static OrganisationConfig acme(List<BudgetConfig> budgets, List<Team> teams, List<Member> users) {
        return new OrganisationConfig(List.of(new Tenant("acme", budgets, teams, users, List.of())));
    }

    private List<String> members() {
        return purse.query(
                "SELECT id || ' ' || kind || ' ' || coalesce(team, '-') || CASE WHEN retired_at IS NULL THEN '' ELSE"
                        + " ' retired' END FROM policy.member ORDER BY id",
                row -> row.getString(1));
    }

    private List<String> budgets() {
        return purse.query(
                "SELECT id || ' ' || limit_nanos || CASE WHEN retired_at IS NULL THEN '' ELSE ' retired' END"
                        + " FROM policy.budget ORDER BY id",
                row -> row.getString(1));
    }

    @Test
    void makesWhatTheFileSays() {
        Member bot = new Member("triage-bot", List.of(budget("2", BudgetConfig.Window.DAILY)));
        purse.organise(acme(
                List.of(budget("500", BudgetConfig.Window.MONTHLY), budget("9", BudgetConfig.Window.TOTAL)),
                List.of(new Team("support", List.of(), List.of(), List.of(bot))),
                List.of(new Member("ana", List.of()))));
        assertEquals(List.of("ana user -", "triage-bot agent support"), members());
        assertEquals(
                List.of(
                        "member:triage-bot:daily 2000000000",
                        "tenant:acme:monthly 500000000000",
                        "tenant:acme:total 9000000000"),
                budgets());
    }

    @Test
    void whatLeavesTheFileIsRetiredAndComesBack() {
        Member ana = new Member("ana", List.of(budget("1", BudgetConfig.Window.DAILY)));
        OrganisationConfig full = acme(List.of(), List.of(), List.of(ana, new Member("ben", List.of())));
        purse.organise(full);
        purse.organise(acme(List.of(), List.of(), List.of(new Member("ben", List.of()))));
        assertEquals(List.of("ana user - retired", "ben user -"), members());
        assertEquals(List.of("member:ana:daily 1000000000 retired"), budgets());
        purse.organise(OrganisationConfig.EMPTY);
        assertEquals(List.of("ana user - retired", "ben user - retired"), members());
        purse.organise(full);
        assertEquals(List.of("ana user -", "ben user -"), members());
        assertEquals(List.of("member:ana:daily 1000000000"), budgets());
    }

    @Test
    void whatTheFileDoesNotOwnStays() {
        purse.organise(acme(List.of(), List.of(), List.of()));
        purse.execute("INSERT INTO policy.member (tenant, id, kind) VALUES ('acme', 'made-by-api', 'user')");
        purse.execute("INSERT INTO policy.budget (tenant, id, owner_kind, owner_id, limit_nanos, time_window, origin)"
                + " VALUES ('acme', 'api-1', 'member', 'made-by-api', 5, 'total', 'api')");
        purse.organise(OrganisationConfig.EMPTY);
        assertEquals(List.of("made-by-api user -"), members());
        assertEquals(List.of("api-1 5"), budgets());
    }

    @Test
    void theOrderOfBudgetsDoesNotSwapWhatWasSpent() {
        BudgetConfig daily = budget("0.000000100", BudgetConfig.Window.DAILY);
        BudgetConfig total = budget("0.000000300", BudgetConfig.Window.TOTAL);
        List<Team> teams = List.of(new Team("support", List.of(), List.of(), List.of(new Member("bot", List.of()))));
        purse.organise(acme(List.of(daily, total), teams, List.of()));
        purse.run(PurseFixture.call(PurseFixture.BOT, 40), new Ending.Reports(40));
        purse.organise(acme(List.of(total, daily), teams, List.of()));
        BudgetReport report = new PostgresBudgets(purse.database.app().dataSource(), purse.clock()).report("acme");
        assertEquals(
                List.of("tenant:acme:daily 40 of 100, 60 left", "tenant:acme:total 40 of 300, 260 left"),
                report.lines().stream()
                        .map(line -> line.id() + " " + line.spent().count() + " of "
                                + line.limit().count() + ", " + line.remaining().count() + " left")
                        .toList());
    }

    @Test
    void theReportShowsBudgetsNobodyUsedYet() {
        purse.organise(acme(List.of(budget("5", BudgetConfig.Window.DAILY)), List.of(), List.of()));
        BudgetReport.Line line = new PostgresBudgets(purse.database.app().dataSource(), purse.clock())
                .report(null)
                .lines()
                .getFirst();
        assertEquals("$5", line.remaining().text());
        assertEquals("2026-05-14T22:00:00Z", String.valueOf(line.resetsAt()));
        assertEquals("tenant acme", line.owner().toString());
    }

    @Test
    void aReplicaNoticesWhatAnotherChanged() {
        purse.organise(acme(List.of(), List.of(), List.of()));
        PostgresBudgets elsewhere = new PostgresBudgets(purse.database.app().dataSource(), purse.clock());
        elsewhere.refresh();
        Budgets before = elsewhere.get();
        elsewhere.refresh();
        assertSame(before, elsewhere.get(), "nothing changed, so nothing is read");
        purse.organise(acme(List.of(budget("5", BudgetConfig.Window.DAILY)), List.of(), List.of()));
        elsewhere.refresh();
        assertEquals(
                1,
                elsewhere
                        .get()
                        .above(
                                PurseFixture.call(PurseFixture.OTHER, 1),
                                purse.clock().instant())
                        .size());
    }

    @Test
    void namesThatWouldBeMistakenAreRefused() {
        Member ana = new Member("ana", List.of());
        assertThrows(IllegalArgumentException.class, () -> new Member("", List.of()));
        assertThrows(IllegalArgumentException.class, () -> new Member("a b", List.of()));
        assertThrows(
                IllegalArgumentException.class,
                () -> new Tenant("_instance", List.of(), List.of(), List.of(), List.of()));
        IllegalArgumentException twice = assertThrows(
                IllegalArgumentException.class,
                () -> new Tenant(
                        "acme",
                        List.of(),
                        List.of(new Team("t", List.of(), List.of(), List.of(ana))),
                        List.of(ana),
                        List.of()));
        assertEquals("there are two members with the id \"ana\"", twice.getMessage());
        assertThrows(IllegalArgumentException.class, () -> budget("0.0000000001", BudgetConfig.Window.DAILY));
    }
}
