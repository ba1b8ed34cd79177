package sqlfeat;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.LocalDate;

import org.apache.flink.table.data.TimestampData;

/** The forms in which values are written, as in `sqlfeat.language.text_forms`; what has another form is null. */
public final class TextForms {
    private static final long DAY_MS = 86400000L;
    private static final int LONGEST_WHOLE = 19;
    private static final int DATE_LENGTH = 10;
    private static final int SECONDS_END = 19;

    private TextForms() {}

    /** `-?[0-9]{1,19}`, within 64 bits. */
    public static Long whole(byte[] text) {
        int from = text.length > 0 && text[0] == '-' ? 1 : 0;
        if (text.length == from || text.length - from > LONGEST_WHOLE) {
            return null;
        }
        long value = 0;  // below zero, where there is room for one more
        for (int i = from; i < text.length; i++) {
            if (!isDigit(text[i])) {
                return null;
            }
            value = value * 10 - (text[i] - '0');
            if (value > 0) {
                return null;
            }
        }
        if (from == 1) {
            return Long.valueOf(value);
        }
        return value == Long.MIN_VALUE ? null : Long.valueOf(-value);
    }

    public static Boolean truth(byte[] text) {
        if (text.length > 5) {
            return null;
        }
        String word = new String(text, StandardCharsets.ISO_8859_1);
        if (word.equalsIgnoreCase("true")) {
            return Boolean.TRUE;
        }
        return word.equalsIgnoreCase("false") ? Boolean.FALSE : null;
    }

    /** `[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]{1,4})?`. */
    public static boolean isReal(byte[] text) {
        int at = sign(text, 0, true);
        int whole = digitsEnd(text, at);
        int end = whole;
        if (whole < text.length && text[whole] == '.') {
            end = digitsEnd(text, whole + 1);
            if (whole == at && end == whole + 1) {
                return false;
            }
        } else if (whole == at) {
            return false;
        }
        if (end < text.length && (text[end] == 'e' || text[end] == 'E')) {
            int exponent = sign(text, end + 1, true);
            end = digitsEnd(text, exponent);
            if (end == exponent || end > exponent + 4) {
                return false;
            }
        }
        return end == text.length;
    }

    /** `-?0*[0-9]{1,whole}([.][0-9]{0,scale}0*)?`. */
    public static boolean isDecimal(byte[] text, int whole, int scale) {
        int from = sign(text, 0, false);
        int point = digitsEnd(text, from);
        int first = zerosEnd(text, from, point);
        if (point == from || point - first > whole) {
            return false;
        }
        if (point == text.length) {
            return true;
        }
        int end = digitsEnd(text, point + 1);
        return text[point] == '.' && end == text.length
                && zerosEnd(text, Math.min(end, point + 1 + scale), end) == end;
    }

    /** Days since 1970 of `YYYY-MM-DD`. */
    public static Integer date(byte[] text) {
        if (text.length != DATE_LENGTH) {
            return null;
        }
        LocalDate day = day(text);
        return day == null ? null : Integer.valueOf((int) day.toEpochDay());
    }

    /** Of a date with a year above 0, a time of day with up to nine digits behind its point, and perhaps a `Z`. */
    public static TimestampData timestamp(byte[] text) {
        if (text.length < SECONDS_END || (text[10] != ' ' && text[10] != 'T') || text[13] != ':' || text[16] != ':') {
            return null;
        }
        int hour = number(text, 11, 13);
        int minute = number(text, 14, 16);
        int second = number(text, 17, 19);
        int millisecond = fraction(text);
        LocalDate day = day(text);
        boolean exists = hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 && second < 60;
        if (!exists || millisecond < 0 || day == null || day.getYear() == 0) {
            return null;
        }
        long ofDay = ((hour * 60L + minute) * 60L + second) * 1000L + millisecond;
        return TimestampData.fromEpochMillis(day.toEpochDay() * DAY_MS + ofDay);
    }

    /** The milliseconds behind the seconds; -1 if something else stands there. */
    private static int fraction(byte[] text) {
        int end = text.length > SECONDS_END && text[text.length - 1] == 'Z' ? text.length - 1 : text.length;
        if (end == SECONDS_END) {
            return 0;
        }
        int from = SECONDS_END + 1;
        if (text[SECONDS_END] != '.' || end == from || end > from + 9 || digitsEnd(text, from) != end) {
            return -1;
        }
        int value = 0;
        for (int i = from; i < from + 3; i++) {
            value = value * 10 + (i < end ? text[i] - '0' : 0);
        }
        return value;
    }

    private static LocalDate day(byte[] text) {
        int year = number(text, 0, 4);
        int month = number(text, 5, 7);
        int day = number(text, 8, 10);
        if (text[4] != '-' || text[7] != '-' || year < 0 || month < 0 || day < 0) {
            return null;
        }
        try {
            return LocalDate.of(year, month, day);
        } catch (DateTimeException error) {
            return null;
        }
    }

    /** Of digits only; -1 if there is something else. */
    private static int number(byte[] text, int from, int end) {
        int value = 0;
        for (int i = from; i < end; i++) {
            if (!isDigit(text[i])) {
                return -1;
            }
            value = value * 10 + (text[i] - '0');
        }
        return value;
    }

    private static int sign(byte[] text, int at, boolean plus) {
        boolean there = at < text.length && (text[at] == '-' || (plus && text[at] == '+'));
        return there ? at + 1 : at;
    }

    private static int digitsEnd(byte[] text, int from) {
        int at = from;
        while (at < text.length && isDigit(text[at])) {
            at++;
        }
        return at;
    }

    private static int zerosEnd(byte[] text, int from, int end) {
        int at = from;
        while (at < end && text[at] == '0') {
            at++;
        }
        return at;
    }

    private static boolean isDigit(byte b) {
        return b >= '0' && b <= '9';
    }
}
