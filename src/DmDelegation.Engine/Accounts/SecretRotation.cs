using System.Security.Cryptography;
using DmDelegation.Engine.Audit;
using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.Delegation.Keys;
using DmDelegation.Engine.Ports;
using DmDelegation.Engine.Session;
using DmDelegation.Engine.State;
using DmDelegation.Tree;

namespace DmDelegation.Engine.Accounts;

/// <summary>B replaces the secrets that A knows by its own (DEL-181), make before break (DEL-182).</summary>
internal static class SecretRotation
{
    /// <summary>DEL-181: at least 16 octets of entropy. What can be tested is the length, and that it is no row of like octets (as DEL-152).</summary>
    private const int MinSecretOctets = 16;

    /// <summary>Own bound: values remembered beside the two derived ones.</summary>
    private const int MaxUsedUp = 16;
    private const int Derived = 2;

    private enum Direction
    {
        Client,
        Server,
    }

    /// <summary>The state of an account that T1 makes: both secrets are derived from the TDK (DEL-127).</summary>
    public static void Begin(Work work, string server, SecretBuffer clientPassword, SecretBuffer serverPassword)
    {
        using var used = new SecretBuffer(Derived * SHA256.HashSizeInBytes);
        SHA256.HashData(clientPassword.Octets, used.Octets);
        SHA256.HashData(serverPassword.Octets, used.Octets[SHA256.HashSizeInBytes..]);
        Put(work, server, new RotationState(RotatedSecret.OfKey, RotatedSecret.OfKey, work.Ports.Vault.Seal(SecretNames.OfUsedUpSecrets(server), used.Octets)));
    }

    /// <summary>The account is gone, and with it all that was kept of its secrets (DEL-193).</summary>
    public static void Forget(Work work, string server)
    {
        if (work.State.Servers.TryGetValue(server, out var state) && (state.Rotation is not null || state.Reach is not null))
        {
            work.State = work.State with { Servers = work.State.Servers.SetItem(server, state with { Rotation = null, Reach = null }) };
        }
    }

    /// <summary>
    /// A server has replaced a secret leaf. If it is an AAuthSecret of an account that a delegation made, the value it had stays good beside
    /// the new one until that is proved (DEL-182).
    /// </summary>
    /// <param name="before">The tree before the command.</param>
    /// <param name="leaf">The leaf.</param>
    /// <param name="password">The new value.</param>
    /// <returns>Why the value is refused (DEL-181); null if it is not. The caller takes the command back.</returns>
    public static ReasonCode? Replaced(Work work, string server, ManagementTree before, NodeId leaf, ReadOnlySpan<byte> password)
    {
        if (work.State.ServerOf(server).Rotation is not { } rotation
            || AccountList.Find(before, server) is not { } account
            || DirectionOf(account, leaf) is not { } direction)
        {
            return null;
        }

        var auth = direction == Direction.Client ? account.Client! : account.Server!;
        using var stored = work.Ports.Vault.Open(SecretNames.OfNode(leaf), auth.Secret!.Value.Span);
        if (stored is not null && IsPassword(stored, password))
        {
            // B repeats itself, it may not have seen our Status; this time it may, and then the value is what stays good (DEL-182).
            Remember(work, server, leaf);
            return null;
        }

        using var used = work.Ports.Vault.Open(SecretNames.OfUsedUpSecrets(server), rotation.UsedUp.Span);
        if (used is null || password.Length < MinSecretOctets || DelegationKeys.IsUniform(password) || IsUsedUp(used, password))
        {
            return ReasonCode.KeyWeak;
        }

        Put(work, server, Rotate(work, server, rotation, direction, stored, used));
        Remember(work, server, leaf);
        work.MarkAfterCommit(CrashPoint.C10AfterRotationCommit);
        Discharge(work, server);
        if (!rotation.IsDone && work.State.ServerOf(server).Rotation!.IsDone)
        {
            Audit(work, server);
        }

        work.Log(LogCodes.SecretReplaced, $"{server} replaced a secret of its account", ("server", server), ("level", direction.ToString()));
        return null;
    }

    /// <summary>
    /// Both sides are proved in a session. If each showed the present secret, the earlier ones are erased, TDK-derived ones among them
    /// (DEL-182).
    /// </summary>
    public static void Proved(Work work, SessionState session)
    {
        if (session is { ShowedPresentSecrets: true, ClientConfirmed: true } && work.State.ServerOf(session.Server).Rotation is { } rotation)
        {
            if (rotation.IsReplacedAgain)
            {
                Audit(work, session.Server);
            }

            EraseEarlier(work, session.Server, rotation);
        }
    }

    /// <summary>
    /// A rotation is in the log when A knows neither secret any more; later ones when the new secrets are in use, which is once in a
    /// session: B, who may replace them as often as it likes, does not flush the evidence with it (DEL-400, DEL-402).
    /// </summary>
    private static void Audit(Work work, string server)
    {
        foreach (var (record, _) in work.State.LiveTo(server).ToList())
        {
            AuditLog.Evidence(work, record, server, AuditEvents.Rotation, ReasonCode.Ok);
        }
    }

