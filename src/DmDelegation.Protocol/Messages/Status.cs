using System.Collections.Immutable;

namespace DmDelegation.Protocol;

/// <summary>The answer to a command or to the SyncHdr (status-codes.md 1, STA-004).</summary>
/// <param name="CmdID">See <see cref="Command"/>; a missing one is tolerated on receipt (AMB-031).</param>
/// <param name="MsgRef">MsgID of the message that is answered (REP-002).</param>
/// <param name="CmdRef">CmdID of the command that is answered, 0 for the SyncHdr (REP-002, AMB-031).</param>
/// <param name="Cmd">Element name of what is answered (REP-002).</param>
/// <param name="TargetRefs">LocURIs of the Targets concerned (STA-005, STA-006).</param>
/// <param name="SourceRefs">LocURIs of the Sources concerned (STA-005, STA-006).</param>
/// <param name="Cred">In the DTD, not used in DM (PRO-022): the engine neither sets nor reads it.</param>
/// <param name="Chal">A challenge for the sender of the message that is answered (SEC-043).</param>
/// <param name="Data">The status code, 100 to 999 (<see cref="StatusCode"/>).</param>
/// <param name="Items">Extra information (STA-014).</param>
public sealed record Status(
    string CmdID,
    string MsgRef,
    string CmdRef,
    string Cmd,
    ImmutableArray<string> TargetRefs,
    ImmutableArray<string> SourceRefs,
    Cred? Cred,
    Chal? Chal,
    int Data,
    ImmutableArray<Item> Items) : Command(CmdID)
{
    /// <summary>Cmd of the Status for a SyncHdr (STA-002).</summary>
    public const string SyncHdrCmd = "SyncHdr";

    /// <summary>A Status without references, challenge and Items.</summary>
    public Status(string cmdID, string msgRef, string cmdRef, string cmd, int data)
        : this(cmdID, msgRef, cmdRef, cmd, [], [], null, null, data, [])
    {
    }

    /// <inheritdoc/>
    public override string Name => nameof(Status);

    /// <summary>LocURIs of the Targets concerned; never default.</summary>
    public ImmutableArray<string> TargetRefs { get; init => field = value.OrEmpty(); } = TargetRefs.OrEmpty();

    /// <summary>LocURIs of the Sources concerned; never default.</summary>
    public ImmutableArray<string> SourceRefs { get; init => field = value.OrEmpty(); } = SourceRefs.OrEmpty();

    /// <summary>Extra information; never default.</summary>
    public ImmutableArray<Item> Items { get; init => field = value.OrEmpty(); } = Items.OrEmpty();

    /// <inheritdoc/>
    public override void Zero()
    {
        foreach (var item in Items)
            item.Data?.Zero();
    }

    /// <summary>Equality by content.</summary>
    public bool Equals(Status? other) =>
        base.Equals(other)
        && (MsgRef, CmdRef, Cmd, Cred, Chal, Data) == (other!.MsgRef, other.CmdRef, other.Cmd, other.Cred, other.Chal, other.Data)
        && TargetRefs.AsSpan().SequenceEqual(other.TargetRefs.AsSpan())
        && SourceRefs.AsSpan().SequenceEqual(other.SourceRefs.AsSpan())
        && Items.AsSpan().SequenceEqual(other.Items.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(base.GetHashCode(), MsgRef, CmdRef, Cmd, Data);
}
