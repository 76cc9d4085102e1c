namespace DmDelegation.Protocol;

/// <summary>One Item of a command (DTD: Target?, Source?, Meta?, Data?, MoreData?).</summary>
public sealed record Item
{
    /// <summary>The node that the command is for (PRO-002).</summary>
    public Location? Target { get; init; }

    /// <summary>The node that the data come from, or the node to copy (PRO-002).</summary>
    public Location? Source { get; init; }

    /// <summary>Describes <see cref="Data"/>; its values override those of the command's Meta (PRO-055).</summary>
    public MetaInfo? Meta { get; init; }

    /// <summary>The data; null when the element is missing, empty when it is <c>&lt;Data/&gt;</c> (REP-017).</summary>
    public ItemData? Data { get; init; }

    /// <summary>More chunks of this data follow in later messages (PRO-092).</summary>
    public bool MoreData { get; init; }
}
