using System.Collections.Immutable;

namespace DmDelegation.Engine.Delegation;

/// <summary>Whose ACL a node of a record shows, in the short forms of 6.1.</summary>
internal enum ShownAcl
{
    /// <summary><c>Get=&lt;readers&gt;</c>.</summary>
    R,

    /// <summary>Staged <c>Get=&lt;A&gt;&amp;Replace=&lt;A&gt;</c>, R afterwards.</summary>
    W,

    /// <summary>Staged <c>Add=&lt;A&gt;&amp;Get=&lt;A&gt;</c>, R afterwards.</summary>
    N,

    /// <summary>N, with <c>Delete=&lt;A&gt;</c> while Staged: an entry of the scope.</summary>
    NWithDelete,

    /// <summary><c>Delete=&lt;A&gt;</c> and N: the record itself.</summary>
    Record,

    /// <summary><c>Get=&lt;readers&gt;&amp;Replace=&lt;A&gt;</c> in every state.</summary>
    RWithReplaceByA,

    /// <summary>W; Active and Finalised <c>Get=&lt;readers&gt;&amp;Replace=&lt;B&gt;</c>: the pins.</summary>
    WThenReplaceByB,

    /// <summary><c>Replace=&lt;A&gt;</c>, never Get: the key.</summary>
    KeyValue,

    /// <summary><c>Get=&lt;B&gt;</c>: the challenge.</summary>
    GetByB,

    /// <summary><c>Exec=&lt;A&gt;</c>.</summary>
    ExecByA,

    /// <summary><c>Exec=&lt;A&gt;+&lt;anc&gt;</c>.</summary>
    ExecByAAndAncestors,

    /// <summary><c>Exec=&lt;B&gt;</c>.</summary>
    ExecByB,
}

/// <summary>One row of the table in 6.1.</summary>
/// <param name="Path">Path below the record; <c>*</c> is any one name.</param>
/// <param name="Format">Format of the node.</param>
/// <param name="ByA">A adds and replaces it while Staged (note ¹); otherwise the agent sets it.</param>
/// <param name="Acl">ACL shown.</param>
/// <param name="MaxOctets">Size bound (DEL-086).</param>
internal sealed record RecordNode(string Path, string Format, bool ByA, ShownAcl Acl, int MaxOctets = RecordLayout.MaxChrOctets)
{
    public bool IsInterior => Format is "node";
}

/// <summary>The management object of 6.1 as a table: what a record may hold, who sets it, and what ACL it shows.</summary>
internal static class RecordLayout
{
    /// <summary>Object identifier in the Type property of a record (6.1; Q1: one build-time constant).</summary>
    public const string ObjectIdentifier = "org.example.dmagent/1.0/Delegation";

    /// <summary>Entries of a scope (DEL-086).</summary>
    public const int MaxScopeEntries = 32;

    /// <summary>A chr leaf (DEL-086).</summary>
    public const int MaxChrOctets = 1024;

    /// <summary>The voucher (DEL-086).</summary>
    public const int MaxVoucherOctets = 16 * 1024;

    /// <summary><c>Key/Value</c> (DEL-086).</summary>
    public const int MaxKeyValueOctets = 4 * 1024;

    public const string KeyValue = "Key/Value";
    public const string Challenge = "Confirm/Challenge";
    public const string CertPin = "Server/CertPin";

    /// <summary>Octets of a pin (6.1).</summary>
    public const int PinOctets = 32;

    private const int MaxPins = 4;

