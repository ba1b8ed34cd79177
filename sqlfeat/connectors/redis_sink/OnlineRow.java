package sqlfeat;

import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.Arrays;

/** The row of one entity key in one feature view: all UTF-8, as `sqlfeat.stores.protocol` says. */
public final class OnlineRow {
    private static final int FEATURE_TIME_WIDTH = "2013-12-31 23:59:00.000".length();
    private static final long DAY_MS = 86400000L;

    final byte[] key;
    final byte[] version;
    final byte[] features;

    public OnlineRow(byte[] key, byte[] version, byte[] features) {
        this.key = key;
        this.version = version;
        this.features = features;
    }

    /** Whether another row of its key does not take its place; of equal versions the later one does. */
    boolean isNewerThan(OnlineRow later) {
        return Arrays.compareUnsigned(version, later.version) > 0;
    }

    /** The feature time as text, UTC: the head of the version. */
    byte[] featureTime() {
        return Arrays.copyOf(version, FEATURE_TIME_WIDTH);
    }

    /** The feature time in milliseconds since 1970. */
    long millis() {
        // The last windows of the year 9999 end in a year of five digits.
        int year = 4;
        while (version[year] != '-') {
            year++;
        }
        long day = LocalDate.of(digits(0, year), digits(year + 1, 2), digits(year + 4, 2)).toEpochDay();
        long seconds = (digits(year + 7, 2) * 60L + digits(year + 10, 2)) * 60L + digits(year + 13, 2);
        return day * DAY_MS + seconds * 1000L + digits(year + 16, 3);
    }

    /** When it is forgotten, as text: so long after its feature time; empty for never. */
    byte[] expires(long ttlMs) {
        return ttlMs == 0L ? new byte[0] : Long.toString(millis() + ttlMs).getBytes(StandardCharsets.US_ASCII);
    }

    int size() {
        return key.length + version.length + features.length;
    }

    private int digits(int from, int count) {
        int number = 0;
        for (int index = from; index < from + count; index++) {
            number = number * 10 + version[index] - '0';
        }
        return number;
    }
}
