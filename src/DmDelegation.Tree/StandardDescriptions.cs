using System.Collections.Immutable;

namespace DmDelegation.Tree;

/// <summary>The descriptions of the standardized objects (std-objects.md).</summary>
public static class StandardDescriptions
{
    private const AccessTypes Fixed = AccessTypes.Add | AccessTypes.Get;
    private const AccessTypes Managed = AccessTypes.Add | AccessTypes.Copy | AccessTypes.Delete | AccessTypes.Get | AccessTypes.Replace;
    private const AccessTypes WriteOnly = AccessTypes.Add | AccessTypes.Copy | AccessTypes.Delete | AccessTypes.Replace;

    /// <summary>DMAcc below <c>./DMAcc</c> (std-objects.md 1). Secrets are sealed and have no Get. AppID and ServerID of an account never change, nor do they
    /// go while the account stays, since a ServerID that can be deleted and added again can be changed (STD-022).</summary>
    public static ImmutableArray<DescriptionRow> DMAcc { get; } =
    [
        Interior("./DMAcc", permanent: true),
        Interior("./DMAcc/*"),
        Leaf("./DMAcc/*/AppID", Fixed),
        Leaf("./DMAcc/*/ServerID", Fixed),
        Leaf("./DMAcc/*/Name"),
        Leaf("./DMAcc/*/PrefConRef"),
        Interior("./DMAcc/*/ToConRef"),
        Interior("./DMAcc/*/ToConRef/*"),
        Leaf("./DMAcc/*/ToConRef/*/ConRef"),
        Interior("./DMAcc/*/AppAddr"),
        Interior("./DMAcc/*/AppAddr/*"),
        Leaf("./DMAcc/*/AppAddr/*/Addr"),
        Leaf("./DMAcc/*/AppAddr/*/AddrType"),
        Interior("./DMAcc/*/AppAddr/*/Port"),
        Interior("./DMAcc/*/AppAddr/*/Port/*"),
        Leaf("./DMAcc/*/AppAddr/*/Port/*/PortNbr"),
        Leaf("./DMAcc/*/AAuthPref"),
        Interior("./DMAcc/*/AppAuth"),
        Interior("./DMAcc/*/AppAuth/*"),
        Leaf("./DMAcc/*/AppAuth/*/AAuthLevel"),
        Leaf("./DMAcc/*/AppAuth/*/AAuthType"),
        Leaf("./DMAcc/*/AppAuth/*/AAuthName"),
        Secret("./DMAcc/*/AppAuth/*/AAuthSecret", Formats.Chr),
        Secret("./DMAcc/*/AppAuth/*/AAuthData", Formats.Bin),
        Interior("./DMAcc/*/Ext"),
    ];

    private static DescriptionRow Interior(string pattern, bool permanent = false) =>
        new(pattern, new NodeDescription(Managed, Permanent: permanent, Format: Formats.Node));

    private static DescriptionRow Leaf(string pattern, AccessTypes access = Managed) => new(pattern, new NodeDescription(access, Format: Formats.Chr));

    private static DescriptionRow Secret(string pattern, string format) => new(pattern, new NodeDescription(WriteOnly, Secret: true, Format: format));
}
