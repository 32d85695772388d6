package dev.portreeve.examples.notes;

import io.modelcontextprotocol.json.McpJsonDefaults;
import io.modelcontextprotocol.server.McpServer;
import io.modelcontextprotocol.server.McpSyncServer;
import io.modelcontextprotocol.server.transport.StdioServerTransportProvider;
import io.modelcontextprotocol.spec.McpSchema.ServerCapabilities;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/**
 * An MCP server over a folder of notes, built with the official MCP Java SDK. It speaks over standard input and output,
 * and ends when its input ends.
 *
 * <pre>java -cp portreeve-examples.jar dev.portreeve.examples.notes.NotesServer [--samples] FOLDER</pre>
 */
public final class NotesServer {
    private NotesServer() {}

    /**
     * Serves until standard input ends; exit code 2 when called wrongly, 1 when the folder cannot be used.
     *
     * @param args {@code --samples} puts three notes into an empty folder; the folder
     */
    public static void main(String[] args) throws InterruptedException {
        boolean samples = args.length == 2 && "--samples".equals(args[0]);
        if (!samples && args.length != 1) {
            System.err.println("usage: NotesServer [--samples] FOLDER");
            System.exit(2);
        }
        Path folder = Path.of(args[args.length - 1]);
        try {
            Notes notes = Notes.open(folder);
            if (samples) {
                notes.addSamples();
            }
            serve(notes);
        } catch (IOException | Notes.Refused unusable) {
            System.err.println("the folder \"" + folder + "\" cannot be used: " + unusable);
            System.exit(1);
        }
        // The SDK keeps a thread on standard input that does not end by itself.
        System.exit(0);
    }

    private static void serve(Notes notes) throws InterruptedException {
        CountDownLatch inputEnded = new CountDownLatch(1);
        StdioServerTransportProvider stdio = new StdioServerTransportProvider(
                McpJsonDefaults.getMapper(), new InputThatTellsItsEnd(System.in, inputEnded), System.out);
        McpSyncServer server = McpServer.sync(stdio)
                .serverInfo("notes", "1.0.0")
                .instructions("Notes in Markdown. Search before reading; read before writing.")
                .capabilities(ServerCapabilities.builder().tools(false).build())
                .tools(new NotesTools(notes).all())
                .build();
        inputEnded.await();
        server.closeGracefully();
    }

    /** The SDK does not say when its input ended, and without that the process would outlive its client. */
    private static final class InputThatTellsItsEnd extends FilterInputStream {
        private final CountDownLatch ended;

        InputThatTellsItsEnd(InputStream in, CountDownLatch ended) {
            super(in);
            this.ended = ended;
        }

        @Override
        public int read() throws IOException {
            int read = super.read();
            if (read < 0) {
                ended.countDown();
            }
            return read;
        }

        @Override
        public int read(byte[] into, int from, int length) throws IOException {
            int read = super.read(into, from, length);
            if (read < 0) {
                ended.countDown();
            }
            return read;
        }
    }
}
