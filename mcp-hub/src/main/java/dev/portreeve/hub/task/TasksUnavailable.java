package dev.portreeve.hub.task;

/** Tasks cannot be read or stored now; nothing is known of them. */
public final class TasksUnavailable extends RuntimeException {
    private static final long serialVersionUID = 1;

    public TasksUnavailable(Throwable cause) {
        super("the tasks of the gateway cannot be read or stored now", cause);
    }
}
