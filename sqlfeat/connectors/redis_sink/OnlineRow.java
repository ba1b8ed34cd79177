package sqlfeat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The row of one entity key in one feature view: all UTF-8, as `sqlfeat.stores.protocol` says. */
public final class OnlineRow {
    private static final int FEATURE_TIME_WIDTH = "2013-12-31 23:59:00.000".length();

    final byte[] key;
    final byte[] version;
    final byte[] features;
    final long millis;

    /** @param millis the feature time in milliseconds since 1970 */
    public OnlineRow(byte[] key, byte[] version, byte[] features, long millis) {
        this.key = key;
        this.version = version;
        this.features = features;
        this.millis = millis;
    }

    /** The feature time as text, UTC: the head of the version. */
    byte[] featureTime() {
        return Arrays.copyOf(version, FEATURE_TIME_WIDTH);
    }

    /** When it is forgotten, as text: so long after its feature time; empty for never. */
    byte[] expires(long ttlMs) {
        return ttlMs == 0L ? new byte[0] : Long.toString(millis + ttlMs).getBytes(StandardCharsets.US_ASCII);
    }
}
