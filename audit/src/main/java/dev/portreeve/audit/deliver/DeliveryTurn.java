package dev.portreeve.audit.deliver;

import java.sql.SQLException;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whose turn a delivery is: of several gateways one has it and keeps it until it fails or ends. For one thread. */
final class DeliveryTurn implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(DeliveryTurn.class);

    private final DataSource database;
    private final Delivery delivery;
    private @Nullable DeliverySession session;

    /** @param database opens one unpooled connection, kept while the turn is */
    DeliveryTurn(DataSource database, Delivery delivery) {
        this.database = database;
        this.delivery = delivery;
    }

    /** What is done in a turn, with the tenants whose logs it has to do with. */
    interface Work {
        /** Returns whether there is more to do at once. */
        boolean with(DeliverySession elected, List<String> tenants) throws SQLException;
    }

    /** Works, if no other gateway has the turn; what fails gives it away. Returns whether there is more to do at once. */
    boolean work(Work work) throws SQLException {
        boolean well = false;
        try {
            if (session == null) {
                session = DeliverySession.elect(database, delivery.id());
                if (session != null) {
                    session.begin(delivery.tenant(), delivery.fromNow());
                }
            }
            String only = delivery.tenant();
            boolean more = session != null
                    && work.with(
                            session,
                            only == null ? session.tenants(delivery.pace().tell()) : List.of(only));
            well = true;
            return more;
        } finally {
            if (!well) {
                close();
            }
        }
    }

    /** Whether it was this gateway's the last time. */
    boolean isOurs() {
        return session != null;
    }

    /** Gives it away. */
    @Override
    public void close() {
        DeliverySession lost = session;
        session = null;
        if (lost != null) {
            try {
                lost.close();
            } catch (SQLException gone) {
                LOGGER.debug("the connection of delivery {} was gone already: {}", delivery.id(), gone.toString());
            }
        }
    }
}
