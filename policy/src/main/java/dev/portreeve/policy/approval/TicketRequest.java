package dev.portreeve.policy.approval;

import dev.portreeve.policy.access.Decision;
import dev.portreeve.policy.call.Arguments;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.Resource;
import dev.portreeve.policy.call.Subject;
import dev.portreeve.policy.call.ToolCall;
import dev.portreeve.policy.session.LabelScope;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What a ticket is about: one exact call of one principal, under one version of the policy.
 *
 * @param arguments as they will run, after guardrails rewrote them
 * @param rules ids of the rules that ask, comma-separated
 * @param seats who may decide; empty means anyone who may decide at all
 * @param quorum how many of them must say yes
 * @param terms what else approvers may do
 * @param session whose question it is; a no is about that longer than about others
 */
public record TicketRequest(
        String tenant,
        String member,
        String keyId,
        Resource.Tool tool,
        Arguments arguments,
        String rules,
        List<Seat> seats,
        int quorum,
        String policyVersion,
        Terms terms,
        LabelScope session) {
    private static final String CALL_VERSION = "portreeve-call-1";
    private static final String BINDING_VERSION = "portreeve-approval-3";

    public TicketRequest {
        seats = List.copyOf(seats);
    }

    /** One of no session. */
    public TicketRequest(
            String tenant,
            String member,
            String keyId,
            Resource.Tool tool,
            Arguments arguments,
            String rules,
            List<Seat> seats,
            int quorum,
            String policyVersion,
            Terms terms) {
        this(
                tenant,
                member,
                keyId,
                tool,
                arguments,
                rules,
                seats,
                quorum,
                policyVersion,
                terms,
                new LabelScope(tenant, keyId, ""));
    }

    /** One that can be approved or denied, and no more. */
    public TicketRequest(
            String tenant,
            String member,
            String keyId,
            Resource.Tool tool,
            Arguments arguments,
            String rules,
            List<Seat> seats,
            int quorum,
            String policyVersion) {
        this(tenant, member, keyId, tool, arguments, rules, seats, quorum, policyVersion, Terms.NONE);
    }

    /**
     * @param arguments those of the call as they will run
     * @param session of the subject
     */
    static TicketRequest of(
            ToolCall call,
            Arguments arguments,
            Decision.Ask ask,
            List<Seat> seats,
            String policyVersion,
            LabelScope session) {
        Subject subject = call.subject();
        return new TicketRequest(
                subject.tenant(),
                subject.member(),
                subject.keyId(),
                call.resource(),
                arguments,
                ask.ruleIds(),
                seats,
                ask.quorum(),
                policyVersion,
                Terms.of(ask, seats, session.session(), atMost(call), Asker.of(subject)),
                session);
    }

    private static NanoUsd atMost(ToolCall call) {
        try {
            return call.estimate().worstCase();
        } catch (ArithmeticException beyondAllMeasure) {
            // No budget holds that, so nobody is asked.
            return new NanoUsd(Long.MAX_VALUE);
        }
    }

    /** The names of all who may decide at some time; empty means anyone. */
    public List<String> approvers() {
        return seats.stream().map(Seat::person).distinct().toList();
    }

    /** Those whom the rules mean, without who stands in for them. */
    Set<String> places() {
        return seats.stream().map(Seat::place).collect(Collectors.toCollection(TreeSet::new));
    }

    /**
     * Whose vote a person's is. A person who is asked anyhow votes for nobody else; who stands in for several, at other times than the
     * ticket's too, votes for the first of those who were away in that time.
     */
    String place(String person, Instant requestedAt, Instant now) {
        List<String> places = seats.stream()
                .filter(seat -> seat.person().equals(person) && seat.wasOpen(requestedAt, now))
                .map(Seat::place)
                .toList();
        return places.isEmpty() || places.contains(person) ? person : places.getFirst();
    }

    /**
     * What ties a decision to this very call: SHA-256, in hex, over everything that must be the same when the decision is used. Each part
     * goes in with its length, so that no two different calls give the same bytes. The arguments go in by the digest of their canonical
     * form: a repeat may differ in white space, but not in any value. The rules that ask are part of
     * it: what was said to one is nothing said to another that asks too since. Who may decide is part of it, so that a yes is worth nothing once
     * those who could give it are others; deputies are not, who come and go.
     */
    public String binding() {
        return digest(List.of(
                BINDING_VERSION,
                tenant,
                member,
                keyId,
                tool.server(),
                tool.tool(),
                tool.definitionHash(),
                arguments.digest(),
                policyVersion,
                rules,
                Integer.toString(quorum),
                String.join("\n", places())));
    }

    /**
     * What is the same for the same call whatever rules, definition and key it comes under: SHA-256, in hex, over caller, tool and
     * canonical arguments. A person's no is about this.
     */
    public String callDigest() {
        return digest(List.of(CALL_VERSION, tenant, member, tool.server(), tool.tool(), arguments.digest()));
    }

    private static String digest(List<String> parts) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            for (String part : parts) {
                byte[] utf8 = part.getBytes(StandardCharsets.UTF_8);
                out.writeInt(utf8.length);
                out.write(utf8);
            }
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.toByteArray()));
        } catch (IOException e) {
            throw new UncheckedIOException("an array cannot fail to be written", e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
