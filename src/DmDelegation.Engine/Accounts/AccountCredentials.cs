using System.Security.Cryptography;
using System.Text;
using DmDelegation.Engine.Ports;
using DmDelegation.Engine.Session;
using DmDelegation.Protocol;
using DmDelegation.Tree;

namespace DmDelegation.Engine.Accounts;

/// <summary>Makes and checks credentials of an account; secrets are opened for one digest and overwritten (DEL-188).</summary>
internal static class AccountCredentials
{
    /// <summary>Octets of a nonce of ours (SEC-048).</summary>
    public const int NonceOctets = 16;

    /// <summary>The scheme of an AppAuth entry; false if it is none that this agent speaks, basic included (DEL-171).</summary>
    public static bool TryScheme(AppAuth? auth, out Scheme scheme)
    {
        scheme = auth?.Type switch
        {
            "HMAC" => Scheme.Mac,
            "DIGEST" => Scheme.Md5,
            _ => Scheme.None,
        };
        return scheme != Scheme.None || auth is null || auth.Type == AccountBuilder.Transport;
    }

    /// <summary>Meta Type of a scheme.</summary>
    public static string MetaType(Scheme scheme) => scheme == Scheme.Mac ? AuthType.Mac : AuthType.Md5;

    /// <summary>B64(H(user:password)); null if the secret is missing or does not open (S-086).</summary>
    public static SecretBuffer? Inner(IVault vault, AppAuth auth)
    {
        if ((auth.Instead ?? OfLeaf(auth.Secret)) is not { } secret)
        {
            return null;
        }

        using var stored = vault.Open(secret.Name, secret.Octets.Span);
        return stored is null ? null : AccountSecret.Inner(auth.Name, stored);
    }

    /// <summary>The stored nonce; zero octets if none is known (AMB-043).</summary>
    public static ReadOnlyMemory<byte> Nonce(IVault vault, AppAuth auth)
    {
        if (auth.Data is not { Value.IsEmpty: false } leaf)
        {
            return default;
        }

        using var stored = vault.Open(SecretNames.OfNode(leaf.Id), leaf.Value.Span);
        return stored is null ? default : stored.Octets.ToArray();
    }

    /// <summary>Cred of auth-md5; null if the secret does not open.</summary>
    public static Cred? Md5(IVault vault, AppAuth auth, ReadOnlySpan<byte> nonce)
    {
        using var inner = Inner(vault, auth);
        return inner is null
            ? null
            : new Cred(new MetaInfo { Format = "b64", Type = AuthType.Md5 }, OmaDigest.Md5Credential(inner.Octets, nonce));
    }

    /// <summary>Value of x-syncml-hmac for a body; null if the secret does not open.</summary>
    public static string? Mac(IVault vault, AppAuth auth, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> body)
    {
        using var inner = Inner(vault, auth);
        return inner is null ? null : new HmacHeader(auth.Name, OmaDigest.Mac(inner.Octets, nonce, body)).Format();
    }

    /// <summary>Whether Cred/Data is right for one of the nonces.</summary>
    public static bool IsMd5(IVault vault, AppAuth auth, IEnumerable<ReadOnlyMemory<byte>> nonces, string data)
    {
        using var inner = Inner(vault, auth);
        var right = false;
        foreach (var nonce in nonces)
        {
            // A secret that does not open takes the same path with another one (DEL-187).
            right |= OmaDigest.VerifyMd5(inner is null ? Dummy : inner.Octets, nonce.Span, data);
        }

        return right && inner is not null;
    }

    /// <summary>Whether a MAC is right for one of the nonces and names the server of the account; an unknown name takes the same path (SEC-071, DEL-187).</summary>
    public static bool IsMac(IVault vault, AppAuth auth, IEnumerable<ReadOnlyMemory<byte>> nonces, ReadOnlySpan<byte> body, HmacHeader header)
    {
        using var inner = Inner(vault, auth);
        var known = CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(header.Username), Encoding.UTF8.GetBytes(auth.Name));
        var right = false;
        foreach (var nonce in nonces)
        {
            right |= OmaDigest.VerifyMac(inner is null ? Dummy : inner.Octets, nonce.Span, body, header.Mac);
        }

        return right & known & inner is not null;
    }

    private static SealedSecret? OfLeaf(Node? leaf) => leaf is null ? null : new SealedSecret(SecretNames.OfNode(leaf.Id), leaf.Value);

    private static ReadOnlySpan<byte> Dummy => "AAAAAAAAAAAAAAAAAAAAAA=="u8;
}
