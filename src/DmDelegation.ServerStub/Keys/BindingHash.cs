using System.Security.Cryptography;
using System.Text;
using DmDelegation.ServerStub.Delegation;

namespace DmDelegation.ServerStub.Keys;

/// <summary>The leaves that BH covers, as text or octets exactly as A writes them; null is an absent leaf (delegation.md 8.3).</summary>
public sealed record BindingInputs
{
    /// <summary>Delegation id.</summary>
    public required string Id { get; init; }

    /// <summary>ServerID of the delegating server.</summary>
    public required string A { get; init; }

    /// <summary>ServerID of the delegated server.</summary>
    public required string B { get; init; }

    /// <summary>Value of ./DevInfo/DevId.</summary>
    public required string DeviceId { get; init; }

    /// <summary>ScopeType.</summary>
    public string? ScopeType { get; init; }

    /// <summary>DurationType.</summary>
    public string? DurationType { get; init; }

    /// <summary>Control.</summary>
    public string? Control { get; init; }

    /// <summary>The scope entries in any order.</summary>
    public required IReadOnlyList<ScopeEntry> Scope { get; init; }

    /// <summary>Expiry/NotAfter.</summary>
    public string? NotAfter { get; init; }

    /// <summary>Expiry/MaxSeconds, decimal.</summary>
    public string? MaxSeconds { get; init; }

    /// <summary>SubDelegation, decimal.</summary>
    public string? SubDelegation { get; init; }

    /// <summary>Account/Addr or Account/Ref.</summary>
    public string? AddrOrRef { get; init; }

    /// <summary>Account/AuthType.</summary>
    public string? AuthType { get; init; }

    /// <summary>Account/ClientName.</summary>
    public string? ClientName { get; init; }

    /// <summary>Account/ConRef.</summary>
    public string? ConRef { get; init; }

    /// <summary>Server/CertPin, raw octets.</summary>
    public ReadOnlyMemory<byte> CertPin { get; init; }

    /// <summary>Confirm/Mode.</summary>
    public string? Mode { get; init; }

    /// <summary>Confirm/Window, decimal.</summary>
    public string? Window { get; init; }

    /// <summary>Policy/RotateWithin, decimal.</summary>
    public string? RotateWithin { get; init; }

    /// <summary>Policy/OnTimeUnknown.</summary>
    public string? OnTimeUnknown { get; init; }

    /// <summary>The device's nonce, raw octets.</summary>
    public ReadOnlyMemory<byte> Nonce { get; init; }

    /// <summary>Sequence number, decimal.</summary>
    public string? Seq { get; init; }

    /// <summary>The inputs that follow from agreed terms; both servers compute BH from these and take it from no message (DEL-366).</summary>
    public static BindingInputs From(DelegationTerms terms, string id, string a, string b, string deviceId, byte[] nonce, long seq) => new()
    {
        Id = id,
        A = a,
        B = b,
        DeviceId = deviceId,
        ScopeType = terms.ScopeType,
        DurationType = terms.DurationType,
        Control = terms.Control,
        Scope = terms.Scope,
        NotAfter = terms.NotAfter,
        MaxSeconds = LengthPrefix.Decimal(terms.MaxSeconds),
        SubDelegation = LengthPrefix.Decimal(terms.SubDelegation),
        AddrOrRef = terms.Account?.Addr ?? terms.Account?.Ref,
        AuthType = terms.Account?.AuthType,
        ClientName = terms.Account?.ClientName,
        ConRef = terms.Account?.ConRef,
        CertPin = terms.Account?.Spki is { } spki ? Convert.FromBase64String(spki) : default,
        Mode = terms.ConfirmMode,
        Window = LengthPrefix.Decimal(terms.Window),
        RotateWithin = LengthPrefix.Decimal(terms.RotateWithin),
        OnTimeUnknown = terms.OnTimeUnknown,
        Nonce = nonce,
        Seq = LengthPrefix.Decimal(seq),
    };
}

/// <summary>BH, the binding hash of delegation.md 8.3.</summary>
public static class BindingHash
{
    private static readonly string[] RightsOrder = ["Add", "Delete", "Exec", "Get", "Replace"];

    /// <summary>The 32 octets of BH.</summary>
    public static byte[] Compute(BindingInputs inputs) => SHA256.HashData(HashInput(inputs));

    /// <summary>The octets that are hashed.</summary>
    public static byte[] HashInput(BindingInputs inputs)
    {
        using var stream = new MemoryStream();
        stream.Raw("DEL-BIND-1"u8).L(inputs.Id).L(inputs.A).L(inputs.B).L(inputs.DeviceId)
            .L(inputs.ScopeType).L(inputs.DurationType).L(inputs.Control).Count(inputs.Scope.Count);
        foreach (var entry in inputs.Scope.Order(ByUriOctets))
            stream.L(entry.Uri).L(InOrder(entry.Rights));
        stream.L(inputs.NotAfter).L(inputs.MaxSeconds).L(inputs.SubDelegation).L(inputs.AddrOrRef).L(inputs.AuthType)
            .L(inputs.ClientName).L(inputs.ConRef).L(inputs.CertPin.Span).L(inputs.Mode).L(inputs.Window)
            .L(inputs.RotateWithin).L(inputs.OnTimeUnknown).L(inputs.Nonce.Span).L(inputs.Seq);
        return stream.ToArray();
    }

    // By the UTF-8 octets: the order of UTF-16 code units differs above U+FFFF (8.3).
    private static readonly Comparer<ScopeEntry> ByUriOctets = Comparer<ScopeEntry>.Create(static (x, y) =>
        Encoding.UTF8.GetBytes(x.Uri).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(y.Uri)));

    private static string InOrder(string rights)
    {
        var words = rights.Split('+');
        return string.Join('+', words.OrderBy(word => Array.IndexOf(RightsOrder, word)));
    }
}
