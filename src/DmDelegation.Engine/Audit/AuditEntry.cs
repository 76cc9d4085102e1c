using System.Security.Cryptography;
using DmDelegation.Engine.Delegation.Keys;
using DmDelegation.Engine.Time;

namespace DmDelegation.Engine.Audit;

/// <summary>
/// One entry of the audit log (DEL-400): who managed the device when. Each carries the hash of the one before it in its ring; the head
/// goes out in every alert, so that somebody besides the device holds it (DEL-404). It never holds a secret (DEL-403).
/// </summary>
/// <param name="Number">Counts within its ring, from 1.</param>
/// <param name="Time">Effective time.</param>
/// <param name="Trust">State of the clock.</param>
/// <param name="BootId">Boot in which it was written.</param>
/// <param name="DelegationId">The delegation; empty if it is about none: the clock, a server at home.</param>
/// <param name="By">A, empty without a delegation.</param>
/// <param name="To">B, empty if not known.</param>
/// <param name="Server">Who brought it about: a Server Identifier, or empty for the device itself (DEL-008).</param>
/// <param name="Event">One of <see cref="AuditEvents"/>.</param>
/// <param name="Reason">Reason code (15).</param>
/// <param name="Previous">SHA-256 of the entry before; 32 zero octets for the first.</param>
/// <param name="Count">Refusals of one minute that the entry stands for (DEL-401); 1 for everything else.</param>
public sealed record AuditEntry(
    long Number,
    DateTimeOffset Time,
    ClockTrust Trust,
    string BootId,
    string DelegationId,
    string By,
    string To,
    string Server,
    string Event,
    int Reason,
    ReadOnlyMemory<byte> Previous,
    int Count = 1)
{
    /// <summary>What stands before the first entry.</summary>
    public static ReadOnlyMemory<byte> Origin { get; } = new byte[SHA256.HashSizeInBytes];

    /// <summary>SHA-256 over all fields, each with its length in front.</summary>
    public byte[] Hash() => SHA256.HashData(new LengthPrefixed()
        .Label("DEL-AUDIT-1")
        .Part(Number.ToString()).Part(BasicTime.Format(Time)).Part(Trust.ToString()).Part(BootId)
        .Part(DelegationId).Part(By).Part(To).Part(Server).Part(Event).Part(Reason.ToString()).Part(Count.ToString())
        .Part(Previous.Span)
        .Octets);

    /// <summary>The entry as one line, as <c>./Delegation/Log</c> shows it.</summary>
    public override string ToString() =>
        $"{Number} {BasicTime.Format(Time)} {Trust.ToString().ToLowerInvariant()} boot={BootId} delegation={DelegationId} by={By} to={To} "
        + $"server={Server} event={Event} reason={Reason} count={Count} previous={Convert.ToHexStringLower(Previous.Span)} hash={Convert.ToHexStringLower(Hash())}";
}

/// <summary>What an audit entry tells of (DEL-400).</summary>
public static class AuditEvents
{
    /// <summary>Exec Start, accepted or refused for good.</summary>
    public const string Start = "Start";

    /// <summary>T1.</summary>
    public const string T1 = "T1";

    /// <summary>T2.</summary>
    public const string T2 = "T2";

    /// <summary>T3, whatever brought it about.</summary>
    public const string T3 = "T3";

    /// <summary>Entries were taken out of a delegation (DEL-264).</summary>
    public const string Reduce = "Reduce";

    /// <summary>B has new credentials (DEL-181).</summary>
    public const string Rotation = "Rotation";

    /// <summary>A delegation stands still until the time is known (DEL-213).</summary>
    public const string Suspended = "Suspended";

    /// <summary>It goes on.</summary>
    public const string Resumed = "Resumed";

    /// <summary>The operator ended a delegation, or was refused (DEL-278).</summary>
    public const string LocalEnd = "LocalEnd";

    /// <summary>The operator lowered effective time, or was refused (DEL-223).</summary>
    public const string ClockReset = "ClockReset";

    /// <summary>The operator put the device back to the factory scheme (DEL-277).</summary>
    public const string FactoryReset = "FactoryReset";

    /// <summary>The wall clock jumped and is not followed (DEL-205).</summary>
    public const string ClockJump = "ClockJump";

    /// <summary>A server failed to authenticate.</summary>
    public const string Login = "Login";

    /// <summary>Confirm with a wrong proof (DEL-180).</summary>
    public const string Proof = "Proof";

    /// <summary>Commands that the guard or an ACL refused, and Starts that may be repeated, of one minute (DEL-401).</summary>
    public const string Refused = "Refused";
}
