package sqlfeat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** One record of Avro a message, without or with the header of a schema registry. */
public final class AvroDecoder implements MessageDecoder {
    private static final int NO_HEADER = -1;
    private static final String UNUSED = "-";

    private final AvroType schema;
    private final int schemaId;
    private final String[] names;

    /** A schema id of -1 stands for messages without a header. */
    public AvroDecoder(String schema, int schemaId) {
        this.schema = AvroType.parse(schema);
        this.schemaId = schemaId;
        List names = new ArrayList();
        for (int i = 0; i < this.schema.names.length; i++) {
            if (!this.schema.names[i].equals(UNUSED)) {
                names.add(this.schema.names[i]);
            }
        }
        this.names = (String[]) names.toArray(new String[0]);
    }

    public String[] names() {
        return names;
    }

    public byte[][] decode(byte[] message) throws BrokenMessage {
        AvroInput input = new AvroInput(message, 0);
        if (schemaId != NO_HEADER) {
            readHeader(input);
        }
        try {
            return readRecord(input);
        } catch (BrokenMessage broken) {
            throw new BrokenMessage("not an Avro record of the schema: " + broken.getMessage());
        }
    }

    public String remark() {
        return null;
    }

    public String show(byte[] message) {
        return Base64.getEncoder().encodeToString(message);
    }

    private void readHeader(AvroInput input) throws BrokenMessage {
        if (input.left() < 5 || input.readByte() != 0) {
            throw new BrokenMessage("no header of a schema registry");
        }
        int id = Integer.reverseBytes((int) input.readBits(4));
        if (id != schemaId) {
            throw new BrokenMessage("the schema " + id + " instead of " + schemaId);
        }
    }

    private byte[][] readRecord(AvroInput input) throws BrokenMessage {
        byte[][] fields = new byte[names.length][];
        int count = 0;
        for (int i = 0; i < schema.parts.length; i++) {
            if (schema.names[i].equals(UNUSED)) {
                skip(schema.parts[i], input);
            } else {
                fields[count++] = read(schema.parts[i], input);
            }
        }
        if (input.left() > 0) {
            throw new BrokenMessage("more behind it");
        }
        return fields;
    }

    private static byte[] read(AvroType type, AvroInput input) throws BrokenMessage {
        if (type.kind.equals("union")) {
            return read(branch(type, input), input);
        }
        if (type.kind.equals("string")) {
            byte[] bytes = input.readBytes(input.readLength());
            Text.check(bytes, 0, bytes.length);
            return bytes;
        }
        String text = text(type, input);
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(AvroType type, AvroInput input) throws BrokenMessage {
        switch (type.kind) {
            case "null":
                return null;
            case "boolean":
                return Boolean.toString(bool(input));
            case "int":
                return Integer.toString(input.readInt());
            case "long":
                return Long.toString(input.readLong());
            case "float":
                return Double.toString((double) Float.intBitsToFloat((int) input.readBits(4)));
            case "double":
                return Double.toString(Double.longBitsToDouble(input.readBits(8)));
            case "enum":
                return type.names[index(type.names.length, input)];
            case "date":
                return AvroText.date(input.readInt());
            case "timestamp-millis":
                return AvroText.timestamp(input.readLong(), 1000L, 3);
            case "timestamp-micros":
                return AvroText.timestamp(input.readLong(), 1000000L, 6);
            case "timestamp-nanos":
                return AvroText.timestamp(input.readLong(), 1000000000L, 9);
            case "decimal":
                return AvroText.decimal(input.readBytes(input.readLength()), type.scale);
            case "decimal-fixed":
                return AvroText.decimal(input.readBytes(type.size), type.scale);
            default:
                throw new IllegalStateException(type.kind);
        }
    }

    private static void skip(AvroType type, AvroInput input) throws BrokenMessage {
        switch (type.kind) {
            case "string":
            case "bytes":
                input.skip(input.readLength());
                break;
            case "fixed":
                input.skip(type.size);
                break;
            case "union":
                skip(branch(type, input), input);
                break;
            case "record":
                for (int i = 0; i < type.parts.length; i++) {
                    skip(type.parts[i], input);
                }
                break;
            case "array":
            case "map":
                skipBlocks(type, input);
                break;
            default:
                text(type, input);
        }
    }

    private static void skipBlocks(AvroType type, AvroInput input) throws BrokenMessage {
        long count = input.readLong();
        while (count != 0) {
            if (count < 0) {
                input.skip(input.readLength());
            } else {
                skipItems(type, count, input);
            }
            count = input.readLong();
        }
    }

    private static void skipItems(AvroType type, long count, AvroInput input) throws BrokenMessage {
        for (long i = 0; i < count; i++) {
            int before = input.left();
            if (type.kind.equals("map")) {
                input.skip(input.readLength());
            }
            skip(type.parts[0], input);
            if (input.left() == before) {
                return;  // items without bytes: none of the others has any
            }
        }
    }

    private static AvroType branch(AvroType union, AvroInput input) throws BrokenMessage {
        return union.parts[index(union.parts.length, input)];
    }

    private static int index(int count, AvroInput input) throws BrokenMessage {
        long index = input.readLong();
        if (index < 0 || index >= count) {
            throw new BrokenMessage("choice " + index + " of " + count);
        }
        return (int) index;
    }

    private static boolean bool(AvroInput input) throws BrokenMessage {
        byte b = input.readByte();
        if (b != 0 && b != 1) {
            throw new BrokenMessage("a boolean that is neither true nor false");
        }
        return b == 1;
    }
}
