package sqlfeat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** One JSON object a message: of its fields those that are asked for, the last of equal names. */
public final class JsonDecoder implements MessageDecoder {
    private final String[] names;
    private final byte[][] keys;
    private String remark;

    public JsonDecoder(String[] names) {
        this.names = names;
        this.keys = new byte[names.length][];
        for (int i = 0; i < names.length; i++) {
            keys[i] = names[i].getBytes(StandardCharsets.UTF_8);
        }
    }

    public String[] names() {
        return names;
    }

    public byte[][] decode(byte[] message) throws BrokenMessage {
        Text.check(message, 0, message.length);
        JsonInput input = new JsonInput(message);
        byte[][] fields = new byte[names.length][];
        input.skipByteOrderMark();
        input.expect('{');
        if (!input.take('}')) {
            int last = -1;
            do {
                last = key(input, last);
                input.expect(':');
                if (last < 0) {
                    input.skipValue();
                } else {
                    fields[last] = input.readValue();
                }
            } while (input.take(','));
            input.expect('}');
        }
        remark = input.atEnd() ? null : "what stands behind the JSON object was not read";
        return fields;
    }

    public String remark() {
        return remark;
    }

    public String show(byte[] message) {
        return new String(message, StandardCharsets.UTF_8);
    }

    /** The number of the next name, most often the one behind the last; -1 if nobody asked for it. */
    private int key(JsonInput input, int last) throws BrokenMessage {
        int next = last + 1;
        if (next < keys.length && input.takeKey(keys[next])) {
            return next;
        }
        byte[] name = input.readKey();
        for (int i = 0; i < keys.length; i++) {
            if (Arrays.equals(keys[i], name)) {
                return i;
            }
        }
        return -1;
    }
}
