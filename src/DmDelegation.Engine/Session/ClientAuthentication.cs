using System.Text;
using DmDelegation.Engine.Accounts;
using DmDelegation.Protocol;

namespace DmDelegation.Engine.Session;

/// <summary>What the server's Status of our SyncHdr means.</summary>
/// <param name="Session">The session afterwards.</param>
/// <param name="Challenged">Package 1 goes again, with the credentials demanded (PRO-047, SEC-024).</param>
/// <param name="Error">The session ends with this code; null: it goes on.</param>
/// <param name="RetryAfterSeconds">What the server asked for, 0 if nothing.</param>
internal readonly record struct ClientVerdict(SessionState Session, bool Challenged, string? Error, int RetryAfterSeconds = 0);

/// <summary>The device towards the server: the table of security.md 4.</summary>
internal static class ClientAuthentication
{
    // SEC-031: one attempt with the stored nonce, one with the challenged.
    private const int MaxAttempts = 2;

    // Own bound: a server cannot keep the device away for longer than a day.
    private const int MaxRetryAfterSeconds = 86_400;

    public static ClientVerdict Read(SessionState session, SyncMLMessage message)
    {
        var ours = session.LastMsgId.ToString();
        var status = message.Commands.OfType<Status>().FirstOrDefault(candidate => candidate.CmdRef == "0" && candidate.MsgRef == ours);
        return status?.Data switch
        {
            null or StatusCode.InProgress => Silent(session),
            StatusCode.Unauthorized or StatusCode.AuthenticationRequired => Challenged(session, status.Chal),
            { } code when StatusCode.IsSuccess(code) => Accepted(session, code, status.Chal),
            { } code => Failed(session, SessionError.OfStatus(code)) with { RetryAfterSeconds = RetryAfter(status) },
        };
    }

    /// <summary>The octets of a NextNonce: base64 (SEC-030). A server that sends plain text means its octets.</summary>
    public static ReadOnlyMemory<byte> NonceOf(MetaInfo meta)
    {
        var text = meta.NextNonce ?? "";
        var octets = new byte[text.Length];
        return meta.Format is null or "" or "b64" && Convert.TryFromBase64String(text, octets, out var length)
            ? octets.AsMemory(0, length)
            : Encoding.UTF8.GetBytes(text);
    }

    // Without a Status nobody has said that the device is accepted; a guest's server must have (DEL-173), and with MAC it must say so each time (SEC-069).
    private static ClientVerdict Silent(SessionState session) =>
        session.ClientScheme == Scheme.Mac ? Failed(session, SessionError.Mac)
        : session is { IsGuest: true, Phase: SessionPhase.Package1 } ? Failed(session, SessionError.ClientAuthentication)
        : new ClientVerdict(session with { Phase = SessionPhase.Management }, Challenged: false, Error: null);

    private static ClientVerdict Challenged(SessionState session, Chal? challenge)
    {
        // A server that has not the present secret yet has the one before it (DEL-182): one attempt more, with the nonce just given.
        var earlier = session.ClientRefusals + 1 >= MaxAttempts ? session.EarlierClient : null;
        if (challenge is null || (session.ClientRefusals + 1 >= MaxAttempts && earlier is null))
        {
            return Failed(session, SessionError.ClientAuthentication);
        }

        // Exactly the type of the account is answered; no other credential leaves the device (SEC-009, DEL-172).
        if (session.ClientScheme == Scheme.None || !IsOfType(challenge, session.ClientScheme))
        {
            return Failed(session, IsWeaker(challenge.Meta.Type, session.ClientScheme) ? SessionError.Downgrade : SessionError.AuthenticationType);
        }

        return new ClientVerdict(
            WithNonce(session, challenge) with
            {
                Phase = SessionPhase.Package1,
                ClientAccepted = false,
                ClientRefusals = session.ClientRefusals + 1,
                Credentials = earlier is null ? session.Credentials : session.Credentials! with { Client = earlier },
                ClientOnEarlierSecret = session.ClientOnEarlierSecret || earlier is not null,
                // What the refused message reported goes again (PRO-141).
                TriedEntries = session.TriedEntries.Except(session.SentAlerts.Values),
                SentAlerts = session.SentAlerts.Clear(),
            },
            Challenged: true,
            Error: null);
    }

    private static ClientVerdict Accepted(SessionState session, int code, Chal? challenge)
    {
        if (session.ClientScheme == Scheme.Mac && (code != StatusCode.Ok || challenge?.Meta.NextNonce is null || !IsOfType(challenge, Scheme.Mac)))
        {
            return Failed(session, SessionError.Mac);
        }

        if (session.ClientScheme != Scheme.None && challenge is not null && IsOfType(challenge, session.ClientScheme))
        {
            session = WithNonce(session, challenge);
        }

        // 212 is for the session, 200 for this message (SEC-020, SEC-021).
        return new ClientVerdict(
            session with { Phase = SessionPhase.Management, ClientConfirmed = true, ClientAccepted = session.ClientAccepted || code == StatusCode.AuthenticationAccepted },
            Challenged: false,
            Error: null);
    }

    private static SessionState WithNonce(SessionState session, Chal challenge) => challenge.Meta.NextNonce is null
        ? session
        : session with { ClientNonce = NonceOf(challenge.Meta), ClientNonceIsCandidate = true };

    private static bool IsOfType(Chal challenge, Scheme scheme) =>
        string.Equals(challenge.Meta.Type, AccountCredentials.MetaType(scheme), StringComparison.OrdinalIgnoreCase);

    private static bool IsWeaker(string? metaType, Scheme scheme) => AuthType.ToAAuthType(metaType) switch
    {
        "BASIC" => true,
        "DIGEST" => scheme == Scheme.Mac,
        _ => false,
    };

    private static ClientVerdict Failed(SessionState session, string error) => new(session, Challenged: false, error);

    private static int RetryAfter(Status status) =>
        status.Data is StatusCode.RetryLater or StatusCode.ServiceUnavailable or StatusCode.ServerFailure
        && status.Items is [{ Data: { } data }, ..]
        && int.TryParse(data.Octets.Span, System.Globalization.NumberStyles.None, null, out var seconds)
            ? Math.Min(seconds, MaxRetryAfterSeconds)
            : 0;
}
