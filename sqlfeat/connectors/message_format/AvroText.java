package sqlfeat;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.LocalDate;

/** Values of Avro as the text in which all other formats have them. */
public final class AvroText {
    private static final long DAY_SECONDS = 86400L;
    private static final int MAX_DECIMAL_BYTES = 32;

    private AvroText() {}

    /** A time since 1970 in units of which a second has `perSecond`, with `digits` behind the point. */
    public static String timestamp(long value, long perSecond, int digits) {
        long seconds = Math.floorDiv(value, perSecond);
        String day = date(Math.floorDiv(seconds, DAY_SECONDS));
        int second = (int) Math.floorMod(seconds, DAY_SECONDS);
        StringBuilder text = new StringBuilder(29).append(day).append(' ');
        padded(text, second / 3600, 2).append(':');
        padded(text, second / 60 % 60, 2).append(':');
        padded(text, second % 60, 2).append('.');
        return padded(text, Math.floorMod(value, perSecond), digits).toString();
    }

    /** A day since 1970; one that no calendar of ours has comes out as a text that is no date. */
    public static String date(long day) {
        return Math.abs(day) > 4000000L ? "day " + day : LocalDate.ofEpochDay(day).toString();
    }

    /** The digits of an unscaled number; one far beyond every DECIMAL comes out as a text that is no number. */
    public static String decimal(byte[] unscaled, int scale) {
        if (unscaled.length == 0 || unscaled.length > MAX_DECIMAL_BYTES) {
            return "a decimal of " + unscaled.length + " bytes";
        }
        return new BigDecimal(new BigInteger(unscaled), scale).toPlainString();
    }

    private static StringBuilder padded(StringBuilder text, long number, int width) {
        String digits = Long.toString(number);
        for (int i = digits.length(); i < width; i++) {
            text.append('0');
        }
        return text.append(digits);
    }
}
