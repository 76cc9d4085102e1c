using System.Security.Cryptography;
using DmDelegation.Tree;

namespace DmDelegation.Engine.Delegation.Keys;

/// <summary>
/// The binding hash BH: SHA-256 over the canonical description of the delegation (8.3). Values are exactly as A wrote them; only the
/// words of <c>Rights</c> are put in order and entries are sorted by the octets of their URI.
/// </summary>
public static class Binding
{
    /// <summary>Leaves behind the scope, in the order in which they are hashed. Addr or Ref share a place.</summary>
    private static readonly string[] AfterScope = ["Expiry/NotAfter", "Expiry/MaxSeconds", "SubDelegation"];

    private static readonly string[] AfterAddress =
    [
        "Account/AuthType", "Account/ClientName", "Account/ConRef", "Server/CertPin", "Confirm/Mode", "Confirm/Window",
        "Policy/RotateWithin", "Policy/OnTimeUnknown", "Nonce", "Seq",
    ];

    /// <summary>BH of a record as A wrote it.</summary>
    /// <param name="record">The record, before T1 writes anything into it.</param>
    /// <param name="deviceId">Value of <c>./DevInfo/DevId</c>.</param>
    public static byte[] Hash(DelegationRecord record, string deviceId) => SHA256.HashData(Input(record, deviceId));

    /// <summary>The octets that are hashed, for comparison with the vectors.</summary>
    public static byte[] Input(DelegationRecord record, string deviceId)
    {
        var input = new LengthPrefixed()
            .Label("DEL-BIND-1")
            .Part(record.Id).Part(record.By).Part(Leaf(record, "Server/ServerID")).Part(deviceId)
            .Part(Leaf(record, "ScopeType")).Part(Leaf(record, "DurationType")).Part(Leaf(record, "Control"));
        var entries = RecordLayout.ScopeEntries(record)
            .OrderBy(entry => Leaf(record, $"Scope/{entry}/URI").ToArray(), OctetOrder.Instance)
            .ToList();
        input.Count(entries.Count);
        foreach (var entry in entries)
        {
            input.Part(Leaf(record, $"Scope/{entry}/URI")).Part(InOrder(record.Text($"Scope/{entry}/Rights") ?? ""));
        }

        foreach (var path in AfterScope)
        {
            input.Part(Leaf(record, path));
        }

        input.Part(record.Leaves.ContainsKey("Account/Addr") ? Leaf(record, "Account/Addr") : Leaf(record, "Account/Ref"));
        foreach (var path in AfterAddress)
        {
            input.Part(Leaf(record, path));
        }

        return input.Octets.ToArray();
    }

    private static ReadOnlySpan<byte> Leaf(DelegationRecord record, string path) =>
        record.Leaves.TryGetValue(path, out var leaf) ? leaf.Octets.Span : default;

    /// <summary>The words of Rights in the order Add, Delete, Exec, Get, Replace; unknown words stay, behind, as they are.</summary>
    private static string InOrder(string rights)
    {
        var words = rights.Split('+');
        return string.Join('+', words.OrderBy(word => Enum.TryParse<AclCommands>(word, out var one) ? (int)one : int.MaxValue));
    }

    /// <summary>Order of raw octets; the ordinal order of .NET strings is that of UTF-16 code units and sorts otherwise.</summary>
    private sealed class OctetOrder : IComparer<byte[]>
    {
        public static OctetOrder Instance { get; } = new();

        public int Compare(byte[]? x, byte[]? y) => x.AsSpan().SequenceCompareTo(y);
    }
}
