package dev.portreeve.policy.budget;

import static dev.portreeve.db.policy.Tables.BUDGET;
import static dev.portreeve.db.policy.Tables.BUDGET_WINDOW;
import static dev.portreeve.db.policy.Tables.MEMBER;
import static dev.portreeve.db.policy.Tables.TEAM;
import static dev.portreeve.db.policy.Tables.TENANT;

import dev.portreeve.policy.budget.OrganisationConfig.Member;
import dev.portreeve.policy.budget.OrganisationConfig.Team;
import dev.portreeve.policy.budget.OrganisationConfig.Tenant;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Row2;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * Brings the tables to what the configuration file says of the organisation. Nothing is deleted, because records and money
 * refer to it: members and budgets that left the file are retired, and come back if they return.
 */
public final class PostgresOrganisation {
    private static final String FILE = "file";
    private final DSLContext database;

    public PostgresOrganisation(DataSource database) {
        this.database = DSL.using(database, SQLDialect.POSTGRES);
    }

    /**
     * One transaction; replicas that start together take turns. A lower limit takes effect at once for new holds; a window
     * that has spent more already keeps what it spent.
     */
    public void sync(OrganisationConfig organisation) {
        database.transaction(scope -> {
            DSLContext transaction = scope.dsl();
            transaction
                    .select(DSL.field(
                            "pg_advisory_xact_lock(hashtextextended({0}, 0))",
                            Object.class, DSL.inline("portreeve.organisation")))
                    .execute();
            Sync sync = new Sync(transaction);
            organisation.tenants().forEach(sync::tenant);
            sync.retireTheRest();
            sync.adjustWindows();
        });
    }

    private static final class Sync {
        private final DSLContext transaction;
        private final Set<Row2<String, String>> members = new HashSet<>();
        private final Set<Row2<String, String>> budgets = new HashSet<>();

        Sync(DSLContext transaction) {
            this.transaction = transaction;
        }

        void tenant(Tenant tenant) {
            transaction
                    .insertInto(TENANT, TENANT.ID)
                    .values(tenant.id())
                    .onConflictDoNothing()
                    .execute();
            budgets(new BudgetOwner(tenant.id(), BudgetOwner.Kind.TENANT, tenant.id()), tenant.budgets());
            members(tenant.id(), null, tenant.users(), tenant.agents());
            for (Team team : tenant.teams()) {
                transaction
                        .insertInto(TEAM, TEAM.TENANT, TEAM.ID)
                        .values(tenant.id(), team.id())
                        .onConflictDoNothing()
                        .execute();
                budgets(new BudgetOwner(tenant.id(), BudgetOwner.Kind.TEAM, team.id()), team.budgets());
                members(tenant.id(), team.id(), team.users(), team.agents());
            }
        }

        private void members(String tenant, @Nullable String team, List<Member> users, List<Member> agents) {
            users.forEach(user -> member(tenant, team, user, "user"));
            agents.forEach(agent -> member(tenant, team, agent, "agent"));
        }

        private void member(String tenant, @Nullable String team, Member member, String kind) {
            members.add(DSL.row(tenant, member.id()));
            transaction
                    .insertInto(MEMBER, MEMBER.TENANT, MEMBER.ID, MEMBER.KIND, MEMBER.TEAM, MEMBER.ORIGIN)
                    .values(tenant, member.id(), kind, team, FILE)
                    .onConflict(MEMBER.TENANT, MEMBER.ID)
                    .doUpdate()
                    .set(MEMBER.KIND, kind)
                    .set(MEMBER.TEAM, team)
                    .set(MEMBER.ORIGIN, FILE)
                    .setNull(MEMBER.RETIRED_AT)
                    .execute();
            budgets(new BudgetOwner(tenant, BudgetOwner.Kind.MEMBER, member.id()), member.budgets());
        }

