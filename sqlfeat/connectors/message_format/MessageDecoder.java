package sqlfeat;

import java.io.Serializable;

/** Takes a message apart into fields of text. */
public interface MessageDecoder extends Serializable {
    /** The names of the fields, in the order of `decode`. */
    String[] names();

    /** The fields of a message, each as text in UTF-8; null is NULL. */
    byte[][] decode(byte[] message) throws BrokenMessage;

    /** What the reject log must say about the message that was decoded last, although it was read; null for nothing. */
    String remark();

    /** The message as the reject log shows it. */
    String show(byte[] message);
}
