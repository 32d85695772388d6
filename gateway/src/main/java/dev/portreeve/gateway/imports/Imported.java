package dev.portreeve.gateway.imports;

import dev.portreeve.gateway.config.ConfigEdit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * What a client's file gives.
 *
 * @param file as it was named
 * @param servers in the order of the file
 * @param rules for the list {@code policies}: tools that the client kept from its model stay denied
 * @param variables that the entries refer to
 * @param remarks on everything that is not carried over
 */
public record Imported(
        String file,
        ClientFormat format,
        List<ImportedServer> servers,
        List<ConfigEdit.Entry> rules,
        List<Variable> variables,
        List<Remark> remarks) {
    public Imported {
        servers = List.copyOf(servers);
        rules = List.copyOf(rules);
        variables = List.copyOf(variables);
        remarks = List.copyOf(remarks);
    }

    /**
     * @param file name of it, for messages and to tell clients apart that write the same
     * @param taken slugs that are not free
     * @throws dev.portreeve.gateway.config.BadConfig it is no client's file, or something in it has the wrong form
     */
    public static Imported read(String file, String text, Collection<String> taken) {
        return new Translation(SourceText.parse(file, text)).read(new Slugs(taken));
    }

    /** Entries for {@code tool-servers}. */
    public List<ConfigEdit.Entry> entries() {
        return servers.stream().map(ImportedServer::entry).toList();
    }

    /** The same without some servers, which are remarked on. */
    public Imported without(Collection<ImportedServer> others, String why) {
        List<Remark> more = new ArrayList<>(remarks);
        others.forEach(other -> more.add(new Remark(other.name(), other.line(), "", why)));
        List<String> slugs = others.stream().map(ImportedServer::slug).toList();
        List<String> names = others.stream().map(ImportedServer::name).toList();
        return new Imported(
                file,
                format,
                servers.stream().filter(server -> !others.contains(server)).toList(),
                rules.stream()
                        .filter(rule -> slugs.stream()
                                .noneMatch(slug -> rule.values().containsValue(ruleId(slug))
                                        || rule.values().containsValue(onlyId(slug))))
                        .toList(),
                variables.stream()
                        .filter(variable -> !names.contains(variable.server()))
                        .toList(),
                more);
    }

    /** The entries as a piece of a configuration file. */
    public String yaml() {
        StringBuilder yaml = new StringBuilder("# From " + file + " (" + format.label() + ").");
        yaml.append(servers.stream().anyMatch(ImportedServer::disabled) ? " What is disabled starts when" : "")
                .append(servers.stream().anyMatch(ImportedServer::disabled) ? " that line is taken out.\n" : "\n")
                .append(ConfigEdit.list("tool-servers", entries()));
        return rules.isEmpty()
                ? yaml.toString()
                : yaml.append(ConfigEdit.list("policies", rules)).toString();
    }

    static String onlyId(String slug) {
        return "only-" + slug;
    }

    static String ruleId(String slug) {
        return "without-" + slug;
    }
}
