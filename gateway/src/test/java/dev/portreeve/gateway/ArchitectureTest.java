package dev.portreeve.gateway;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The rules of the house that the compiler cannot see, over the main code of all modules. */
class ArchitectureTest {
    private static final String BASE = "dev.portreeve";
    private static final String GENERATED = BASE + ".db..";
    private static final String SDK = BASE + ".hub.sdk..";
    private static final String CALL_ENDED = BASE + ".policy.call.CallEnded";
    private static final String CALL_GOVERNOR = BASE + ".policy.CallGovernor";
    /** Look at an ending on its way and let it go on: whether it is billed, whether it was the client who left. */
    private static final List<String> WATCH_ENDINGS = List.of(
            BASE + ".gateway.http.BackgroundStream",
            BASE + ".gateway.http.RoutedUpstream",
            BASE + ".policy.budget.Meter",
            BASE + ".policy.call.Cancellation",
            BASE + ".policy.guardrail.ScreenedAside",
            BASE + ".policy.stop.RunningCall");

    private static final String UPSTREAM = BASE + ".policy.call.Upstream";

    private static JavaClasses house;
    private static JavaClasses ours;

    @BeforeAll
    static void read() {
        house = new ClassFileImporter().importPaths(Sources.compiled());
        ours = house.that(DescribedPredicate.not(resideInAPackage(GENERATED)));
        assertFalse(house.isEmpty(), "no compiled classes found: these rules would pass without looking at anything");
    }

    @Test
    void modulesDependInOneDirection() {
        check(
                layeredArchitecture()
                        .consideringOnlyDependenciesInLayers()
                        .withOptionalLayers(true)
                        .layer("migrations")
                        .definedBy(BASE + ".migrations..", GENERATED)
                        .layer("audit")
                        .definedBy(BASE + ".audit..")
                        .layer("policy")
                        .definedBy(BASE + ".policy..")
                        .layer("mcp-hub")
                        .definedBy(BASE + ".hub..")
                        .layer("gateway")
                        .definedBy(BASE + ".gateway..")
                        .whereLayer("gateway")
                        .mayNotBeAccessedByAnyLayer()
                        .whereLayer("mcp-hub")
                        .mayOnlyBeAccessedByLayers("gateway")
                        .whereLayer("policy")
                        .mayOnlyBeAccessedByLayers("mcp-hub", "gateway")
                        .whereLayer("audit")
                        .mayOnlyBeAccessedByLayers("policy", "mcp-hub", "gateway")
                        .because("a module can be read, reviewed and tested knowing only those below it: gateway,"
                                + " mcp-hub, policy, audit, migrations"),
                house);
    }

    @Test
    void packagesHaveNoCycles() {
        check(
                slices().matching(BASE + ".(**)")
                        .should()
                        .beFreeOfCycles()
                        .because("packages in a cycle are one package that is hard to find one's way in"),
                ours);
    }

    @Test
    void eachOwnerReadsItsOwnTables() {
        check(
                onlyIn(resideInAnyPackage(BASE + ".audit..", GENERATED), BASE + ".db.audit..")
                        .because("evidence changes in one module only; others ask AuditLog"),
                house);
        check(
                onlyIn(resideInAnyPackage(BASE + ".policy..", GENERATED), BASE + ".db.policy..")
                        .because("money and approvals change in one module only; others ask the policy module"),
                house);
        check(
                onlyIn(resideInAnyPackage(BASE + ".hub..", GENERATED), BASE + ".db.hub..")
                        .because("what servers say is believed in one module only; others ask the hub"),
                house);
    }

    /** The classes beside it that the verifier is made of, as audit/pom.xml packs them. */
    private static final String TREE = BASE
            + "\\.audit\\.(proof\\.(InclusionProof|TlogProof)|stamp\\.[A-Z]\\w*|log\\.(Checkpoint|CompactRange|Cosigned|IndexRanges|KeptHeads|KeySuccession|LogTables|NamedKey|Progress|SignedNote|TenantName|TreeHash|VerifierKey))(\\$.*)?";

    @Test
    void theVerifierNeedsTheJdkOnly() {
        DescribedPredicate<JavaClass> verifier = describe(
                "belong to the verifier",
                type -> type.getPackageName().equals(BASE + ".audit.verify")
                        || type.getName().matches(TREE));
        DescribedPredicate<JavaClass> foreign = describe(
                "are of no JDK",
                type -> !type.getPackageName().startsWith("java")
                        && !type.getPackageName().equals("org.jspecify.annotations")
                        && !type.isPrimitive()
                        && !type.isArray());
        check(
                noClasses()
                        .that(verifier)
                        .should()
                        .dependOnClassesThat(foreign.and(DescribedPredicate.not(verifier)))
                        .because("an auditor runs it alone, and reads it first: what it needs beyond the JDK they would"
                                + " have to trust too"),
                ours);
    }

    @Test
    void helidonStaysAtTheEdge() {
        check(
                onlyIn(resideInAPackage(BASE + ".gateway.."), "io.helidon..")
                        .because(
                                "policy, evidence and MCP must be testable without a server, and the server replaceable"),
                ours);
    }

    @Test
    void theMcpSdkStaysInItsCorner() {
        check(
                onlyIn(resideInAPackage(SDK), "io.modelcontextprotocol..", "reactor..", "org.reactivestreams..")
                        .because(
                                "the SDK brings reactive types and drops fields it does not know; the rest of the house"
                                        + " is blocking and passes on what it does not know"),
                ours);
    }

