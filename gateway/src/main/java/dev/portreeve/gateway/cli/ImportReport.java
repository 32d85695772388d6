package dev.portreeve.gateway.cli;

import dev.portreeve.gateway.edit.FileEdit;
import dev.portreeve.gateway.imports.Imported;
import dev.portreeve.gateway.imports.ImportedServer;
import dev.portreeve.gateway.imports.Remark;
import dev.portreeve.gateway.imports.Variable;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Says what an import brought, what must be set for it and what it left out: for people on standard error, or as JSON. */
final class ImportReport {
    private final Terminal terminal;
    private final boolean json;

    ImportReport(Terminal terminal, boolean json) {
        this.terminal = terminal;
        this.json = json;
    }

    /** The entries go to standard output. */
    void printed(Imported imported) {
        if (json) {
            terminal.line(tree(imported, null).put("yaml", imported.yaml()).toString());
            return;
        }
        if (!imported.servers().isEmpty()) {
            terminal.line(imported.yaml().stripTrailing());
        }
        summary(imported);
    }

    /** The entries went into a file. */
    void merged(Imported imported, FileEdit.Done done) {
        if (json) {
            terminal.line(tree(imported, done).toString());
            return;
        }
        summary(imported);
        if (done.backup() == null) {
            terminal.note(done.file() + " is as it was");
        } else {
            terminal.note("written to " + done.file() + "; as it was before: " + done.backup());
        }
    }

    private void summary(Imported imported) {
        terminal.note(imported.file() + ": " + imported.format().label() + ", "
                + (imported.servers().size() == 1
                        ? "1 server"
                        : imported.servers().size() + " servers"));
        for (ImportedServer server : imported.servers()) {
            terminal.note("  " + server.slug() + (server.slug().equals(server.name()) ? "" : " (" + server.name() + ")")
                    + ": " + server.transport() + (server.disabled() ? ", disabled" : ""));
        }
        if (!imported.variables().isEmpty()) {
            terminal.note("set these for the gateway:");
        }
        for (Variable variable : imported.variables()) {
            terminal.note("  " + variable.name() + " (" + variable.server() + "): " + variable.purpose()
                    + (variable.literal() ? "; its value stands in the file, move it from there" : "")
                    + (variable.optional() ? "; has a default" : ""));
        }
        if (!imported.remarks().isEmpty()) {
            terminal.note("not carried over, or to look at:");
        }
        for (Remark remark : imported.remarks()) {
            String place = imported.file() + (remark.line() > 0 ? ":" + remark.line() : "");
            terminal.note("  " + place + ": " + (remark.path().isEmpty() ? remark.server() : remark.path()) + ": "
                    + remark.what());
        }
    }

    private static ObjectNode tree(Imported imported, FileEdit.@Nullable Done done) {
        ObjectNode tree = JsonMapper.shared().createObjectNode();
        tree.put("file", imported.file()).put("format", imported.format().label());
        ArrayNode servers = tree.putArray("servers");
        imported.servers()
                .forEach(server -> servers.addObject()
                        .put("slug", server.slug())
                        .put("name", server.name())
                        .put("transport", server.transport())
                        .put("disabled", server.disabled())
                        .put("line", server.line()));
        ArrayNode variables = tree.putArray("variables");
        imported.variables()
                .forEach(variable -> variables
                        .addObject()
                        .put("name", variable.name())
                        .put("server", variable.server())
                        .put("purpose", variable.purpose())
                        .put("literal", variable.literal())
                        .put("optional", variable.optional()));
        ArrayNode remarks = tree.putArray("not_carried_over");
        imported.remarks()
                .forEach(remark -> remarks.addObject()
                        .put("server", remark.server())
                        .put("line", remark.line())
                        .put("path", remark.path())
                        .put("what", remark.what()));
        if (done != null) {
            tree.put("into", done.file().toString());
            tree.put("backup", done.backup() == null ? null : done.backup().toString());
        }
        return tree;
    }
}
