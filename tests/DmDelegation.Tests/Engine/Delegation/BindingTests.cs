using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.Delegation.Keys;
using DmDelegation.Engine.Ports;

namespace DmDelegation.Tests.Engine.Delegation;

/// <summary>Everything of 8.1 to 8.7 and 10.2 that can be computed, against the vectors (S-089).</summary>
[TestClass]
public sealed class BindingTests
{
    private static readonly JsonElement Vectors = Load("vectors.json");

    public static IEnumerable<object[]> Cases => Names("binding");

    public static IEnumerable<object[]> Altered => Vectors.GetProperty("altered").GetProperty("cases").EnumerateArray().Select(one => new object[] { one.GetProperty("name").GetString()! });

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void The_binding_hash_and_what_is_derived_match_the_vector_DEL_162_DEL_156_DEL_170_DEL_180(string name)
    {
        var vector = Vectors.GetProperty("binding").EnumerateArray().Single(one => one.GetProperty("name").GetString() == name);
        var inputs = vector.GetProperty("inputs");
        var record = RecordOf(inputs);
        var deviceId = inputs.GetProperty("deviceId").GetString()!;
        Assert.AreEqual(vector.GetProperty("hashInputHex").GetString(), Convert.ToHexStringLower(Binding.Input(record, deviceId)));
        var bindingHash = Binding.Hash(record, deviceId);
        Assert.AreEqual(vector.GetProperty("bhHex").GetString(), Convert.ToHexStringLower(bindingHash));

        var tdk = Convert.FromHexString(inputs.GetProperty("tdkHex").GetString()!);
        Assert.AreEqual(vector.GetProperty("checkHex").GetString(), Convert.ToHexStringLower(DelegationKeys.Check(tdk, bindingHash)));
        Assert.AreEqual(vector.GetProperty("keyDigestTls").GetString(), Convert.ToBase64String(DelegationKeys.VoucherDigest(tdk)));
        using var prk = DelegationKeys.Extract(tdk, bindingHash);
        foreach (var output in vector.GetProperty("outputsHex").EnumerateObject())
        {
            using var derived = DelegationKeys.Expand(prk, output.Name, output.Value.GetString()!.Length / 2);
            Assert.AreEqual(output.Value.GetString(), Convert.ToHexStringLower(derived.Octets), output.Name);
        }

        Assert.AreEqual(vector.GetProperty("clientPassword").GetString(), Password(prk, "client-cred"));
        Assert.AreEqual(vector.GetProperty("serverPassword").GetString(), Password(prk, "server-cred"));
        using var proofKey = DelegationKeys.Expand(prk, "proof", 32);
        var challenge = Convert.FromHexString(inputs.GetProperty("challengeHex").GetString()!);
        var proof = Convert.FromHexString(vector.GetProperty("proofHex").GetString()!);
        Assert.IsTrue(DelegationKeys.IsProof(proofKey, challenge, bindingHash, proof));
        proof[^1] ^= 1;
        Assert.IsFalse(DelegationKeys.IsProof(proofKey, challenge, bindingHash, proof));
    }

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void The_key_comes_out_of_its_envelope_only_in_its_own_context_DEL_160(string name)
    {
        var vector = Vectors.GetProperty("binding").EnumerateArray().Single(one => one.GetProperty("name").GetString() == name);
        var inputs = vector.GetProperty("inputs");
        var (id, device, b) = (inputs.GetProperty("id").GetString()!, inputs.GetProperty("deviceId").GetString()!, inputs.GetProperty("B").GetString()!);
        using var plaintext = SecretBuffer.CopyOf(Convert.FromHexString(vector.GetProperty("cmsPlaintextHex").GetString()!));
        using var tdk = DelegationKeys.FromEnvelope(plaintext, id, device, b);
        Assert.AreEqual(inputs.GetProperty("tdkHex").GetString(), Convert.ToHexStringLower(tdk!.Octets));
        Assert.IsNull(DelegationKeys.FromEnvelope(plaintext, id + "x", device, b));
        Assert.IsNull(DelegationKeys.FromEnvelope(plaintext, id, device + "x", b));
        Assert.IsNull(DelegationKeys.FromEnvelope(plaintext, id, device, b + "x"));
    }

    [TestMethod]
    [DynamicData(nameof(Altered))]
    public void An_altered_leaf_gives_another_binding_hash_DEL_162(string name)
    {
        var section = Vectors.GetProperty("altered");
        var change = section.GetProperty("cases").EnumerateArray().Single(one => one.GetProperty("name").GetString() == name);
        var inputs = Base(section, change);
        Assert.AreEqual(
            change.GetProperty("bhHex").GetString(),
            Convert.ToHexStringLower(Binding.Hash(RecordOf(inputs), inputs.GetProperty("deviceId").GetString()!)));
    }

