package sqlfeat;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;

import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.exceptions.JedisBusyException;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.exceptions.JedisNoScriptException;

/** Writes rows of one feature view by a script that never goes back in time. Safe to repeat, from any number of jobs. */
public final class RedisStore implements Closeable {
    private static final int RETRIES = 3;
    private static final long FIRST_PAUSE_MS = 50L;
    private static final byte[] ONE_KEY = {'1'};

    private final RedisServer server;
    private final byte[] script;
    private final byte[] head;
    private final byte[] tail;
    private final long ttlMs;
    private Connection connection;
    private byte[] loaded;

    /**
     * @param script the text of `put.lua`
     * @param head what a name in Redis begins with; then comes the key
     * @param ttlMs how long after its feature time a row is forgotten; 0 is never
     */
    public RedisStore(RedisServer server, String script, String head, String tail, long ttlMs) {
        this.server = server;
        this.script = script.getBytes(StandardCharsets.UTF_8);
        this.head = head.getBytes(StandardCharsets.UTF_8);
        this.tail = tail.getBytes(StandardCharsets.UTF_8);
        this.ttlMs = ttlMs;
    }

    /** Write rows in one round trip, at most one of each key; gives how many are written: a newer row that is there stays. */
    public int put(Collection rows) throws IOException, InterruptedException {
        for (int attempt = 0; ; attempt++) {
            try {
                return written(rows);
            } catch (JedisException error) {
                close();
                if (attempt == RETRIES || !passes(error)) {
                    throw server.unreachable(error);
                }
                Thread.sleep(FIRST_PAUSE_MS << attempt);
            }
        }
    }

    public void close() {
        if (connection != null) {
            try {
                connection.close();
            } catch (JedisException broken) {
                // It is given up.
            }
            connection = null;
            loaded = null;
        }
    }

    /** Whether the same may succeed in a moment: the server starts, or runs somebody's long script, or a line broke. */
    private static boolean passes(JedisException error) {
        return error instanceof JedisConnectionException || error instanceof JedisBusyException
            || String.valueOf(error.getMessage()).startsWith("LOADING");
    }

    private int written(Collection rows) throws IOException {
        if (connection == null) {
            connection = server.connect();
        }
        if (loaded == null) {
            load();
        }
        try {
            return sum(sent(rows));
        } catch (JedisNoScriptException forgotten) {
            // The server was restarted or its scripts flushed. Rows already written are simply written again.
            load();
            return sum(sent(rows));
        }
    }

    private static int sum(List replies) {
        int sum = 0;
        for (Iterator each = replies.iterator(); each.hasNext(); ) {
            Object reply = each.next();
            if (reply instanceof JedisDataException) {
                throw (JedisDataException) reply;
            }
            sum += ((Long) reply).intValue();
        }
        return sum;
    }

    private void load() {
        connection.sendCommand(Protocol.Command.SCRIPT, new byte[][] {Protocol.Keyword.LOAD.getRaw(), script});
        loaded = connection.getBinaryBulkReply();
    }

    private List sent(Collection rows) {
        for (Iterator each = rows.iterator(); each.hasNext(); ) {
            OnlineRow row = (OnlineRow) each.next();
            connection.sendCommand(Protocol.Command.EVALSHA, new byte[][] {
                loaded, ONE_KEY, name(row.key), row.featureTime(), row.version, row.features, row.expires(ttlMs)});
        }
        return connection.getMany(rows.size());
    }

    private byte[] name(byte[] key) {
        byte[] name = new byte[head.length + key.length + tail.length];
        System.arraycopy(head, 0, name, 0, head.length);
        System.arraycopy(key, 0, name, head.length, key.length);
        System.arraycopy(tail, 0, name, head.length + key.length, tail.length);
        return name;
    }
}
