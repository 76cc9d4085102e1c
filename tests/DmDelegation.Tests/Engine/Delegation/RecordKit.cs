using System.Text;
using System.Text.Json;
using DmDelegation.Engine.Delegation;

namespace DmDelegation.Tests.Engine.Delegation;

/// <summary>Records out of the delegation vectors, complete enough for Start.</summary>
internal static class RecordKit
{
    private static readonly JsonElement Vectors = BindingTests.Load("vectors.json");

    /// <summary>The inputs of a binding case.</summary>
    public static JsonElement Inputs(string name) =>
        Vectors.GetProperty("binding").EnumerateArray().Single(one => one.GetProperty("name").GetString() == name).GetProperty("inputs");

    /// <summary>The record of a binding case, with a method for the key.</summary>
    public static DelegationRecord Record(string name, string keyMethod = "tls") => BindingTests.RecordOf(Inputs(name)).With("Key/Method", keyMethod);

    /// <summary>The case <c>all-fields</c> with one change of the section <c>altered</c>; the device id goes beside it.</summary>
    public static (DelegationRecord Record, string DeviceId) Altered(string name)
    {
        var section = Vectors.GetProperty("altered");
        var change = section.GetProperty("cases").EnumerateArray().Single(one => one.GetProperty("name").GetString() == name);
        var inputs = BindingTests.Base(section, change);
        return (BindingTests.RecordOf(inputs).With("Key/Method", "cms"), inputs.GetProperty("deviceId").GetString()!);
    }

    /// <summary>The record with a leaf of text.</summary>
    public static DelegationRecord With(this DelegationRecord record, string leaf, string value) => record.With(leaf, Encoding.UTF8.GetBytes(value));

    /// <summary>The record with a leaf of octets.</summary>
    public static DelegationRecord With(this DelegationRecord record, string leaf, byte[] value) =>
        record with { Leaves = record.Leaves.SetItem(leaf, new RecordLeaf("chr", value)) };

    /// <summary>The record without a leaf.</summary>
    public static DelegationRecord Without(this DelegationRecord record, string leaf) => record with { Leaves = record.Leaves.Remove(leaf) };

    /// <summary>The record without scope.</summary>
    public static DelegationRecord WithoutScope(this DelegationRecord record) => record with
    {
        Leaves = record.Leaves.RemoveRange(record.Leaves.Keys.Where(leaf => leaf.StartsWith("Scope/", StringComparison.Ordinal))),
        Interiors = record.Interiors.Except(record.Interiors.Where(path => path.StartsWith("Scope/", StringComparison.Ordinal))),
    };
}
