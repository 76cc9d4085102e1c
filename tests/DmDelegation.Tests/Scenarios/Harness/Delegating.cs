using System.Globalization;
using System.Security.Cryptography;
using DmDelegation.Protocol;
using DmDelegation.ServerStub.Keys;
using ScopeEntry = DmDelegation.ServerStub.Delegation.ScopeEntry;
using StubAccount = DmDelegation.ServerStub.Delegation.AccountTerms;
using StubBinding = DmDelegation.ServerStub.Keys.BindingHash;
using StubTerms = DmDelegation.ServerStub.Delegation.DelegationTerms;
using StubVoucher = DmDelegation.ServerStub.Keys.Voucher;

namespace DmDelegation.Tests.Scenarios.Harness;

/// <summary>
/// A delegation as its A sees it: the leaves of the record by name, the TDK, and what B derives. Keys and vouchers are made by the stub's
/// code, which shares nothing with the agent's.
/// </summary>
public sealed class Delegating
{
    public Delegating(string id = "7QK2", string a = "a.example", string b = "b.example")
    {
        (Id, A, B) = (id, a, b);
        this["Server/ServerID"] = b;
        this["Account/Addr"] = $"https://{b}/dm";
    }

    public string Id { get; }

    public string A { get; }

    public string B { get; }

    public byte[] Tdk { get; set; } = StrongKey();

    /// <summary>Octets of <c>Key/Value</c>; null: as the method demands.</summary>
    public byte[]? KeyValue { get; set; }

    /// <summary>Octets of <c>Voucher</c>; null: none, unless <see cref="Signed"/>.</summary>
    public byte[]? Voucher { get; set; }

    public bool Signed { get; set; }

    /// <summary>Makes the voucher out of its JSON; the default is what DEL-164 asks for.</summary>
    public Func<byte[], byte[]> Sign { get; set; } = content => StubVoucher.Sign(content, TestPki.Shared.VoucherSigner);

    public byte[] Nonce { get; private set; } = [];

    public long Seq { get; private set; }

    public byte[]? GivenNonce { get; set; }

    public string? GivenSeq { get; set; }

    public byte[] CertPin { get; set; } = [];

    public List<ScopeEntry> Scope { get; } = [new("./SCM", "Add+Delete+Exec+Get+Replace")];

    public Dictionary<string, string?> Leaves { get; } = new(StringComparer.Ordinal)
    {
        ["ScopeType"] = "partial",
        ["DurationType"] = "until-revoked",
        ["Account/ClientName"] = "dev-42",
        ["Key/Method"] = "tls",
        ["Confirm/Mode"] = "auth",
        ["Confirm/Window"] = "3600",
    };

    public string? this[string leaf]
    {
        get => Leaves.GetValueOrDefault(leaf);
        set => Leaves[leaf] = value;
    }

    public string Uri => "./Delegation/" + Id;

    public static byte[] StrongKey() => SHA256.HashData(RandomNumberGenerator.GetBytes(32));

    public Delegating Full(bool signed = true)
    {
        this["ScopeType"] = "full";
        Scope.Clear();
        Scope.Add(new ScopeEntry(".", "Add+Delete+Exec+Get+Replace"));
        Signed = signed;
        return this;
    }

    public Delegating Temporary(long maxSeconds)
    {
        this["DurationType"] = "temporary";
        this["Expiry/MaxSeconds"] = maxSeconds.ToString(CultureInfo.InvariantCulture);
        return this;
    }

    public Delegating Exec()
    {
        this["Confirm/Mode"] = "exec";
        return this;
    }

    public Delegating Auth()
    {
        this["Confirm/Mode"] = "auth";
        return this;
    }

    public Delegating KnownB()
    {
        this["Account/Addr"] = null;
        this["Account/ClientName"] = null;
        this["Account/Ref"] = "";
        return Exec();
    }

    public Delegating Cms()
    {
        this["Key/Method"] = "cms";
        Signed = true;
        return this;
    }

    /// <summary>First message of A: reads nonce and sequence number.</summary>
    public Batch Ask() => _ => [Dm.Get("./Delegation/Nonce"), Dm.Get("./Delegation/Seq")];

    /// <summary>Second message: the record in one Atomic, and Exec Start behind it (6.2).</summary>
    public Batch Build(bool start = true) => before =>
    {
        Learn(before);
        return start ? [Dm.Atomic([.. Adds()]), Start()] : [Dm.Atomic([.. Adds()])];
    };

    public void Learn(IReadOnlyList<Outcome> before)
    {
        Nonce = GivenNonce ?? before.Last(outcome => outcome.Uri == "./Delegation/Nonce").Octets;
        Seq = long.Parse(before.Last(outcome => outcome.Uri == "./Delegation/Seq").Text, CultureInfo.InvariantCulture) + 1;
    }

    public Command Start() => Dm.Exec(Uri + "/Operations/Start", correlator: "c-" + Id);

    public Command Operation(string name, string? data = null) => Dm.Exec($"{Uri}/Operations/{name}", data);

