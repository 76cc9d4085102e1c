using System.Collections.Immutable;

namespace DmDelegation.Protocol;

/// <summary>A command that consists of commands.</summary>
/// <param name="CmdID">See <see cref="Command"/>.</param>
/// <param name="Meta">Read and written, without a meaning in DM.</param>
/// <param name="Commands">The children in document order. Which ones DM allows is for the engine (protocol.md 15, AMB-021).</param>
public abstract record CommandContainer(string CmdID, MetaInfo? Meta, ImmutableArray<Command> Commands) : Command(CmdID)
{
    /// <summary>The children in document order; never default.</summary>
    public ImmutableArray<Command> Commands { get; init => field = value.OrEmpty(); } = Commands.OrEmpty();

    /// <inheritdoc/>
    public override void Zero()
    {
        foreach (var command in Commands)
            command.Zero();
    }

    /// <summary>Equality by content, child by child.</summary>
    public virtual bool Equals(CommandContainer? other) =>
        base.Equals(other) && Meta == other!.Meta && Commands.AsSpan().SequenceEqual(other.Commands.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(base.GetHashCode(), Meta, Commands.Length);
}

/// <summary>Children in order, all or none (REP-088 ff.).</summary>
/// <inheritdoc cref="CommandContainer"/>
public sealed record Atomic(string CmdID, MetaInfo? Meta, ImmutableArray<Command> Commands) : CommandContainer(CmdID, Meta, Commands)
{
    /// <inheritdoc/>
    public override string Name => nameof(Atomic);
}

/// <summary>Children in order (REP-085 ff.).</summary>
/// <inheritdoc cref="CommandContainer"/>
public sealed record Sequence(string CmdID, MetaInfo? Meta, ImmutableArray<Command> Commands) : CommandContainer(CmdID, Meta, Commands)
{
    /// <inheritdoc/>
    public override string Name => nameof(Sequence);
}
