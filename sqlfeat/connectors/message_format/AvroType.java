package sqlfeat;

import java.io.Serializable;
import java.util.StringTokenizer;

/**
 * A type of Avro, read from words in prefix order. A record names its fields, and a field that is no column of the
 * source is called `-`. See sqlfeat/project/avro.py, which writes them.
 */
public final class AvroType implements Serializable {
    public final String kind;
    public final AvroType[] parts;
    public final String[] names;
    public final int size;
    public final int scale;

    private AvroType(String kind, AvroType[] parts, String[] names, int size, int scale) {
        this.kind = kind;
        this.parts = parts;
        this.names = names;
        this.size = size;
        this.scale = scale;
    }

    public static AvroType parse(String words) {
        return parse(new StringTokenizer(words));
    }

    private static AvroType parse(StringTokenizer words) {
        String kind = words.nextToken();
        if (kind.equals("record")) {
            int count = number(words);
            String[] names = new String[count];
            AvroType[] parts = new AvroType[count];
            for (int i = 0; i < count; i++) {
                names[i] = words.nextToken();
                parts[i] = parse(words);
            }
            return new AvroType(kind, parts, names, 0, 0);
        }
        if (kind.equals("enum")) {
            String[] symbols = new String[number(words)];
            for (int i = 0; i < symbols.length; i++) {
                symbols[i] = words.nextToken();
            }
            return new AvroType(kind, new AvroType[0], symbols, 0, 0);
        }
        int count = kind.equals("union") ? number(words) : kind.equals("array") || kind.equals("map") ? 1 : 0;
        int size = kind.equals("fixed") || kind.equals("decimal-fixed") ? number(words) : 0;
        int scale = kind.startsWith("decimal") ? number(words) : 0;
        AvroType[] parts = new AvroType[count];
        for (int i = 0; i < count; i++) {
            parts[i] = parse(words);
        }
        return new AvroType(kind, parts, new String[0], size, scale);
    }

    private static int number(StringTokenizer words) {
        return Integer.parseInt(words.nextToken());
    }
}