    [TestMethod]
    public void Order_of_entries_and_of_rights_does_not_count_DEL_162()
    {
        var section = Vectors.GetProperty("equivalent");
        foreach (var change in section.GetProperty("cases").EnumerateArray())
        {
            var inputs = Base(section, change);
            var expected = Vectors.GetProperty("binding").EnumerateArray().Single(one => one.GetProperty("name").GetString() == section.GetProperty("base").GetString());
            Assert.AreEqual(
                expected.GetProperty("bhHex").GetString(),
                Convert.ToHexStringLower(Binding.Hash(RecordOf(inputs), inputs.GetProperty("deviceId").GetString()!)),
                change.GetProperty("name").GetString());
        }
    }

    [TestMethod]
    public void The_idempotence_key_matches_the_vectors_DEL_236()
    {
        foreach (var vector in Vectors.GetProperty("idempotence").EnumerateArray())
        {
            Assert.AreEqual(
                vector.GetProperty("key").GetString(),
                DelegationKeys.IdempotenceKey(vector.GetProperty("id").GetString()!, vector.GetProperty("target").GetString()!, vector.GetProperty("n").GetInt32()));
        }
    }

    [TestMethod]
    public void Weak_keys_are_found_DEL_151_DEL_152()
    {
        foreach (var vector in Vectors.GetProperty("keyRules").EnumerateArray())
        {
            Assert.AreEqual(
                vector.GetProperty("code").GetInt32() != 0,
                DelegationKeys.IsWeak(Convert.FromHexString(vector.GetProperty("tdkHex").GetString()!)),
                vector.GetProperty("note").GetString());
        }
    }

    /// <summary>A record whose leaves are the inputs of a vector.</summary>
    internal static DelegationRecord RecordOf(JsonElement inputs)
    {
        var leaves = ImmutableSortedDictionary.CreateBuilder<string, RecordLeaf>(StringComparer.Ordinal);
        var interiors = ImmutableSortedSet.CreateBuilder<string>(StringComparer.Ordinal);
        foreach (var (name, path) in Paths)
        {
            if (inputs.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null)
            {
                leaves[path] = new RecordLeaf("chr", Encoding.UTF8.GetBytes(value.GetString()!));
            }

            if (inputs.TryGetProperty(name + "Hex", out var hex) && hex.ValueKind != JsonValueKind.Null)
            {
                leaves[path] = new RecordLeaf("bin", Convert.FromHexString(hex.GetString()!));
            }
        }

        var entries = inputs.GetProperty("Scope").EnumerateArray().ToList();
        for (var i = 0; i < entries.Count; i++)
        {
            interiors.Add($"Scope/{i + 1}");
            leaves[$"Scope/{i + 1}/URI"] = new RecordLeaf("chr", Encoding.UTF8.GetBytes(entries[i].GetProperty("URI").GetString()!));
            leaves[$"Scope/{i + 1}/Rights"] = new RecordLeaf("chr", Encoding.UTF8.GetBytes(entries[i].GetProperty("Rights").GetString()!));
        }

        return new DelegationRecord
        {
            Id = inputs.GetProperty("id").GetString()!,
            By = inputs.GetProperty("A").GetString()!,
            Leaves = leaves.ToImmutable(),
            Interiors = interiors.ToImmutable(),
        };
    }

    internal static JsonElement Load(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Fixtures", "delegation", file)));
        return document.RootElement.Clone();
    }

    /// <summary>The inputs of the base case with the leaves of a change put over them; null removes a leaf.</summary>
    internal static JsonElement Base(JsonElement section, JsonElement change)
    {
        var inputs = Vectors.GetProperty("binding").EnumerateArray().Single(one => one.GetProperty("name").GetString() == section.GetProperty("base").GetString()).GetProperty("inputs");
        var merged = inputs.EnumerateObject().ToDictionary(field => field.Name, field => field.Value);
        foreach (var field in change.GetProperty("change").EnumerateObject())
        {
            merged[field.Name] = field.Value;
        }

        return JsonSerializer.SerializeToElement(merged);
    }

    private static readonly (string Name, string Path)[] Paths =
    [
        ("B", "Server/ServerID"), ("ScopeType", "ScopeType"), ("DurationType", "DurationType"), ("Control", "Control"),
        ("NotAfter", "Expiry/NotAfter"), ("MaxSeconds", "Expiry/MaxSeconds"), ("SubDelegation", "SubDelegation"), ("Addr", "Account/Addr"),
        ("Ref", "Account/Ref"), ("AuthType", "Account/AuthType"), ("ClientName", "Account/ClientName"), ("ConRef", "Account/ConRef"),
        ("CertPin", "Server/CertPin"), ("Mode", "Confirm/Mode"), ("Window", "Confirm/Window"), ("RotateWithin", "Policy/RotateWithin"),
        ("OnTimeUnknown", "Policy/OnTimeUnknown"), ("Nonce", "Nonce"), ("Seq", "Seq"),
    ];

    private static IEnumerable<object[]> Names(string section) =>
        Vectors.GetProperty(section).EnumerateArray().Select(one => new object[] { one.GetProperty("name").GetString()! });

    private static string Password(SecretBuffer prk, string info)
    {
        using var password = DelegationKeys.Password(prk, info);
        return Encoding.ASCII.GetString(password.Octets);
    }
}