    /// <summary>Final T2: nothing that comes from a TDK is kept (DEL-183).</summary>
    public static void EraseDerived(Work work, string server)
    {
        if (work.State.ServerOf(server).Rotation is { IsDone: true } rotation && (rotation.Client.EarlierDerived || rotation.Server.EarlierDerived))
        {
            EraseEarlier(work, server, rotation);
        }
    }

    /// <summary>The AppAuth entry with the value that is good beside the present one; null if there is none.</summary>
    public static AppAuth? Earlier(string server, AppAuth? auth, RotatedSecret? secret) =>
        auth is null || secret is not { Earlier.IsEmpty: false } ? null : auth with { Instead = new SealedSecret(SecretNames.OfEarlierSecret(server, auth.Node), secret.Earlier) };

    private static void EraseEarlier(Work work, string server, RotationState rotation)
    {
        if (!rotation.Client.Earlier.IsEmpty || !rotation.Server.Earlier.IsEmpty)
        {
            Put(work, server, rotation with { Client = WithoutEarlier(rotation.Client), Server = WithoutEarlier(rotation.Server) });
        }
    }

    private static RotatedSecret WithoutEarlier(RotatedSecret secret) => secret with { Earlier = default, EarlierDerived = false };

    private static Direction? DirectionOf(Account account, NodeId leaf) =>
        account.Client?.Secret?.Id == leaf ? Direction.Client : account.Server?.Secret?.Id == leaf ? Direction.Server : null;

    private static RotationState Rotate(Work work, string server, RotationState rotation, Direction direction, SecretBuffer? stored, SecretBuffer used)
    {
        var account = AccountList.Find(work.State.Tree, server)!;
        var usedUp = work.Ports.Vault.Seal(SecretNames.OfUsedUpSecrets(server), WithStored(used, stored).Octets);
        return direction == Direction.Client
            ? rotation with { UsedUp = usedUp, Client = Succeeded(work, server, rotation.Client, account.Client!, stored) }
            : rotation with { UsedUp = usedUp, Server = Succeeded(work, server, rotation.Server, account.Server!, stored) };
    }

    /// <summary>
    /// The earlier value is the one that B surely has: that of which it has our Status, else the one that was last proved. One in between of
    /// which it may not know is dropped.
    /// </summary>
    private static RotatedSecret Succeeded(Work work, string server, RotatedSecret secret, AppAuth auth, SecretBuffer? stored) =>
        stored is not null && (secret.Earlier.IsEmpty || (work.Engine.Sessions.TryGetValue(server, out var session) && session.KnowsReplaced(auth.Secret!.Id)))
            ? new RotatedSecret(false, work.Ports.Vault.Seal(SecretNames.OfEarlierSecret(server, auth.Node), stored.Octets), secret.Derived)
            : secret with { Derived = false };

    private static void Remember(Work work, string server, NodeId leaf)
    {
        if (work.Engine.Sessions.TryGetValue(server, out var session))
        {
            work.Put(session with { ReplacedSecrets = session.ReplacedSecrets.SetItem(leaf, session.LastServerMsgId) });
        }
    }

    /// <summary>B has done what DEL-181 asks, for every record that uses the account.</summary>
    private static void Discharge(Work work, string server)
    {
        if (!work.State.ServerOf(server).Rotation!.IsDone)
        {
            return;
        }

        foreach (var (record, grant) in work.State.LiveTo(server).Where(live => live.Grant.Rotation != RotationDuty.None).ToList())
        {
            work.Put(record with { Grant = grant with { Rotation = RotationDuty.None } });
        }
    }

    private static bool IsPassword(SecretBuffer stored, ReadOnlySpan<byte> password) =>
        stored.Octets is [AccountSecret.PasswordForm, .. var present] && CryptographicOperations.FixedTimeEquals(present, password);

    private static bool IsUsedUp(SecretBuffer used, ReadOnlySpan<byte> password)
    {
        Span<byte> print = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(password, print);
        var found = false;
        for (var at = 0; at < used.Length; at += print.Length)
        {
            found |= CryptographicOperations.FixedTimeEquals(used.Octets.Slice(at, print.Length), print);
        }

        CryptographicOperations.ZeroMemory(print);
        return found;
    }

    /// <summary>The fingerprints with that of the value that goes; the derived ones stay, of the others the latest.</summary>
    private static SecretBuffer WithStored(SecretBuffer used, SecretBuffer? stored)
    {
        if (stored is null || stored.Octets is not [AccountSecret.PasswordForm, .. var password])
        {
            return SecretBuffer.CopyOf(used.Octets); // the derived values are in it from the start
        }

        const int size = SHA256.HashSizeInBytes;
        var full = used.Length == (Derived + MaxUsedUp) * size;
        var kept = used.Octets[((Derived + (full ? 1 : 0)) * size)..];
        var more = new SecretBuffer((Derived * size) + kept.Length + size);
        used.Octets[..(Derived * size)].CopyTo(more.Octets);
        kept.CopyTo(more.Octets[(Derived * size)..]);
        SHA256.HashData(password, more.Octets[^size..]);
        return more;
    }

    private static void Put(Work work, string server, RotationState rotation) =>
        work.State = work.State with { Servers = work.State.Servers.SetItem(server, work.State.ServerOf(server) with { Rotation = rotation }) };
}
