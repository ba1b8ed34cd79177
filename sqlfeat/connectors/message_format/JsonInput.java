package sqlfeat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.json.JsonReadFeature;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.json.JsonMapper;

/**
 * Reads a JSON text of UTF-8 from front to back. Two things are taken that the standard forbids: control characters in
 * strings that are not escaped, and a byte order mark before the text.
 */
public final class JsonInput {
    private static final int DEEPEST = 1000;
    private static final ObjectMapper MAPPER =
            JsonMapper.builder().enable(JsonReadFeature.ALLOW_UNESCAPED_CONTROL_CHARS).build();

    private final byte[] bytes;
    private int at;

    public JsonInput(byte[] bytes) {
        this.bytes = bytes;
    }

    public void skipByteOrderMark() {
        if (bytes.length > 2 && bytes[0] == (byte) 0xEF && bytes[1] == (byte) 0xBB && bytes[2] == (byte) 0xBF) {
            at = 3;
        }
    }

    /** Behind white space. */
    public boolean atEnd() {
        return peek() < 0;
    }

    public boolean take(char c) {
        if (peek() != c) {
            return false;
        }
        at++;
        return true;
    }

    public void expect(char c) throws BrokenMessage {
        if (!take(c)) {
            throw broken();
        }
    }

    /** Goes behind a key that is written like this one, if it stands here. */
    public boolean takeKey(byte[] key) {
        int end = peek() == '"' ? at + 1 + key.length : bytes.length;
        if (end >= bytes.length || bytes[end] != '"') {
            return false;
        }
        for (int i = 0; i < key.length; i++) {
            if (bytes[at + 1 + i] != key[i]) {
                return false;
            }
        }
        at = end + 1;
        return true;
    }

    public byte[] readKey() throws BrokenMessage {
        expect('"');
        return string();
    }

    /** A value as text: strings without quotes and escapes, numbers as they are written; null is NULL. */
    public byte[] readValue() throws BrokenMessage {
        int first = peek();
        if (first == '"') {
            at++;
            return string();
        }
        int from = at;
        skipValue();
        if (first == 'n') {
            return null;
        }
        return first == '{' || first == '[' ? compact(from) : Arrays.copyOfRange(bytes, from, at);
    }

    public void skipValue() throws BrokenMessage {
        skip(0);
    }

    private void skip(int depth) throws BrokenMessage {
        int first = peek();
        switch (first) {
            case '"':
                at++;
                stringEnd();
                break;
            case '{':
            case '[':
                if (depth == DEEPEST) {
                    throw broken();
                }
                at++;
                items(first == '{', depth + 1);
                break;
            case 't':
                word("true");
                break;
            case 'f':
                word("false");
                break;
            case 'n':
                word("null");
                break;
            default:
                number();
        }
    }

    private void items(boolean object, int depth) throws BrokenMessage {
        char end = object ? '}' : ']';
        if (take(end)) {
            return;
        }
        do {
            if (object) {
                expect('"');
                stringEnd();
                expect(':');
            }
            skip(depth);
        } while (take(','));
        expect(end);
    }

    private void word(String word) throws BrokenMessage {
        for (int i = 0; i < word.length(); i++) {
            if (at == bytes.length || bytes[at++] != word.charAt(i)) {
                throw broken();
            }
        }
    }

    private void number() throws BrokenMessage {
        if (at < bytes.length && bytes[at] == '-') {
            at++;
        }
        int first = at;
        digits();
        if (bytes[first] == '0' && at > first + 1) {
            throw broken();
        }
        if (at < bytes.length && bytes[at] == '.') {
            at++;
            digits();
        }
        if (at < bytes.length && (bytes[at] == 'e' || bytes[at] == 'E')) {
            at++;
            if (at < bytes.length && (bytes[at] == '+' || bytes[at] == '-')) {
                at++;
            }
            digits();
        }
    }

    private void digits() throws BrokenMessage {
        int from = at;
        while (at < bytes.length && bytes[at] >= '0' && bytes[at] <= '9') {
            at++;
        }
        if (at == from) {
            throw broken();
        }
    }

    /** What is between the quotes; stands behind the first one. */
    private byte[] string() throws BrokenMessage {
        int from = at;
        boolean escaped = stringEnd();
        return escaped ? JsonEscapes.resolve(bytes, from, at - 1) : Arrays.copyOfRange(bytes, from, at - 1);
    }

    /** Goes behind the closing quote; gives whether there was an escape. */
    private boolean stringEnd() throws BrokenMessage {
        boolean escaped = false;
        while (at < bytes.length) {
            byte b = bytes[at++];
            if (b == '"') {
                return escaped;
            }
            if (b == '\\') {
                escaped = true;
                at = JsonEscapes.end(bytes, at);
                if (at < 0) {
                    throw broken();
                }
            }
        }
        throw broken();
    }

    /** An object or array without white space. */
    private byte[] compact(int from) throws BrokenMessage {
        try {
            return MAPPER.readTree(bytes, from, at - from).toString().getBytes(StandardCharsets.UTF_8);
        } catch (IOException error) {
            throw broken();
        }
    }

    private int peek() {
        while (at < bytes.length) {
            byte b = bytes[at];
            if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
                return b;
            }
            at++;
        }
        return -1;
    }

    private static BrokenMessage broken() {
        return new BrokenMessage("not a JSON object");
    }
}
