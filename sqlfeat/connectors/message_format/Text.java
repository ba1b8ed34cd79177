package sqlfeat;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Whether bytes are text. */
public final class Text {
    private Text() {}

    /** Fails if a part of a message is not UTF-8. */
    public static void check(byte[] bytes, int from, int end) throws BrokenMessage {
        for (int at = from; at < end; at++) {
            if (bytes[at] < 0) {
                checkAll(bytes, from, end);
                return;
            }
        }
    }

    private static void checkAll(byte[] bytes, int from, int end) throws BrokenMessage {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, from, end - from));
        } catch (CharacterCodingException error) {
            throw new BrokenMessage("not UTF-8 text");
        }
    }
}