    /// <summary>All Adds of the record.</summary>
    public IEnumerable<Command> Adds()
    {
        yield return Dm.AddNode(Uri, "org.example.dmagent/1.0/Delegation");
        for (var i = 0; i < Scope.Count; i++)
        {
            yield return Dm.Add($"{Uri}/Scope/{i + 1}/URI", Scope[i].Uri);
            yield return Dm.Add($"{Uri}/Scope/{i + 1}/Rights", Scope[i].Rights);
        }

        foreach (var (leaf, value) in Leaves)
        {
            if (value is not null)
            {
                yield return Dm.Add($"{Uri}/{leaf}", value, leaf is "Expiry/MaxSeconds" or "Confirm/Window" or "SubDelegation" or "Policy/RotateWithin" ? "int" : null);
            }
        }

        if (CertPin.Length > 0)
        {
            yield return Dm.AddOctets($"{Uri}/Server/CertPin", CertPin);
        }

        yield return Dm.AddOctets($"{Uri}/Nonce", Nonce);
        yield return Dm.Add($"{Uri}/Seq", GivenSeq ?? Seq.ToString(CultureInfo.InvariantCulture));
        var key = KeyValue ?? DefaultKeyValue();
        if (key.Length > 0)
        {
            yield return Dm.AddOctets($"{Uri}/Key/Value", key);
        }

        if ((Voucher ?? (Signed ? SignedVoucher(key) : null)) is { } voucher)
        {
            yield return Dm.AddOctets($"{Uri}/Voucher", voucher);
        }
    }

    /// <summary>BH as A and B compute it.</summary>
    public byte[] BindingHash() => StubBinding.Compute(new BindingInputs
    {
        Id = Id,
        A = A,
        B = B,
        DeviceId = TestDevice.DeviceId,
        ScopeType = this["ScopeType"],
        DurationType = this["DurationType"],
        Control = this["Control"],
        Scope = Scope,
        NotAfter = this["Expiry/NotAfter"],
        MaxSeconds = this["Expiry/MaxSeconds"],
        SubDelegation = this["SubDelegation"],
        AddrOrRef = this["Account/Addr"] ?? this["Account/Ref"],
        AuthType = this["Account/AuthType"],
        ClientName = this["Account/ClientName"],
        ConRef = this["Account/ConRef"],
        CertPin = CertPin,
        Mode = this["Confirm/Mode"],
        Window = this["Confirm/Window"],
        RotateWithin = this["Policy/RotateWithin"],
        OnTimeUnknown = this["Policy/OnTimeUnknown"],
        Nonce = Nonce,
        Seq = GivenSeq ?? Seq.ToString(CultureInfo.InvariantCulture),
    });

    /// <summary>B as it is after step 6: it has derived everything from the TDK.</summary>
    public ScriptedServer MakeB()
    {
        using var keys = Keys();
        var b = new ScriptedServer(B, this["Account/AuthType"] ?? "HMAC")
        {
            ClientInner = ScriptedServer.Inner(this["Account/ClientName"] ?? TestDevice.DeviceId, DelegationKeys.Password(keys.ClientCredential)),
            ServerInner = ScriptedServer.Inner(B, DelegationKeys.Password(keys.ServerCredential)),
            ClientNonce = keys.ClientNonce.ToArray(),
            ServerNonce = keys.ServerNonce.ToArray(),
        };
        return b;
    }

    public DelegationKeys Keys() => DelegationKeys.Derive(Tdk, BindingHash());

    /// <summary>Data of Exec Confirm over a challenge read from the record.</summary>
    public string Proof(ReadOnlySpan<byte> challenge)
    {
        using var keys = Keys();
        return Convert.ToBase64String(DelegationKeys.ProofOf(keys.Proof, challenge, BindingHash()));
    }

    /// <summary>B reads the challenge and confirms in its next message.</summary>
    public Batch[] Confirming() =>
    [
        _ => [Dm.Get(Uri + "/Confirm/Challenge")],
        before => [Operation("Confirm", Proof(before[^1].Octets))],
    ];

    private byte[] DefaultKeyValue() => this["Key/Method"] == "cms"
        ? KeyEnvelope.Seal(Tdk, Id, TestDevice.DeviceId, B, TestPki.Shared.Device)
        : Tdk;

    /// <summary>A voucher over the record as it is, made by the stub.</summary>
    public byte[] SignedVoucher(byte[] keyValue)
    {
        var digest = StubVoucher.KeyDigest(this["Key/Method"]!, keyValue, Tdk);
        var content = StubVoucher.Content(Terms(), Id, A, B, TestDevice.DeviceId, Nonce, Seq, digest, new DateTimeOffset(2030, 1, 1, 3, 0, 0, TimeSpan.Zero));
        return Sign(content);
    }

    private StubTerms Terms() => new()
    {
        ScopeType = this["ScopeType"]!,
        DurationType = this["DurationType"]!,
        Control = this["Control"],
        Scope = Scope,
        NotAfter = this["Expiry/NotAfter"],
        MaxSeconds = Number("Expiry/MaxSeconds"),
        SubDelegation = Number("SubDelegation"),
        ConfirmMode = this["Confirm/Mode"]!,
        Window = Number("Confirm/Window") ?? 0,
        RotateWithin = Number("Policy/RotateWithin"),
        OnTimeUnknown = this["Policy/OnTimeUnknown"],
        Account = new StubAccount
        {
            Addr = this["Account/Addr"],
            Ref = this["Account/Ref"],
            AuthType = this["Account/AuthType"],
            ClientName = this["Account/ClientName"],
            ConRef = this["Account/ConRef"],
            Spki = CertPin.Length > 0 ? Convert.ToBase64String(CertPin) : null,
        },
    };

    private long? Number(string leaf) => this[leaf] is { } text ? long.Parse(text, CultureInfo.InvariantCulture) : null;
}
