package dev.portreeve.policy.access;

import dev.portreeve.policy.call.Subject;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A rule made ready: globs taken apart, condition compiled. Immutable. */
record CompiledRule(
        Rule rule,
        List<Glob> models,
        List<Glob> tools,
        List<Glob> prompts,
        List<Glob> resources,
        List<Glob> hostedTools,
        @Nullable Condition condition) {

    boolean namesModel(String name) {
        return matches(models, name);
    }

    boolean namesTool(String name) {
        return matches(tools, name);
    }

    boolean namesPrompt(String name) {
        return matches(prompts, name);
    }

    boolean namesResource(String uri) {
        return matches(resources, uri);
    }

    boolean namesHostedTool(String name) {
        return matches(hostedTools, name);
    }

    private static boolean matches(List<Glob> globs, String name) {
        for (Glob glob : globs) {
            if (glob.matches(name)) {
                return true;
            }
        }
        return false;
    }

    boolean isAbout(Subject subject) {
        Rule.Who who = rule.who();
        return fits(who.tenant(), subject.tenant())
                && fits(who.team(), subject.team())
                && isOfKey(who.key(), subject)
                && fits(who.user(), subject.kind() == Subject.Kind.USER ? subject.member() : null)
                && fits(who.agent(), subject.kind() == Subject.Kind.AGENT ? subject.member() : null);
    }

    /** What is said of a key holds for those it made too; and what allows something allows it to the first of them only. */
    private boolean isOfKey(@Nullable String asked, Subject subject) {
        return fits(asked, subject.rootKeyId())
                || (rule.effect() != Rule.Effect.ALLOW
                        && (fits(asked, subject.keyId())
                                || subject.delegation().above().contains(asked)));
    }

    private static boolean fits(@Nullable String asked, @Nullable String given) {
        return asked == null || asked.equals(given);
    }
}