    @Test
    void sqlStaysInTheStores() {
        DescribedPredicate<JavaClass> store = describe(
                "lie in a class whose top-level name starts with Postgres",
                type -> outermost(type).getSimpleName().startsWith("Postgres"));
        check(
                onlyIn(store.or(resideInAnyPackage(BASE + ".migrations..", GENERATED)), "org.jooq..", GENERATED)
                        .because(
                                "a reader must know from a class's name that it talks to the database, and rows must not"
                                        + " travel further than the class that queried them"),
                house);
    }

    @Test
    void threadsAreVirtualAndCodeBlocks() {
        DescribedPredicate<JavaClass> asynchronous = describe(
                "are CompletableFuture, CompletionStage, Flow or ThreadLocal",
                type -> type.getName()
                        .matches("java\\.util\\.concurrent\\.(CompletableFuture|CompletionStage|Flow)(\\$.*)?"
                                + "|java\\.lang\\.(Inheritable)?ThreadLocal"));
        check(
                noClasses()
                        .that()
                        .resideOutsideOfPackage(SDK)
                        .should()
                        .dependOnClassesThat(asynchronous)
                        .because("blocking code on virtual threads reads top to bottom and ends with its scope; futures"
                                + " and callbacks lose the stack, the deadline and the interrupt. Put a ScopedValue in"
                                + " the place of a ThreadLocal"),
                ours);
    }

    @Test
    void packagesAreNamedForWhatTheyHold() {
        check(
                noClasses()
                        .should()
                        .resideInAnyPackage(
                                "..util..",
                                "..utils..",
                                "..common..",
                                "..helper..",
                                "..helpers..",
                                "..manager..",
                                "..managers..",
                                "..misc..",
                                "..impl..")
                        .because("such a name says that nobody knew where the code belongs: put it with the concept it"
                                + " is about, or give the concept a name"),
                ours);
    }

    @Test
    void classesAreNamedForWhatTheyAre() {
        check(
                noClasses()
                        .should()
                        .haveNameMatching(".*(Util|Utils|Common|Helper|Helpers|Manager|Impl)")
                        .because(
                                "a type is named by what makes it special (PostgresBudgetLedger, SseLines): these endings"
                                        + " say nothing and gather everything"),
                ours);
    }

    @Test
    void oneClassEndsCalls() {
        check(
                noClasses()
                        .that()
                        .doNotHaveFullyQualifiedName(CALL_GOVERNOR)
                        .and(describe("do not watch endings", type -> !WATCH_ENDINGS.contains(type.getName())))
                        .should(catchThrowable(CALL_ENDED))
                        .because("an ending that is caught on the way is an ending without evidence: only CallGovernor"
                                + " turns it into an outcome"),
                ours);
    }

    @Test
    void onlyTheRecipeReachesUpstreams() {
        check(onlyPolicyExecutes(), ours);
    }

    /** The rule that is written by hand does see what it forbids. */
    @Test
    void theHandWrittenRuleSeesWhatItForbids() {
        assertFalse(Catching.fails(() -> {}));
        JavaClasses sample = new ClassFileImporter().importClasses(Catching.class);
        ArchRule rule = noClasses().should(catchThrowable(IllegalStateException.class.getName()));
        assertThrows(AssertionError.class, () -> rule.check(sample));
        noClasses().should(catchThrowable(CALL_ENDED)).check(sample);
    }

    private static final class Catching {
        static boolean fails(Runnable task) {
            try {
                task.run();
                return false;
            } catch (IllegalStateException e) {
                return true;
            }
        }
    }

    private static ArchRule onlyPolicyExecutes() {
        DescribedPredicate<JavaMethodCall> execute = describe(
                "Upstream.execute",
                call -> call.getName().equals("execute")
                        && call.getTargetOwner().isAssignableTo(UPSTREAM));
        return noClasses()
                .that()
                .resideOutsideOfPackage(BASE + ".policy..")
                .should()
                .callMethodWhere(execute)
                .because("there is one recipe: a provider or tool that is called past it is neither allowed, nor paid,"
                        + " nor recorded");
    }

    private static ArchRule onlyIn(DescribedPredicate<? super JavaClass> place, String... packages) {
        return noClasses()
                .that(DescribedPredicate.not(place.<JavaClass>forSubtype()).as("do not " + place.getDescription()))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(packages);
    }

    private static ArchCondition<JavaClass> catchThrowable(String name) {
        return new ArchCondition<>("catch " + name) {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                type.getCodeUnits().stream()
                        .flatMap(unit -> unit.getTryCatchBlocks().stream())
                        .filter(block -> block.getCaughtThrowables().stream()
                                .anyMatch(caught -> caught.getName().equals(name)))
                        .forEach(block -> events.add(SimpleConditionEvent.satisfied(
                                type, name + " is caught in " + block.getSourceCodeLocation())));
            }
        };
    }

    private static JavaClass outermost(JavaClass type) {
        return type.getEnclosingClass().map(ArchitectureTest::outermost).orElse(type);
    }

    private static void check(ArchRule rule, JavaClasses classes) {
        // A rule about a package that nothing is in yet is no mistake.
        rule.allowEmptyShould(true).check(classes);
    }
}
