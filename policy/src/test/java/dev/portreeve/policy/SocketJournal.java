package dev.portreeve.policy;

import dev.portreeve.audit.Journal;
import dev.portreeve.audit.JournalEntry;
import dev.portreeve.audit.Receipt;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;

/**
 * Makes a round trip over a socket of its own in the thread that appends, as a journal without a writer thread would: on a
 * virtual thread an interrupt that was left behind breaks it. Also lets a test hold receipts back.
 */
final class SocketJournal implements Journal, AutoCloseable {
    private final Journal journal;
    private final ServerSocket server;
    private final Socket client;
    private final Thread echo;
    private volatile CountDownLatch gate = new CountDownLatch(0);

    SocketJournal(Journal journal) {
        this.journal = journal;
        try {
            this.server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            this.client = new Socket(server.getInetAddress(), server.getLocalPort());
            Socket accepted = server.accept();
            this.echo = Thread.startVirtualThread(() -> echo(accepted));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void echo(Socket socket) {
        try (socket) {
            for (int b = socket.getInputStream().read();
                    b >= 0;
                    b = socket.getInputStream().read()) {
                socket.getOutputStream().write(b);
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** From now on receipts say nothing until the gate opens. */
    CountDownLatch hold() {
        CountDownLatch closed = new CountDownLatch(1);
        gate = closed;
        return closed;
    }

    @Override
    public Receipt append(JournalEntry<?> entry) {
        roundTrip();
        Receipt receipt = journal.append(entry);
        return new Held(receipt, gate);
    }

    @Override
    public Receipt appendUnhurried(JournalEntry<?> entry) {
        return append(entry);
    }

    private synchronized void roundTrip() {
        try {
            client.getOutputStream().write(42);
            if (client.getInputStream().read() != 42) {
                throw new AssertionError("the echo is gone");
            }
        } catch (IOException e) {
            throw new AssertionError("an interrupt was left behind: it broke the journal's socket", e);
        }
    }

    private record Held(Receipt receipt, CountDownLatch gate) implements Receipt {
        @Override
        public void await() {
            try {
                gate.await();
            } catch (InterruptedException e) {
                throw new AssertionError("an interrupt was left behind: it broke the wait for evidence", e);
            }
            receipt.await();
        }

        @Override
        public boolean isDurable() {
            return gate.getCount() == 0 && receipt.isDurable();
        }

        @Override
        public List<UUID> recordIds() {
            return receipt.recordIds();
        }
    }

    @Override
    public void close() {
        try {
            client.close();
            server.close();
            echo.join();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
