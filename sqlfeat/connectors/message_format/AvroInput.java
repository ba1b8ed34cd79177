package sqlfeat;

/** The bytes of an Avro message; nothing is read, and no memory taken, beyond what is there. */
public final class AvroInput {
    private final byte[] bytes;
    private int at;

    public AvroInput(byte[] bytes, int from) {
        this.bytes = bytes;
        this.at = from;
    }

    public int left() {
        return bytes.length - at;
    }

    public byte readByte() throws BrokenMessage {
        if (at == bytes.length) {
            throw brokenOff();
        }
        return bytes[at++];
    }

    /** A whole number: seven bits a byte, the sign in the lowest. */
    public long readLong() throws BrokenMessage {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            long b = readByte();
            value |= (b & 0x7F) << shift;
            if (b >= 0) {
                return (value >>> 1) ^ -(value & 1);
            }
        }
        throw new BrokenMessage("a number of more than 64 bits");
    }

    public int readInt() throws BrokenMessage {
        long value = readLong();
        if (value != (int) value) {
            throw new BrokenMessage("a number of more than 32 bits");
        }
        return (int) value;
    }

    /** As many bytes, the lowest first. */
    public long readBits(int size) throws BrokenMessage {
        long bits = 0;
        for (int i = 0; i < size; i++) {
            bits |= (readByte() & 0xFFL) << (8 * i);
        }
        return bits;
    }

    /** The length of what follows, which is there. */
    public int readLength() throws BrokenMessage {
        long length = readLong();
        if (length < 0 || length > left()) {
            throw brokenOff();
        }
        return (int) length;
    }

    public byte[] readBytes(int length) throws BrokenMessage {
        byte[] value = new byte[length];
        System.arraycopy(bytes, skip(length), value, 0, length);
        return value;
    }

    /** Passes over some bytes; gives where they began. */
    public int skip(int length) throws BrokenMessage {
        if (length > left()) {
            throw brokenOff();
        }
        at += length;
        return at - length;
    }

    private static BrokenMessage brokenOff() {
        return new BrokenMessage("it breaks off");
    }
}
