package dev.portreeve.policy.approval;

import dev.portreeve.policy.access.Decision;
import dev.portreeve.policy.call.Arguments;
import dev.portreeve.policy.call.Resource;
import dev.portreeve.policy.call.Subject;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * What a ticket is about: one exact call of one principal, under one version of the policy.
 *
 * @param arguments as they will run, after guardrails rewrote them
 * @param rules ids of the rules that ask, comma-separated
 * @param approvers who may decide; empty means anyone who may decide at all
 */
public record TicketRequest(
        String tenant,
        String member,
        String keyId,
        Resource.Tool tool,
        Arguments arguments,
        String rules,
        List<String> approvers,
        String policyVersion) {
    private static final String BINDING_VERSION = "portreeve-approval-1";

    public TicketRequest {
        approvers = List.copyOf(approvers);
    }

    static TicketRequest of(
            Subject subject, Resource.Tool tool, Arguments arguments, Decision.Ask ask, String policyVersion) {
        return new TicketRequest(
                subject.tenant(),
                subject.member(),
                subject.keyId(),
                tool,
                arguments,
                ask.ruleIds(),
                ask.approvers(),
                policyVersion);
    }

    /**
     * What ties a decision to this very call: SHA-256, in hex, over everything that must be the same when the decision is used. Each part
     * goes in with its length, so that no two different calls give the same bytes. The arguments go in by the digest of their canonical
     * form: a repeat may differ in white space, but not in any value.
     */
    public String binding() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            for (String part : List.of(
                    BINDING_VERSION,
                    tenant,
                    member,
                    keyId,
                    tool.server(),
                    tool.tool(),
                    tool.definitionHash(),
                    arguments.digest(),
                    policyVersion)) {
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
