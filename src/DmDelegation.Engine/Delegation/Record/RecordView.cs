using System.Collections.Immutable;
using System.Text;
using DmDelegation.Engine.Session;
using DmDelegation.Engine.State;
using DmDelegation.Tree;

namespace DmDelegation.Engine.Delegation;

/// <summary>How a record looks to one server at this moment: who may see it, which nodes exist, what they read, what ACL they show (6.1).</summary>
internal sealed class RecordView(Work work, DelegationRecord record)
{
    /// <summary>Leaves and interior nodes that the agent adds to every record (6.1, last note).</summary>
    private static readonly string[] AlwaysThere =
        ["By", "State", "Reason", "Ack", "Ack/Delegating", "Ack/Delegated", "Operations", "Operations/Start", "Operations/Cancel",
         "Operations/Revoke", "Operations/Reduce", "Operations/Confirm", "Operations/Relinquish", "Confirm", "Confirm/Left", RecordLayout.Challenge];

    /// <summary>B; empty if the record names nobody.</summary>
    public string B => record.B() ?? "";

    /// <summary>
    /// Whether the record exists for a server at all: Staged only for its creator, afterwards for A, B, the delegating servers of the ancestors
    /// and the home authorities of the root; to all others it looks absent (DEL-081).
    /// </summary>
    public static bool IsVisible(Work work, DelegationRecord record, string server) =>
        record.By == server
        || (record.State != DelegationState.Staged
            && (record.B() == server
                || record.Grant?.Lenders.Contains(server) == true
                || work.State.IsHomeAuthorityOfRoot(work.Options, server)));

    /// <summary>Whether a node of the layout exists in this record now.</summary>
    public bool Exists(string path) =>
        path.Length == 0
        || record.Leaves.ContainsKey(path)
        || record.Interiors.Contains(path)
        || AlwaysThere.Contains(path, StringComparer.Ordinal)
        || (path == "Key/Check" && record.Grant is not null)
        || (path == "Remaining" && record.Text("DurationType") == "temporary")
        || (path == "Parent" && record.Grant is { Parent.Length: > 0 });

    /// <summary>Paths of all nodes that exist, parents before children.</summary>
    public IEnumerable<string> Paths() =>
        record.Leaves.Keys.Concat(record.Interiors).Concat(AlwaysThere).Concat(["Key/Check", "Remaining", "Parent"])
            .Where(Exists).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    /// <summary>Names of the children of a node.</summary>
    public IEnumerable<string> Children(string path)
    {
        var prefix = path.Length == 0 ? "" : path + "/";
        return Paths()
            .Where(child => child.StartsWith(prefix, StringComparison.Ordinal) && child.Length > prefix.Length && !child.AsSpan(prefix.Length).Contains('/'))
            .Select(child => child[prefix.Length..]);
    }

    /// <summary>The value of a leaf. The challenge is the asking session's own (DEL-180).</summary>
    public ReadOnlyMemory<byte> Value(string path, SessionState session) => path switch
    {
        RecordLayout.KeyValue => default,
        RecordLayout.Challenge => session.ChallengeFor(record.Id),
        "Key/Check" => record.Grant?.Check ?? default,
        "By" => Text(record.By),
        "State" => Number((long)record.State),
        "Reason" => Number(record.Reason),
        "Parent" => Text(record.Grant?.Parent ?? ""),
        "Confirm/Left" => Number(record is { State: DelegationState.Pending, Grant: { } grant } ? (Limits.WindowLeftMs(grant, work.Now) + 999) / 1000 : 0),
        "Remaining" => Number(Limits.RemainingSeconds(record, work.Now, work.Time) ?? 0),
        "Ack/Delegating" => Number((long)record.AckDelegating),
        "Ack/Delegated" => Number((long)record.AckDelegated),
        _ => record.Leaves.GetValueOrDefault(path)?.Octets ?? default,
    };

    /// <summary>The ACL a node shows, computed from record and state (DEL-083). Nobody can edit it, and the guard does not depend on it.</summary>
    public Acl ShownAcl(RecordNode node)
    {
        var staged = record.State == DelegationState.Staged;
        var readers = Readers(staged);
        return node.Acl switch
        {
            Delegation.ShownAcl.W when staged => Acl.Of(AclCommands.Get | AclCommands.Replace, record.By),
            Delegation.ShownAcl.N when staged => Acl.Of(AclCommands.Add | AclCommands.Get, record.By),
            Delegation.ShownAcl.NWithDelete when staged => Acl.Of(AclCommands.Add | AclCommands.Delete | AclCommands.Get, record.By),
            Delegation.ShownAcl.Record when staged => Acl.Of(AclCommands.Add | AclCommands.Delete | AclCommands.Get, record.By),
            Delegation.ShownAcl.Record => readers.With(AclCommands.Delete, record.By),
            Delegation.ShownAcl.RWithReplaceByA => readers.With(AclCommands.Replace, record.By),
            Delegation.ShownAcl.WThenReplaceByB when staged => Acl.Of(AclCommands.Get | AclCommands.Replace, record.By),
            Delegation.ShownAcl.WThenReplaceByB when record.State.GivesRights() => readers.With(AclCommands.Replace, B),
            Delegation.ShownAcl.KeyValue => Acl.Of(AclCommands.Replace, record.By),
            Delegation.ShownAcl.GetByB when ServerIdentifier.IsWellFormed(B) => Acl.Of(AclCommands.Get, B),
            Delegation.ShownAcl.ExecByA => Acl.Of(AclCommands.Exec, record.By),
            Delegation.ShownAcl.ExecByAAndAncestors => Lenders.Aggregate(Acl.Of(AclCommands.Exec, record.By), (acl, lender) => acl.With(AclCommands.Exec, lender)),
            Delegation.ShownAcl.ExecByB when ServerIdentifier.IsWellFormed(B) => Acl.Of(AclCommands.Exec, B),
            _ => readers,
        };
    }

    private IEnumerable<string> Lenders => record.Grant?.Lenders ?? [];

    private Acl Readers(bool staged)
    {
        var readers = Acl.Of(AclCommands.Get, record.By);
        if (staged)
        {
            return readers;
        }

        return Lenders.Prepend(B).Concat(work.State.HomeAuthoritiesOfRoot(work.Options)).Where(ServerIdentifier.IsWellFormed)
            .Aggregate(readers, (acl, server) => acl.With(AclCommands.Get, server));
    }

    private static ReadOnlyMemory<byte> Number(long value) => Text(value.ToString());

    private static ReadOnlyMemory<byte> Text(string text) => Encoding.UTF8.GetBytes(text);
}
