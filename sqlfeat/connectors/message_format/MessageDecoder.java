package sqlfeat;

import java.io.Serializable;

import org.apache.flink.table.data.StringData;

/** Takes a message apart into fields of text. */
public interface MessageDecoder extends Serializable {
    /** The names of the fields, in the order of `decode`. */
    String[] names();

    /** The fields of a message; null is NULL. */
    StringData[] decode(byte[] message) throws BrokenMessage;

    /** The message as the reject log shows it. */
    String show(byte[] message);
}
