package dev.portreeve.gateway.config;

/**
 * One thing that is wrong with a configuration file.
 *
 * @param line counted from 1; 0 where no line is to blame
 * @param path of the value in the file, such as {@code models[0].name}; empty for the file as a whole
 */
public record ConfigProblem(String file, int line, String path, String what) {
    @Override
    public String toString() {
        return file + (line > 0 ? ":" + line : "") + ": " + (path.isEmpty() ? "" : path + ": ") + what;
    }
}
