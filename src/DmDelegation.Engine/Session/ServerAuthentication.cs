using DmDelegation.Engine.Accounts;
using DmDelegation.Protocol;

namespace DmDelegation.Engine.Session;

/// <summary>What a server's message proves.</summary>
internal enum ServerVerdict
{
    /// <summary>The server is who the account says.</summary>
    Authenticated,

    /// <summary>Nothing was presented: 407 (SEC-042).</summary>
    NoCredential,

    /// <summary>Something wrong was presented: 401 (SEC-042).</summary>
    WrongCredential,

    /// <summary>A guest's server presented a scheme other than its account's (DEL-171).</summary>
    Downgrade,

    /// <summary>A session that had MACs lost them (SEC-070).</summary>
    MacLost,

    /// <summary>Neither the account nor TLS can prove anything (SEC-040).</summary>
    Impossible,
}

/// <summary>The server towards the device: security.md 5 and 6.</summary>
internal static class ServerAuthentication
{
    /// <summary>
    /// Judges a message, before anything in it is acted upon (PRO-054). A secret that has not been followed by its successor in use is good
    /// as well, and the session stays with the one that the server showed (DEL-182).
    /// </summary>
    public static (ServerVerdict Verdict, SessionState Session) Verify(Work work, SessionState session, MessageReceived received, SyncHdr header)
    {
        var verdict = VerifyPresent(work, session, received, header);
        if (session.EarlierServer is not { } earlier)
        {
            return (verdict, session);
        }

        var with = session with { Credentials = session.Credentials! with { Server = earlier }, ServerOnEarlierSecret = true };
        var byEarlier = VerifyPresent(work, with, received, header) == ServerVerdict.Authenticated;
        return verdict == ServerVerdict.WrongCredential && byEarlier ? (ServerVerdict.Authenticated, with) : (verdict, session);
    }

    private static ServerVerdict VerifyPresent(Work work, SessionState session, MessageReceived received, SyncHdr header) => session.ServerScheme switch
    {
        Scheme.Mac => VerifyMac(work, session, received, header),
        Scheme.Md5 => VerifyMd5(work, session, header.Cred),
        _ => received.Transport is { Tls: true, ServerVerified: true } ? ServerVerdict.Authenticated : ServerVerdict.Impossible,
    };

    /// <summary>The session after its server is authenticated; the nonces that both sides have now are kept for the next one (SEC-029, SEC-050).</summary>
    public static SessionState Accept(Work work, SessionState session, TransportFacts transport)
    {
        if (session.ClientNonceIsCandidate && session.Credentials!.Client is { } client)
        {
            NonceStore.Keep(work, client.Node, session.ClientNonce);
        }

        if (session.ServerNonceIsOut && session.Credentials!.Server is { } server)
        {
            NonceStore.Keep(work, server.Node, session.ServerNonces[^1]);
            NonceStore.Forget(work, session.Server);
        }

        return session with
        {
            ClientNonceIsCandidate = false,
            ServerNonceIsOut = false,
            // A Cred may be repeated in later messages (SEC-046), a MAC is made anew for each.
            ServerNonces = session.ServerScheme == Scheme.Mac ? [session.ServerNonces[^1]] : session.ServerNonces,
            Proof = session.ServerScheme != Scheme.None ? ServerProof.ApplicationLayer
                : transport.ClientCertificate ? ServerProof.TlsMutual
                : ServerProof.TlsServerOnly,
        };
    }

    /// <summary>The Status of the SyncHdr of an authenticated message, and whether it gives a nonce (SEC-041, SEC-068, SEC-069).</summary>
    public static HeaderAnswer Acceptance(SessionState before, SyncHdr header) => before.ServerScheme switch
    {
        Scheme.Mac => HeaderAnswer.To(header, StatusCode.Ok, Scheme.Mac),
        Scheme.Md5 => HeaderAnswer.To(
            header, StatusCode.AuthenticationAccepted, before.Proof == ServerProof.ApplicationLayer ? Scheme.None : Scheme.Md5),
        _ => HeaderAnswer.To(header, StatusCode.Ok, Scheme.None),
    };

    private static ServerVerdict VerifyMd5(Work work, SessionState session, Cred? cred)
    {
        if (cred is null)
        {
            return session.Proof == ServerProof.ApplicationLayer ? ServerVerdict.Authenticated : ServerVerdict.NoCredential;
        }

        if (!string.Equals(cred.Meta?.Type, AuthType.Md5, StringComparison.OrdinalIgnoreCase))
        {
            return session.IsGuest ? ServerVerdict.Downgrade : ServerVerdict.WrongCredential;
        }

        return AccountCredentials.IsMd5(work.Ports.Vault, session.Credentials!.Server!, session.ServerNonces, cred.Data)
            ? ServerVerdict.Authenticated
            : ServerVerdict.WrongCredential;
    }

    private static ServerVerdict VerifyMac(Work work, SessionState session, MessageReceived received, SyncHdr header)
    {
        // A MAC never stands in Cred (SEC-062): whatever does is another scheme.
        if (header.Cred is not null && session.IsGuest)
        {
            return ServerVerdict.Downgrade;
        }

        var proved = session.Proof == ServerProof.ApplicationLayer;
        // From the first proof on exactly the nonce of our last message counts (SEC-069).
        var nonces = proved ? [session.ServerNonces[^1]] : session.ServerNonces;
        var verdict = received.HmacHeader is null && header.Cred is null ? ServerVerdict.NoCredential
            : HmacHeader.TryParse(received.HmacHeader, out var mac)
                // The digest is made whatever the names say: an unknown one takes the same path (DEL-187).
                && AccountCredentials.IsMac(work.Ports.Vault, session.Credentials!.Server!, nonces, received.Body.Span, mac)
                && mac.Username == header.Source.LocName
                ? ServerVerdict.Authenticated
            : ServerVerdict.WrongCredential;
        return verdict != ServerVerdict.Authenticated && proved ? ServerVerdict.MacLost : verdict;
    }
}
