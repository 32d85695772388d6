package dev.portreeve.policy.budget;

import static dev.portreeve.db.policy.Tables.BUDGET;
import static dev.portreeve.db.policy.Tables.BUDGET_WINDOW;
import static dev.portreeve.db.policy.Tables.MEMBER;
import static dev.portreeve.db.policy.Tables.TEAM;
import static dev.portreeve.db.policy.Tables.TENANT;

import dev.portreeve.policy.budget.OrganisationConfig.Member;
import dev.portreeve.policy.budget.OrganisationConfig.Team;
import dev.portreeve.policy.budget.OrganisationConfig.Tenant;
import java.time.Instant;
import java.time.InstantSource;
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

    private final InstantSource clock;

    public PostgresOrganisation(DataSource database, InstantSource clock) {
        this.database = DSL.using(database, SQLDialect.POSTGRES);
        this.clock = clock;
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
            PostgresExchangeRates.write(transaction, organisation.rates());
            ConfiguredBudgets.of(organisation).forEach(sync::budget);
            sync.retireTheRest();
            sync.adjustWindows(clock.instant());
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
            members(tenant.id(), null, tenant.users(), tenant.agents());
            for (Team team : tenant.teams()) {
                transaction
                        .insertInto(TEAM, TEAM.TENANT, TEAM.ID)
                        .values(tenant.id(), team.id())
                        .onConflictDoNothing()
                        .execute();
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
        }

        private void budget(Budget budget) {
            BudgetOwner owner = budget.owner();
            budgets.add(DSL.row(owner.tenant(), budget.id()));
            Map<Field<?>, @Nullable Object> row = PostgresBudgetRows.write(budget);
            transaction
                    .insertInto(BUDGET)
                    .set(BUDGET.TENANT, owner.tenant())
                    .set(BUDGET.ID, budget.id())
                    .set(BUDGET.OWNER_KIND, owner.kind().code())
                    .set(BUDGET.OWNER_ID, owner.id())
                    .set(BUDGET.ORIGIN, FILE)
                    .set(row)
                    .onConflict(BUDGET.TENANT, BUDGET.ID)
                    .doUpdate()
                    .set(row)
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
         * goes below what is held, spent and set aside; admissions also look at the budget's own limit.
         */
        void adjustWindows(Instant now) {
            Field<Long> limit = DSL.greatest(
                    DSL.when(BUDGET.SOFT, DSL.inline(BudgetWarnings.NO_LIMIT))
                            .otherwise(BUDGET.LIMIT_NANOS
                                    .plus(BUDGET_WINDOW.RAISED_NANOS)
                                    .plus(BUDGET_WINDOW.CARRIED_NANOS)),
                    BUDGET_WINDOW.HELD_NANOS.plus(BUDGET_WINDOW.SETTLED_NANOS).plus(BUDGET_WINDOW.LEASED_NANOS));
            Condition outdated = BUDGET_WINDOW
                    .TENANT
                    .eq(BUDGET.TENANT)
                    .and(BUDGET_WINDOW.OF_BUDGET.eq(BUDGET.ID))
                    .and(BUDGET_WINDOW.ENDS_AT.isNull().or(BUDGET_WINDOW.ENDS_AT.gt(now)))
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
