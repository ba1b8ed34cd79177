package sqlfeat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Iterator;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;

import redis.clients.jedis.ClientSetInfoConfig;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;

/** Where a Redis is, and what it takes to connect to it. */
public final class RedisServer implements Serializable {
    private static final int TIMEOUT_MS = 10000;

    private final String shown;
    private final String host;
    private final int port;
    private final int database;
    private final String user;
    private final String password;
    private final boolean tls;
    private final String authorities;
    private final boolean checkHost;

    /**
     * @param shown its URL without the password
     * @param user null for none, as for the password
     * @param authorities certificates in PEM, of those who may vouch for the server; null for those that Java knows
     * @param checkHost whether the certificate must be of this host
     */
    public RedisServer(
            String shown, String host, int port, int database, String user, String password, boolean tls,
            String authorities, boolean checkHost) {
        this.shown = shown;
        this.host = host;
        this.port = port;
        this.database = database;
        this.user = user;
        this.password = password;
        this.tls = tls;
        this.authorities = authorities;
        this.checkHost = checkHost;
    }

    /** A connection that is logged in. */
    public Connection connect() throws IOException {
        DefaultJedisClientConfig.Builder config = DefaultJedisClientConfig.builder();
        config.connectionTimeoutMillis(TIMEOUT_MS).socketTimeoutMillis(TIMEOUT_MS);
        // It would ask for a right that a user who only writes features need not have.
        config.clientSetInfoConfig(ClientSetInfoConfig.DISABLED);
        config.database(database).user(user).password(password);
        if (tls) {
            config.ssl(true).sslSocketFactory(sockets()).sslParameters(parameters());
        }
        return new Connection(new HostAndPort(host, port), config.build());
    }

    /** What goes wrong with it, as the reader of a message of sqlfeat is told. */
    public SqlfeatError unreachable(Exception error) {
        Throwable deepest = error;
        while (deepest.getCause() != null || deepest.getSuppressed().length > 0) {
            // Of a connection that failed, the client suppresses why.
            deepest = deepest.getCause() != null ? deepest.getCause() : deepest.getSuppressed()[0];
        }
        String reason = deepest.getMessage() == null ? deepest.toString() : deepest.getMessage();
        return new SqlfeatError("SF0902", "the online store `" + shown + "` cannot be reached: " + reason, error);
    }

    private SSLParameters parameters() {
        SSLParameters parameters = new SSLParameters();
        if (checkHost) {
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
        }
        return parameters;
    }

    private SSLSocketFactory sockets() throws IOException {
        if (authorities == null) {
            return (SSLSocketFactory) SSLSocketFactory.getDefault();
        }
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust().getTrustManagers(), null);
            return context.getSocketFactory();
        } catch (GeneralSecurityException error) {
            throw unreachable(error);
        }
    }

    private TrustManagerFactory trust() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        byte[] pem = authorities.getBytes(StandardCharsets.US_ASCII);
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        Iterator found = factory.generateCertificates(new ByteArrayInputStream(pem)).iterator();
        for (int number = 0; found.hasNext(); number++) {
            store.setCertificateEntry("authority " + number, (Certificate) found.next());
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        return trust;
    }
}
