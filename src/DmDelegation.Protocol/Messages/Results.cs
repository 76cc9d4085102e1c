using System.Collections.Immutable;

namespace DmDelegation.Protocol;

/// <summary>What a Get has read (REP-072 ff.).</summary>
/// <param name="CmdID">See <see cref="Command"/>.</param>
/// <param name="MsgRef">MsgID of the message with the Get; always sent, may be missing on receipt (REP-082).</param>
/// <param name="CmdRef">CmdID of the Get (REP-082).</param>
/// <param name="Meta">See <see cref="ItemCommand"/>.</param>
/// <param name="TargetRef">In the DTD; the engine puts the address into the Item's Source instead (PRO-064).</param>
/// <param name="SourceRef">As TargetRef.</param>
/// <param name="Items">The data, each with Source (PRO-064).</param>
public sealed record Results(
    string CmdID,
    string? MsgRef,
    string CmdRef,
    MetaInfo? Meta,
    string? TargetRef,
    string? SourceRef,
    ImmutableArray<Item> Items) : ItemCommand(CmdID, Meta, Items)
{
    /// <inheritdoc/>
    public override string Name => nameof(Results);
}
