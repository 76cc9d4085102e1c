using System.Text;
using DmDelegation.Protocol;
using DmDelegation.ServerStub.State;

namespace DmDelegation.ServerStub.Dm;

/// <summary>Credentials in both directions for one account (security.md 2 to 6).</summary>
internal static class CredentialCheck
{
    /// <summary>
    /// Status for the SyncHdr: 212 (md5) or 200 (MAC) when good, 407 when missing, 401 when wrong. In a rotation both passwords are good until the
    /// device has shown the next one (DEL-182).
    /// </summary>
    public static int Client(DmSession session, SyncMLMessage message, DmRequest request)
    {
        var account = session.Account;
        var digest = account.AuthType == "DIGEST";
        HmacHeader? header = null;
        if (digest && message.Header.Cred is null)
            return session.ClientAuthenticated ? StatusCode.AuthenticationAccepted : StatusCode.AuthenticationRequired;
        if (!digest && request.Hmac is null)
            return StatusCode.AuthenticationRequired;
        var named = digest
            ? message.Header.Cred!.Meta?.Type == AuthType.Md5 && message.Header.Source.LocName == account.ClientName
            : HmacHeader.TryParse(request.Hmac, out header) && header?.Username == account.ClientName;
        bool Shows(byte[] secret) => digest ? ShowsMd5(account, secret, message.Header.Cred!) : ShowsMac(account, secret, request, header!);
        if (!named)
            return StatusCode.Unauthorized;
        if (account.NextClientSecret is { } next && Shows(next))
            account.Promote();
        else if (!Shows(account.ClientSecret))
            return StatusCode.Unauthorized;
        return digest ? StatusCode.AuthenticationAccepted : StatusCode.Ok;
    }

    /// <summary>Cred of this server for auth-md5 or auth-basic.</summary>
    public static Cred Server(DeviceAccount account, string type, bool wrong) =>
        new(
            new MetaInfo { Type = type, Format = "b64" },
            type == AuthType.Basic
                ? OmaDigest.BasicCredential(Encoding.UTF8.GetBytes(account.ServerName), Spoil(account.ServerSecret, wrong))
                : WithInner(account.ServerName, Spoil(account.ServerSecret, wrong), account, static (inner, state) => OmaDigest.Md5Credential(inner, state.ServerNonce)));

    /// <summary>Value of x-syncml-hmac of this server for the octets of a message.</summary>
    public static string ServerMac(DeviceAccount account, byte[] body, bool wrong) =>
        new HmacHeader(account.ServerName, WithInner(account.ServerName, Spoil(account.ServerSecret, wrong), (account, body), static (inner, state) =>
            OmaDigest.Mac(inner, state.account.ServerNonce, state.body))).Format();

    private static bool ShowsMd5(DeviceAccount account, byte[] secret, Cred cred) =>
        WithInner(account.ClientName, secret, (account, cred.Data), static (inner, state) =>
            OmaDigest.VerifyMd5(inner, state.account.ClientNonce, state.Data) || OmaDigest.VerifyMd5(inner, state.account.PreviousClientNonce, state.Data));

    private static bool ShowsMac(DeviceAccount account, byte[] secret, DmRequest request, HmacHeader header) =>
        WithInner(account.ClientName, secret, (account, request.Body, header.Mac), static (inner, state) =>
            OmaDigest.VerifyMac(inner, state.account.ClientNonce, state.Body.Span, state.Mac)
            || OmaDigest.VerifyMac(inner, state.account.PreviousClientNonce, state.Body.Span, state.Mac));

    private static byte[] Spoil(byte[] secret, bool wrong) => wrong ? [.. secret, (byte)'!'] : secret;

    private static TResult WithInner<TState, TResult>(string user, byte[] secret, TState state, Func<byte[], TState, TResult> use)
    {
        var inner = GC.AllocateArray<byte>(OmaDigest.InnerLength, pinned: true);
        OmaDigest.UserPassword(Encoding.UTF8.GetBytes(user), secret, inner);
        var result = use(inner, state);
        System.Security.Cryptography.CryptographicOperations.ZeroMemory(inner);
        return result;
    }
}