    public static ImmutableArray<RecordNode> Nodes { get; } =
    [
        new("", "node", true, ShownAcl.Record),
        new("ScopeType", "chr", true, ShownAcl.W),
        new("DurationType", "chr", true, ShownAcl.W),
        new("Control", "chr", true, ShownAcl.W),
        new("Scope", "node", true, ShownAcl.N),
        new("Scope/*", "node", true, ShownAcl.NWithDelete),
        new("Scope/*/URI", "chr", true, ShownAcl.W),
        new("Scope/*/Rights", "chr", true, ShownAcl.W),
        new("Server", "node", true, ShownAcl.N),
        new("Server/ServerID", "chr", true, ShownAcl.W),
        new("Server/Name", "chr", true, ShownAcl.W),
        new(CertPin, "bin", true, ShownAcl.WThenReplaceByB),
        new("Account", "node", true, ShownAcl.N),
        new("Account/Ref", "chr", true, ShownAcl.W),
        new("Account/Addr", "chr", true, ShownAcl.W),
        new("Account/AuthType", "chr", true, ShownAcl.W),
        new("Account/ClientName", "chr", true, ShownAcl.W),
        new("Account/ConRef", "chr", true, ShownAcl.W),
        new("Key", "node", true, ShownAcl.N),
        new("Key/Method", "chr", true, ShownAcl.W),
        new(KeyValue, "bin", true, ShownAcl.KeyValue, MaxKeyValueOctets),
        new("Key/Check", "bin", false, ShownAcl.R),
        new("Voucher", "bin", true, ShownAcl.W, MaxVoucherOctets),
        new("Nonce", "bin", true, ShownAcl.W),
        new("Seq", "chr", true, ShownAcl.W),
        new("Expiry", "node", true, ShownAcl.N),
        new("Expiry/NotAfter", "chr", true, ShownAcl.RWithReplaceByA),
        new("Expiry/MaxSeconds", "int", true, ShownAcl.RWithReplaceByA),
        new("Expiry/Now", "chr", true, ShownAcl.RWithReplaceByA),
        new("Confirm", "node", true, ShownAcl.N),
        new("Confirm/Mode", "chr", true, ShownAcl.W),
        new("Confirm/Window", "int", true, ShownAcl.W),
        new("Confirm/Left", "int", false, ShownAcl.R),
        new(Challenge, "bin", false, ShownAcl.GetByB),
        new("SubDelegation", "int", true, ShownAcl.W),
        new("Policy", "node", true, ShownAcl.N),
        new("Policy/RotateWithin", "int", true, ShownAcl.W),
        new("Policy/OnTimeUnknown", "chr", true, ShownAcl.W),
        new("Parent", "chr", false, ShownAcl.R),
        new("By", "chr", false, ShownAcl.R),
        new("State", "int", false, ShownAcl.R),
        new("Reason", "int", false, ShownAcl.R),
        new("Remaining", "int", false, ShownAcl.R),
        new("Ack", "node", false, ShownAcl.R),
        new("Ack/Delegating", "int", false, ShownAcl.R),
        new("Ack/Delegated", "int", false, ShownAcl.R),
        new("Operations", "node", false, ShownAcl.R),
        new("Operations/Start", "null", false, ShownAcl.ExecByA),
        new("Operations/Cancel", "null", false, ShownAcl.ExecByAAndAncestors),
        new("Operations/Revoke", "null", false, ShownAcl.ExecByAAndAncestors),
        new("Operations/Reduce", "null", false, ShownAcl.ExecByA),
        new("Operations/Confirm", "null", false, ShownAcl.ExecByB),
        new("Operations/Relinquish", "null", false, ShownAcl.ExecByB),
    ];

    private static readonly Dictionary<string, RecordNode> ByPath = Nodes.ToDictionary(node => node.Path, StringComparer.Ordinal);

    /// <summary>The row for a path below a record, null if the object has no such node.</summary>
    public static RecordNode? Find(string path)
    {
        if (ByPath.TryGetValue(path, out var node))
        {
            return path.Contains('*') ? null : node;
        }

        var parts = path.Split('/');
        if (parts is not ["Scope", { Length: > 0 }, ..])
        {
            return null;
        }

        parts[1] = "*";
        return ByPath.GetValueOrDefault(string.Join('/', parts));
    }

    /// <summary>Whether a number of octets is that of 1 … 4 pins (6.1).</summary>
    public static bool IsPins(int octets) => octets is >= PinOctets and <= MaxPins * PinOctets && octets % PinOctets == 0;

    /// <summary>Names of the scope entries of a record, in ordinal order.</summary>
    public static IEnumerable<string> ScopeEntries(DelegationRecord record) =>
        record.Interiors.Where(path => path.StartsWith("Scope/", StringComparison.Ordinal)).Select(path => path["Scope/".Length..]);
}