        /**
         * Ids name the window and not the place in the list, so that changing the order does not swap what was spent:
         * {@code member:triage-bot:daily}, and {@code :2} for a second one of the same length.
         */
        private void budgets(BudgetOwner owner, List<BudgetConfig> configs) {
            Map<BudgetConfig.Window, Integer> seen = new EnumMap<>(BudgetConfig.Window.class);
            for (BudgetConfig config : configs) {
                int nth = seen.merge(config.window(), 1, Integer::sum);
                String id = owner.kind().code() + ":" + owner.id() + ":"
                        + config.window().code() + (nth == 1 ? "" : ":" + nth);
                budgets.add(DSL.row(owner.tenant(), id));
                budget(owner, id, config);
            }
        }

        private void budget(BudgetOwner owner, String id, BudgetConfig config) {
            long limit = config.limit().nanos();
            String zone = config.timezone().getId();
            transaction
                    .insertInto(BUDGET)
                    .set(BUDGET.TENANT, owner.tenant())
                    .set(BUDGET.ID, id)
                    .set(BUDGET.OWNER_KIND, owner.kind().code())
                    .set(BUDGET.OWNER_ID, owner.id())
                    .set(BUDGET.LIMIT_NANOS, limit)
                    .set(BUDGET.TIME_WINDOW, config.window().code())
                    .set(BUDGET.TIMEZONE, zone)
                    .set(BUDGET.ORIGIN, FILE)
                    .onConflict(BUDGET.TENANT, BUDGET.ID)
                    .doUpdate()
                    .set(BUDGET.LIMIT_NANOS, limit)
                    .set(BUDGET.TIMEZONE, zone)
                    .setNull(BUDGET.RETIRED_AT)
                    .execute();
        }

        void retireTheRest() {
            transaction
                    .update(MEMBER)
                    .set(MEMBER.RETIRED_AT, DSL.currentInstant())
                    .where(MEMBER.ORIGIN.eq(FILE).and(MEMBER.RETIRED_AT.isNull()))
                    .and(noneOf(DSL.row(MEMBER.TENANT, MEMBER.ID), members))
                    .execute();
            transaction
                    .update(BUDGET)
                    .set(BUDGET.RETIRED_AT, DSL.currentInstant())
                    .where(BUDGET.ORIGIN.eq(FILE).and(BUDGET.RETIRED_AT.isNull()))
                    .and(noneOf(DSL.row(BUDGET.TENANT, BUDGET.ID), budgets))
                    .execute();
        }

        private static Condition noneOf(Row2<String, String> key, Set<Row2<String, String>> kept) {
            return kept.isEmpty() ? DSL.noCondition() : key.notIn(kept);
        }

        /**
         * Windows that run keep a copy of the limit, because the CHECK that guards it can look at one row only. It never
         * goes below what is held and spent; admissions also look at the budget's own limit.
         */
        void adjustWindows() {
            Field<Long> limit =
                    DSL.greatest(BUDGET.LIMIT_NANOS, BUDGET_WINDOW.HELD_NANOS.plus(BUDGET_WINDOW.SETTLED_NANOS));
            Condition outdated = BUDGET_WINDOW
                    .TENANT
                    .eq(BUDGET.TENANT)
                    .and(BUDGET_WINDOW.BUDGET_ID.eq(BUDGET.ID))
                    .and(BUDGET_WINDOW.ENDS_AT.isNull().or(BUDGET_WINDOW.ENDS_AT.gt(DSL.currentInstant())))
                    .and(BUDGET_WINDOW.LIMIT_NANOS.ne(limit));
            // Locked in the order everybody locks windows in.
            transaction
                    .select(BUDGET_WINDOW.BUDGET_ID)
                    .from(BUDGET_WINDOW)
                    .join(BUDGET)
                    .on(outdated)
                    .orderBy(BUDGET_WINDOW.TENANT, BUDGET_WINDOW.BUDGET_ID, BUDGET_WINDOW.STARTS_AT)
                    .forUpdate()
                    .of(BUDGET_WINDOW)
                    .fetch();
            transaction
                    .update(BUDGET_WINDOW)
                    .set(BUDGET_WINDOW.LIMIT_NANOS, limit)
                    .from(BUDGET)
                    .where(outdated)
                    .execute();
        }
    }
}
