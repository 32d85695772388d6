import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;

/** Carries bytes between a client and a server on this machine as slowly as if the two were some milliseconds apart. */
final class Relay implements AutoCloseable {
    private static final byte[] END = new byte[0];

    private final ServerSocket server = new ServerSocket(0, 256, InetAddress.getLoopbackAddress());
    private final int target;
    private final long oneWayNanos;

    private record Piece(byte[] bytes, long due) {}

    /** @param roundTripMillis half of it on the way there, half on the way back */
    Relay(int target, int roundTripMillis) throws IOException {
        this.target = target;
        this.oneWayNanos = roundTripMillis * 500_000L;
        Thread.startVirtualThread(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                Socket there = new Socket(InetAddress.getLoopbackAddress(), target);
                client.setTcpNoDelay(true);
                there.setTcpNoDelay(true);
                carry(client, there);
                carry(there, client);
            } catch (IOException closed) {
                // The next one may be luckier.
            }
        }
    }

    private void carry(Socket from, Socket to) {
        BlockingQueue<Piece> way = new LinkedBlockingQueue<>();
        Thread.startVirtualThread(() -> {
            byte[] buffer = new byte[64 * 1024];
            try (from) {
                InputStream in = from.getInputStream();
                for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                    byte[] bytes = new byte[count];
                    System.arraycopy(buffer, 0, bytes, 0, count);
                    way.add(new Piece(bytes, System.nanoTime() + oneWayNanos));
                }
            } catch (IOException cut) {
                // The end, as below.
            }
            way.add(new Piece(END, System.nanoTime() + oneWayNanos));
        });
        Thread.startVirtualThread(() -> {
            try (to) {
                OutputStream out = to.getOutputStream();
                for (Piece piece = way.take(); piece.bytes() != END; piece = way.take()) {
                    for (long wait = piece.due() - System.nanoTime(); wait > 0; wait = piece.due() - System.nanoTime()) {
                        LockSupport.parkNanos(wait);
                    }
                    out.write(piece.bytes());
                    out.flush();
                }
            } catch (IOException | InterruptedException cut) {
                // The reader above ends with its socket.
            }
        });
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
