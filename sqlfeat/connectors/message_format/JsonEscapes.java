package sqlfeat;

import java.nio.charset.StandardCharsets;

/** What stands behind a backslash in a JSON string. */
public final class JsonEscapes {
    private static final String SHORT = "\"\\/bfnrt";
    private static final String MEANT = "\"\\/\b\f\n\r\t";

    private JsonEscapes() {}

    /** Where an escape ends that begins behind the backslash; -1 if it is none. */
    public static int end(byte[] bytes, int at) {
        if (at == bytes.length) {
            return -1;
        }
        if (bytes[at] != 'u') {
            return SHORT.indexOf(bytes[at]) < 0 ? -1 : at + 1;
        }
        for (int i = at + 1; i < at + 5; i++) {
            if (i >= bytes.length || Character.digit(bytes[i], 16) < 0) {
                return -1;
            }
        }
        return at + 5;
    }

    /** A string with escapes that all have an end; half of a pair of UTF-16 comes out as a question mark. */
    public static byte[] resolve(byte[] bytes, int from, int end) {
        StringBuilder text = new StringBuilder(end - from);
        int at = from;
        while (at < end) {
            int plain = at;
            while (at < end && bytes[at] != '\\') {
                at++;
            }
            text.append(new String(bytes, plain, at - plain, StandardCharsets.UTF_8));
            if (at < end) {
                text.append(meant(bytes, at + 1));
                at = end(bytes, at + 1);
            }
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static char meant(byte[] bytes, int at) {
        if (bytes[at] != 'u') {
            return MEANT.charAt(SHORT.indexOf(bytes[at]));
        }
        return (char) Integer.parseInt(new String(bytes, at + 1, 4, StandardCharsets.US_ASCII), 16);
    }
}
