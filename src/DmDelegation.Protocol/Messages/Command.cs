using System.Collections.Immutable;

namespace DmDelegation.Protocol;

/// <summary>A child of SyncBody, Sequence or Atomic (protocol.md 14 and 15).</summary>
/// <param name="CmdID">Identifies the command within its message, opaque; empty when it is missing (REP-001, AMB-020, AMB-031).</param>
public abstract record Command(string CmdID)
{
    /// <summary>The element name, as it goes into Cmd of a Status (REP-002).</summary>
    public abstract string Name { get; }

    /// <summary>Overwrites every <see cref="ItemData"/> of the command (DEL-188).</summary>
    public virtual void Zero()
    {
    }
}

/// <summary>A command that consists of Items.</summary>
/// <param name="CmdID">See <see cref="Command"/>.</param>
/// <param name="Meta">Describes the data of all Items that have no Meta value of their own (PRO-055).</param>
/// <param name="Items">The Items in document order; may be empty on receipt (REP-035: the engine answers 412).</param>
public abstract record ItemCommand(string CmdID, MetaInfo? Meta, ImmutableArray<Item> Items) : Command(CmdID)
{
    /// <summary>The Items in document order; never default.</summary>
    public ImmutableArray<Item> Items { get; init => field = value.OrEmpty(); } = Items.OrEmpty();

    /// <inheritdoc/>
    public override void Zero()
    {
        foreach (var item in Items)
            item.Data?.Zero();
    }

    /// <summary>Equality by content, Item by Item.</summary>
    public virtual bool Equals(ItemCommand? other) =>
        base.Equals(other) && Meta == other!.Meta && Items.AsSpan().SequenceEqual(other.Items.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(base.GetHashCode(), Meta, Items.Length);
}

/// <summary>Creates nodes (REP-040 ff.).</summary>
/// <inheritdoc cref="ItemCommand"/>
public sealed record Add(string CmdID, MetaInfo? Meta, ImmutableArray<Item> Items) : ItemCommand(CmdID, Meta, Items)
{
    /// <inheritdoc/>
    public override string Name => nameof(Add);
}

/// <summary>Overwrites values and properties; from the client the DevInfo of package 1 (REP-052 ff., PRO-042).</summary>
/// <inheritdoc cref="ItemCommand"/>
public sealed record Replace(string CmdID, MetaInfo? Meta, ImmutableArray<Item> Items) : ItemCommand(CmdID, Meta, Items)
{
    /// <inheritdoc/>
    public override string Name => nameof(Replace);
}

/// <summary>Deletes nodes with all below them (REP-059 ff.).</summary>
/// <inheritdoc cref="ItemCommand"/>
public sealed record Delete(string CmdID, MetaInfo? Meta, ImmutableArray<Item> Items) : ItemCommand(CmdID, Meta, Items)
{
    /// <inheritdoc/>
    public override string Name => nameof(Delete);
}

/// <summary>Reads nodes and properties (REP-072 ff.).</summary>
/// <inheritdoc cref="ItemCommand"/>
public sealed record Get(string CmdID, MetaInfo? Meta, ImmutableArray<Item> Items) : ItemCommand(CmdID, Meta, Items)
{
    /// <inheritdoc/>
    public override string Name => nameof(Get);
}

/// <summary>Copies the value of one leaf to another (REP-067 ff.).</summary>
/// <inheritdoc cref="ItemCommand"/>
public sealed record Copy(string CmdID, MetaInfo? Meta, ImmutableArray<Item> Items) : ItemCommand(CmdID, Meta, Items)
{
    /// <inheritdoc/>
    public override string Name => nameof(Copy);
}

/// <summary>Starts what the node stands for (REP-062 ff.).</summary>
/// <param name="CmdID">See <see cref="Command"/>.</param>
/// <param name="Meta">See <see cref="ItemCommand"/>.</param>
/// <param name="Correlator">Echoed in the generic alert that reports the end (REP-064).</param>
/// <param name="Items">One Item by the DTD; the number is not checked here.</param>
public sealed record Exec(string CmdID, MetaInfo? Meta, string? Correlator, ImmutableArray<Item> Items) : ItemCommand(CmdID, Meta, Items)
{
    /// <inheritdoc/>
    public override string Name => nameof(Exec);
}

/// <summary>An alert of either side; it has no Meta of its own (protocol.md 11 to 13).</summary>
/// <param name="CmdID">See <see cref="Command"/>.</param>
/// <param name="Data">The alert code as received; see <see cref="Code"/> (PRO-120).</param>
/// <param name="Correlator">From the Exec that this answers (PRO-121).</param>
/// <param name="Items">Options, text and choices of a user interaction; events of 1224 and 1226.</param>
public sealed record Alert(string CmdID, string? Data, string? Correlator, ImmutableArray<Item> Items) : ItemCommand(CmdID, null, Items)
{
    /// <summary>An alert without Items.</summary>
    public Alert(string cmdID, int code) : this(cmdID, code.ToString(), null, [])
    {
    }

    /// <inheritdoc/>
    public override string Name => nameof(Alert);

    /// <summary>The alert code (<see cref="AlertCode"/>), or null when Data is no plain decimal number.</summary>
    public int? Code => Numbers.TryDecimal(Data, int.MaxValue, out var code) ? (int)code : null;
}
