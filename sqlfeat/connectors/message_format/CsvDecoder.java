package sqlfeat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** One record of CSV a message, by RFC 4180. */
public final class CsvDecoder implements MessageDecoder {
    private final String[] names;
    private final byte delimiter;
    private final byte[] nullLiteral;

    public CsvDecoder(String[] names, char delimiter, String nullLiteral) {
        this.names = names;
        this.delimiter = (byte) delimiter;
        this.nullLiteral = nullLiteral.getBytes(StandardCharsets.UTF_8);
    }

    public String[] names() {
        return names;
    }

    public byte[][] decode(byte[] message) throws BrokenMessage {
        Text.check(message, 0, message.length);
        if (message.length > 2 && message[0] == (byte) 0xEF && message[1] == (byte) 0xBB && message[2] == (byte) 0xBF) {
            throw new BrokenMessage("a byte order mark before the first field");
        }
        int end = withoutLineBreak(message);
        if (end == 0) {
            throw new BrokenMessage("an empty message");
        }
        byte[][] fields = new byte[names.length][];
        int count = 0;
        int at = 0;
        while (true) {
            int next = at < end && message[at] == '"' ? quotedEnd(message, at, end) : plainEnd(message, at, end);
            if (count < fields.length) {
                fields[count] = field(message, at, next);
            }
            count++;
            if (next == end) {
                break;
            }
            at = next + 1;
        }
        if (count != fields.length) {
            throw new BrokenMessage(count + (count == 1 ? " field" : " fields") + " instead of " + fields.length);
        }
        return fields;
    }

    public String remark() {
        return null;
    }

    public String show(byte[] message) {
        return new String(message, StandardCharsets.UTF_8);
    }

    private static int withoutLineBreak(byte[] message) {
        int end = message.length;
        if (end > 0 && message[end - 1] == '\n') {
            end--;
            if (end > 0 && message[end - 1] == '\r') {
                end--;
            }
        }
        return end;
    }

    /** Where a field without quotes ends: at a delimiter or at the end. */
    private int plainEnd(byte[] message, int from, int end) throws BrokenMessage {
        for (int at = from; at < end; at++) {
            byte b = message[at];
            if (b == delimiter) {
                return at;
            }
            if (b == '"') {
                throw new BrokenMessage("a quote in a field without quotes");
            }
            if (b == '\n' || b == '\r') {
                throw new BrokenMessage("a line break outside of quotes");
            }
        }
        return end;
    }

    /** Where a field in quotes ends, its quotes included. */
    private int quotedEnd(byte[] message, int from, int end) throws BrokenMessage {
        int at = from + 1;
        while (at < end) {
            if (message[at] != '"') {
                at++;
            } else if (at + 1 < end && message[at + 1] == '"') {
                at += 2;
            } else {
                at++;
                if (at < end && message[at] != delimiter) {
                    boolean line = message[at] == '\n' || message[at] == '\r';
                    throw new BrokenMessage(line ? "a line break outside of quotes" : "text behind a closing quote");
                }
                return at;
            }
        }
        throw new BrokenMessage("a quote that is not closed");
    }

    private byte[] field(byte[] message, int from, int end) {
        if (from < end && message[from] == '"') {
            return unquoted(message, from + 1, end - 1);
        }
        byte[] value = Arrays.copyOfRange(message, from, end);
        return Arrays.equals(value, nullLiteral) ? null : value;
    }

    private static byte[] unquoted(byte[] message, int from, int end) {
        byte[] value = new byte[end - from];
        int length = 0;
        for (int at = from; at < end; at++) {
            value[length++] = message[at];
            if (message[at] == '"') {
                at++;  // the second of two
            }
        }
        return Arrays.copyOf(value, length);
    }
}
