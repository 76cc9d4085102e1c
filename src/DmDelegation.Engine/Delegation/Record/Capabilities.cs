using System.Collections.Immutable;
using System.Text;
using DmDelegation.Engine.Audit;
using DmDelegation.Engine.State;
using DmDelegation.Tree;

namespace DmDelegation.Engine.Delegation;

/// <summary>What stands at <c>./Delegation</c> beside the records: capabilities, the nonce and the sequence number of the asking server, the log.</summary>
internal static class Capabilities
{
    private const int NonceOctets = 32;

    private static readonly Acl Everybody = Acl.Of(AclCommands.Get, ServerIdentifier.Any);

    /// <summary>Children of <c>./Delegation</c> that are no records; no record may have one of these names.</summary>
    public static ImmutableArray<string> Names { get; } = ["Cap", "Log", "Nonce", "Seq"];

    private static readonly ImmutableArray<(string Path, string Format)> Nodes =
    [
        ("Cap", "node"), ("Cap/DeviceCert", "bin"), ("Cap/KeyMethods", "chr"), ("Cap/KeyStore", "chr"), ("Cap/MaxActive", "int"),
        ("Cap/MaxDepth", "int"), ("Cap/TimeState", "chr"), ("Cap/Version", "chr"), ("Log", "node"), ("Nonce", "bin"), ("Seq", "chr"),
    ];

    /// <summary>Nodes that exist on this device, parents first; <c>DeviceCert</c> only if method <c>cms</c> is offered.</summary>
    public static IEnumerable<(string Path, string Format)> All(Work work) =>
        Nodes.Where(node => node.Path != "Cap/DeviceCert" || work.Ports.DeviceKey.CanUnwrap);

    /// <summary>Format of a node as a server sees it, null if there is none: an audit entry exists only for who may read it (DEL-402).</summary>
    public static string? FormatOf(Work work, string path, string server) =>
        LogEntry(work, path, server) is not null ? Formats.Chr : All(work).FirstOrDefault(node => node.Path == path).Format;

    /// <summary>Names of the children of an interior node.</summary>
    public static IEnumerable<string> Children(Work work, string path, string server) => path == "Log"
        ? AuditLog.VisibleTo(work.State, work.Options, server).Select(visible => visible.Name)
        : All(work).Where(node => node.Path.StartsWith(path + "/", StringComparison.Ordinal)).Select(node => node.Path[(path.Length + 1)..]);

    /// <summary>The value of a leaf for the server that asks. Reading the nonce issues a fresh one (DEL-100).</summary>
    public static ReadOnlyMemory<byte> Value(Work work, string path, string server) => path switch
    {
        "Cap/Version" => Text("1.0"),
        "Cap/KeyMethods" => Text(work.Ports.DeviceKey.CanUnwrap ? "tls+cms" : "tls"),
        "Cap/DeviceCert" => work.Ports.DeviceKey.Certificate,
        "Cap/MaxActive" => Text(work.Options.Delegation.MaxActive.ToString()),
        "Cap/MaxDepth" => Text(work.Options.Delegation.MaxDepth.ToString()),
        "Cap/TimeState" => Text(work.Engine.Clock.Trust.ToString().ToLowerInvariant()),
        "Cap/KeyStore" => Text(work.Ports.DeviceKey.KeyStore),
        "Nonce" => IssueNonce(work, server),
        "Seq" => Text(work.State.ServerOf(server).HighestSeq.ToString()),
        _ => LogEntry(work, path, server) is { } entry ? Text(entry.ToString()) : default,
    };

    private static AuditEntry? LogEntry(Work work, string path, string server) => path.StartsWith("Log/", StringComparison.Ordinal)
        ? AuditLog.VisibleTo(work.State, work.Options, server).FirstOrDefault(visible => visible.Name == path["Log/".Length..]).Entry
        : null;

    /// <summary>ACL shown: everybody reads these; an audit entry those who may see it, the server that asks among them (6.1, DEL-402).</summary>
    public static Acl ShownAcl(Work work, NodePath path, string server)
    {
        if (LogEntry(work, string.Join('/', path.Segments.Skip(1)), server) is not { } entry)
        {
            return Everybody;
        }

        return work.State.HomeAuthoritiesOfRoot(work.Options).Append(entry.By).Append(entry.To).Where(ServerIdentifier.IsWellFormed)
            .Aggregate(Acl.Of(AclCommands.Get, server), (acl, reader) => acl.With(AclCommands.Get, reader));
    }

    private static byte[] IssueNonce(Work work, string server)
    {
        var nonce = work.Random(NonceOctets);
        work.Engine = work.Engine with { Nonces = work.Engine.Nonces.SetItem(server, new IssuedNonce(nonce, work.Now.BootMs, Used: false)) };
        return nonce;
    }

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);
}
