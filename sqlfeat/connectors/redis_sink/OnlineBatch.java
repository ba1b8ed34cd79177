package sqlfeat;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/** Rows that wait to be written: of each key the newest, of equal versions the last. */
public final class OnlineBatch {
    private static final int MOST_ROWS = 10000;
    private static final long MOST_BYTES = 16L << 20;

    private final Map newest = new LinkedHashMap();
    private long bytes;
    private int overtaken;

    public void add(OnlineRow row) {
        // Its bytes as they are, in a text: for that Java knows hash and equality.
        String key = new String(row.key, StandardCharsets.ISO_8859_1);
        OnlineRow held = (OnlineRow) newest.put(key, row);
        bytes += row.size();
        if (held != null) {
            overtaken++;
            bytes -= held.size();
            if (held.isNewerThan(row)) {
                newest.put(key, held);
                bytes += held.size() - row.size();
            }
        }
    }

    public boolean isFull() {
        return newest.size() >= MOST_ROWS || bytes >= MOST_BYTES;
    }

    public boolean isEmpty() {
        return newest.isEmpty();
    }

    public Collection rows() {
        return newest.values();
    }

    /** How many rows are left out since it was cleared, as the batch has a newer one of their key. */
    public int overtaken() {
        return overtaken;
    }

    public void clear() {
        newest.clear();
        bytes = 0L;
        overtaken = 0;
    }
}
