package dev.portreeve.policy.access;

import dev.portreeve.policy.call.Entrance;
import dev.portreeve.policy.call.Resource;
import dev.portreeve.policy.call.Subject;
import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A rule made ready: globs taken apart, condition compiled. Immutable. */
record CompiledRule(
        Rule rule,
        Names names,
        Circumstances circumstances,
        @Nullable Condition condition) {
    /** The slug of what the gateway offers by itself. */
    private static final String OWN = "portreeve";

    private static final String OWN_PREFIX = OWN + "__";

    /** What it names, of each kind. */
    record Names(
            List<Glob> models,
            List<Glob> targets,
            List<Glob> tools,
            List<Glob> prompts,
            List<Glob> resources,
            List<Glob> hostedTools,
            List<Glob> servers) {

        /** The globs that could name such a thing; servers are named beside. */
        List<Glob> of(Resource resource) {
            return switch (resource) {
                case Resource.Model ignored -> models;
                case Resource.Tool ignored -> tools;
                case Resource.Prompt ignored -> prompts;
                case Resource.ServerResource ignored -> resources;
                case Resource.HostedTool ignored -> hostedTools;
            };
        }

        boolean have(Resource resource) {
            return any(of(resource), resource.name())
                    || (resource instanceof Resource.OfServer offered && any(servers, offered.server()));
        }
    }

    /** Under which circumstances it is to be heard; of each kind, none means under any. */
    record Circumstances(
            @Nullable Glob delegatedBy,
            List<Network> networks,
            List<Glob> sessions,
            List<Glob> views,
            List<TimeWindow> times) {}

    private static boolean any(List<Glob> globs, String name) {
        for (Glob glob : globs) {
            if (glob.matches(name)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether it names such a thing to this subject. What the gateway itself offers is not given by a name that happens to fit it: a rule that
     * gives it spells the gateway's own name out, and to a program only if it is about that program; a key that a key made gets none of it.
     */
    boolean speaksOf(Subject subject, Resource resource) {
        boolean gives = rule.effect() == Rule.Effect.ALLOW || rule.effect() == Rule.Effect.REQUIRE_APPROVAL;
        if (!gives
                || !(resource instanceof Resource.OfServer offered)
                || !offered.server().equals(OWN)) {
            return names.have(resource);
        }
        return subject.delegation().depth() == 0
                && (subject.kind() == Subject.Kind.USER || rule.who().agent() != null)
                && (names.of(resource).stream().anyMatch(glob -> isOwn(glob) && glob.matches(resource.name()))
                        || names.servers().stream().anyMatch(glob -> glob.isExact() && glob.matches(OWN)));
    }

    private static boolean isOwn(Glob glob) {
        return glob.beginning().startsWith(OWN_PREFIX);
    }

    /**
     * Whether it is to be heard about what is sent there: only a rule that names places minds where that is.
     *
     * @param place {@code provider/model}; {@code null} for what is sent nowhere, or nobody knows where yet
     */
    boolean isAboutPlace(@Nullable String place) {
        return !namesPlaces() || (place != null && any(names.targets(), place));
    }

    /** Whether it is about some of the places that models lead to. */
    boolean namesPlaces() {
        return !names.targets().isEmpty();
    }

    /** Whether it is to be heard about what this subject does now, as far as that does not hang on a condition. */
    boolean isAbout(Subject subject, Instant now) {
        return isAbout(subject) && isUnderCircumstances(subject, now);
    }

    private boolean isAbout(Subject subject) {
        Rule.Who who = rule.who();
        return fits(who.tenant(), subject.tenant())
                && fits(who.team(), subject.team())
                && isOfKey(who.key(), subject)
                && fits(who.user(), subject.kind() == Subject.Kind.USER ? subject.member() : null)
                && fits(who.agent(), subject.kind() == Subject.Kind.AGENT ? subject.member() : null);
    }

    /** Whether it may be heard about a call of which not all is known. */
    boolean mayBeAbout(CallSketch call) {
        Glob by = circumstances.delegatedBy();
        Instant at = call.at();
        InetAddress address = call.subject().entrance().address();
        String view = call.subject().entrance().view();
        String session = call.subject().entrance().session();
        return isAbout(call.subject())
                && (call.place() == null || isAboutPlace(call.place()))
                && (by == null || call.subject().delegation().above().stream().anyMatch(by::matches))
                && (address == null || circumstances.networks().isEmpty() || isFrom(address))
                && (session.isEmpty() || circumstances.sessions().isEmpty() || any(circumstances.sessions(), session))
                && (view.isEmpty() || circumstances.views().isEmpty() || any(circumstances.views(), view))
                && (at == null
                        || circumstances.times().isEmpty()
                        || circumstances.times().stream().anyMatch(window -> window.contains(at)));
    }

    /** What it asks of the circumstances of a call and is not known. */
    List<String> unknown(CallSketch call) {
        List<String> unknown = new ArrayList<>();
        Entrance entrance = call.subject().entrance();
        if (namesPlaces() && call.place() == null) {
            unknown.add("place");
        }
        if (!circumstances.networks().isEmpty() && entrance.address() == null) {
            unknown.add("network");
        }
        if (!circumstances.sessions().isEmpty() && entrance.session().isEmpty()) {
            unknown.add("session name");
        }
        if (!circumstances.views().isEmpty() && entrance.view().isEmpty()) {
            unknown.add("view");
        }
        if (!circumstances.times().isEmpty() && call.at() == null) {
            unknown.add("time");
        }
        return unknown;
    }

    private boolean isUnderCircumstances(Subject subject, Instant now) {
        Glob by = circumstances.delegatedBy();
        String view = subject.entrance().view();
        return (by == null || subject.delegation().above().stream().anyMatch(by::matches))
                && (circumstances.networks().isEmpty()
                        || isFrom(subject.entrance().address()))
                && (circumstances.sessions().isEmpty()
                        || any(circumstances.sessions(), subject.entrance().session()))
                && (circumstances.views().isEmpty() || (!view.isEmpty() && any(circumstances.views(), view)))
                && (circumstances.times().isEmpty()
                        || circumstances.times().stream().anyMatch(window -> window.contains(now)));
    }

    /** An address that nobody knows counts against the caller. */
    private boolean isFrom(@Nullable InetAddress address) {
        if (address == null) {
            return rule.effect() != Rule.Effect.ALLOW;
        }
        return circumstances.networks().stream().anyMatch(network -> network.contains(address));
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
