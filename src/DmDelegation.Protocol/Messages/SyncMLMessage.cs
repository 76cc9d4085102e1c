using System.Collections.Immutable;

namespace DmDelegation.Protocol;

/// <summary>One SyncML document: one HTTP request or response, all or a part of a package (protocol.md 1, REP-008).</summary>
/// <param name="Header">The SyncHdr.</param>
/// <param name="Commands">The children of SyncBody in document order, Final excepted. May be empty on receipt (PRO-050).</param>
/// <param name="Final">Whether SyncBody has Final: this is the last message of its package (PRO-071).</param>
public sealed record SyncMLMessage(SyncHdr Header, ImmutableArray<Command> Commands, bool Final)
{
    /// <summary>The children of SyncBody in document order; never default.</summary>
    public ImmutableArray<Command> Commands { get; init => field = value.OrEmpty(); } = Commands.OrEmpty();

    /// <summary>Overwrites every <see cref="ItemData"/> of the message: call it when the message has been handled (DEL-188).</summary>
    public void Zero()
    {
        foreach (var command in Commands)
            command.Zero();
    }

    /// <summary>Equality by content, element by element.</summary>
    public bool Equals(SyncMLMessage? other) =>
        other is not null && Header == other.Header && Final == other.Final && Commands.AsSpan().SequenceEqual(other.Commands.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Header, Final, Commands.Length);
}
